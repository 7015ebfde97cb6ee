"""From a truth to what a person would have given: components, boxes and points, and imperfect corrections.

Every draw depends on (seed, image, label, component) alone, so that all methods see the same prompts and the same
noise, whatever was drawn before. Everything here is in pixels of the prepared image.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.interior import most_interior
from auxol_core.promptable.simulate import jittered
from auxol_core.replay.freehand import lasso_around, scribble_on
from auxol_core.replay.options import Noise, PromptOptions
from auxol_core.types import BoolArray, Box, Point, Prompt

MIN_COMPONENT_SIDE = 16


@dataclass(frozen=True, eq=False)
class Component:
    """One 8-connected piece of the truth. ``index`` counts all pieces of the image; ``mask`` is (rows, columns)."""

    index: int
    box: Box
    mask: BoolArray = field(repr=False)


def rng_for(*parts: object) -> np.random.Generator:
    """A generator that depends on ``parts`` alone, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def components(truth: BoolArray) -> tuple[list[Component], int]:
    """The pieces with a bounding box of at least 16 x 16 px, and how many smaller ones were left out."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(truth.astype(np.uint8), connectivity=8)
    kept = []
    for index in range(1, count):
        left, top, width, height = (int(v) for v in stats[index, :4])
        if min(width, height) >= MIN_COMPONENT_SIDE:
            kept.append(Component(index - 1, Box(top, left, top + height, left + width), np.asarray(labels == index)))
    return kept, count - 1 - len(kept)


def has_component(truth: BoolArray) -> bool:
    """Whether any piece is large enough to be prompted."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(truth.astype(np.uint8), connectivity=8)
    sides = stats[1:count, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    return bool((sides.min(axis=1) >= MIN_COMPONENT_SIDE).any()) if count > 1 else False


def prompt_for(component: Component, options: PromptOptions, image: str, label: int) -> Prompt:
    """The prompt of one component, on the image: a jittered and shifted box, a point, a scribble or a lasso."""
    if options.kind == "point":
        return Prompt(points=(_point(component, options),))
    rng = rng_for(options.seed, image, label, component.index)
    if options.kind == "scribble":
        return Prompt(strokes=(scribble_on(component.mask, options.jitter, rng),))
    if options.kind == "lasso":
        return Prompt(strokes=(lasso_around(component.mask, options.jitter, rng),))
    box = jittered(component.box, options.jitter, rng) if options.jitter else component.box
    if options.shift:
        down, right = options.shift * rng.choice((-1.0, 1.0), 2)
        dr, dc = float(down) * component.box.height, float(right) * component.box.width
        box = Box(box.row0 + dr, box.col0 + dc, box.row1 + dr, box.col1 + dc)
    return Prompt(box=clipped(box, (component.mask.shape[0], component.mask.shape[1])))


def clipped(box: Box, shape: tuple[int, int]) -> Box:
    """The part of ``box`` on an image of ``shape`` (rows, columns), moved in where less than a pixel is left."""
    row0, row1 = _clip(box.row0, box.row1, shape[0])
    col0, col1 = _clip(box.col0, box.col1, shape[1])
    return Box(row0, col0, row1, col1)


def noisy(parts: Sequence[Component], noise: Noise | None, seed: int, image: str, label: int) -> BoolArray:
    """The union of components, one at least, as a careless person would outline it; a piece that erosion would delete
    stays whole."""
    result = np.zeros_like(parts[0].mask)
    for part in parts:
        result |= part.mask if noise is None else _worn(part, noise, rng_for(seed, image, label, part.index, "noise"))
    return result


def _worn(part: Component, noise: Noise, rng: np.random.Generator) -> BoolArray:
    side = round(noise.share * min(part.box.height, part.box.width))
    kernel: NDArray[np.uint8] = np.ones((max(1, side), max(1, side)), np.uint8)
    erode = bool(rng.random() < 0.5) if noise.kind == "either" else noise.kind == "erode"
    if not erode:
        return np.asarray(cv2.dilate(part.mask.astype(np.uint8), kernel) > 0)
    worn = np.asarray(cv2.erode(part.mask.astype(np.uint8), kernel, borderType=cv2.BORDER_REPLICATE) > 0)
    return worn if worn.any() else part.mask


def _point(component: Component, options: PromptOptions) -> Point:
    if options.point == "centroid":
        rows, cols = np.nonzero(component.mask)
        return Point(float(rows.mean()), float(cols.mean()))
    return most_interior(component.mask)


def _clip(low: float, high: float, size: int) -> tuple[float, float]:
    low, high = max(0.0, low), min(float(size), high)
    if high - low >= 1.0:
        return low, high
    low = min(max(0.0, low), size - 1.0)
    return low, max(high, low + 1.0)
