"""What the rooms hand to one another: frozen dataclasses, checked when they are made.

Conventions, valid everywhere in this package
---------------------------------------------
* Arrays of a slice are (rows, columns) or (rows, columns, 3); volumes are (slices, rows, columns), numpy's order of
  what SimpleITK and Slicer give.
* ``row``/``col`` of a point are pixel indices: the centre of the first pixel is (0, 0). Fractions are allowed.
* A box is half-open in pixel indices, ``mask[row0:row1, col0:col1]``; its edges may be fractions and lie outside.
* Lengths in millimetres are named ``_mm``; everything else is in pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]
ByteArray = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """Half-open box in pixel indices: rows ``row0 <= r < row1``, columns ``col0 <= c < col1``."""

    row0: float
    col0: float
    row1: float
    col1: float

    def __post_init__(self) -> None:
        edges = (self.row0, self.col0, self.row1, self.col1)
        if not all(math.isfinite(edge) for edge in edges):
            raise InvalidInputError(f"A box needs four finite edges, got {edges}. Draw the box again.")
        if self.row1 <= self.row0 or self.col1 <= self.col0:
            raise InvalidInputError(
                f"A box needs row0 < row1 and col0 < col1 (half-open, in pixels), got {edges}. "
                "Drag it from one corner to the opposite one."
            )

    @property
    def height(self) -> float:
        return self.row1 - self.row0

    @property
    def width(self) -> float:
        return self.col1 - self.col0

    @property
    def centre(self) -> tuple[float, float]:
        """(row, col) of the middle, in pixel-edge coordinates (a 1-pixel box at index 0 has its centre at 0.5)."""
        return (self.row0 + self.row1) / 2, (self.col0 + self.col1) / 2

    def overlaps(self, shape: tuple[int, int]) -> bool:
        """Whether any part of it lies on an image of ``shape`` (rows, columns)."""
        return self.row0 < shape[0] and self.col0 < shape[1] and self.row1 > 0 and self.col1 > 0

    @staticmethod
    def of_mask(mask: BoolArray) -> Box | None:
        """The tight box of a mask (rows, columns); None if it is empty."""
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size == 0:
            return None
        cols = np.flatnonzero(mask.any(axis=0))
        return Box(float(rows[0]), float(cols[0]), float(rows[-1] + 1), float(cols[-1] + 1))


@dataclass(frozen=True)
class Point:
    """A click: pixel indices (centre of the first pixel is 0, 0) and whether it marks the object or not-the-object."""

    row: float
    col: float
    positive: bool = True

    def __post_init__(self) -> None:
        if not (math.isfinite(self.row) and math.isfinite(self.col)):
            raise InvalidInputError(f"A point needs finite row and col, got ({self.row}, {self.col}). Click again.")

    def inside(self, shape: tuple[int, int]) -> bool:
        """Whether it lies on an image of ``shape`` (rows, columns)."""
        return -0.5 <= self.row < shape[0] - 0.5 and -0.5 <= self.col < shape[1] - 0.5


@dataclass(frozen=True, eq=False)
class Prompt:
    """What the user showed of one object: a box, points, or both, and perhaps the mask so far.

    ``mask`` is the probability (0..1, float32) or truth (bool) of the object so far, (rows, columns) of the slice:
    the proposal that the next click repairs, or the neighbouring slice's accepted mask.
    """

    box: Box | None = None
    points: tuple[Point, ...] = ()
    mask: FloatArray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.mask is not None:
            object.__setattr__(self, "mask", np.asarray(self.mask, dtype=np.float32))
        if self.box is None and self.mask is None and not any(p.positive for p in self.points):
            raise InvalidInputError(
                "A prompt needs a box, a positive point or a mask so far, got "
                f"{len(self.points)} negative points alone. Click inside the object or drag a box around it."
            )

    @property
    def positives(self) -> tuple[Point, ...]:
        return tuple(p for p in self.points if p.positive)

    def check_against(self, shape: tuple[int, int]) -> None:
        """Raise InvalidInputError unless this prompt lies on an image of ``shape`` (rows, columns)."""
        if self.box is not None and not self.box.overlaps(shape):
            raise InvalidInputError(
                f"The box {self.box} lies outside the image of {shape[0]} rows and {shape[1]} columns. Draw it on the image."
            )
        for point in self.points:
            if not point.inside(shape):
                raise InvalidInputError(
                    f"The point ({point.row:g}, {point.col:g}) lies outside the image of {shape[0]} rows and "
                    f"{shape[1]} columns. Click on the image."
                )
        if self.mask is not None and self.mask.shape != shape:
            raise InvalidInputError(
                f"The mask so far must have the image's shape {shape}, got {self.mask.shape}. Send it for this slice."
            )
