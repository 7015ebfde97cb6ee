"""The grey range of a volume or slice: robust percentiles of what was measured.

One rule for everybody who needs a range (IntensityWindow.of, ``--window volume``, Slicer's new tasks). Left out are
NaN and infinite values, and padding: a value at the far end that many pixels hold and that lies away from all others,
as scanners, resampling and skull stripping leave it (-32768, -3024, -2048, 65535). What it looks like in the middle of
the scale is not asked: there it does not move a percentile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PERCENTILES = (0.5, 99.5)
# Under this share a value moves no percentile, above it one more padded row would.
MIN_PADDING = 0.001
# How far padding lies from the rest, in widths of the rest. CT in a circle of -2048 is 0.4 widths away; the -1024 that
# stands for air beside measured air 0.01. 0 begins most scales and is background far more often than padding.
PADDING_GAP, ZERO_GAP = 0.25, 1.0
# What stays between 0 and the darkest that was measured where 0 is left out, in widths: a background keeps its edge.
ZERO_MARGIN = 0.25
MOST_PADDINGS = 4
# Values that mean nothing at the upper end: the largest of so many bits, or more than any scanner measures. A plain
# bright value there is an implant or an object, and stays.
_TOPS = frozenset({*(2.0**bits - 1 for bits in (12, 14, 15, 16, 31, 32)), 3071.0})
_BEYOND = 1e9
# HU: a slice that has nothing above this is air alone. Lung reaches -500.
AIR = -700.0
# Less than this of a slice that is no padding says nothing of the others.
MIN_MEASURED = 0.1


@dataclass(frozen=True)
class GreyRange:
    """``low`` < ``high``: what nearly all measured values lie between. ``fair``: whether other slices may be seen
    through it; a constant or padded slice and one of air alone give a range, too, but for themselves.

    ``padding``, ``unknown``: the shares 0..1 of values that were left out as padding, and as NaN or infinite."""

    low: float
    high: float
    fair: bool
    padding: float = 0.0
    unknown: float = 0.0


def range_of(pixels: NDArray[np.generic], most: int | None = None) -> GreyRange:
    """The range of ``pixels``, an array of numbers of any shape; of uint8 always 0..255.

    ``most``: look at about so many of them, evenly spread, because a volume takes seconds; None: at all. Never raises:
    where nothing was measured the range is 0..1 and not fair.
    """
    if pixels.dtype == np.uint8:
        return GreyRange(0.0, 255.0, fair=True)
    values = _spread(pixels, most).ravel()
    # float32 holds 16-bit integers exactly; larger integers and sentinels near its limit need more.
    values = values.astype(np.float32 if values.dtype.itemsize <= 2 else np.float64)
    total = max(1, values.size)
    numbers = values[np.isfinite(values)]
    unknown = (values.size - numbers.size) / total
    measured, floor = _without_padding(numbers)
    if measured.size == 0:
        return GreyRange(0.0, 1.0, fair=False, unknown=unknown)
    low, high = _percentiles(measured)
    fair = high > low and measured.size >= MIN_MEASURED * total and high > AIR
    if high <= low:
        low, high = _of_few(measured, low)
    if floor is not None:
        low = max(floor, low - ZERO_MARGIN * (high - low))
    return GreyRange(low, high, fair, (numbers.size - measured.size) / total, unknown)


def _spread(pixels: NDArray[np.generic], most: int | None) -> NDArray[Any]:
    """A view of about ``most`` of the pixels: every n-th along each axis, by turns."""
    if most is None or pixels.size <= most:
        return np.asarray(pixels)
    steps = [1] * pixels.ndim
    while np.prod([-(-side // step) for side, step in zip(pixels.shape, steps, strict=True)]) > most:
        widest = max(range(pixels.ndim), key=lambda axis: pixels.shape[axis] / steps[axis])
        steps[widest] += 1
    return np.asarray(pixels[tuple(slice(step // 2, None, step) for step in steps)])


def _percentiles(values: NDArray[Any]) -> tuple[float, float]:
    # In float64: at the limits of float32 the interpolation overflows.
    low, high = np.percentile(values.astype(np.float64), PERCENTILES)
    return float(low), float(high)


def _without_padding(values: NDArray[Any]) -> tuple[NDArray[Any], float | None]:
    """``values`` without padding at either end; 0 where that was left out at the lower one."""
    floor = None
    for _ in range(MOST_PADDINGS):
        end = _padding(values)
        if end is None:
            break
        floor = 0.0 if end == 0.0 else floor
        values = values[values != end]
    return values, floor


def _padding(values: NDArray[Any]) -> float | None:
    """The value at one end that is padding; None where neither is."""
    if values.size == 0:
        return None
    for end in (float(values.min()), float(values.max())):
        others = values != end
        count = int(np.count_nonzero(others))
        if count == 0 or values.size - count < MIN_PADDING * values.size:
            continue
        low, high = _percentiles(values[others])
        if high <= low:
            continue  # two values: which of them is the picture cannot be said
        gap, width = max(low - end, end - high), high - low
        if end > high and end not in _TOPS and end < _BEYOND:
            continue
        if gap > (ZERO_GAP if end == 0.0 else PADDING_GAP) * width:
            return end
    return None


def _of_few(values: NDArray[Any], mode: float) -> tuple[float, float]:
    """The range where nearly all values are ``mode``: it and the few others, else something around it."""
    others = values[values != mode]
    low, high = (mode, mode) if others.size == 0 else _percentiles(others)
    low, high = min(mode, low), max(mode, high)
    return low, high if high > low else low + max(1.0, 1e-6 * abs(low))
