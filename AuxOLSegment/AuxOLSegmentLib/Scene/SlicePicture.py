"""A small picture of a slice with what is drawn on it, turned as Slicer's views turn it."""

import numpy as np
import slicer
from numpy.typing import NDArray

from auxol_core.types import BoolArray, Box
from AuxOLSegmentLib.Scene.Geometry import SLICE_ROW_COLUMN, volumeLattice
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

SIDE = 36  # pixels
AROUND = 1.5  # times the mask's longer side is shown
OUTLINE = (255, 214, 0)  # seen on dark and bright tissue, and by colour-blind readers
Picture = NDArray[np.uint8]  # (SIDE, SIDE, 3), rows from the top


def slicePicture(volumeNode: slicer.vtkMRMLVolumeNode, key: SliceKey, mask: BoolArray) -> Picture:
    """The slice around ``mask`` (rows, columns), all of it where that is empty, in the window that the views have."""
    _slice, rowAt, colAt = SLICE_ROW_COLUMN[key.axis]
    lattice = volumeLattice(volumeNode)
    pixels = slicer.util.arrayFromVolume(volumeNode)[(slice(None),) * key.axis + (key.index,)]
    lengths = np.linalg.norm(lattice[:3, [rowAt, colAt]], axis=0)
    rows, cols = _samples(mask, lengths)
    inside = _inside(rows, mask.shape[0])[:, None] & _inside(cols, mask.shape[1])
    at = np.ix_(np.clip(rows, 0, mask.shape[0] - 1), np.clip(cols, 0, mask.shape[1] - 1))
    grey = _windowed(volumeNode, pixels[at])
    picture = np.where(inside[..., None], grey[..., None], np.uint8(0)).repeat(3, axis=2)
    picture[_edge(mask[at] & inside)] = OUTLINE
    return _asInViews(picture, lattice[:3, rowAt], lattice[:3, colAt])


def _samples(mask: BoolArray, lengths: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which rows and columns the picture's are: a square in mm."""
    box = Box.of_mask(mask)
    box = Box(0, 0, *mask.shape) if box is None else box
    first, last = np.array([box.row0, box.col0]), np.array([box.row1, box.col1])
    whole = max(np.array(mask.shape) * lengths)
    half = min(whole, AROUND * max((last - first) * lengths)) / 2
    steps = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    middle = (first + last) / 2
    rows, cols = (np.floor(middle[at] + steps * half / lengths[at]).astype(np.int64) for at in (0, 1))
    return rows, cols


def _inside(places: NDArray[np.int64], count: int) -> BoolArray:
    return np.asarray((places >= 0) & (places < count))


def _windowed(volumeNode: slicer.vtkMRMLVolumeNode, pixels: NDArray[np.generic]) -> Picture:
    """Greys as the views show them; of colours their mean."""
    values = np.asarray(pixels, np.float64)
    if values.ndim == 3:
        return np.asarray(np.clip(values[..., :3].mean(axis=2), 0, 255), np.uint8)
    display = volumeNode.GetDisplayNode()
    if display is not None and hasattr(display, "GetWindow") and display.GetWindow() > 0:
        low = display.GetLevel() - display.GetWindow() / 2
        wide = display.GetWindow()
    else:
        low, wide = float(values.min()), max(1e-9, float(values.max() - values.min()))
    return np.asarray(np.clip((np.nan_to_num(values) - low) / wide, 0, 1) * 255, np.uint8)


def _edge(mask: BoolArray) -> BoolArray:
    """Pixels of the mask with a neighbour outside it."""
    wide = np.pad(mask, 1)
    inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.asarray(mask & ~inner)


def _asInViews(picture: Picture, row: NDArray[np.float64], col: NDArray[np.float64]) -> Picture:
    """``row`` and ``col``: where a step along the rows and columns leads in RAS. Views have right or front on their
    left side, and front or head on top."""
    down = int(np.argmax(np.abs(row)))
    across = int(np.argmax(np.where(np.arange(3) == down, 0, np.abs(col))))
    if down < across:  # R before A before S lies across
        picture, row, col, down, across = picture.transpose(1, 0, 2), col, row, across, down
    picture = picture[:, ::-1] if col[across] > 0 else picture
    return np.ascontiguousarray(picture[::-1] if row[down] > 0 else picture)
