"""The picture under construction: a canvas, its labels, and the rule of what covers what."""

from dataclasses import dataclass

import cv2
import numpy as np

from .draw import Floats, Labels, Mask, Size
from .palette import Palette

Box = tuple[int, int, int, int]


@dataclass
class Scene:
    """`canvas` float32 (H, W, C); `labels` int16 (H, W); `palette` gives C. Later objects cover earlier."""

    canvas: Floats
    labels: Labels
    palette: Palette
    count: int = 0

    @property
    def size(self) -> Size:
        return int(self.canvas.shape[0]), int(self.canvas.shape[1])

    def label(self, mask: Mask) -> None:
        """The mask becomes a new object and hides what lies below."""
        self.count += 1
        self.labels[mask > 0] = self.count

    def unlabel(self, mask: Mask) -> None:
        """An opaque distractor lies here: nothing of the objects below is visible."""
        self.labels[mask > 0] = 0

    def hide(self, mask: Mask) -> None:
        """Nothing is seen here: black, and no object."""
        self.canvas[mask > 0] = 0
        self.labels[mask > 0] = 0

    def mean(self, mask: Mask, box: Box | None = None) -> Floats:
        """(C,): the mean colour under the mask, which lies within the box (half-open) if one is given."""
        top, bottom, left, right = box or (0, mask.shape[0], 0, mask.shape[1])
        values = cv2.mean(self.canvas[top:bottom, left:right], mask[top:bottom, left:right])
        return np.array(values[: self.canvas.shape[2]], np.float32)


def empty_scene(size: Size, palette: Palette, level: Floats) -> Scene:
    canvas = np.empty((*size, palette.channels), np.float32)
    canvas[:] = level
    return Scene(canvas, np.zeros(size, np.int16), palette)


def bounds(mask: Mask, margin: int) -> Box | None:
    """Half-open (top, bottom, left, right) of the mask grown by the margin, or None for an empty mask."""
    left, top, width, height = cv2.boundingRect(mask)
    if width == 0 or height == 0:
        return None
    return (
        max(top - margin, 0),
        min(top + height + margin, mask.shape[0]),
        max(left - margin, 0),
        min(left + width + margin, mask.shape[1]),
    )
