"""What has a wall and a lumen: a heart cut across, bowel loops, vessels, airways.

A thick wall is an object of its own and so is what it encloses; of a thin one the whole is the object. The picture
decides: the network sees which of the two it is.
"""

import numpy as np

from .anatomy import anywhere
from .appearance import Style, add_object, ground, paint, random_style
from .draw import Floats, Mask, Point, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import ellipse, fill, fourier, random_shape, scaled, turned

THICK_WALL = 0.08


def tubes(rng: np.random.Generator, scene: Scene) -> None:
    """Two to nine tubes cut across, alike in wall and filling, often touching."""
    side = min(scene.size)
    ground(rng, scene, areas=integer(rng, 0, 2))
    extent = side * log_uniform(rng, 0.12, 0.55)
    thick = log_uniform(rng, 0.02, 0.3)
    wall = random_style(rng, scene, extent * thick)
    filling = scene.palette.direction(rng) * np.float32(sign(rng) * log_uniform(rng, 0.05, 0.5))
    spot = anywhere(rng, scene)
    for _ in range(integer(rng, 2, 9)):
        size = extent * uniform(rng, 0.6, 1.3)
        outer, inner = _wall_and_lumen(rng, scene, spot, size, thick * uniform(rng, 0.8, 1.2))
        _paint_tube(rng, scene, outer, inner, wall, filling, thick)
        spot = _beside(rng, spot, size) if chance(rng, 0.4) else anywhere(rng, scene)


def _wall_and_lumen(
    rng: np.random.Generator, scene: Scene, spot: Point, extent: float, thick: float
) -> tuple[Mask, Mask]:
    """The whole tube and its lumen, which lies a little off the middle; ``thick``: the wall's part of the extent."""
    aspect = uniform(rng, 0.5, 1.0)
    contour = scaled(turned(fourier(rng, aspect, log_uniform(rng, 0.02, 0.12)), uniform(rng, 0, 6.3)), extent)
    outer = fill(scene.size, contour, spot)
    off = min(thick, 0.25) * extent * 0.5 * rng.uniform(-1, 1, 2)
    wall = max(thick * extent, 1.5)
    within = contour * max(1 - 2 * wall / max(extent * aspect, 1e-6), 0.15)
    return outer, fill(scene.size, within, (spot[0] + off[0], spot[1] + off[1])) & outer


def _paint_tube(
    rng: np.random.Generator, scene: Scene, outer: Mask, inner: Mask, wall: Style, filling: Floats, thick: float
) -> None:
    """Wall first, then the lumen; a hole that shows the surroundings is left as it is."""
    ring = outer & (1 - inner)
    open_to_ground = chance(rng, 0.3)
    if not ring.any():
        return
    paint(rng, scene, ring, wall)
    extent = float(outer.sum()) ** 0.5
    if not open_to_ground and inner.any():
        texture = uniform(rng, 0, 0.1) if chance(rng, 0.5) else 0.0
        paint(rng, scene, inner, Style(filling, True, softness=uniform(rng, 0.5, 1.5), texture=texture))
    if thick < THICK_WALL:
        scene.label(outer)
        return
    scene.label(ring)
    if not open_to_ground and inner.any() and extent > 24 and chance(rng, 0.6):
        scene.label(inner)
    elif inner.any():
        scene.unlabel(inner)


def _beside(rng: np.random.Generator, spot: Point, extent: float) -> Point:
    angle = uniform(rng, 0, 2 * np.pi)
    return spot[0] + extent * np.sin(angle), spot[1] + extent * np.cos(angle)


def heart(rng: np.random.Generator, scene: Scene) -> None:
    """Short axis: a muscle ring around bright or dark blood, a crescent leaning on it, neighbours of the same grey."""
    side = min(scene.size)
    ground(rng, scene, areas=integer(rng, 1, 3))
    extent = side * uniform(rng, 0.12, 0.6)
    spot = anywhere(rng, scene, 0.3)
    muscle, blood = _two_levels(rng)
    if chance(rng, 0.5):  # diaphragm, liver: like the muscle, and touching it
        below = random_shape(rng, scene.size, _beside(rng, spot, extent * 0.9), extent * 1.6, {"fourier": 1, "cut": 1})
        paint(rng, scene, below, _of_level(rng, scene, below, muscle + rng.normal(0, 0.05)))
    crescent = scaled(fourier(rng, 0.8, 0.05), extent * uniform(rng, 0.7, 1.2))
    pool = fill(scene.size, crescent, _beside(rng, spot, extent * 0.45))
    if chance(rng, 0.75) and pool.any():
        add_object(rng, scene, pool, _of_level(rng, scene, pool, blood + rng.normal(0, 0.03)), extent, 0.1)
    outer, inner = _wall_and_lumen(rng, scene, spot, extent, uniform(rng, 0.1, 0.3))
    ring = outer & (1 - inner)
    if not ring.any():
        return
    add_object(rng, scene, ring, _of_level(rng, scene, ring, muscle), extent, 0.0)
    if not inner.any():
        return
    add_object(rng, scene, inner, _of_level(rng, scene, inner, blood), extent, 0.0)
    for _ in range(integer(rng, 0, 3)):  # papillary muscles: part of the pool for whoever outlines it
        at = (spot[0] + extent * uniform(rng, -0.2, 0.2), spot[1] + extent * uniform(rng, -0.2, 0.2))
        knot = fill(scene.size, scaled(ellipse(0.7), extent * uniform(rng, 0.05, 0.15)), at) & inner
        paint(rng, scene, knot, _of_level(rng, scene, knot, muscle))


def _two_levels(rng: np.random.Generator) -> tuple[float, float]:
    muscle = uniform(rng, 0.1, 0.6)
    step = log_uniform(rng, 0.05, 0.4)
    return muscle, muscle + step if chance(rng, 0.75) else max(muscle - step, 0.0)


def _of_level(rng: np.random.Generator, scene: Scene, mask: Mask, level: float) -> Style:
    change = np.float32(level) - scene.mean(mask) if mask.any() else np.zeros(scene.palette.channels, np.float32)
    return Style(change.astype(np.float32), softness=log_uniform(rng, 0.5, 2.5), texture=log_uniform(rng, 0.004, 0.06))
