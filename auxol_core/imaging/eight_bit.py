"""A whole volume seen through its own grey range, in 8 bits (``--window volume``)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from auxol_core.greys import range_of


def to_8_bit(pixels: NDArray[np.generic]) -> NDArray[np.uint8]:
    """``pixels`` of any shape, numbers, mapped by their range (greys.range_of) to 0..255. NaN is 0, as the darkest.

    Padding and values beyond the range are cut to 0 or 255; ``left_out`` says so in a sentence.
    """
    found = range_of(pixels)
    values = pixels.astype(np.float32 if pixels.dtype.itemsize <= 2 else np.float64)
    unit = (np.nan_to_num(values, nan=found.low) - found.low) / max(found.high - found.low, 1e-12)
    return np.asarray(np.rint(255.0 * np.clip(unit, 0.0, 1.0)), dtype=np.uint8)


def left_out(pixels: NDArray[np.generic]) -> str:
    """Which values of a volume its range was made without, as a sentence; empty where none."""
    if pixels.dtype.kind != "f":
        return ""
    count = int(pixels.size - np.isfinite(pixels).sum())
    if not count:
        return ""
    return f"{count:,} of its {pixels.size:,} voxels are NaN or infinite; they were left out of its grey range."
