"""Corrections that are wrong altogether: what a person saves by mistake now and then.

Four kinds in turn: object and background swapped, the mask beside its place, another structure of the image (here: the
mask mirrored, where a paired organ lies), the whole image. Which images meet one depends on their place in the stream
alone, so that a stream with slips is the stream without them but for these.
"""

from __future__ import annotations

import numpy as np

from auxol_core.types import BoolArray, Box

KINDS = ("inverted", "shifted", "another structure", "whole image")


def is_slip(index: int, every: int) -> bool:
    """Whether image number ``index`` (from 0) meets one, the middle one of each ``every``; 0: none does."""
    return every > 0 and index % every == every // 2


def slipped(truth: BoolArray, index: int, every: int) -> BoolArray:
    """What is saved for image ``index`` instead of ``truth`` (rows, columns)."""
    kind = KINDS[(index // every) % len(KINDS)]
    box = Box.of_mask(truth)
    if kind == "inverted":
        return np.asarray(~truth)
    if kind == "whole image" or box is None:
        return np.ones_like(truth)
    if kind == "another structure":
        return np.ascontiguousarray(truth[:, ::-1])
    # As far as the object is wide, towards the side with more room.
    way = round(box.width) if box.col0 + box.col1 < truth.shape[1] else -round(box.width)
    return _moved(truth, way)


def _moved(mask: BoolArray, columns: int) -> BoolArray:
    moved = np.zeros_like(mask)
    if columns >= 0:
        moved[:, columns:] = mask[:, : mask.shape[1] - columns]
    else:
        moved[:, :columns] = mask[:, -columns:]
    return moved
