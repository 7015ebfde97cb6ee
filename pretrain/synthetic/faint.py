"""Objects almost without contrast: a step below the noise, another grain of the same grey, or bits of an outline."""

import numpy as np

from .anatomy import anywhere
from .appearance import Style, blurred, ground, paint
from .draw import Floats, Mask, chance, integer, log_uniform, pick, sign, uniform
from .scene import Scene
from .shapes import random_shape
from .texture import octaves, random_texture

_KINDS = {"ellipse": 3.0, "smooth": 4.0, "fourier": 2.0, "lobes": 1.0, "bean": 1.0, "blob": 1.0, "ring": 0.5}


def faint(rng: np.random.Generator, scene: Scene) -> None:
    """One to four round or ragged objects; what sets them apart is of the strength of what lies around them."""
    side = min(scene.size)
    ground(rng, scene, areas=integer(rng, 0, 1))
    noise = log_uniform(rng, 0.01, 0.06)
    scene.canvas += (octaves(rng, scene.size, log_uniform(rng, 3, side / 4), 3) * np.float32(noise))[..., None]
    for _ in range(integer(rng, 1, 4)):
        extent = side * log_uniform(rng, 0.12, 0.75)
        mask = random_shape(rng, scene.size, anywhere(rng, scene), extent, _KINDS)
        if not mask.any():
            continue
        _drown(rng, scene, mask, extent, noise)
        scene.label(mask)


def _drown(rng: np.random.Generator, scene: Scene, mask: Mask, extent: float, noise: float) -> None:
    step: Floats = scene.palette.direction(rng) * np.float32(sign(rng) * noise * uniform(rng, 0.6, 2.5))
    soft = log_uniform(rng, 0.7, max(extent * 0.06, 1.2))
    kind = pick(rng, {"step": 5.0, "grain": 2.5, "outline": 2.5})
    if kind == "step":
        fade = uniform(rng, 0.2, 0.6) if chance(rng, 0.3) else 0.0
        paint(rng, scene, mask, Style(step, True, softness=soft, fade=fade))
    elif kind == "grain":
        grain = random_texture(rng, scene.size) * np.float32(noise * uniform(rng, 0.8, 2.5))
        alpha = blurred(mask.astype(np.float32), soft)[..., None]
        scene.canvas += alpha * grain[..., None]
        paint(rng, scene, mask, Style(step * np.float32(0.3), True, softness=soft))
    else:
        rim = sign(rng) * noise * uniform(rng, 1.5, 5)
        width = log_uniform(rng, 0.8, max(extent * 0.03, 1.2))
        gaps = uniform(rng, 0.2, 0.8)
        paint(rng, scene, mask, Style(step * np.float32(0.2), True, softness=soft, rim=rim, rim_width=width, gaps=gaps))
