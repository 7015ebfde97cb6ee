"""Prompts through SAM's prompt encoder, several of a slice at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from auxol_core.generalist.decoding import Shown
from auxol_core.types import Segmentation

# SAM's own logits of an earlier look, which its mask input was trained on, rarely go beyond.
MASK_LOGIT_LIMIT = 10.0
# Prompts that are decoded at once take some 40 MB each; on a CPU more than two leave the cache and take longer.
AT_ONCE_ON_CPU, AT_ONCE = 2, 8


def prompted(encoder: Any, shown: Sequence[Shown], device: torch.device, ends: bool = False) -> tuple[Tensor, Tensor]:
    """Sparse (B, N, C) and dense (B, C, h, w) embeddings of B prompts that have the same parts (``alike``).

    ``ends``: SAM 2 has the token for "no more points" behind a box as well, SAM behind points alone.
    """
    points = torch.from_numpy(np.stack([each.points for each in shown])).to(device)
    if ends and shown[0].box is not None:
        points = torch.cat([points, points.new_tensor([0.0, 0.0, -1.0]).expand(len(shown), 1, 3)], dim=1)
    boxes = [torch.from_numpy(each.box) for each in shown if each.box is not None]
    masks = [torch.from_numpy(each.mask) for each in shown if each.mask is not None]
    sparse, dense = encoder(
        points=(points[..., :2], points[..., 2]) if points.shape[1] else None,
        boxes=torch.stack(boxes).to(device) if boxes else None,
        masks=_logits(torch.stack(masks).to(device))[:, None] if masks else None,
    )
    return sparse, dense


def alike(shown: Sequence[Shown], most: int) -> list[list[int]]:
    """The numbers of prompts that can be decoded at once: with as many points, and box and mask or not alike; ``most``
    of them together."""
    found: dict[tuple[int, bool, bool], list[int]] = {}
    for number, each in enumerate(shown):
        found.setdefault((len(each.points), each.box is None, each.mask is None), []).append(number)
    return [group[first : first + most] for group in found.values() for first in range(0, len(group), most)]


def decoded(
    shown: Sequence[Shown], several: Callable[[list[Shown]], list[Segmentation]], device: torch.device
) -> list[Segmentation]:
    """What ``several`` answers to each of ``shown``, in their order; it is asked for those alike at once."""
    answers: dict[int, Segmentation] = {}
    for group in alike(shown, AT_ONCE_ON_CPU if device.type == "cpu" else AT_ONCE):
        answers.update(zip(group, several([shown[number] for number in group]), strict=True))
    return [answers[number] for number in range(len(shown))]


def segmentations(low: Tensor, iou: Tensor, logits: Tensor) -> list[Segmentation]:
    """Of ``low`` (B, 1, S, S) and ``logits`` (B, 1, H, W); ``iou`` (B, 1), told as Dice."""
    expected = iou[:, 0].clamp(0.0, 1.0).tolist()
    return [
        Segmentation(
            logits=logits[number, 0].cpu().numpy(),
            quality=2 * each / (1 + each),
            low_resolution=low[number, 0].cpu().numpy(),
        )
        for number, each in enumerate(expected)
    ]


def _logits(mask: Tensor) -> Tensor:
    certain = float(torch.sigmoid(torch.tensor(-MASK_LOGIT_LIMIT)))
    return torch.logit(mask, eps=certain)
