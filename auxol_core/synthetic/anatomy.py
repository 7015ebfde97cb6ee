"""Layouts borrowed from medicine: random organs in a body, a brain, a chest, touching regions.

The manner is that of SynthSeg (Billot et al. 2023): a random label map first, then a random grey for each region.
Each layout takes a fresh Scene and leaves its objects painted and labelled.
"""

import cv2
import numpy as np

from .appearance import Style, add_object, paint, paint_insides, random_style
from .draw import Mask, Point, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import ellipse, fill, fourier, random_shape, scaled
from .texture import grid, octaves, smooth_noise

_ORGANS = {"fourier": 4.0, "ellipse": 2.0, "bean": 2.0, "lobes": 2.0, "cut": 1.5, "crescent": 0.7, "blob": 0.5}


def outline(rng: np.random.Generator, scene: Scene, extent: float, aspect: float, roughness: float) -> Mask:
    """A large body about the middle of the picture."""
    height, width = scene.size
    centre = (height * uniform(rng, 0.45, 0.55), width * uniform(rng, 0.45, 0.55))
    return fill(scene.size, scaled(fourier(rng, aspect, roughness), extent), centre)


def random_point(rng: np.random.Generator, mask: Mask) -> Point:
    """(row, column) of any pixel of a non-empty mask."""
    rows, columns = np.nonzero(mask)
    at = int(rng.integers(rows.size))
    return float(rows[at]), float(columns[at])


def eroded(mask: Mask, pixels: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return np.asarray(cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), dtype=np.uint8)


def organ_style(rng: np.random.Generator, scene: Scene, mask: Mask, level: float) -> Style:
    """A flat, fairly sharp organ of the given grey (in channel mean); sometimes with a thin capsule."""
    change = np.float32(level) - scene.mean(mask)
    if scene.palette.channels == 3:
        change = change + rng.normal(0, 0.12, 3).astype(np.float32)
    return Style(change.astype(np.float32), softness=log_uniform(rng, 0.5, 2.5),
                 texture=log_uniform(rng, 0.004, 0.05), shading=uniform(rng, 0, 0.08) if chance(rng, 0.3) else 0.0,
                 rim=sign(rng) * uniform(rng, 0.05, 0.2) if chance(rng, 0.12) else 0.0,
                 fade=uniform(rng, 0.3, 0.7) if chance(rng, 0.1) else 0.0)


def body(rng: np.random.Generator, scene: Scene) -> None:
    """A slice through a trunk: fat rim, wall, organs of similar grey that touch, spine, vessels, gas."""
    side = min(scene.size)
    extent = side * uniform(rng, 0.8, 1.25)
    trunk = outline(rng, scene, extent, uniform(rng, 0.65, 0.95), 0.03)
    fat = uniform(rng, 0.1, 0.5)
    paint(rng, scene, trunk, Style(fat - scene.mean(trunk), softness=0.8, texture=uniform(rng, 0.005, 0.04)))
    wall = eroded(trunk, max(int(extent * log_uniform(rng, 0.01, 0.07)), 1))
    middle = uniform(rng, 0.35, 0.7)
    paint(rng, scene, wall, organ_style(rng, scene, wall, middle - uniform(rng, 0, 0.1)))
    cavity = eroded(wall, max(int(extent * log_uniform(rng, 0.01, 0.04)), 1))
    if not cavity.any():
        return
    paint(rng, scene, cavity, organ_style(rng, scene, cavity, fat))
    _spine(rng, scene, cavity, extent)
    _loops(rng, scene, cavity, extent, middle)
    spread = log_uniform(rng, 0.02, 0.25)
    sizes = sorted((log_uniform(rng, 0.1, 0.6) for _ in range(integer(rng, 3, 8))), reverse=True)
    for share in sizes:
        mask = random_shape(rng, scene.size, random_point(rng, cavity), extent * share, _ORGANS) & cavity
        if mask.any():
            style = organ_style(rng, scene, mask, middle + rng.normal(0, spread))
            add_object(rng, scene, mask, style, extent * share, 0.4, labelled=chance(rng, 0.8))


