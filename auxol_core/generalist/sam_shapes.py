"""The names and shapes of a SAM's arrays, of any of its architectures: what a checkpoint of it holds, all of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch

from auxol_core.generalist.row import Shapes
from auxol_core.generalist.tiny_vit import OUT, TinyVit
from auxol_core.generalist.tiny_vit import SIDE as TINY_SIDE
from auxol_core.generalist.torchvision_stand_in import import_segment_anything


def builder_of(architecture: str) -> Callable[[], Any]:
    """What builds a segment_anything ``Sam`` of ``architecture`` (a row's), with random weights."""
    package = import_segment_anything()
    builders: dict[str, Callable[[], Any]] = dict(package.sam_model_registry)
    return (lambda: mobile_sam(package)) if architecture == "vit_t" else builders[architecture]


def empty_sam(architecture: str) -> Any:
    """A SAM whose arrays have shapes and no memory: drawing random weights takes longer than reading others."""
    with torch.device("meta"):
        return builder_of(architecture)()


@cache
def shapes_of(architecture: str) -> Shapes:
    """Names and shapes of everything that a checkpoint of ``architecture`` holds."""
    return {name: tuple(array.shape) for name, array in empty_sam(architecture).state_dict().items()}


def mobile_sam(package: Any) -> Any:
    """MobileSAM of segment_anything's own classes: TinyViT in front of the prompt encoder and decoder of ViT-B."""
    parts, places = package.modeling, TINY_SIDE // 16
    prompts = parts.PromptEncoder(OUT, (places, places), (TINY_SIDE, TINY_SIDE), mask_in_chans=16)
    transformer = parts.TwoWayTransformer(depth=2, embedding_dim=OUT, num_heads=8, mlp_dim=2048)
    decoder = parts.MaskDecoder(transformer_dim=OUT, transformer=transformer)
    return parts.Sam(TinyVit(), prompts, decoder)
