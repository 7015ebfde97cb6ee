"""What the promptable network is trained on, from nothing and from corrections alike."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

EDGE_KERNEL = 15
EDGE_WEIGHT = 4.0
QUALITY_WEIGHT = 0.3


def soft_dice(probability: Tensor, truth: Tensor) -> Tensor:
    """Soft Dice of every sample, (N,), of two (N, 1, H, W) tensors in 0..1; 1 where both are empty."""
    both = (probability * truth).sum(dim=(1, 2, 3))
    return (2 * both + 1) / (probability.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3)) + 1)


def hard_dice(logits: Tensor, truth: Tensor, outside: Tensor | None = None) -> Tensor:
    """Dice of every sample's mask (logits above 0), (N,).

    ``outside`` (N,): how much of the truth lies outside the window, in crop pixels; it counts as missed.
    """
    mask = (logits > 0).to(truth.dtype)
    size = mask.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3))
    if outside is not None:
        size = size + outside
    return (2 * (mask * truth).sum(dim=(1, 2, 3)) + 1) / (size + 1)


def _box_mean(truth: Tensor) -> Tensor:
    """Mean over a square of 15 pixels, the border's squares being smaller; two passes cost a fifth of one."""
    pad = EDGE_KERNEL // 2
    rows = F.avg_pool2d(truth, (EDGE_KERNEL, 1), 1, (pad, 0), count_include_pad=False)
    return F.avg_pool2d(rows, (1, EDGE_KERNEL), 1, (0, pad), count_include_pad=False)


def promptable_loss(logits: Tensor, quality: Tensor, truth: Tensor, outside: Tensor) -> Tensor:
    """Edge-weighted BCE + (1 - soft Dice) + 0.3 (quality - Dice)^2 for every sample: (N,).

    ``logits`` and ``truth`` are (N, 1, H, W) float32, ``quality`` (N,) the logit of the expected Dice, ``outside``
    (N,) what of the truth the window misses: the mask cannot have it, but a good estimate knows that it is missed. A
    pixel near the boundary weighs up to 1 + 4 * 0.5 of one far from it (the idea of Wei et al. 2020, F3Net, 3.2).
    """
    edge = (_box_mean(truth) - truth).abs()
    weight = 1 + EDGE_WEIGHT * edge
    bce = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    bce = (weight * bce).sum(dim=(1, 2, 3)) / weight.sum(dim=(1, 2, 3))
    dice = soft_dice(torch.sigmoid(logits), truth)
    error = torch.sigmoid(quality) - hard_dice(logits.detach(), truth, outside)
    return bce + (1 - dice) + QUALITY_WEIGHT * error.square()
