"""One synthetic picture with the visible pixels of its objects.

Call `cv2.setNumThreads(1)` in a worker process before generating: on few cores OpenCV's own threads only
compete with the training. The result does not depend on it; it depends on the generator's state alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import anatomy, belly, brain, chest, faint, hollow, scatter, scope, sound, tissue, trunk
from .appearance import add_object, random_style
from .degrade import degrade
from .draw import Labels, chance, integer, pick, uniform
from .palette import Palette, colour_palette, contrasts_palette, grey_palette, random_palette, stain_palette
from .scene import Scene, empty_scene
from .shapes import random_shape
from .tidy import MIN_PIXELS, tidy
from .warp import bend

_SIDES = (192, 256, 320)
_TRIES = 4
_Layout = Callable[[np.random.Generator, Scene], None]
LAYOUTS: dict[str, tuple[float, _Layout]] = {
    "loose": (0.2, scatter.loose),
    "endoscopy": (0.13, scope.endoscopy),
    "brain": (0.12, brain.brain),
    "ultrasound": (0.11, sound.ultrasound),
    "belly": (0.11, belly.belly),
    "trunk": (0.08, trunk.trunk),
    "chest": (0.06, chest.chest),
    "faint": (0.05, faint.faint),
    "tubes": (0.03, hollow.tubes),
    "heart": (0.03, hollow.heart),
    "packed": (0.02, tissue.packed),
    "cells": (0.02, tissue.cells),
    "glands": (0.03, tissue.glands),
    "swarm": (0.03, scatter.swarm),
    "mosaic": (0.03, anatomy.mosaic),
    "layers": (0.02, scatter.layers),
}
_ON_BLACK = {"trunk", "belly", "brain"}
_MOSTLY_GREY = {"trunk", "belly", "brain", "chest", "ultrasound", "layers", "heart"}


@dataclass(frozen=True)
class SyntheticImage:
    """image: uint8 (H, W, 3), RGB. labels: int16 (H, W), 0 no object, 1..n the visible pixels of object n."""

    image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
    labels: Labels


def generate(rng: np.random.Generator, layout: str | None = None) -> SyntheticImage:
    """1 to 7 objects of at least 60 visible pixels each; sides up to 320, mildly unequal in a quarter.

    ``layout`` leaves the choice of the layout to the caller, for tests and to look at one.
    """
    size = random_size(rng)
    for _ in range(_TRIES):
        scene = compose(rng, size, layout)
        bend(rng, scene)
        labels = tidy(rng, scene.labels)
        if labels.any():
            return SyntheticImage(degrade(rng, scene.canvas), labels)
    return _simple(rng, size)


def random_size(rng: np.random.Generator) -> tuple[int, int]:
    side = _SIDES[integer(rng, 0, len(_SIDES) - 1)]
    if chance(rng, 0.75):
        return side, side
    other = int(side * uniform(rng, 0.72, 1.0))
    return (side, other) if chance(rng, 0.4) else (other, side)


def compose(rng: np.random.Generator, size: tuple[int, int], layout: str | None = None) -> Scene:
    """The painted scene before anything bends or degrades it; a layout is drawn unless one is named."""
    name = layout or pick(rng, {key: weight for key, (weight, _) in LAYOUTS.items()})
    palette = _palette_for(rng, name)
    level = palette.base
    if name in _ON_BLACK:
        level = np.full(palette.channels, uniform(rng, 0, 0.08), np.float32)
    scene = empty_scene(size, palette, level)
    LAYOUTS[name][1](rng, scene)
    return scene


def _palette_for(rng: np.random.Generator, layout: str) -> Palette:
    """Colour belongs to light: X-ray, sound and MR are grey in most cases, endoscopy hardly ever."""
    if layout == "endoscopy":
        return colour_palette(rng, odd=0.12) if chance(rng, 0.92) else grey_palette(uniform(rng, 0.2, 0.7))
    if layout == "glands" or (layout == "cells" and chance(rng, 0.6)):
        return stain_palette(rng)
    if layout == "brain" and chance(rng, 0.45):
        return contrasts_palette(rng)
    if layout in _MOSTLY_GREY and chance(rng, 0.75):
        return grey_palette(uniform(rng, 0.15, 0.75))
    return random_palette(rng)


def _simple(rng: np.random.Generator, size: tuple[int, int]) -> SyntheticImage:
    """A single object in the middle, for the rare case that no layout left anything visible."""
    scene = empty_scene(
        size, random_palette(rng), np.float32(uniform(rng, 0.2, 0.7)) * np.ones(1, np.float32)
    )
    extent = max(min(size) * 0.3, 4 * MIN_PIXELS**0.5)
    mask = random_shape(rng, size, (size[0] / 2, size[1] / 2), extent, {"ellipse": 1, "fourier": 1})
    add_object(rng, scene, mask, random_style(rng, scene, extent), extent, 0.0)
    return SyntheticImage(degrade(rng, scene.canvas), tidy(rng, scene.labels))
