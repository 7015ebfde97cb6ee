"""How deep inside a mask its pixels lie."""

from __future__ import annotations

import cv2
import numpy as np

from auxol_core.types import BoolArray, FloatArray, Point


def interior_depth(mask: BoolArray) -> FloatArray:
    """Distance in pixels of every mask pixel (H, W) to the nearest one outside; the image's border is outside."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1], dtype=np.float32)


def most_interior(mask: BoolArray) -> Point:
    """The pixel farthest from the outside; the first of several in reading order."""
    row, col = np.unravel_index(int(np.argmax(interior_depth(mask))), mask.shape)
    return Point(float(row), float(col))
