"""Ultrasound: speckle in a fan or slab on black; a skull seen as an outline, or lesions with shadows."""

import cv2
import numpy as np

from .anatomy import anywhere, random_point
from .appearance import Style, add_object, blurred, paint, paint_shadow
from .draw import Mask, chance, integer, log_uniform, uniform
from .scene import Scene
from .shapes import ellipse, fill, fourier, random_shape, scaled, turned
from .texture import grid, octaves, smooth_noise, speckle


def ultrasound(rng: np.random.Generator, scene: Scene) -> None:
    side = min(scene.size)
    scene.canvas *= np.float32(uniform(rng, 0.3, 1.0))
    patches = octaves(rng, scene.size, side / uniform(rng, 3, 8), 3) * np.float32(uniform(rng, 0.03, 0.12))
    scene.canvas += patches[..., None]
    if chance(rng, 0.5):
        _strata(rng, scene)
    _echoes(rng, scene, side)
    if chance(rng, 0.45):
        _skull(rng, scene, side)
    else:
        _lesions(rng, scene, side)
    _through_probe(rng, scene)


def _strata(rng: np.random.Generator, scene: Scene) -> None:
    """Skin, fat and muscle: wavy horizontal layers of unlike brightness."""
    height, width = scene.size
    rows, _ = grid(scene.size)
    depth = rows + smooth_noise(rng, (1, width), width / uniform(rng, 1, 4)) * np.float32(height * 0.03)
    for border in rng.uniform(0, 1, integer(rng, 2, 5)):
        band = np.exp(
            -(((depth - np.float32(border * height)) / np.float32(height * uniform(rng, 0.01, 0.12))) ** 2)
        )
        scene.canvas += (band * np.float32(uniform(rng, -0.12, 0.25)))[..., None]