def _spine(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float) -> None:
    """Bone below the middle and a round vessel before it, as distractors."""
    rows, columns = np.nonzero(cavity)
    centre = (float(rows.max()) - extent * 0.1, float(columns.mean()))
    bone = random_shape(rng, scene.size, centre, extent * uniform(rng, 0.14, 0.22), {"fourier": 1, "lobes": 2})
    paint(rng, scene, bone, Style(scene.palette.main * np.float32(0.35), softness=1.0, texture=0.06))
    vessel = fill(scene.size, scaled(ellipse(0.9), extent * 0.07), (centre[0] - extent * 0.13, centre[1]))
    paint(rng, scene, vessel, Style(scene.palette.main * np.float32(uniform(rng, -0.1, 0.4)), softness=0.8))


def _loops(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float, middle: float) -> None:
    """Bowel: many soft loops of unlike filling, some with black gas, none labelled."""
    for _ in range(integer(rng, 0, 10)):
        at, size = random_point(rng, cavity), extent * uniform(rng, 0.05, 0.16)
        loop = random_shape(rng, scene.size, at, size, {"fourier": 2, "lobes": 2, "tube": 1}) & cavity
        paint(rng, scene, loop, organ_style(rng, scene, loop, middle + rng.normal(0, 0.1)))
        if chance(rng, 0.3):
            gas = random_shape(rng, scene.size, at, size * 0.5, {"fourier": 1, "cut": 1}) & cavity
            paint(rng, scene, gas, organ_style(rng, scene, gas, 0.0))


def brain(rng: np.random.Generator, scene: Scene) -> None:
    """Folded tissue within a skull on black, and lesions or nuclei that are mostly vague."""
    side = min(scene.size)
    extent = side * uniform(rng, 0.6, 1.0)
    head = outline(rng, scene, extent, uniform(rng, 0.7, 0.95), 0.02)
    if chance(rng, 0.5):
        paint(rng, scene, head, organ_style(rng, scene, head, uniform(rng, 0.4, 0.9)))
        gap = eroded(head, max(int(extent * uniform(rng, 0.01, 0.03)), 1))
        paint(rng, scene, gap, organ_style(rng, scene, gap, uniform(rng, 0, 0.15)))
        head = eroded(gap, max(int(extent * uniform(rng, 0.01, 0.05)), 1))
    tissue = uniform(rng, 0.25, 0.6)
    paint(rng, scene, head, organ_style(rng, scene, head, tissue))
    folds = np.abs(smooth_noise(rng, scene.size, extent * uniform(rng, 0.04, 0.09))) < uniform(rng, 0.2, 0.6)
    paint(rng, scene, folds.astype(np.uint8) & head,
          Style(scene.palette.direction(rng) * np.float32(uniform(rng, -0.18, 0.12)), True, softness=1.2))
    if not head.any():
        return
    _ventricles(rng, scene, head, extent)
    up = sign(rng) if chance(rng, 0.3) else 1.0
    for _ in range(integer(rng, 1, 4)):
        share = log_uniform(rng, 0.05, 0.4)
        mask = random_shape(rng, scene.size, random_point(rng, head), extent * share,
                            {"fourier": 3, "blob": 3, "lobes": 3, "bean": 1, "band": 0.5}) & head
        step = scene.palette.direction(rng) * np.float32(up * log_uniform(rng, 0.06, 0.45))
        style = Style(step, chance(rng, 0.6), softness=log_uniform(rng, 0.8, max(extent * share * 0.1, 1.5)),
                      texture=uniform(rng, 0, 0.08), fade=uniform(rng, 0.3, 0.8) if chance(rng, 0.3) else 0.0)
        add_object(rng, scene, mask, style, extent * share, 0.45)


