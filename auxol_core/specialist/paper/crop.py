"""The published specialist's view of an object: the prompt's crop at 128x128, and the way back onto the slice.

Crop rules (Huang et al. 2025): a box prompt's crop is the box. For any other prompt it is the bounding box of the
convex hull of the generalist's whole mask (the hull's bounding box is the mask's own), widened by a tenth of its
height and width on every side. Both are clipped to the image. A mask under 16 px a side, or none: the whole image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from auxol_core.options import PaperOptions
from auxol_core.specialist.base import View
from auxol_core.types import BoolArray, Box, ByteArray, FloatArray

Region = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class CropInput:
    """What the network gets, in 8 bits, so that a prediction sees exactly what a stored lesson keeps.

    ``image``: (S, S, 3) uint8; ``mask``: the generalist's mask, (S, S) bool, or its alpha channel (S, S) uint8 where
    ``mask_channel=as_coded``; None for prompts without a box.
    """

    image: ByteArray = field(repr=False)
    mask: NDArray[np.generic] | None = field(repr=False)

    def channels(self) -> FloatArray:
        """(3 or 4, S, S) float32 in 0..1."""
        planes = [np.moveaxis(self.image, 2, 0).astype(np.float32) / 255.0]
        if self.mask is not None:
            top = 255.0 if self.mask.dtype == np.uint8 else 1.0
            planes.append(self.mask[None].astype(np.float32) / top)
        return np.concatenate(planes)


def crop_region(view: View, options: PaperOptions) -> Region:
    """The crop's rows and columns on the slice: whole pixels, inside the image, at least one.

    A box's edges are rounded to the nearest pixel edge. Raises InvalidInputError if a box lies outside the image.
    """
    shape = (view.image.shape[0], view.image.shape[1])
    if view.prompt.box is not None:
        view.prompt.check_against(shape)
        return _clipped(view.prompt.box, shape)
    found = Box.of_mask(view.generalist.mask)
    if found is None or min(found.height, found.width) < options.min_mask_side:
        return slice(0, shape[0]), slice(0, shape[1])
    rows, cols = options.crop_margin * found.height, options.crop_margin * found.width
    return _clipped(Box(found.row0 - rows, found.col0 - cols, found.row1 + rows, found.col1 + cols), shape)


def _clipped(box: Box, shape: tuple[int, int]) -> Region:
    return _span(box.row0, box.row1, shape[0]), _span(box.col0, box.col1, shape[1])


def _span(low: float, high: float, size: int) -> slice:
    start = min(max(math.floor(low + 0.5), 0), size - 1)
    return slice(start, min(max(math.floor(high + 0.5), start + 1), size))


def crop_input(view: View, region: Region, options: PaperOptions) -> CropInput:
    """Cut ``region`` out of the slice and resize it to ``crop_side``; the mask comes along for box prompts alone."""
    image = view.image[region]
    if view.prompt.box is None:
        return CropInput(_byte(resize(image, options.crop_side)), None)
    mask = view.generalist.mask[region]
    if options.mask_channel == "as_coded":
        return _as_one_picture(image, mask, options.crop_side)
    return CropInput(_byte(resize(image, options.crop_side)), nearest(mask, options.crop_side))


def _as_one_picture(image: FloatArray, mask: BoolArray, side: int) -> CropInput:
    """The reference's way: colours times alpha are resized with alpha, then divided by it again, as a picture library
    does with RGBA. Where no mask is, nothing of the image is left."""
    opaque = mask[:, :, None].astype(np.float32)
    rgba = resize(np.concatenate([image * opaque, opaque], axis=2), side)
    alpha = _byte(rgba[:, :, 3])
    colour = np.where(alpha[:, :, None] > 0, rgba[:, :, :3] / np.maximum(rgba[:, :, 3:], 1e-6), 0.0)
    return CropInput(_byte(colour), alpha)


def resize(picture: FloatArray, side: int) -> FloatArray:
    """Resize (h, w, C) to (side, side, C), bilinear; where it shrinks, with the wider triangle that picture libraries
    use, because a plain bilinear reading aliases."""
    planes = torch.from_numpy(np.ascontiguousarray(np.moveaxis(picture, 2, 0)))[None]
    resized = F.interpolate(planes, (side, side), mode="bilinear", antialias=True)[0]
    return np.asarray(np.moveaxis(resized.numpy(), 0, 2), dtype=np.float32)


def nearest(mask: BoolArray, side: int) -> BoolArray:
    """Resize a mask (h, w) to (side, side) by the nearest pixel centre."""
    size = (side, side)
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST_EXACT), dtype=bool)


def paste_logits(logits: FloatArray, region: Region, shape: tuple[int, int], outside: float) -> FloatArray:
    """Resize ``logits`` (S, S) bilinearly to the region's own size and put them on a slice of ``shape``."""
    rows, cols = region
    result = np.full(shape, outside, dtype=np.float32)
    size = (cols.stop - cols.start, rows.stop - rows.start)
    result[region] = cv2.resize(logits, size, interpolation=cv2.INTER_LINEAR)
    return result


def _byte(values: FloatArray) -> ByteArray:
    return np.asarray(np.clip(np.rint(values * 255.0), 0, 255), dtype=np.uint8)
