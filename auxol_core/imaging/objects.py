"""Which part of a corrected mask belongs to which proposal.

A slice is corrected as one mask, but learned object by object: each proposal is one object, and its truth is made of
the connected components that its prompt points at. What no proposal points at was drawn by hand. Where several
proposals point at one component, the objects touch, and each gets the part that is nearest to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.metrics import dice
from auxol_core.types import BoolArray, Box, Prompt

# Affinities of a component to a proposal; a click inside outweighs any overlap.
CLICKED = 2.0
MASK_WEIGHT = 0.5
INSIDE_WEIGHT = 0.1
MIN_AFFINITY = 0.02
# A proposal this near to a component that another one got is an object that touches it: "nothing is there" would be
# a false lesson. A click inside has it, and so has a box on a third of the component.
TOUCHING = 0.3
# Two proposals that agree more than this show one object twice.
SAME_OBJECT = 0.5
# A speck of fewer pixels, drawn by hand where nothing was prompted, is a slip of the pen: no prompt fits it. And each
# drawn object costs a prediction: of a threshold's thousands only the largest are taken.
MIN_DRAWN_PIXELS = 9
MAX_DRAWN = 24

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Claimant:
    """A proposal as far as this file needs it: its prompt and its mask (H, W)."""

    prompt: Prompt
    mask: BoolArray


@dataclass(frozen=True, eq=False)
class _Pieces:
    """The 8-connected components of a mask: ``labels`` (H, W), 0 outside, i + 1 on the i-th; ``areas`` in pixels."""

    labels: NDArray[np.int32]
    areas: Numbers
    boxes: tuple[Box, ...]

    @staticmethod
    def of(mask: BoolArray) -> _Pieces:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        boxes = tuple(
            Box(float(top), float(left), float(top + height), float(left + width))
            for left, top, width, height, _ in stats[1:]
        )
        return _Pieces(np.asarray(labels, dtype=np.int32), stats[1:, cv2.CC_STAT_AREA].astype(np.float64), boxes)

    def __getitem__(self, index: int) -> BoolArray:
        """The i-th component, (H, W)."""
        return np.asarray(self.labels == index + 1, dtype=bool)

    def pixels_in(self, part: NDArray[np.int32]) -> Numbers:
        """How many pixels of each component are among the labels ``part``."""
        return np.bincount(part.ravel(), minlength=len(self.boxes) + 1)[1:].astype(np.float64)


def divide(mask: BoolArray, claimants: Sequence[Claimant]) -> tuple[list[BoolArray], list[BoolArray]]:
    """Divide ``mask`` (H, W) among ``claimants``.

    Returns (truth of each claimant, in order; components drawn by hand, the largest first). A claimant that nothing
    belongs to has an empty truth: what was proposed there is not there. Specks drawn by hand, and all but the 24
    largest of what was drawn, are left out of the second list.
    """
    pieces = _Pieces.of(mask)
    if not claimants:
        return [], _drawn(pieces, np.ones(len(pieces.boxes), dtype=bool))
    affinity = np.stack([_affinities(pieces, claimant) for claimant in claimants])
    owners = np.where(affinity.max(axis=0) > MIN_AFFINITY, affinity.argmax(axis=0), -1)
    owner_of_pixel = np.concatenate([[-1], owners])[pieces.labels]
    truths = [np.asarray(owner_of_pixel == k, dtype=bool) for k in range(len(claimants))]
    for index, contenders in _contested(affinity, owners).items():
        parts = _parts(pieces[index], [claimants[k] for k in contenders])
        truths[contenders[0]] &= ~pieces[index]
        for k, part in zip(contenders, parts, strict=True):
            truths[k] |= part
    return truths, _drawn(pieces, owners < 0)


def _drawn(pieces: _Pieces, free: BoolArray) -> list[BoolArray]:
    largest = sorted(np.flatnonzero(free & (pieces.areas >= MIN_DRAWN_PIXELS)), key=lambda i: -pieces.areas[i])
    return [pieces[int(i)] for i in largest[:MAX_DRAWN]]


def _affinities(pieces: _Pieces, claimant: Claimant) -> Numbers:
    """The affinity of every component to ``claimant``, (components,)."""
    prompt, shape = claimant.prompt, pieces.labels.shape
    total = np.zeros(len(pieces.boxes))
    for point in prompt.positives:
        row, col = round(point.row), round(point.col)
        label = pieces.labels[row, col] if 0 <= row < shape[0] and 0 <= col < shape[1] else 0
        if label and total[label - 1] < CLICKED:
            total[label - 1] = CLICKED
    if prompt.box is not None:
        rows = slice(max(0, round(prompt.box.row0)), max(0, round(prompt.box.row1)))
        cols = slice(max(0, round(prompt.box.col0)), max(0, round(prompt.box.col1)))
        total += np.array([box.iou(prompt.box) for box in pieces.boxes], dtype=np.float64)
        total += INSIDE_WEIGHT * pieces.pixels_in(pieces.labels[rows, cols]) / pieces.areas
    both = pieces.pixels_in(pieces.labels[claimant.mask])
    return total + MASK_WEIGHT * 2 * both / (pieces.areas + int(claimant.mask.sum()))



def _contested(affinity: Numbers, owners: NDArray[np.intp]) -> dict[int, list[int]]:
    """Components that must be shared: index -> claimants, the owner first, then those left with nothing else."""
    shared: dict[int, list[int]] = {}
    for k in sorted(set(range(affinity.shape[0])) - {int(owner) for owner in owners}):
        best = int(affinity[k].argmax()) if affinity.shape[1] else 0
        if affinity.shape[1] and affinity[k, best] > TOUCHING:
            shared.setdefault(best, [int(owners[best])]).append(k)
    return shared


def _parts(component: BoolArray, contenders: Sequence[Claimant]) -> list[BoolArray]:
    """The part of ``component`` (H, W) that is nearest to each contender; two of the same object get the same part."""
    first_of = [
        next(j for j, other in enumerate(contenders) if j == k or _same(other.mask, one.mask))
        for k, one in enumerate(contenders)
    ]
    objects = sorted(set(first_of))
    masks = np.stack([contenders[k].mask for k in objects])
    alone = masks.sum(axis=0) == 1
    distances = []
    for k, mask in zip(objects, masks, strict=True):
        seed = _seed(component, contenders[k].prompt, mask & alone)
        distances.append(cv2.distanceTransform((~seed).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    nearest = np.stack(distances).argmin(axis=0)
    parts = {k: component & (nearest == i) for i, k in enumerate(objects)}
    return [parts[k] if parts[k].any() else component for k in first_of]


def _same(first: BoolArray, second: BoolArray) -> bool:
    return bool(first.any()) and dice(first, second) > SAME_OBJECT


def _seed(component: BoolArray, prompt: Prompt, proposed: BoolArray) -> BoolArray:
    """Where the object certainly is: what it alone proposed, else its clicks or its box's middle."""
    if (proposed & component).any():
        return proposed & component
    seed: BoolArray = np.zeros(component.shape, dtype=bool)
    places = [(point.row, point.col) for point in prompt.positives]
    if not places and prompt.box is not None:
        places = [(prompt.box.centre[0] - 0.5, prompt.box.centre[1] - 0.5)]
    for row, col in places:
        seed[min(max(round(row), 0), seed.shape[0] - 1), min(max(round(col), 0), seed.shape[1] - 1)] = True
    return seed if places else component
