"""Inside a hollow organ, as an endoscope sees it: folds, dark lumen, glints, bulges much like the wall."""

import cv2
import numpy as np

from .anatomy import anywhere
from .appearance import Style, add_object, blurred, ground, paint
from .draw import Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import fill as filled
from .shapes import polygon, random_shape, scaled, turned
from .texture import smooth_noise


def endoscopy(rng: np.random.Generator, scene: Scene) -> None:
    side = min(scene.size)
    ground(rng, scene, areas=1 if chance(rng, 0.3) else 0)
    for _ in range(integer(rng, 0, 6)):
        _fold(rng, scene, side)
    _lumen(rng, scene, side)
    if chance(rng, 0.5):
        _capillaries(rng, scene, side)
    for _ in range(integer(rng, 1, 3)):
        _bulge(rng, scene, side)
    if chance(rng, 0.15):
        _instrument(rng, scene, side)
    if chance(rng, 0.6):
        _glints(rng, scene, np.ones(scene.size, np.uint8), integer(rng, 2, 25))
    if chance(rng, 0.5):
        _frame(rng, scene)


def _lumen(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """The light falls off towards one place, which may be a black hole with a sharp near edge."""
    extent = side * uniform(rng, 0.15, 0.7)
    hole = random_shape(
        rng, scene.size, anywhere(rng, scene, 0.0), extent, {"fourier": 3, "ellipse": 1, "cut": 1}
    )
    step = -scene.palette.base * np.float32(uniform(rng, 0.2, 0.9))
    paint(rng, scene, hole, Style(step, True, softness=log_uniform(rng, 1.5, 9), fade=uniform(rng, 0, 0.8)))


def _fold(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """A curved ridge, lit on one flank."""
    kinds = {"band": 2.0, "crescent": 3.0, "tube": 0.5, "cut": 1.0}
    ridge = random_shape(rng, scene.size, anywhere(rng, scene, 0.0), side * uniform(rng, 0.3, 1.2), kinds)
    step = scene.palette.direction(rng) * np.float32(sign(rng) * uniform(rng, 0.0, 0.1))
    lit = uniform(rng, 0.05, 0.35)
    paint(rng, scene, ridge, Style(step, True, softness=uniform(rng, 1.5, 7), shading=lit, dome=lit))


def _capillaries(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """Fine red branches: where smooth noise is near zero, in patches."""
    lines = np.abs(smooth_noise(rng, scene.size, side * uniform(rng, 0.03, 0.1))) < uniform(rng, 0.04, 0.12)
    lines &= smooth_noise(rng, scene.size, side * 0.25) > 0
    strength = np.float32(-uniform(rng, 0.03, 0.15))
    paint(rng, scene, lines.astype(np.uint8), Style(scene.palette.main * strength, True, softness=0.8))


def _bulge(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """A polyp: the wall's own colour or a little redder or paler, rounded by the light, knobbly at times."""
    extent = side * (log_uniform(rng, 0.08, 0.85) if chance(rng, 0.5) else uniform(rng, 0.2, 0.8))
    kinds = {"smooth": 4.0, "fourier": 1.5, "ellipse": 2.0, "lobes": 3.0, "cut": 1.0}
    mask = random_shape(rng, scene.size, anywhere(rng, scene), extent, kinds)
    if not mask.any():
        return
    style = Style(
        scene.palette.direction(rng) * np.float32(sign(rng) * log_uniform(rng, 0.03, 0.25)),
        chance(rng, 0.6),
        softness=log_uniform(rng, 0.7, max(extent * 0.04, 1.0)),
        texture=uniform(rng, 0, 0.06),
        shading=uniform(rng, 0.0, 0.25),
        dome=uniform(rng, 0.05, 0.45) if chance(rng, 0.8) else 0.0,
        fade=uniform(rng, 0.3, 0.8) if chance(rng, 0.25) else 0.0,
        rim=-uniform(rng, 0.03, 0.2) if chance(rng, 0.4) else 0.0,
        gaps=uniform(rng, 0, 0.6),
        rim_width=log_uniform(rng, 1, max(extent * 0.05, 1.2)),
    )
    add_object(rng, scene, mask, style, extent, 0.1)
    if chance(rng, 0.5):
        for _ in range(integer(rng, 1, 6)):
            knob = random_shape(rng, scene.size, anywhere(rng, scene), extent * 0.3, {"ellipse": 1}) & mask
            paint(rng, scene, knob, Style(style.step * np.float32(0.2), True, dome=style.dome, softness=1.5))
    if chance(rng, 0.6):
        _glints(rng, scene, mask, integer(rng, 1, 10))


def _instrument(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """A straight metal or plastic shaft that enters from the border, an object too."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (1.0, uniform(rng, 0.05, 0.2))
    height, width = scene.size
    spot = (uniform(rng, 0, 1) * height, width * (0.0 if chance(rng, 0.5) else 1.0))
    shape = (
        scaled(corners, side * uniform(rng, 0.6, 1.4))
        if chance(rng, 0.8)
        else scaled(polygon(rng, 0.3), side * 0.5)
    )
    mask = filled(scene.size, turned(shape, uniform(rng, -0.8, 0.8)), spot)
    step = np.full(scene.palette.channels, uniform(rng, 0.05, 0.9), np.float32) - scene.mean(mask)
    add_object(rng, scene, mask, Style(step, dome=uniform(rng, 0.1, 0.5), texture=0.03), side * 0.5, 0.3)


def _glints(rng: np.random.Generator, scene: Scene, mask: Mask, count: int) -> None:
    """Specular spots on the wet surface under the mask, in a cluster, small and white."""
    rows, columns = np.nonzero(mask)
    first = int(rng.integers(rows.size))
    spread = max(float(rows.size) ** 0.5 * uniform(rng, 0.05, 0.4), 2.0)
    spots = np.zeros(scene.size, np.uint8)
    for _ in range(count):
        spot = (int(columns[first] + rng.normal(0, spread)), int(rows[first] + rng.normal(0, spread)))
        axes = (integer(rng, 0, 4), integer(rng, 0, 2))
        cv2.ellipse(spots, spot, axes, uniform(rng, 0, 180), 0, 360, 1, -1)
    alpha = blurred(spots.astype(np.float32), uniform(rng, 0.4, 1.0))[..., None]
    scene.canvas += alpha * (np.float32(uniform(rng, 0.85, 1.1)) - scene.canvas)


def _frame(rng: np.random.Generator, scene: Scene) -> None:
    """Black corners of an octagon or circle, and the inset that hides a lower corner."""
    height, width = scene.size
    seen = np.zeros(scene.size, np.uint8)
    if chance(rng, 0.5):
        cut = uniform(rng, 0.1, 0.3) * min(height, width)
        x, y = width - 1, height - 1
        ring = [
            (cut, 0),
            (x - cut, 0),
            (x, cut),
            (x, y - cut),
            (x - cut, y),
            (cut, y),
            (0, y - cut),
            (0, cut),
        ]
        cv2.fillPoly(seen, [np.array(ring, np.int32)], 1)
    else:
        reach = uniform(rng, 0.5, 0.62)
        cv2.ellipse(
            seen, (width // 2, height // 2), (int(width * reach), int(height * reach)), 0, 0, 360, 1, -1
        )
    if chance(rng, 0.35):
        seen[int(height * uniform(rng, 0.6, 0.8)) :, : int(width * uniform(rng, 0.2, 0.35))] = 0
    scene.hide(1 - seen)
