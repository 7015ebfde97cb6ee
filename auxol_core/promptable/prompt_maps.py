"""A prompt drawn into the crop: the network's input channels 3 to 6."""

from __future__ import annotations

import numpy as np

from auxol_core.imaging.crops import Window, extract, standardise
from auxol_core.types import FloatArray, Prompt

POINT_RADIUS = 4.0


def draw(prompt: Prompt, window: Window, crop_side: int) -> FloatArray:
    """Return the four maps (4, S, S) float32: box, positive points, negative points, mask so far (-1 .. 1)."""
    maps = np.zeros((4, crop_side, crop_side), dtype=np.float32)
    if prompt.box is not None:
        row0, col0 = window.to_crop(prompt.box.row0, prompt.box.col0, crop_side)
        row1, col1 = window.to_crop(prompt.box.row1, prompt.box.col1, crop_side)
        rows = slice(max(0, round(row0)), max(0, round(row0) + 1, round(row1)))
        cols = slice(max(0, round(col0)), max(0, round(col0) + 1, round(col1)))
        maps[0, rows, cols] = 1.0
    grid = np.arange(crop_side, dtype=np.float32) + 0.5
    for point in prompt.points:
        row, col = window.to_crop(point.row + 0.5, point.col + 0.5, crop_side)
        disc = (grid[:, None] - row) ** 2 + (grid[None, :] - col) ** 2 <= POINT_RADIUS**2
        maps[1 if point.positive else 2][disc] = 1.0
    if prompt.mask is not None:
        maps[3] = 2.0 * extract(prompt.mask, window, crop_side) - 1.0
    return maps


def network_input(image: FloatArray, prompt: Prompt, window: Window, crop_side: int) -> FloatArray:
    """Return the network's input (7, S, S) float32 for ``image`` (H, W, 3) in 0..1, seen through ``window``."""
    crop = extract(image, window, crop_side)
    _, _, rows, cols = window.overlap((image.shape[0], image.shape[1]))
    inside = None
    if (rows.stop - rows.start, cols.stop - cols.start) != (window.side, window.side):
        scale = crop_side / window.side
        inside = np.zeros((crop_side, crop_side), dtype=np.float32)
        inside[_scaled(rows, scale), _scaled(cols, scale)] = 1.0
    pixels = standardise(crop, inside).transpose(2, 0, 1)
    return np.concatenate([pixels, draw(prompt, window, crop_side)])


def _scaled(part: slice, scale: float) -> slice:
    return slice(round(part.start * scale), round(part.stop * scale))
