"""A slice as the locator sees it: shrunk into a small square, its proportions kept; and the way back.

Organs lie where they lie in the whole picture and are seen well enough at 4 to 8 mm a pixel. What the square has left
over is black, half on either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.types import BoolArray, ByteArray, FloatArray

SIDE = 64
IMAGE, TRUTH, PRESENT = "image", "truth", "present"


@dataclass(frozen=True)
class Letterbox:
    """Where a slice of ``shape`` (rows, columns) lies in the square: ``inner`` (rows, columns) from ``corner`` on."""

    shape: tuple[int, int]

    @property
    def inner(self) -> tuple[int, int]:
        longer = max(self.shape)
        rows, cols = (max(1, round(side * SIDE / longer)) for side in self.shape)
        return rows, cols

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the square that show the slice."""
        rows, cols = self.inner
        row0, col0 = (SIDE - rows) // 2, (SIDE - cols) // 2
        return slice(row0, row0 + rows), slice(col0, col0 + cols)

    def shrunk(self, values: FloatArray) -> FloatArray:
        """``values`` (H, W) or (H, W, C) in 0..1 in the square (SIDE, SIDE[, C]), float32."""
        square = np.zeros((SIDE, SIDE, *values.shape[2:]), dtype=np.float32)
        rows, cols = self.inner
        # By area, or what lies between two samples would not count; a slice under SIDE is enlarged.
        way = cv2.INTER_AREA if max(self.shape) > SIDE else cv2.INTER_LINEAR
        square[self.place] = cv2.resize(np.ascontiguousarray(values), (cols, rows), interpolation=way)
        return square

    def back(self, square: FloatArray) -> FloatArray:
        """What the square (SIDE, SIDE) shows of the slice, on the slice's own grid (H, W), float32."""
        own = np.ascontiguousarray(square[self.place], dtype=np.float32)
        rows, cols = self.shape
        return np.asarray(cv2.resize(own, (cols, rows), interpolation=cv2.INTER_LINEAR), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """``image`` (SIDE, SIDE, 3) float32 in 0..1, ``truth`` (SIDE, SIDE) bool; ``present``: the slice shows it."""

    image: FloatArray
    truth: BoolArray
    present: bool


def thumbnail_of(image: FloatArray) -> FloatArray:
    """``image`` (H, W, 3) float32 in 0..1 as it is stored and looked at: (SIDE, SIDE, 3), in steps of 1/255."""
    shape = (image.shape[0], image.shape[1])
    return np.asarray(_bytes(Letterbox(shape).shrunk(image)).astype(np.float32) / np.float32(255.0))


def encoded(image: FloatArray, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
    """What is kept of a saved slice: ``image`` uint8 (SIDE, SIDE), or with 3 channels where they differ; ``truth``
    packed bits of (SIDE, SIDE); ``present`` uint8 (1,). InvalidInputError if the two are not of one slice."""
    if image.ndim != 3 or image.shape[2] != 3 or image.shape[:2] != truth.shape:
        raise InvalidInputError(
            f"A sight needs an image (H, W, 3) and its mask (H, W), got {image.shape} and {truth.shape}. Save the "
            "slice again with a mask of its own size."
        )
    box = Letterbox((truth.shape[0], truth.shape[1]))
    small = _bytes(box.shrunk(image))
    grey = bool((small == small[:, :, :1]).all())
    shares = box.shrunk(truth.astype(np.float32))
    mask = shares >= 0.5
    if truth.any() and not mask.any():
        mask = shares >= shares.max()  # a speck is somewhere, too
    stored = np.ascontiguousarray(small[:, :, 0]) if grey else small
    return {IMAGE: stored, TRUTH: np.packbits(mask), PRESENT: np.array([truth.any()], dtype=np.uint8)}


def decoded(arrays: Mapping[str, NDArray[np.generic]]) -> Thumbnail:
    """The other way; InvalidInputError if ``arrays`` are not what ``encoded`` gives."""
    expected = {IMAGE, TRUTH, PRESENT}
    if set(arrays) != expected or arrays[TRUTH].size != SIDE * SIDE // 8 or arrays[IMAGE].shape[:2] != (SIDE, SIDE):
        shapes = {name: array.shape for name, array in arrays.items()}
        raise InvalidInputError(
            f"A sight holds {', '.join(sorted(expected))} of {SIDE} x {SIDE} pixels, got {shapes}. It was kept by "
            "another locator; learn the task again."
        )
    image = np.asarray(arrays[IMAGE], dtype=np.float32) / np.float32(255.0)
    if image.ndim == 2:
        image = np.repeat(image[:, :, None], 3, axis=2)
    truth = np.unpackbits(np.asarray(arrays[TRUTH], dtype=np.uint8)).reshape(SIDE, SIDE) > 0
    return Thumbnail(image, truth, bool(arrays[PRESENT][0]))


def _bytes(unit: FloatArray) -> ByteArray:
    return np.asarray(np.clip(np.rint(unit * 255.0), 0, 255), dtype=np.uint8)