def _ventricles(rng: np.random.Generator, scene: Scene, head: Mask, extent: float) -> None:
    """Mirror-symmetric dark horns about the middle, now and then an object."""
    half = random_shape(rng, scene.size, (scene.size[0] / 2, scene.size[1] / 2 - extent * uniform(rng, 0.04, 0.09)),
                        extent * uniform(rng, 0.15, 0.3), {"bean": 2, "crescent": 1, "band": 1})
    both = (half | half[:, ::-1]) & head
    step = scene.palette.direction(rng) * np.float32(uniform(rng, -0.4, 0.15))
    paint(rng, scene, both, Style(step, softness=uniform(rng, 0.6, 1.5)))
    if chance(rng, 0.2):
        scene.label(half & head)


def chest(rng: np.random.Generator, scene: Scene) -> None:
    """A projection: everything adds to everything, so each border is a small step that comes and goes."""
    height, width = scene.size
    side = min(height, width)
    field = octaves(rng, scene.size, side / 2, 2)
    scene.canvas += (field * np.float32(uniform(rng, 0.02, 0.08)))[..., None]
    middle = width * uniform(rng, 0.46, 0.54)
    air = scene.palette.main * np.float32(-uniform(rng, 0.15, 0.45))
    for direction in (-1, 1):
        lung = _lung(rng, scene, middle, direction)
        soft = log_uniform(rng, 1.0, side * 0.02)
        style = Style(air * np.float32(uniform(rng, 0.8, 1.1)), True, softness=soft, texture=uniform(rng, 0, 0.05),
                      fade=uniform(rng, 0.3, 0.7) if chance(rng, 0.3) else 0.0)
        add_object(rng, scene, lung, style, side * 0.6, 0.15)
    rows, columns = grid(scene.size)
    spine = np.exp(-((columns - np.float32(middle)) / np.float32(side * 0.06)) ** 2) + rows * 0
    scene.canvas += (spine * np.float32(uniform(rng, 0.05, 0.25)))[..., None] * scene.palette.main
    _heart(rng, scene, middle)
    _ribs(rng, scene, middle)
    if chance(rng, 0.3):
        spot = (uniform(rng, 0.2, 0.8) * height, uniform(rng, 0.2, 0.8) * width)
        extent = side * log_uniform(rng, 0.04, 0.2)
        nodule = random_shape(rng, scene.size, spot, extent, {"fourier": 1, "blob": 1})
        add_object(rng, scene, nodule, Style(air * np.float32(-0.3), True, softness=extent * 0.08 + 0.3), extent)


def _lung(rng: np.random.Generator, scene: Scene, middle: float, direction: int) -> Mask:
    """A tall lobe, its foot cut off by the dome of the diaphragm."""
    height, width = scene.size
    centre = (height * uniform(rng, 0.4, 0.5), middle + direction * width * uniform(rng, 0.2, 0.25))
    contour = scaled(fourier(rng, uniform(rng, 0.45, 0.6), 0.05), height * uniform(rng, 0.65, 0.9))[:, ::-1]
    mask = fill(scene.size, np.ascontiguousarray(contour), centre)
    foot = (height * uniform(rng, 0.95, 1.15), centre[1])
    return mask & (1 - fill(scene.size, scaled(ellipse(0.9), width * uniform(rng, 0.5, 0.8)), foot))


