"""Square windows on a slice: cut out, resampled to the network's side, and put back.

A window is snapped to whole pixels, so that a crop and its way back use exactly the same square and nothing shifts by
a fraction of a pixel. It may reach over the image's border; what lies there is filled, never mirrored, because a
mirrored object would look like a second one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.types import Box, FloatArray, Point

MIN_SIDE = 8
# A square of this side is 3 GB in three float32 channels; nothing a person prompts for is wider.
MAX_SIDE = 16_384


@dataclass(frozen=True)
class Window:
    """A square of whole pixels: rows ``row0 .. row0 + side - 1``, columns alike; may reach outside the image."""

    row0: int
    col0: int
    side: int

    def __post_init__(self) -> None:
        if not 1 <= self.side <= MAX_SIDE:
            raise InvalidInputError(
                f"A window may be 1 to {MAX_SIDE:,} pixels wide, got {self.side:,}. "
                "Draw a smaller box, or crop the image to the part of interest."
            )

    @staticmethod
    def around(centre: tuple[float, float], side: float) -> Window:
        """The window of about ``side`` pixels with its middle at ``centre`` (row, col; pixel-edge coordinates)."""
        whole = max(MIN_SIDE, round(side))
        return Window(round(centre[0] - whole / 2), round(centre[1] - whole / 2), whole)

    @staticmethod
    def whole(shape: tuple[int, int]) -> Window:
        """The smallest centred window that holds an image of ``shape`` (rows, columns)."""
        return Window.around((shape[0] / 2, shape[1] / 2), max(shape))

    def to_crop(self, row: float, col: float, crop_side: int) -> tuple[float, float]:
        """Pixel-edge coordinates of the slice -> those of the crop."""
        scale = crop_side / self.side
        return (row - self.row0) * scale, (col - self.col0) * scale

    def overlap(self, shape: tuple[int, int]) -> tuple[slice, slice, slice, slice]:
        """Slices (image rows, image columns, window rows, window columns) of the part that lies on the image."""
        r0, r1 = max(0, self.row0), min(shape[0], self.row0 + self.side)
        c0, c1 = max(0, self.col0), min(shape[1], self.col0 + self.side)
        r1, c1 = max(r0, r1), max(c0, c1)
        return (
            slice(r0, r1),
            slice(c0, c1),
            slice(r0 - self.row0, r1 - self.row0),
            slice(c0 - self.col0, c1 - self.col0),
        )


def extract(
    array: NDArray[np.generic], window: Window, crop_side: int, fill: float = 0.0, *, nearest: bool = False
) -> FloatArray:
    """Cut ``window`` out of ``array`` (H, W) or (H, W, C) and resample it to (crop_side, crop_side[, C]) float32.

    Shrinking averages areas (a bilinear reading would alias), enlarging is bilinear; ``nearest`` keeps label values.
    """
    rows, cols, window_rows, window_cols = window.overlap((array.shape[0], array.shape[1]))
    square = np.full((window.side, window.side, *array.shape[2:]), fill, dtype=np.float32)
    square[window_rows, window_cols] = array[rows, cols]
    method = cv2.INTER_AREA if window.side > crop_side else cv2.INTER_LINEAR
    if nearest:
        method = cv2.INTER_NEAREST_EXACT  # INTER_NEAREST reads each cell's corner: up to half a crop pixel off
    return np.asarray(cv2.resize(square, (crop_side, crop_side), interpolation=method), dtype=np.float32)


def paste(crop: FloatArray, window: Window, shape: tuple[int, int], outside: float) -> FloatArray:
    """Resample ``crop`` (S, S) bilinearly back onto an image of ``shape``; what the window misses is ``outside``."""
    result = np.full(shape, outside, dtype=np.float32)
    rows, cols, window_rows, window_cols = window.overlap(shape)
    if rows.start == rows.stop or cols.start == cols.stop:
        return result
    square = cv2.resize(crop, (window.side, window.side), interpolation=cv2.INTER_LINEAR)
    result[rows, cols] = square[window_rows, window_cols]
    return result


def standardise(crop: FloatArray, inside: FloatArray | None = None) -> FloatArray:
    """``crop`` (S, S, C) minus its mean, over its deviation, both taken over all channels where ``inside`` (S, S) > 0.

    What lies outside the image becomes 0, the mean: neither an edge nor a structure.
    """
    part = crop if inside is None else crop[inside > 0]
    if part.size == 0:
        return np.zeros_like(crop)
    centred = (crop - part.mean()) / (part.std() + 1e-3)
    if inside is not None:
        centred[inside <= 0] = 0.0
    return np.asarray(centred, dtype=np.float32)


def extent(points: tuple[Point, ...], boxes: tuple[Box, ...]) -> Box | None:
    """The smallest box that holds ``points`` (as pixels) and ``boxes``; None if there is neither."""
    rows = [edge for b in boxes for edge in (b.row0, b.row1)] + [edge for p in points for edge in (p.row, p.row + 1)]
    cols = [edge for b in boxes for edge in (b.col0, b.col1)] + [edge for p in points for edge in (p.col, p.col + 1)]
    return Box(min(rows), min(cols), max(rows), max(cols)) if rows else None
