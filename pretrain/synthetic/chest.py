"""A projection: everything adds to everything, so each border is a small step that comes and goes."""

import numpy as np

from .appearance import Style, add_object, paint
from .draw import Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import Contour, ellipse, fill, fourier, random_shape, scaled, turned
from .texture import grid, octaves


def chest(rng: np.random.Generator, scene: Scene) -> None:
    height, width = scene.size
    side = min(height, width)
    middle = width * uniform(rng, 0.46, 0.54)
    _torso(rng, scene, middle)
    air = scene.palette.main * np.float32(-uniform(rng, 0.2, 0.5))
    for direction in (-1, 1):
        lung = _lung(rng, scene, middle, direction)
        style = Style(
            air * np.float32(uniform(rng, 0.85, 1.1)),
            True,
            softness=log_uniform(rng, 1.0, side * 0.02),
            texture=uniform(rng, 0, 0.03),
            shading=uniform(rng, 0, 0.2),
            fade=uniform(rng, 0.2, 0.6) if chance(rng, 0.3) else 0.0,
        )
        add_object(rng, scene, lung, style, side * 0.6, 0.1)
    _markings(rng, scene, middle)
    _heart(rng, scene, middle)
    _ribs(rng, scene, middle)
    if chance(rng, 0.3):
        spot = (uniform(rng, 0.2, 0.8) * height, uniform(rng, 0.2, 0.8) * width)
        extent = side * log_uniform(rng, 0.04, 0.2)
        nodule = random_shape(rng, scene.size, spot, extent, {"fourier": 1, "blob": 1})
        faint = Style(air * np.float32(-uniform(rng, 0.15, 0.5)), True, softness=extent * 0.08 + 0.3)
        add_object(rng, scene, nodule, faint, extent)
    # film saturates: over spine and belly the heart's border is gone
    np.minimum(scene.canvas, np.float32(uniform(rng, 0.7, 1.0)), out=scene.canvas)


def _torso(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Soft parts, air over the shoulders, spine and great vessels as a broad bright column."""
    height, width = scene.size
    scene.canvas += np.float32(uniform(rng, 0.1, 0.3))
    scene.canvas += (
        octaves(rng, scene.size, min(height, width) / 2, 2) * np.float32(uniform(rng, 0.01, 0.06))
    )[..., None]
    if chance(rng, 0.7):
        for direction in (-1, 1):
            spot = (-height * uniform(rng, 0.0, 0.15), middle + direction * width * uniform(rng, 0.4, 0.6))
            corner = fill(scene.size, scaled(fourier(rng, 0.6, 0.05), width * uniform(rng, 0.4, 0.7)), spot)
            paint(rng, scene, corner, Style(-scene.mean(corner), softness=uniform(rng, 2, 8)))
    _, columns = grid(scene.size)
    spine = np.exp(-(((columns - np.float32(middle)) / np.float32(width * uniform(rng, 0.04, 0.08))) ** 2))
    scene.canvas += (spine * np.float32(uniform(rng, 0.08, 0.3)))[..., None] * scene.palette.main


def _lung(rng: np.random.Generator, scene: Scene, middle: float, direction: int) -> Mask:
    """A tall lobe, narrow at the top; the dome of the diaphragm cuts off its foot."""
    height, width = scene.size
    broad, tall = width * uniform(rng, 0.24, 0.38), height * uniform(rng, 0.6, 0.85)
    centre = (
        height * uniform(rng, 0.42, 0.5),
        middle + direction * (width * uniform(rng, 0.03, 0.08) + broad / 2),
    )
    shape: Contour = turned(scaled(fourier(rng, broad / tall, 0.04), tall), np.pi / 2)
    taper = uniform(rng, 0.1, 0.5) * shape[:, 1] / tall
    shape[:, 0] = shape[:, 0] * (1 + taper) + direction * broad * 0.3 * taper
    mask = fill(scene.size, shape, centre)
    foot = (height * uniform(rng, 0.98, 1.15), centre[1])
    return mask & (1 - fill(scene.size, scaled(ellipse(0.8), width * uniform(rng, 0.5, 0.7)), foot))


def _markings(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Vessels that fan out from the hilum on either side, and collar bones."""
    height, width = scene.size
    tree = np.zeros(scene.size, np.uint8)
    for _ in range(integer(rng, 2, 8)):
        away = width * uniform(rng, 0.08, 0.25) * sign(rng)
        spot = (height * uniform(rng, 0.35, 0.6), middle + away)
        tree |= random_shape(rng, scene.size, spot, width * uniform(rng, 0.1, 0.3), {"tube": 1})
    strength = np.float32(uniform(rng, 0.01, 0.08))
    paint(rng, scene, tree, Style(scene.palette.main * strength, True, softness=uniform(rng, 1, 3)))
    for direction in (-1, 1):
        spot = (height * uniform(rng, 0.08, 0.18), middle + direction * width * 0.22)
        collar = random_shape(rng, scene.size, spot, width * 0.35, {"band": 1})
        paint(rng, scene, collar, Style(scene.palette.main * strength, True, softness=1.5))


def _heart(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Great vessels, belly, and the heart that merges with both."""
    height, width = scene.size
    solid = scene.palette.main * np.float32(uniform(rng, 0.12, 0.4))
    belly = np.zeros(scene.size, np.uint8)
    belly[int(height * uniform(rng, 0.8, 0.92)) :] = 1
    paint(rng, scene, belly, Style(solid, True, softness=6.0))
    great: Contour = scaled(fourier(rng, uniform(rng, 0.2, 0.35), 0.05), height * uniform(rng, 0.5, 0.7))
    trunk = fill(scene.size, turned(great, np.pi / 2), (height * uniform(rng, 0.25, 0.4), middle))
    paint(rng, scene, trunk, Style(solid * np.float32(0.8), True, softness=uniform(rng, 1.5, 5)))
    extent = width * uniform(rng, 0.28, 0.52)
    spot = (height * uniform(rng, 0.56, 0.72), middle + sign(rng) * width * uniform(rng, 0, 0.1))
    heart = random_shape(rng, scene.size, spot, extent, {"smooth": 4, "ellipse": 1, "cut": 0.7})
    fade = uniform(rng, 0.3, 0.9) if chance(rng, 0.4) else 0.0
    add_object(rng, scene, heart, Style(solid, True, softness=log_uniform(rng, 1, 4), fade=fade), extent, 0.0)


def _ribs(rng: np.random.Generator, scene: Scene, middle: float) -> None:
    """Arched translucent bars that no label knows of: wide ones behind, fainter ones before."""
    rows, columns = grid(scene.size)
    away = np.abs(columns - np.float32(middle))
    total = np.zeros(scene.size, np.float32)
    for turn in (1, -1):
        period = scene.size[0] * uniform(rng, 0.07, 0.13)
        slope, bend = uniform(rng, 0.0, 0.5), uniform(rng, 0.0005, 0.004)
        phase = (rows + turn * (slope * away - bend * away * away) + uniform(rng, 0, period)) / period
        bars = np.clip(np.sin(phase * np.float32(2 * np.pi)) * 2 - np.float32(0.5), 0, 1)
        total += bars.astype(np.float32) * np.float32(uniform(rng, 0.0, 0.07))
    total *= away > scene.size[1] * 0.07
    scene.canvas += total[..., None] * scene.palette.main
