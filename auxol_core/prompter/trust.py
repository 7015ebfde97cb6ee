"""How far a propagated slice is to be trusted: the model's own estimate, times the chance that it is the structure.

What the model says of its answer tells little: beyond the structure's end it goes on to find something of the size of
its prompt's box, is sure of it, and agrees with itself from slice to slice. What tells is whether what it found *looks
like* what the person marked on the seed: the grey values inside, as the overlap of two histograms (``likeness``). An
error stays, since each prompt is made of the mask before, so likeness fades in from slice to slice (``lasting``).

The product is an expected Dice: where something else was found it is 0. Along a structure the chance is near 1, and
the model's own estimate tells the good slices from the better ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auxol_core.types import BoolArray, FloatArray

# Chance that it is the structure: 1 / (1 + e**-(BIAS + OF_AGREEMENT ln agreement + OF_LIKENESS ln likeness)).
# Fitted by tools/bench/learn/fit_propagation.py; its table, cross-validated by patient, is in docs/propagation.md.
BIAS, OF_AGREEMENT, OF_LIKENESS = 3.3, 1.0, 4.7
FLOOR = 0.02  # added before the logarithm is taken: an overlap of nothing has one, too
LASTING = 0.5  # how much of the likeness so far lasts, in its exponent
BINS = 16
# The histogram's range is that of the seed's values without the outer 1 %, as wide again: half of it on either side.
OUTER = 1.0


@dataclass(frozen=True, eq=False)
class Look:
    """The grey values of an accepted object: ``shares`` (BINS,) of its pixels from ``low`` up, ``width`` a bin."""

    shares: NDArray[np.float64]
    low: float
    width: float

    @staticmethod
    def of(pixels: FloatArray, mask: BoolArray) -> Look:
        """``pixels`` (H, W), any scale; ``mask`` (H, W), not empty."""
        low, high = (float(value) for value in np.percentile(pixels[mask], (OUTER, 100.0 - OUTER)))
        spread = max(high - low, 1e-3 * max(1.0, abs(low), abs(high)))
        low, width = low - spread / 2, 2 * spread / BINS
        return Look(_shares(pixels[mask], low, width), low, width)

    def likeness(self, pixels: FloatArray, mask: BoolArray) -> float:
        """How far the values under ``mask`` are distributed as the object's, 0..1; 0 where the mask is empty."""
        if not mask.any():
            return 0.0
        return float(np.minimum(self.shares, _shares(pixels[mask], self.low, self.width)).sum())


def _shares(values: FloatArray, low: float, width: float) -> NDArray[np.float64]:
    bins = np.clip((values - low) / width, 0, BINS - 1).astype(np.intp)
    return np.bincount(bins, minlength=BINS) / values.size


def lasting(before: float, likeness: float) -> float:
    """The likeness of a slice, 0..1, with that of the slices on the way to it."""
    return float(before**LASTING * likeness ** (1.0 - LASTING))


def chance(agreement: float, likeness: float) -> float:
    """How likely what was found is the structure, 0..1. ``agreement``: Dice with the neighbour's mask; ``likeness``:
    lasting."""
    evidence = OF_AGREEMENT * math.log(agreement + FLOOR) + OF_LIKENESS * math.log(likeness + FLOOR)
    return 1.0 / (1.0 + math.exp(-(BIAS + evidence)))
