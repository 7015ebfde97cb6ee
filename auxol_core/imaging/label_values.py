"""Which numbers may be the values of a mask, and what the others look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from auxol_core.errors import DataError

Pixels = NDArray[np.generic]

# A JPEG of 0 and 255 has other values only along edges, a few pixels wide: ringing is below 24 or above 215 but for
# heavy packing, where it is narrow. So an area of other values is another structure.
_MIDDLE = (64, 191, 3)
_BROAD = (24, 215, 5)
NEAR_WHITE = 192
# So many values between nothing and the largest, most without a single block of two pixels a side, are no structures.
LEAST_BETWEEN = 3


def whole_labels(name: str, values: Pixels) -> Pixels:
    """``values`` as whole numbers; DataError, saying what they look like, where they are no labels."""
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind not in "ui":
        values = _whole(name, values)
    if values.size and values.min() < 0:
        raise DataError(f"{name}: label values are 0 or more, got {values.min()}. Is this a mask? Save labels from 0.")
    count, loose = _between(values)
    if count >= LEAST_BETWEEN and 2 * loose > count:
        raise DataError(
            f"{name} holds {np.unique(values).size} values, most of them at edges alone, as a smoothed mask (or a "
            "picture) does. Save it with 0 and 255 (or one number a structure), resized by the nearest pixel, without "
            "smoothing."
        )
    return values


def lossy_labels(name: str, values: Pixels) -> Pixels:
    """The mask 0 and 255 of a JPEG's ``values`` (rows, columns), cut at 128; DataError where it holds other values."""
    levels = np.asarray(values, dtype=np.float64)
    for low, high, width in (_MIDDLE, _BROAD):
        area = ndimage.binary_erosion((levels >= low) & (levels <= high), np.ones((width, width)))
        if area.any():
            found = round(float(np.median(levels[area])))
            raise DataError(_lossy(name, f"an area of values around {found}"))
    if levels.any() and levels.max() < NEAR_WHITE:
        raise DataError(_lossy(name, f"no value above {levels.max():.0f}"))
    return np.where(levels >= 128, 255, 0).astype(np.uint8)


def _lossy(name: str, what: str) -> str:
    return (
        f"{name}: a JPEG mask is read as 0 and 255, as its values are not exact; this one holds {what}. "
        "Save it as PNG from where it came from."
    )


def _whole(name: str, values: Pixels) -> Pixels:
    exact = np.asarray(values, dtype=np.float64)
    if not np.isfinite(exact).all():
        raise DataError(f"{name}: label values must be whole numbers, got NaN or infinite ones. Replace them by 0.")
    whole = np.rint(exact)
    if not np.array_equal(whole, exact):
        low, high = float(exact.min()), float(exact.max())
        likely = "probabilities" if low >= 0 and high <= 1 else "a smoothed mask or a picture"
        raise DataError(
            f"{name}: label values must be whole numbers, got {np.unique(exact).size} values from {low:.4g} to "
            f"{high:.4g}, as {likely} would have. Save labels without smoothing, probabilities cut at 0.5."
        )
    if np.abs(whole).max(initial=0) >= 2**31:
        raise DataError(f"{name}: label values must be below 2**31, got {np.abs(whole).max():.4g}. Renumber them.")
    return whole.astype(np.int32)


def _between(values: Pixels) -> tuple[int, int]:
    """How many values lie between 0 and the largest, and how many of them have no block of two pixels a side."""
    numbers = np.unique(values)
    between = numbers[(numbers != 0) & (numbers != numbers[-1:])]
    if between.size < LEAST_BETWEEN:
        return int(between.size), 0
    size = tuple(min(2, n) for n in values.shape)
    inner = tuple(slice(n - 1, None) for n in size)  # a block that reaches over the border is none
    same = (ndimage.maximum_filter(values, size) == ndimage.minimum_filter(values, size))[inner]
    firm = np.unique(values[inner][same])
    return int(between.size), int((~np.isin(between, firm)).sum())
