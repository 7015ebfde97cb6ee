"""Under the microscope and alike: glands, packed cells, regions of one look parted by thin lines only."""

from dataclasses import replace

import cv2
import numpy as np

from .anatomy import anywhere, eroded, territories
from .appearance import Style, add_object, blurred, ground, paint, random_style
from .draw import Floats, Mask, chance, integer, log_uniform, uniform
from .scene import Scene
from .shapes import random_shape
from .texture import random_texture, smooth_noise, spots, stripes


def glands(rng: np.random.Generator, scene: Scene) -> None:
    """Glands of one kind in fibrous ground: a seam of nuclei around pale lumina. The whole gland is the object."""
    side = min(scene.size)
    dark = -scene.palette.main * np.float32(uniform(rng, 0.15, 0.5))
    _stroma(rng, scene, side, dark)
    extent = side * log_uniform(rng, 0.12, 0.6)
    kinds = {"fourier": 3.0, "lobes": 2.0, "ellipse": 1.0, "smooth": 2.0, "bean": 1.0}
    flesh = scene.palette.direction(rng) * np.float32(uniform(rng, -0.15, 0.12))
    seam, pale = uniform(rng, 0.06, 0.25), uniform(rng, 0.1, 0.4)
    count = int(np.clip((side / extent) ** 2 * uniform(rng, 0.3, 1.2), 1, 16))
    for _ in range(count):
        size = extent * uniform(rng, 0.6, 1.3)
        mask = random_shape(rng, scene.size, anywhere(rng, scene, 0.0), size, kinds)
        if not mask.any():
            continue
        style = Style(flesh, softness=uniform(rng, 0.6, 2), texture=uniform(rng, 0.01, 0.08))
        add_object(rng, scene, mask, style, size, 0.0, labelled=chance(rng, 0.9))
        _nuclei_along(rng, scene, mask, size * seam, dark)
        if chance(rng, 0.75):
            _lumina(rng, scene, mask, size, pale)


def _stroma(rng: np.random.Generator, scene: Scene, side: int, dark: Floats) -> None:
    fibres = stripes(rng, scene.size, side * uniform(rng, 0.03, 0.12)) * np.float32(log_uniform(rng, 0.01, 0.06))
    scene.canvas += fibres[..., None] * scene.palette.direction(rng)
    ground(rng, scene, areas=integer(rng, 0, 1))
    dots = np.maximum(spots(rng, scene.size, uniform(rng, 2.5, 6)), 0) * np.float32(uniform(rng, 0.1, 0.6))
    scene.canvas += np.minimum(dots, 1)[..., None] * dark


def _nuclei_along(rng: np.random.Generator, scene: Scene, mask: Mask, width: float, dark: Floats) -> None:
    """Dots within ``width`` pixels of the border, on the inner side."""
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    near = (depth > 0.15 * width) & (depth < max(width, 2.5))
    dots = np.maximum(spots(rng, scene.size, float(np.clip(width * 0.4, 2, 6))), 0)
    crowd = blurred((near & (dots > 0.1)).astype(np.float32), 0.7) * np.float32(uniform(rng, 0.5, 1.2))
    scene.canvas += crowd[..., None] * dark


def _lumina(rng: np.random.Generator, scene: Scene, mask: Mask, size: float, pale: float) -> None:
    core = eroded(mask, max(int(size * uniform(rng, 0.1, 0.3)), 1))
    holes = core & (smooth_noise(rng, scene.size, max(size * uniform(rng, 0.15, 0.6), 4)) > uniform(rng, -0.8, 0.6))
    if not holes.any():
        return
    change = (np.float32(0.92) - scene.mean(holes.astype(np.uint8))) * np.float32(min(2.5 * pale, 1.0))
    paint(rng, scene, holes.astype(np.uint8), Style(change, True, softness=uniform(rng, 0.6, 1.5)))


def cells(rng: np.random.Generator, scene: Scene) -> None:
    """Cells side by side on a shaken grid, of one kind but not of one strength, with a hard grain."""
    height, width = scene.size
    ground(rng, scene, areas=integer(rng, 0, 2))
    pitch = min(height, width) * log_uniform(rng, 0.1, 0.3)
    style = random_style(rng, scene, pitch)
    kinds = {"ellipse": 3.0, "smooth": 3.0, "bean": 1.0, "fourier": 1.0}
    fullness, density = uniform(rng, 0.6, 1.15), uniform(rng, 0.4, 1.0)
    grain = log_uniform(rng, 0.02, 0.3)
    nucleus = scene.palette.direction(rng) * np.float32(uniform(rng, -0.3, 0.3)) if chance(rng, 0.4) else None
    for row in np.arange(0.0, height + 1, pitch):
        for column in np.arange(0.0, width + 1, pitch):
            if not chance(rng, density):
                continue
            spot = (row + pitch * uniform(rng, -0.25, 0.25), column + pitch * uniform(rng, -0.25, 0.25))
            extent = pitch * fullness * uniform(rng, 0.75, 1.2)
            mask = random_shape(rng, scene.size, spot, extent, kinds)
            if not mask.any():
                continue
            step = style.step * np.float32(uniform(rng, 0.6, 1.3))
            own = replace(
                style,
                step=step,
                softness=min(style.softness, 3.0),
                texture=grain,
                shading=0.0,
                fade=0.0,
                dome=0.0,
                rim_width=1.0,
                gaps=0.0,
            )
            add_object(rng, scene, mask, own, extent, 0.0)
            if nucleus is not None:
                core = random_shape(rng, scene.size, spot, extent * uniform(rng, 0.3, 0.55), {"smooth": 1.0}) & mask
                paint(rng, scene, core, Style(nucleus, True, texture=grain * 0.3))


def packed(rng: np.random.Generator, scene: Scene) -> None:
    """Neighbours of one look, parted by a septum of a pixel or three, or by nothing but a faint step."""
    seeds = integer(rng, 5, 30)
    owner = territories(rng, scene, seeds)
    level = uniform(rng, 0.2, 0.75)
    scene.canvas[:] = scene.palette.base
    ground(rng, scene, areas=0)
    texture = random_texture(rng, scene.size) * np.float32(log_uniform(rng, 0.005, 0.08))
    septum, spread = integer(rng, 0, 3), log_uniform(rng, 0.005, 0.06)
    chosen = set(rng.permutation(seeds)[: integer(rng, 2, 6)].tolist())
    step = scene.palette.direction(rng) * np.float32(uniform(rng, 0.08, 0.4) * (1 if level < 0.5 else -1))
    softness = log_uniform(rng, 0.4, 2)
    for seed in range(seeds):
        mask = (owner == seed).astype(np.uint8)
        mask = eroded(mask, septum) if septum else mask
        if mask.any():
            own = Style(step + np.float32(rng.normal(0, spread)), True, softness=softness)
            add_object(rng, scene, mask, own, float(mask.sum()) ** 0.5, 0.05, labelled=seed in chosen)
    scene.canvas += texture[..., None]
