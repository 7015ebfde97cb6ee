"""Pictures for tasks that older programs taught; nothing but numpy, so that any commit can draw them.

A bright disc with a brighter core on noise. What is taught is the whole disc for a click into the core, which a
generalist takes for the object: whoever gets the disc has learned it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIDE = 64
NOT_TAUGHT = tuple(range(100, 108))


def disc_with_core(number: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_], tuple[int, int]]:
    """Picture ``number`` (64, 64), the disc's mask (64, 64) and a click in the core (row, col)."""
    rng = np.random.default_rng(number)
    radius, row, col = int(rng.integers(15, 21)), int(rng.integers(26, 38)), int(rng.integers(26, 38))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    distance = np.hypot(rows - row, cols - col)
    pixels = rng.normal(60, 8, (SIDE, SIDE))
    pixels[distance <= radius] += 50
    pixels[distance <= 0.55 * radius] += 70
    return np.clip(pixels, 0, 255).astype(np.uint8), distance <= radius, (row, col)
