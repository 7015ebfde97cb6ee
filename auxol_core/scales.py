"""What scale the greys of an image are on: modality and range in words, and whether that is a task's own scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.greys import range_of

# Two volumes whose ranges have less than this in common, of all that either covers, are on different scales: CT of the
# head and of the belly share 0.6, one MR sequence at two sites 0.3 and more, HU and unsigned CT 0.2.
MIN_SHARED = 0.25
MAX_WORDS = 40
# A quarter of a million voxels tell the percentiles to a hundredth of the range, in 10 ms.
SAMPLED = 2**18
EIGHT_BIT, CT, _UNIT = "8-bit pictures", "CT", "values of 0 to 1"


@dataclass(frozen=True)
class GreyScale:
    """``low``, ``high``: the range of what was measured, without padding; ``fair``: whether the other slices may be
    seen through it (greys.GreyRange). ``kind``: the modality ("CT", "MR", as DICOM has it) or another word for the
    scale; ``guessed``: from range and type of the numbers, nobody said so. ``whole``: of a volume, not of one slice."""

    low: float
    high: float
    kind: str
    guessed: bool = True
    whole: bool = False
    fair: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.high - self.low) and self.low < self.high) or not 0 < len(self.kind) <= MAX_WORDS:
            raise InvalidInputError(
                f"A grey scale needs low < high, both finite, and a kind of 1 to {MAX_WORDS} characters, got "
                f"{self.low} .. {self.high}, {self.kind[:MAX_WORDS]!r}. Leave it out where it is not known."
            )

    @staticmethod
    def of(pixels: NDArray[np.generic], modality: str = "", *, whole: bool, most: int | None = None) -> GreyScale:
        """Of an array of numbers of any shape. ``modality``: what is known of it; ``most``: see greys.range_of."""
        found = range_of(pixels, most)
        word = "".join(letter for letter in modality.strip() if letter.isprintable())[:MAX_WORDS]
        kind = word or _guess(pixels.dtype, found.low, found.high)
        return GreyScale(found.low, found.high, kind, guessed=not word, whole=whole, fair=found.fair)

    def words(self, low: float | None = None, high: float | None = None) -> str:
        """As "CT, -110 to 240"; ``low``, ``high``: another range than its own."""
        kind = f"{self.kind} (a guess)" if self.guessed and self.kind != EIGHT_BIT else self.kind
        return f"{kind}, {self.low if low is None else low:g} to {self.high if high is None else high:g}"

    def is_foreign_to(self, other: GreyScale) -> bool:
        """Whether an image of this scale is none for a task taught on ``other``.

        Two named modalities decide it; where one is guessed, another guess does, or two volumes with little range in
        common. A slice's range says nothing: it may be of air, or of bone.
        """
        if not (self.guessed or other.guessed):
            return self.kind.lower() != other.kind.lower()
        if not (self.fair and other.fair):
            return False
        if self.guessed and other.guessed and self.kind != other.kind:
            return True
        return self.whole and other.whole and _shared(self, other) < MIN_SHARED


def _shared(one: GreyScale, other: GreyScale) -> float:
    both = min(one.high, other.high) - max(one.low, other.low)
    return max(0.0, both) / (max(one.high, other.high) - min(one.low, other.low))


def _guess(dtype: np.dtype[np.generic], low: float, high: float) -> str:
    if dtype == np.uint8:
        return EIGHT_BIT
    # Air is -1000 HU, nothing in a body is above 3071; no other modality has values far below 0.
    if -1200 <= low <= -50 and high <= 4000:
        return CT
    if dtype.kind == "f" and low >= -0.01 and high <= 1.01:
        return _UNIT
    return f"{'signed' if low < 0 else 'unsigned'} numbers"
