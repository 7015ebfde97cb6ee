"""Made-up CT slices of 512 x 512 pixels for timing: an organ on a body, noise, always the same for the same number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auxol_core.types import BoolArray, Box, Point, Prompt, SliceImage

SIDE = 512
SPACING_MM = (0.8, 0.8)
AIR, BODY, ORGAN, NOISE = -1000.0, 30.0, 95.0, 22.0  # Hounsfield units


@dataclass(frozen=True, eq=False)
class MadeUpSlice:
    """``image``: int16; ``truth``: (SIDE, SIDE) bool, the organ."""

    image: SliceImage
    truth: BoolArray

    def box(self, number: int = 0) -> Prompt:
        """A box around the organ, another one for each ``number``: its sides move by up to 5 % of its size."""
        tight = Box.of_mask(self.truth)
        if tight is None:  # no number gives an empty organ
            raise ValueError("A made-up slice has no organ.")
        rng = np.random.default_rng(number)
        rows, cols = rng.uniform(-0.05, 0.05, (2, 2)) * ((tight.height,), (tight.width,))
        return Prompt(Box(tight.row0 + rows[0], tight.col0 + cols[0], tight.row1 + rows[1], tight.col1 + cols[1]))

    def click(self, number: int = 0) -> Prompt:
        """One click in the organ, another one for each ``number``."""
        inside = np.argwhere(self.truth)
        row, col = inside[np.random.default_rng(number).integers(len(inside))]
        return Prompt(points=(Point(float(row), float(col)),))


def made_up_slice(number: int) -> MadeUpSlice:
    """Slice ``number``; different numbers have different pixels and organs."""
    rng = np.random.default_rng((2026, number))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    body = ((rows - 256) / 190) ** 2 + ((cols - 256) / 235) ** 2 <= 1
    row, col = rng.uniform(200, 310, 2)
    angle = np.arctan2(rows - row, cols - col)
    waves = sum(rng.uniform(0, 0.12) * np.sin(n * angle + rng.uniform(0, 6.3)) for n in (2, 3, 5))
    truth = np.asarray(np.hypot(rows - row, cols - col) <= rng.uniform(45, 90) * (1 + waves), dtype=bool)
    pixels = np.where(truth, ORGAN, np.where(body, BODY, AIR)) + rng.normal(0, NOISE, (SIDE, SIDE))
    return MadeUpSlice(SliceImage(pixels.astype(np.int16), SPACING_MM), truth)