def _heart(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Mediastinum, abdomen below, and the heart that merges with both."""
    height, width = scene.size
    solid = scene.palette.main * np.float32(uniform(rng, 0.1, 0.3))
    belly = np.zeros(scene.size, np.uint8)
    belly[int(height * uniform(rng, 0.75, 0.9)):] = 1
    paint(rng, scene, belly, Style(solid, True, softness=height * 0.03))
    great = fill(scene.size, scaled(ellipse(3.5), height * 0.6), (height * 0.3, middle))
    paint(rng, scene, great, Style(solid * np.float32(0.7), True, softness=uniform(rng, 1.5, 5)))
    extent = width * uniform(rng, 0.28, 0.5)
    spot = (height * uniform(rng, 0.55, 0.72), middle + sign(rng) * width * uniform(rng, 0, 0.1))
    heart = random_shape(rng, scene.size, spot, extent, {"fourier": 2, "ellipse": 1, "cut": 0.5})
    style = Style(solid, True, softness=log_uniform(rng, 1, 4), fade=uniform(rng, 0.3, 0.9) if chance(rng, 0.4) else 0)
    add_object(rng, scene, heart, style, extent, 0.0)


def _ribs(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Arched translucent bars that no label knows of."""
    if chance(rng, 0.2):
        return
    rows, columns = grid(scene.size)
    period = scene.size[0] * uniform(rng, 0.07, 0.13)
    bend = uniform(rng, 0.0005, 0.003)
    phase = (rows + ((columns - np.float32(middle)) ** 2) * np.float32(bend * sign(rng))) / np.float32(period)
    bars = np.clip(np.sin(phase * np.float32(2 * np.pi)) * 2 - np.float32(0.5), 0, 1)
    bars *= np.float32(uniform(rng, 0.02, 0.1)) * (np.abs(columns - np.float32(middle)) > scene.size[1] * 0.06)
    scene.canvas += bars[..., None] * scene.palette.main


def mosaic(rng: np.random.Generator, scene: Scene) -> None:
    """A plane parted into touching regions without gaps; some of them are objects, some more lie on top."""
    height, width = scene.size
    seeds = integer(rng, 4, 24)
    pull = min(scene.size) * uniform(rng, 0.03, 0.15)
    rows, columns = grid(scene.size)
    rows = rows + smooth_noise(rng, scene.size, pull * 1.5) * np.float32(pull * 0.4)
    columns = columns + smooth_noise(rng, scene.size, pull * 1.5) * np.float32(pull * 0.4)
    owner = np.zeros(scene.size, np.uint8)
    nearest = np.full(scene.size, np.inf, np.float32)
    for seed in range(seeds):
        distance = (rows - uniform(rng, 0, height)) ** 2 + (columns - uniform(rng, 0, width)) ** 2
        closer = distance < nearest
        owner[closer] = seed
        nearest = np.where(closer, distance, nearest).astype(np.float32)
    level, spread = uniform(rng, 0.2, 0.7), log_uniform(rng, 0.05, 0.3)
    frame = outline(rng, scene, min(height, width) * uniform(rng, 0.7, 1), uniform(rng, 0.6, 1), 0.08)
    keep = frame if chance(rng, 0.5) else np.ones(scene.size, np.uint8)
    chosen = rng.permutation(seeds)[:integer(rng, 2, 6)]
    for seed in range(seeds):
        mask = (owner == seed).astype(np.uint8) & keep
        if not mask.any():
            continue
        style = organ_style(rng, scene, mask, level + rng.normal(0, spread))
        add_object(rng, scene, mask, style, float(mask.sum()) ** 0.5, 0.3, labelled=seed in chosen)


def pair(rng: np.random.Generator, scene: Scene, mask: Mask, style: Style, extent: float) -> None:
    """A neighbour nearly identical to the object just painted, touching it, under a label of its own."""
    row, column = random_point(rng, mask)
    angle = uniform(rng, 0, 2 * np.pi)
    spot = (row + extent * 0.5 * np.sin(angle), column + extent * 0.5 * np.cos(angle))
    twin = random_shape(rng, scene.size, spot, extent * uniform(rng, 0.6, 1.2), _ORGANS) & (1 - mask)
    if twin.any():
        paint(rng, scene, twin, style)
        scene.label(twin)
        if chance(rng, 0.2):
            paint_insides(rng, scene, twin, extent)


def generic_style(rng: np.random.Generator, scene: Scene, extent: float) -> Style:
    return random_style(rng, scene, extent)
