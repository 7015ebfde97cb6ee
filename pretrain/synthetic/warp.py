"""An elastic bend of picture and labels together, so that ellipses are not always ellipses."""

import cv2
import numpy as np

from .draw import chance, uniform
from .scene import Scene
from .texture import grid, smooth_noise


def bend(rng: np.random.Generator, scene: Scene) -> None:
    """Move pixels by a smooth field of a few percent of the side; labels take the nearest pixel."""
    if not chance(rng, 0.3):
        return
    side = min(scene.size)
    cell = side * uniform(rng, 0.12, 0.4)
    reach = np.float32(cell * uniform(rng, 0.03, 0.11))
    rows, columns = grid(scene.size)
    to_rows = rows + smooth_noise(rng, scene.size, cell) * reach
    to_columns = columns + smooth_noise(rng, scene.size, cell) * reach
    moved = cv2.remap(scene.canvas, to_columns, to_rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    scene.canvas = np.asarray(moved, dtype=np.float32).reshape(scene.canvas.shape)
    labels = cv2.remap(scene.labels, to_columns, to_rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    scene.labels = np.asarray(labels, dtype=np.int16)
