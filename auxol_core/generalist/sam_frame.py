"""How a slice lies in the square that a SAM sees, and prompts and masks in it; the conventions stand in sam.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.decoding import Shown
from auxol_core.types import BoolArray, Box, FloatArray, Prompt


@dataclass(frozen=True)
class Frame:
    """A slice of ``shape`` is resampled to ``resampled`` (rows, columns), then padded to ``side``; masks so far and
    the decoder's masks have ``low`` pixels a side there."""

    shape: tuple[int, int]
    resampled: tuple[int, int]
    side: int
    low: int

    @property
    def scale(self) -> tuple[float, float]:
        return self.resampled[0] / self.shape[0], self.resampled[1] / self.shape[1]

    @property
    def inside(self) -> tuple[int, int]:
        """Rows and columns of a low-resolution mask that lie on the slice, the rest is padding."""
        rows, cols = (-(-side * self.low // self.side) for side in self.resampled)
        return rows, cols

    def shown(self, prompt: Prompt) -> Shown:
        """``prompt``, which lies on the slice, as SAM's prompt encoder takes it; InvalidInputError where it is an
        empty mask alone."""
        box = prompt.box
        if box is None and prompt.mask is not None and not prompt.positives:
            box = Box.of_mask(np.asarray(prompt.mask > 0.5, dtype=bool))
            if box is None:
                raise InvalidInputError(
                    "The mask so far is empty and shows SAM nothing. Click inside the object or drag a box around it."
                )
        points = [(*self._point(point.row, point.col), float(point.positive)) for point in prompt.points]
        return Shown(
            np.array(points, dtype=np.float32).reshape(-1, 3),
            None if box is None else np.array(self._box(box), dtype=np.float32),
            None if prompt.mask is None else self.small(prompt.mask),
        )

    def small(self, mask: FloatArray | BoolArray) -> FloatArray:
        """(H, W) shares 0..1 of the slice -> (low, low) in the padded square; the padding is not the object."""
        whole = torch.from_numpy(np.require(mask, np.float32, ["C", "W"]))[None, None]
        inside = functional.interpolate(whole, self.resampled, mode="bilinear", align_corners=False, antialias=True)
        padding = (0, self.side - self.resampled[1], 0, self.side - self.resampled[0])
        pooled = functional.adaptive_avg_pool2d(functional.pad(inside, padding), self.low)
        return np.asarray(pooled[0, 0].numpy(), dtype=np.float32)

    def _point(self, row: float, col: float) -> tuple[float, float]:
        """(x, y) that SAM's prompt encoder takes for a pixel index."""
        rows, cols = self.scale
        return (col + 0.5) * cols - 0.5, (row + 0.5) * rows - 0.5

    def _box(self, box: Box) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1) that SAM's prompt encoder takes, of the part of ``box`` that lies on the slice."""
        rows, cols = self.scale
        x0, y0 = max(box.col0, 0.0) * cols, max(box.row0, 0.0) * rows
        x1, y1 = min(box.col1, self.shape[1]) * cols - 1, min(box.row1, self.shape[0]) * rows - 1
        return x0, y0, max(x0, x1), max(y0, y1)
