"""Which part of a corrected mask belongs to which proposal.

A slice is corrected as one mask, but learned object by object: each proposal is one object, and its truth is made of
the connected components that its prompt points at. What no proposal points at was drawn by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from auxol_core.types import BoolArray, Box, Prompt

# Affinities of a component to a proposal; a click inside outweighs any overlap.
CLICKED = 2.0
MASK_WEIGHT = 0.5
INSIDE_WEIGHT = 0.1
MIN_AFFINITY = 0.02
# A speck of fewer pixels, drawn by hand where nothing was prompted, is a slip of the pen: no prompt fits it.
MIN_DRAWN_PIXELS = 9


@dataclass(frozen=True, eq=False)
class Claimant:
    """A proposal as far as this file needs it: its prompt and its mask (H, W)."""

    prompt: Prompt
    mask: BoolArray


def components_of(mask: BoolArray) -> list[BoolArray]:
    """The 8-connected components of ``mask`` (H, W), each (H, W), in reading order of their first pixel."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return [np.asarray(labels == label, dtype=bool) for label in range(1, count)]


def divide(mask: BoolArray, claimants: Sequence[Claimant]) -> tuple[list[BoolArray], list[BoolArray]]:
    """Divide ``mask`` (H, W) among ``claimants``.

    Returns (truth of each claimant, in order; components drawn by hand). A claimant that nothing belongs to has an
    empty truth: what was proposed there is not there. Specks drawn by hand are left out of the second list.
    """
    truths = [np.zeros(mask.shape, dtype=bool) for _ in claimants]
    drawn: list[BoolArray] = []
    for component in components_of(mask):
        affinities = [_affinity(component, claimant) for claimant in claimants]
        if affinities and max(affinities) > MIN_AFFINITY:
            truths[int(np.argmax(affinities))] |= component
        elif int(component.sum()) >= MIN_DRAWN_PIXELS:
            drawn.append(component)
    return truths, drawn


def _affinity(component: BoolArray, claimant: Claimant) -> float:
    total = 0.0
    prompt = claimant.prompt
    if any(_holds(component, point.row, point.col) for point in prompt.positives):
        total += CLICKED
    if prompt.box is not None:
        own = Box.of_mask(component)
        total += 0.0 if own is None else _iou(own, prompt.box)
        total += INSIDE_WEIGHT * _share_inside(component, prompt.box)
    both = int((component & claimant.mask).sum())
    return total + MASK_WEIGHT * 2 * both / (int(component.sum()) + int(claimant.mask.sum()))


def _holds(mask: BoolArray, row: float, col: float) -> bool:
    r, c = round(row), round(col)
    return 0 <= r < mask.shape[0] and 0 <= c < mask.shape[1] and bool(mask[r, c])


def _iou(a: Box, b: Box) -> float:
    height = min(a.row1, b.row1) - max(a.row0, b.row0)
    width = min(a.col1, b.col1) - max(a.col0, b.col0)
    both = max(0.0, height) * max(0.0, width)
    return both / (a.height * a.width + b.height * b.width - both)


def _share_inside(component: BoolArray, box: Box) -> float:
    rows = slice(max(0, round(box.row0)), max(0, round(box.row1)))
    cols = slice(max(0, round(box.col0)), max(0, round(box.col1)))
    return float(component[rows, cols].sum() / component.sum())
