"""Dice, 95th percentile Hausdorff distance and normalised surface Dice of two masks.

A mask's surface are its pixels that touch the outside by an edge (the array's border counts as outside); distances
run between the centres of surface pixels, in the unit of ``spacing``. Conventions follow MONAI's
``compute_hausdorff_distance(percentile=95)``: each directed distance has its own percentile (linear interpolation)
and the larger of the two is the result, not the percentile of both pooled.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray

Distances = NDArray[np.float64]


def dice(first: BoolArray, second: BoolArray) -> float:
    """2 |A and B| / (|A| + |B|) in 0..1; 1 where both are empty. Raises InvalidInputError on different shapes."""
    a, b = _checked(first, second)
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 1.0 if total == 0 else 2.0 * int(np.count_nonzero(a & b)) / total


def diagonal(shape: Sequence[int], spacing: Sequence[float] | None = None) -> float:
    """The length of an image's diagonal in the unit of ``spacing`` (one entry an axis; None: pixels)."""
    steps = _steps(len(shape), spacing)
    return math.sqrt(sum((size * step) ** 2 for size, step in zip(shape, steps, strict=True)))


def hd95(first: BoolArray, second: BoolArray, spacing: Sequence[float] | None = None) -> float:
    """The larger of the two directed 95th percentiles of the surface distances, in the unit of ``spacing``.

    ``spacing``: size of a pixel along each axis in mm, None for pixels. Both masks empty: 0; one alone: the image's
    diagonal, so that a missing result costs as much as the worst one. Raises InvalidInputError on different shapes.
    """
    a, b = _checked(first, second)
    steps = _steps(a.ndim, spacing)
    if not a.any() and not b.any():
        return 0.0
    if not a.any() or not b.any():
        return diagonal(a.shape, steps)
    there, back = _surface_distances(a, b, steps)
    return float(max(np.percentile(there, 95), np.percentile(back, 95)))


def nsd(first: BoolArray, second: BoolArray, tolerance: float, spacing: Sequence[float] | None = None) -> float:
    """Normalised surface Dice (Nikolov et al. 2018): the share of both surfaces' pixels that the other is near to.

    Near is ``tolerance`` or less; it is in the unit of ``spacing``. Every surface pixel counts the same (no sub-pixel
    surface areas). Both masks empty: 1; one alone: 0.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise InvalidInputError(f"The tolerance must be a length of 0 or more, got {tolerance}.")
    a, b = _checked(first, second)
    if not a.any() or not b.any():
        return 1.0 if a.any() == b.any() else 0.0
    there, back = _surface_distances(a, b, _steps(a.ndim, spacing))
    near = np.count_nonzero(there <= tolerance) + np.count_nonzero(back <= tolerance)
    return float(near / (there.size + back.size))


def _checked(first: BoolArray, second: BoolArray) -> tuple[BoolArray, BoolArray]:
    a, b = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    if a.shape != b.shape:
        raise InvalidInputError(f"Two masks must have the same shape, got {a.shape} and {b.shape}.")
    return a, b


def _steps(ndim: int, spacing: Sequence[float] | None) -> tuple[float, ...]:
    if spacing is None:
        return (1.0,) * ndim
    steps = tuple(float(step) for step in spacing)
    if len(steps) != ndim or not all(math.isfinite(step) and step > 0 for step in steps):
        raise InvalidInputError(f"Spacing must be {ndim} positive lengths, got {tuple(spacing)}.")
    return steps


def _surface(mask: BoolArray) -> BoolArray:
    return np.asarray(mask & ~ndimage.binary_erosion(mask), dtype=bool)


def _surface_distances(a: BoolArray, b: BoolArray, steps: tuple[float, ...]) -> tuple[Distances, Distances]:
    """Distances of every surface pixel of ``a`` to the nearest of ``b``, and the other way round.

    Only the box that holds both masks is looked at: what lies around it is neither's, so nothing changes.
    """
    part = ndimage.find_objects((a | b).astype(np.uint8))[0]
    surface_a, surface_b = _surface(a[part]), _surface(b[part])
    to_b: Distances = ndimage.distance_transform_edt(~surface_b, sampling=steps)
    to_a: Distances = ndimage.distance_transform_edt(~surface_a, sampling=steps)
    return to_b[surface_a], to_a[surface_b]
