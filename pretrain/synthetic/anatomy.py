"""What the anatomical layouts share: outlines, organ styles, and the plane parted into touching regions.

The manner is that of SynthSeg (Billot et al. 2023): a random label map first, then a random grey per region.
Each layout takes a fresh Scene and leaves its objects painted and labelled.
"""

import cv2
import numpy as np

from .appearance import Style, add_object
from .draw import Mask, Point, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import fill, fourier, scaled
from .texture import grid, smooth_noise

ORGANS = {
    "smooth": 3.0,
    "fourier": 2.0,
    "ellipse": 2.0,
    "bean": 2.0,
    "lobes": 2.0,
    "cut": 1.5,
    "crescent": 0.7,
    "blob": 0.5,
}


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


def anywhere(rng: np.random.Generator, scene: Scene, margin: float = 0.1) -> Point:
    """(row, column) in the picture, `margin` (a share of the side) away from its border."""
    height, width = scene.size
    return uniform(rng, margin, 1 - margin) * height, uniform(rng, margin, 1 - margin) * width


def eroded(mask: Mask, pixels: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1, 2 * pixels + 1))
    return np.asarray(cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), dtype=np.uint8)


def organ_style(rng: np.random.Generator, scene: Scene, mask: Mask, level: float) -> Style:
    """A flat, fairly sharp organ of the given grey (in channel mean); sometimes with a thin capsule."""
    change = np.float32(level) - scene.mean(mask)
    if scene.palette.channels == 3:
        change = change + rng.normal(0, 0.09, 3).astype(np.float32)
    return Style(
        change.astype(np.float32),
        softness=log_uniform(rng, 0.5, 2.5),
        texture=log_uniform(rng, 0.004, 0.05),
        shading=uniform(rng, 0, 0.08) if chance(rng, 0.3) else 0.0,
        rim=sign(rng) * uniform(rng, 0.05, 0.2) if chance(rng, 0.12) else 0.0,
        fade=uniform(rng, 0.3, 0.7) if chance(rng, 0.1) else 0.0,
    )


def mosaic(rng: np.random.Generator, scene: Scene) -> None:
    """A plane, or a body, parted into touching regions without gaps; two to six of them are objects."""
    seeds = integer(rng, 4, 24)
    owner = territories(rng, scene, seeds)
    level, spread = uniform(rng, 0.2, 0.7), log_uniform(rng, 0.05, 0.3)
    frame = outline(rng, scene, min(scene.size) * uniform(rng, 0.7, 1), uniform(rng, 0.6, 1), 0.08)
    keep = frame if chance(rng, 0.5) else np.ones(scene.size, np.uint8)
    chosen = rng.permutation(seeds)[: integer(rng, 2, 6)]
    for seed in range(seeds):
        mask = (owner == seed).astype(np.uint8) & keep
        if not mask.any():
            continue
        style = organ_style(rng, scene, mask, level + rng.normal(0, spread))
        add_object(rng, scene, mask, style, float(mask.sum()) ** 0.5, 0.3, labelled=seed in chosen)


def territories(rng: np.random.Generator, scene: Scene, seeds: int) -> Mask:
    """uint8 (H, W): the nearest of `seeds` random points on a warped plane."""
    height, width = scene.size
    pull = min(scene.size) * uniform(rng, 0.03, 0.15)
    rows, columns = grid(scene.size)
    rows = rows + smooth_noise(rng, scene.size, pull * 1.5) * np.float32(pull * 0.4)
    columns = columns + smooth_noise(rng, scene.size, pull * 1.5) * np.float32(pull * 0.4)
    owner = np.zeros(scene.size, np.uint8)
    nearest = np.full(scene.size, np.inf, np.float32)
    for seed in range(seeds):
        distance = (rows - uniform(rng, 0, height)) ** 2 + (columns - uniform(rng, 0, width)) ** 2
        owner[distance < nearest] = seed
        nearest = np.minimum(nearest, distance)
    return owner
