"""SAM-HQ's own parts of the mask decoder: names and shapes as published (hq.py says what they do)."""

from __future__ import annotations

from typing import Any

from torch import nn


def add_hq_parts(sam: Any, early: int) -> Any:
    """``sam``, a segment_anything ``Sam``, with the published names and shapes of SAM-HQ's own parts in its decoder;
    ``early``: channels of the early features."""
    parts = sam.mask_decoder
    wide, thin = parts.transformer_dim, parts.transformer_dim // 8
    norm = type(parts.output_upscaling[1])
    parts.hf_token = nn.Embedding(1, wide)
    parts.hf_mlp = type(parts.iou_prediction_head)(wide, wide, thin, 3)
    parts.compress_vit_feat = _twice_as_fine(early, wide, thin, norm)
    parts.embedding_encoder = _twice_as_fine(wide, 2 * thin, thin, norm)
    parts.embedding_maskfeature = nn.Sequential(
        nn.Conv2d(thin, 2 * thin, 3, 1, 1), norm(2 * thin), nn.GELU(), nn.Conv2d(2 * thin, thin, 3, 1, 1)
    )
    return sam


def _twice_as_fine(into: int, between: int, out: int, norm: Any) -> nn.Sequential:
    first, second = nn.ConvTranspose2d(into, between, 2, 2), nn.ConvTranspose2d(between, out, 2, 2)
    return nn.Sequential(first, norm(between), nn.GELU(), second)