def _echoes(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """Bright interfaces and dark pools, none labelled."""
    for _ in range(integer(rng, 0, 5)):
        echo = random_shape(
            rng,
            scene.size,
            anywhere(rng, scene, 0.0),
            side * uniform(rng, 0.1, 0.8),
            {"band": 3, "blob": 2, "tube": 1, "crescent": 1},
        )
        step = scene.palette.main * np.float32(uniform(rng, -0.2, 0.35))
        paint(rng, scene, echo, Style(step, True, softness=uniform(rng, 1, 6), fade=uniform(rng, 0, 0.9)))


def _skull(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """An ellipse; its bone is bright where the beam meets it square, and breaks off along the beam."""
    extent = side * uniform(rng, 0.3, 0.9)
    centre = (scene.size[0] * uniform(rng, 0.35, 0.65), scene.size[1] * uniform(rng, 0.35, 0.65))
    aspect = uniform(rng, 0.62, 1.0)
    shape = ellipse(aspect) if chance(rng, 0.6) else fourier(rng, aspect, 0.03)
    mask = fill(scene.size, turned(scaled(shape, extent), rng.normal(0, 0.5)), centre)
    step = scene.palette.main * np.float32(uniform(rng, -0.15, 0.06))
    add_object(rng, scene, mask, Style(step, True, softness=2.0), extent, 0.0)
    for _ in range(integer(rng, 0, 6)):
        kinds = {"band": 2.0, "tube": 2.0, "fourier": 1.0, "blob": 1.0}
        inner = (
            random_shape(rng, scene.size, random_point(rng, mask), extent * uniform(rng, 0.1, 0.6), kinds)
            & mask
        )
        bright = scene.palette.main * np.float32(uniform(rng, -0.12, 0.3))
        paint(rng, scene, inner, Style(bright, True, softness=uniform(rng, 1, 3), fade=uniform(rng, 0, 0.8)))
    _bone(rng, scene, mask, extent)


def _bone(rng: np.random.Generator, scene: Scene, mask: Mask, extent: float) -> None:
    edge = blurred(mask.astype(np.float32), log_uniform(rng, 1.0, max(extent * 0.025, 1.5)))
    down = np.abs(cv2.Sobel(edge, cv2.CV_32F, 0, 1))
    across = np.abs(cv2.Sobel(edge, cv2.CV_32F, 1, 0))
    square = (down / (down + across + np.float32(1e-4))) ** np.float32(uniform(rng, 0.3, 3))
    loss = uniform(rng, 0.8, 2.0) if chance(rng, 0.4) else uniform(rng, 0, 0.6)  # in parts no bone is seen at all
    gate = smooth_noise(rng, scene.size, extent / uniform(rng, 2, 10)) * np.float32(loss) + 1
    floor = np.float32(uniform(rng, 0, 0.5))
    line = 4 * edge * (1 - edge) * (floor + (1 - floor) * square) * np.clip(gate, 0, 1.5)
    scene.canvas += (line * np.float32(log_uniform(rng, 0.15, 0.8)))[..., None]


def _lesions(rng: np.random.Generator, scene: Scene, side: int) -> None:
    for _ in range(integer(rng, 1, 3)):
        extent = side * log_uniform(rng, 0.08, 0.6)
        kinds = {"smooth": 2.0, "fourier": 3.0, "ellipse": 2.0, "lobes": 2.0, "blob": 1.5}
        mask = random_shape(rng, scene.size, anywhere(rng, scene, 0.2), extent, kinds)
        dark = -1.0 if chance(rng, 0.8) else 1.0
        strength = log_uniform(rng, 0.06, 0.35)
        if dark < 0 and chance(rng, 0.5):
            strength = float(scene.mean(mask).mean()) * uniform(rng, 0.5, 0.95)
        if chance(rng, 0.4) and mask.any():
            paint_shadow(rng, scene, mask)
        style = Style(
            scene.palette.main * np.float32(dark * strength),
            chance(rng, 0.6),
            softness=log_uniform(rng, 0.8, max(extent * 0.08, 1.2)),
            fade=uniform(rng, 0.2, 0.7) if chance(rng, 0.3) else 0.0,
            rim=uniform(rng, 0.05, 0.3) if chance(rng, 0.3) else 0.0,
            gaps=uniform(rng, 0, 0.6),
        )
        add_object(rng, scene, mask, style, extent, 0.2)


def _through_probe(rng: np.random.Generator, scene: Scene) -> None:
    """Multiplicative speckle and a brightness that changes with depth, then black outside the sector."""
    grain = speckle(rng, scene.size, log_uniform(rng, 1, 3.5)) * np.float32(log_uniform(rng, 0.06, 0.4))
    rows, _ = grid(scene.size)
    depth = 1 + np.float32(uniform(rng, -0.5, 0.5)) * (rows / scene.size[0] - np.float32(0.5))
    np.maximum(scene.canvas, 0, out=scene.canvas)
    scene.canvas *= (np.maximum(1 + grain, 0) * depth)[..., None]
    if chance(rng, 0.75):
        scene.hide(1 - _sector(rng, scene))


def _sector(rng: np.random.Generator, scene: Scene) -> Mask:
    """The fan, or slab, that the probe sees, as a mask of ones."""
    height, width = scene.size
    rows, columns = grid(scene.size)
    if chance(rng, 0.3):
        slab = np.zeros(scene.size, np.uint8)
        slab[integer(rng, 0, height // 10) : height - integer(rng, 0, height // 8)] = 1
        return slab
    apex = (-uniform(rng, 0.05, 1.0) * height, width * uniform(rng, 0.42, 0.58))
    dy, dx = rows - np.float32(apex[0]), columns - np.float32(apex[1])
    radius, slope = np.sqrt(dy * dy + dx * dx), np.abs(dx) / np.maximum(dy, 1)
    near, far = height * uniform(rng, 0.0, 0.12) - apex[0], height * uniform(rng, 0.92, 1.2) - apex[0]
    steepest = np.tan(uniform(rng, 0.5, 1.0)) if apex[0] > -0.5 * height else uniform(rng, 0.35, 0.7)
    return np.asarray((radius > near) & (radius < far) & (slope < steepest), dtype=np.uint8)
