"""Slices whose pixels are not square, seen on square ones, and the way back.

A network that was trained on square pixels sees an organ in a sagittal slice of 5 mm thick slices as flat, and answers
worse: docs/benchmark.md has the figures. So the models see such a slice with its coarser axis enlarged to the finer
one, prompts and corrected masks go with it, and what is shown is brought back to the slice's own pixels. Where the
spacing is not known, or pixels are square already, everything passes through untouched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt, SliceImage

LEAST_RATIO = 1.2  # below, a network sees no difference
MOST_PIXELS = 2048 * 2048  # of the enlarged slice, where its own pixels are fewer


@dataclass(frozen=True)
class SquareGrid:
    """``shape``: the slice's own (rows, columns); ``square``: as the models see it."""

    shape: tuple[int, int]
    square: tuple[int, int]

    @staticmethod
    def of(image: SliceImage) -> SquareGrid:
        """The grid of a slice, from its spacing; the slice's own where there is none."""
        rows, cols = image.shape
        if image.spacing_mm is None:
            return SquareGrid((rows, cols), (rows, cols))
        finest = min(image.spacing_mm)
        down, right = (mm / finest for mm in image.spacing_mm)
        # No more than memory holds: less is enlarged then, and the pixels are nearly square.
        most = max(1.0, MOST_PIXELS / (rows * cols))
        down, right = min(down, most), min(right, most)
        if max(down, right) < LEAST_RATIO:
            down = right = 1.0
        return SquareGrid((rows, cols), (round(rows * down), round(cols * right)))

    @property
    def same(self) -> bool:
        """Whether the models see the slice as it is."""
        return self.shape == self.square

    def image(self, unit: FloatArray) -> FloatArray:
        """``unit`` (rows, columns, 3) in 0..1 as the models see it."""
        if self.same:
            return unit
        enlarged = cv2.resize(unit, _size(self.square), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(enlarged, 0.0, 1.0), dtype=np.float32)

    def prompt(self, prompt: Prompt) -> Prompt:
        """``prompt`` where the models see it. Boxes are edges, points are pixel centres."""
        if self.same:
            return prompt
        down, right = self.square[0] / self.shape[0], self.square[1] / self.shape[1]
        box = prompt.box and Box(
            prompt.box.row0 * down, prompt.box.col0 * right, prompt.box.row1 * down, prompt.box.col1 * right
        )
        points = tuple(
            Point((p.row + 0.5) * down - 0.5, (p.col + 0.5) * right - 0.5, p.positive) for p in prompt.points
        )
        strokes = tuple(
            stroke.moved(tuple(((r + 0.5) * down - 0.5, (c + 0.5) * right - 0.5) for r, c in stroke.vertices))
            for stroke in prompt.strokes
        )
        mask = None if prompt.mask is None else _linear(prompt.mask, self.square)
        return replace(prompt, box=box, points=points, mask=mask, strokes=strokes)

    def mask(self, mask: BoolArray) -> BoolArray:
        """A mask on the slice as the models see it, its edges where they are in millimetres."""
        return mask if self.same else _linear(mask.astype(np.float32), self.square) > 0.5

    def logits_back(self, logits: FloatArray) -> FloatArray:
        """The models' logits on the slice's own pixels."""
        return logits if self.same else _linear(logits, self.shape)

    def mask_back(self, mask: BoolArray) -> BoolArray:
        """A mask of the models on the slice's own pixels."""
        return mask if self.same else _linear(mask.astype(np.float32), self.shape) > 0.5


def _linear(values: FloatArray, shape: tuple[int, int]) -> FloatArray:
    # Shrunk by area, or pixels between two samples would not count.
    shrunk = shape[0] < values.shape[0] or shape[1] < values.shape[1]
    way = cv2.INTER_AREA if shrunk else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values.astype(np.float32), _size(shape), interpolation=way), dtype=np.float32)


def _size(shape: tuple[int, int]) -> tuple[int, int]:
    return shape[1], shape[0]
