"""The upper belly: a large organ along the wall whose box holds stomach, spleen, kidney and muscle of like grey.

The organ leaves corners of its box empty and ends in a wedge: what fills the box is not the object.
"""

import numpy as np

from .anatomy import eroded, organ_style, random_point
from .appearance import Style, add_object, paint
from .draw import Floats, Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene, bounds
from .shapes import random_shape
from .texture import grid, smooth_noise
from .trunk import bones, bowel, kidneys, shell


def belly(rng: np.random.Generator, scene: Scene) -> None:
    extent = min(scene.size) * uniform(rng, 0.65, 1.3)
    fat = uniform(rng, 0.0, 0.12) if chance(rng, 0.5) else uniform(rng, 0.1, 0.4)
    middle = uniform(rng, 0.3, 0.7)
    cavity = shell(rng, scene, extent, fat, middle)
    if int(cavity.sum()) < 400:
        return
    bones(rng, scene, cavity, extent)
    bowel(rng, scene, cavity, extent, middle)
    spread = log_uniform(rng, 0.01, 0.1)
    left = sign(rng)
    for size in (uniform(rng, 0.2, 0.4), uniform(rng, 0.1, 0.25)):  # stomach and what else lies there
        _loose_organ(rng, scene, cavity, extent * size, middle + rng.normal(0, spread))
    if chance(rng, 0.6):
        spleen = _along_the_wall(rng, scene, cavity, -left, uniform(rng, 0.08, 0.25), uniform(rng, -0.1, 0.15))
        _organ(rng, scene, spleen, middle + rng.normal(0, spread), extent * 0.3)
    level = middle - uniform(rng, -0.05, 0.1) if chance(rng, 0.5) else middle + rng.normal(0, spread)
    reach = uniform(rng, 0.3, 1.0)
    large = _along_the_wall(rng, scene, cavity, left, reach, uniform(rng, 0.1, 0.9))
    _organ(rng, scene, large, level, extent * 0.5)
    if large.any():
        _vessels(rng, scene, large, extent)
    if chance(rng, 0.6):
        kidneys(rng, scene, cavity, extent, middle + rng.normal(0, 0.12))
    if chance(rng, 0.3) and large.any():  # gall bladder, or a stomach that presses from below
        _loose_organ(rng, scene, cavity, extent * uniform(rng, 0.06, 0.2), middle + rng.normal(0, 0.15))


def _along_the_wall(
    rng: np.random.Generator, scene: Scene, cavity: Mask, left: float, reach: float, slope: float
) -> Mask:
    """All of the cavity from one wall to a wavy border that comes back towards it further down."""
    box = bounds(cavity, 0)
    if box is None:
        return cavity
    top, bottom, first, last = box
    rows, columns = grid(scene.size)
    down: Floats = (rows - np.float32(top)) / np.float32(max(bottom - top, 1))
    across: Floats = (columns - np.float32(first)) / np.float32(max(last - first, 1))
    if left < 0:
        across = 1 - across
    wave = smooth_noise(rng, scene.size, min(scene.size) * uniform(rng, 0.1, 0.35))
    wave = np.asarray(wave * np.float32(uniform(rng, 0.015, 0.11)))
    start, end = uniform(rng, 0.0, 0.25), uniform(rng, 0.55, 1.0)
    hollow = np.float32(uniform(rng, -0.4, 0.4)) * (down * (1 - down))
    border = np.float32(reach) - np.float32(slope) * np.maximum(down - np.float32(start), 0) + hollow + wave
    mask = (across < border) & (down + wave > start - 0.15) & (down + wave < end)
    gap = integer(rng, 0, max(int(min(scene.size) * 0.015), 1))
    inside = eroded(cavity, gap) if gap else cavity
    return np.asarray(mask.astype(np.uint8) & inside)


def _organ(rng: np.random.Generator, scene: Scene, mask: Mask, level: float, extent: float) -> None:
    if mask.any():
        add_object(rng, scene, mask, organ_style(rng, scene, mask, level), extent, 0.15)


def _loose_organ(rng: np.random.Generator, scene: Scene, cavity: Mask, size: float, level: float) -> None:
    """A stomach or a gall bladder: round, of one grey or of two, parted by a level of fluid."""
    kinds = {"smooth": 2.0, "fourier": 1.0, "lobes": 1.0, "bean": 2.0}
    mask = random_shape(rng, scene.size, random_point(rng, cavity), size, kinds) & cavity
    if not mask.any():
        return
    add_object(rng, scene, mask, organ_style(rng, scene, mask, level), size, 0.2, labelled=chance(rng, 0.6))
    if chance(rng, 0.25):
        rows, _ = grid(scene.size)
        air = mask & (rows < np.nonzero(mask)[0].mean() - 0.1 * size).astype(np.uint8)
        empty = Style(np.zeros(1, np.float32))
        paint(rng, scene, eroded(air, 1), organ_style(rng, scene, air, 0.0) if air.any() else empty)


def _vessels(rng: np.random.Generator, scene: Scene, organ: Mask, extent: float) -> None:
    """Branches and now and then a cyst: parts of the organ."""
    strength = np.float32(sign(rng) * uniform(rng, 0.02, 0.2))
    for _ in range(integer(rng, 0, 4)):
        size = extent * uniform(rng, 0.08, 0.3)
        branch = random_shape(rng, scene.size, random_point(rng, organ), size, {"tree": 2, "tube": 1, "ellipse": 0.5})
        soft = uniform(rng, 0.6, 1.5)
        paint(rng, scene, branch & organ, Style(scene.palette.main * strength, True, softness=soft))
