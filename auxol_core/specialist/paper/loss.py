"""The published specialist's loss: structure loss, edge-weighted BCE + edge-weighted IoU (Wei et al. 2020, F3Net)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

EDGE_KERNEL = 31
EDGE_WEIGHT = 5.0


def structure_loss(logits: Tensor, truth: Tensor, bce: Literal["as_intended", "as_coded"]) -> Tensor:
    """Loss of every sample, (N,), of ``logits`` and ``truth`` (0 or 1), both (N, 1, H, W) float32.

    A pixel weighs 1 + 5 |mean of the 31x31 pixels around it - itself|; beyond the border the truth counts as 0.
    ``as_coded``: the reference passes a legacy flag under which the BCE is the plain mean over all pixels, so its edge
    weights act in the IoU term alone. Crops are of one size, so a mean a sample and one over the batch are the same.
    """
    edge = (_local_mean(truth) - truth).abs()
    weight = 1.0 + EDGE_WEIGHT * edge
    pixels = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    if bce == "as_coded":
        cross_entropy = pixels.mean(dim=(1, 2, 3))
    else:
        cross_entropy = (weight * pixels).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3))
    probability = torch.sigmoid(logits)
    both = (weight * probability * truth).sum(dim=(1, 2, 3))
    either = (weight * (probability + truth)).sum(dim=(1, 2, 3)) - both
    return cross_entropy + 1.0 - (both + 1.0) / (either + 1.0)


def _local_mean(truth: Tensor) -> Tensor:
    """Mean of the 31x31 square around each pixel, zeros beyond the border; two passes cost a fifteenth of one."""
    pad = EDGE_KERNEL // 2
    rows = F.avg_pool2d(truth, (EDGE_KERNEL, 1), 1, (pad, 0))
    return F.avg_pool2d(rows, (1, EDGE_KERNEL), 1, (0, pad))
