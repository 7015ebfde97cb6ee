"""SAM's own classes at a size that takes milliseconds, with random weights: for tests of all that is around it."""

from __future__ import annotations

import hashlib
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch

from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.types import BoolArray, Box, FloatArray, Prompt

SIDE = 128


def build_tiny_sam(package: ModuleType) -> Any:
    """SAM's classes at a size that takes milliseconds: 128 px a side, two narrow blocks, 32-channel embeddings."""
    parts = package.modeling
    encoder = parts.ImageEncoderViT(
        depth=2,
        embed_dim=32,
        img_size=SIDE,
        num_heads=2,
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        use_rel_pos=True,
        global_attn_indexes=(1,),
        window_size=3,
        out_chans=32,
    )
    prompts = parts.PromptEncoder(
        embed_dim=32, image_embedding_size=(8, 8), input_image_size=(SIDE, SIDE), mask_in_chans=16
    )
    transformer = parts.TwoWayTransformer(depth=2, embedding_dim=32, num_heads=2, mlp_dim=64)
    decoder = parts.MaskDecoder(transformer_dim=32, transformer=transformer)
    return parts.Sam(encoder, prompts, decoder)


def tiny_sam(package: ModuleType) -> Any:
    """The same random weights each time; none zero (positions, biases), which would hide a part that is left out."""
    torch.manual_seed(0)
    sam = build_tiny_sam(package)
    with torch.no_grad():
        for parameter in sam.parameters():
            if not parameter.any():
                parameter.normal_(std=0.5)
        sam.mask_decoder.iou_prediction_head.layers[-1].bias.fill_(0.6)
    return sam


def tiny_sam_generalist(preprocessing: str = "sam") -> SamGeneralist:
    """One of these as engines have it; each call makes its own, of the same weights."""
    return SamGeneralist(tiny_sam(import_segment_anything()), "tiny SAM", "5a" * 32, preprocessing)


def bright_disc(number: int) -> tuple[FloatArray, BoolArray, Prompt]:
    """Picture ``number``, (64, 64, 3) in 0..1, a bright disc on noise; its mask; and a box about it."""
    pixels = np.random.default_rng(number).normal(0.27, 0.06, (64, 64))
    rows, cols = np.mgrid[:64, :64]
    mask = (rows - 28 - number % 5) ** 2 + (cols - 34) ** 2 <= 11**2
    pixels[mask] += 0.35
    tight = Box.of_mask(mask)
    assert tight is not None
    box = Box(tight.row0 - 1, tight.col0 - 1, tight.row1 + 1, tight.col1 + 1)
    return np.repeat(np.clip(pixels, 0, 1)[:, :, None].astype(np.float32), 3, axis=2), mask, Prompt(box=box)


def weights_of(module: torch.nn.Module) -> str:
    """SHA-256 of every tensor of ``module``."""
    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(name.encode() + tensor.cpu().numpy().tobytes())
    return digest.hexdigest()
