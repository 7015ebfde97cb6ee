"""Prompts a user might have given for a known mask: for training, for replay, for masks drawn by hand.

All draws come from the generator that is passed in; the same generator state gives the same prompt.
"""

from __future__ import annotations

import cv2
import numpy as np

from auxol_core.imaging.interior import interior_depth, most_interior
from auxol_core.types import BoolArray, Box, FloatArray, Point


def random_interior(mask: BoolArray, rng: np.random.Generator) -> Point:
    """A pixel drawn from those at least as deep as a uniformly drawn share of the greatest depth."""
    region = _around(mask, 0)
    depth = interior_depth(mask[region])
    rows, cols = np.nonzero(mask[region] & (depth >= rng.uniform(0.0, 0.95) * depth.max()))
    pick = int(rng.integers(rows.size))
    return Point(float(region[0].start + rows[pick]), float(region[1].start + cols[pick]))


def _around(mask: BoolArray, margin: int) -> tuple[slice, slice]:
    """The part of a mask (H, W) that holds its object and ``margin`` pixels around it; all of an empty one.

    Distances are taken there alone: on a whole slice they would cost more than a training step's forward pass.
    """
    box = Box.of_mask(mask)
    if box is None:
        return slice(0, mask.shape[0]), slice(0, mask.shape[1])
    rows = slice(max(0, int(box.row0) - margin), min(mask.shape[0], int(box.row1) + margin))
    return rows, slice(max(0, int(box.col0) - margin), min(mask.shape[1], int(box.col1) + margin))


def jittered(box: Box, jitter: float, rng: np.random.Generator) -> Box:
    """Move every side of ``box`` by a uniform draw of +-``jitter`` of the box's height (rows) or width (columns)."""
    d = rng.uniform(-jitter, jitter, 4)
    return Box(
        box.row0 + d[0] * box.height,
        box.col0 + d[1] * box.width,
        box.row1 + d[2] * box.height,
        box.col1 + d[3] * box.width,
    )


def largest_component(mask: BoolArray) -> BoolArray:
    """The largest 8-connected piece of ``mask``; ``mask`` itself when it is empty."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 2:
        return mask
    return np.asarray(labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA])), dtype=bool)


def correcting_click(proposed: BoolArray, truth: BoolArray, rng: np.random.Generator | None = None) -> Point | None:
    """The next click of a user who repairs ``proposed``: in the largest connected error, at its most interior pixel.

    With ``rng`` it is a random pixel of that error's inner part instead, as hands are not that exact. Positive where
    the object was missed, negative where too much was taken; None if nothing is wrong. (Simulation of Sofiiuk et
    al. 2021, RITM, section 3.3.)
    """
    wrong = largest_component(proposed != truth)
    if not wrong.any():
        return None
    # One connected error can join missed and surplus pixels at the boundary: the click goes to the larger kind.
    missed = wrong & truth
    surplus = wrong & ~truth
    kind = missed if missed.sum() >= surplus.sum() else surplus
    kind = largest_component(kind)
    point = most_interior(kind) if rng is None else random_interior(kind, rng)
    return Point(point.row, point.col, positive=bool(truth[int(point.row), int(point.col)]))


def just_outside(mask: BoolArray, rng: np.random.Generator) -> Point | None:
    """A negative point outside ``mask``, nearer than about half the object's size; None if there is no such pixel."""
    size = max(2.0, float(np.sqrt(mask.sum())))
    region = _around(mask, int(0.5 * size) + 2)
    gap = cv2.distanceTransform((~mask[region]).astype(np.uint8), cv2.DIST_L2, 5)
    rows, cols = np.nonzero((gap > 0.05 * size) & (gap < 0.5 * size))
    if rows.size == 0:
        return None
    pick = int(rng.integers(rows.size))
    return Point(float(region[0].start + rows[pick]), float(region[1].start + cols[pick]), positive=False)


def neighbouring_mask(mask: BoolArray, rng: np.random.Generator) -> FloatArray:
    """A mask as the next slice of a volume or an unfinished proposal shows it: moved, scaled, bent, partly lost.

    An empty mask has an empty neighbour.
    """
    rows, cols = np.nonzero(mask)
    if rows.size == 0:
        return np.zeros(mask.shape, dtype=np.float32)
    size = max(4.0, float(np.sqrt(rows.size)))
    centre = (float(cols.mean()), float(rows.mean()))
    matrix = cv2.getRotationMatrix2D(centre, float(rng.normal(0, 6)), float(np.exp(rng.normal(0, 0.12))))
    matrix = matrix + np.array([[0, 0, 1], [0, 0, 1]]) * rng.normal(0, 0.05 * size, (2, 1))
    shape = (mask.shape[1], mask.shape[0])
    moved = cv2.warpAffine(mask.astype(np.float32), matrix, shape, flags=cv2.INTER_LINEAR)
    bump = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), shape, interpolation=cv2.INTER_CUBIC)
    softened = cv2.GaussianBlur(moved, (0, 0), 0.06 * size)
    return np.asarray(softened + 0.15 * rng.uniform(0, 1) * bump * (softened > 0.02) > 0.5, dtype=np.float32)
