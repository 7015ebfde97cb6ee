"""The names and shapes of a SAM's arrays, of any of its architectures: what a checkpoint of it holds, all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import torch
from torch import nn

from auxol_core.generalist import efficientvit
from auxol_core.generalist.hq_parts import add_hq_parts
from auxol_core.generalist.row import Shapes
from auxol_core.generalist.tiny_vit import OUT, SIDE, TinyVit
from auxol_core.generalist.torchvision_stand_in import import_segment_anything

# Channels of the features that SAM-HQ takes from the middle of each encoder.
HQ_EARLY = {"vit_b": 768, "vit_l": 1024, "vit_h": 1280, "vit_t": 160}


def builder_of(architecture: str) -> Callable[[], Any]:
    """What builds a segment_anything ``Sam`` of ``architecture`` (a row's), with random weights."""
    package = import_segment_anything()
    builders: dict[str, Callable[[], Any]] = dict(package.sam_model_registry)
    builders["vit_t"] = lambda: mobile_sam(package)
    for size in efficientvit.SHAPES:
        builders[f"efficientvit_{size}"] = partial(efficientvit_sam, package, size)
    for name, early in HQ_EARLY.items():
        builders[f"hq_{name}"] = partial(_hq, builders[name], early)
    return builders[architecture]


def empty_sam(architecture: str) -> Any:
    """A SAM whose arrays have shapes and no memory: drawing random weights takes longer than reading others."""
    with torch.device("meta"):
        return builder_of(architecture)()


@cache
def shapes_of(architecture: str) -> Shapes:
    """Names and shapes of everything that a checkpoint of ``architecture`` holds."""
    return {name: tuple(array.shape) for name, array in empty_sam(architecture).state_dict().items()}


def _hq(plain: Callable[[], Any], early: int) -> Any:
    return add_hq_parts(plain(), early)


def mobile_sam(package: Any) -> Any:
    """MobileSAM of segment_anything's own classes: TinyViT in front of the prompt encoder and decoder of ViT-B."""
    return package.modeling.Sam(TinyVit(), prompt_encoder(package), mask_decoder(package))


def efficientvit_sam(package: Any, size: str) -> Any:
    """EfficientViT-SAM of ``size``, a name of efficientvit.SHAPES, with the decoder's norms as its authors set them."""
    decoder = mask_decoder(package)
    for part in decoder.modules():
        if isinstance(part, nn.LayerNorm):
            part.eps = efficientvit.EPS
    encoder = efficientvit.EfficientVit(efficientvit.SHAPES[size])
    return package.modeling.Sam(encoder, prompt_encoder(package), decoder)


def prompt_encoder(package: Any) -> Any:
    """SAM's prompt encoder at its published size."""
    return package.modeling.PromptEncoder(OUT, (SIDE // 16, SIDE // 16), (SIDE, SIDE), mask_in_chans=16)


def mask_decoder(package: Any) -> Any:
    """SAM's mask decoder at its published size."""
    parts = package.modeling
    transformer = parts.TwoWayTransformer(depth=2, embedding_dim=OUT, num_heads=8, mlp_dim=2048)
    return parts.MaskDecoder(transformer_dim=OUT, transformer=transformer)
