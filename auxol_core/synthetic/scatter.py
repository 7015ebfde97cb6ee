"""Layouts without a body: loose objects, ultrasound sectors, fields of cells, layers."""

import numpy as np

from .anatomy import generic_style, pair, random_point
from .appearance import Style, add_object, ground, hollow_style, paint, paint_shadow, random_style
from .draw import Floats, Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import KINDS, ellipse, fill, random_shape, scaled, turned
from .texture import grid, octaves, smooth_noise, speckle


def loose(rng: np.random.Generator, scene: Scene) -> None:
    """One to seven objects of any size, mostly the larger ones below, and distractors between them."""
    height, width = scene.size
    side = min(height, width)
    ground(rng, scene)
    shares = [log_uniform(rng, 0.05, 0.85) for _ in range(integer(rng, 1, 7))]
    if chance(rng, 0.8):
        shares.sort(reverse=True)
    for share in shares:
        centre = (uniform(rng, 0.08, 0.92) * height, uniform(rng, 0.08, 0.92) * width)
        extent = share * side
        mask = random_shape(rng, scene.size, centre, extent)
        if not mask.any():
            continue
        hollow = extent > 40 and chance(rng, 0.08)
        style = hollow_style(rng, scene, extent) if hollow else generic_style(rng, scene, extent)
        add_object(rng, scene, mask, style, extent, 0.3, labelled=chance(rng, 0.85))
        if chance(rng, 0.1):
            pair(rng, scene, mask, style, extent)


def cavity(rng: np.random.Generator, scene: Scene) -> None:
    """Inside a hollow organ: light falls off, dark lumen, folds, and bulges that are barely unlike the wall."""
    height, width = scene.size
    side = min(height, width)
    ground(rng, scene)
    rows, columns = grid(scene.size)
    eye = (uniform(rng, 0.1, 0.9) * height, uniform(rng, 0.1, 0.9) * width)
    reach = np.float32(side * uniform(rng, 0.15, 0.5))
    lumen = np.exp(-((rows - np.float32(eye[0])) ** 2 + (columns - np.float32(eye[1])) ** 2) / reach ** 2)
    scene.canvas *= (1 - lumen * np.float32(uniform(rng, 0.1, 0.8)))[..., None]
    for _ in range(integer(rng, 0, 5)):
        _fold(rng, scene, side)
    for _ in range(integer(rng, 1, 3)):
        extent = side * log_uniform(rng, 0.08, 0.75)
        centre = (uniform(rng, 0.1, 0.9) * height, uniform(rng, 0.1, 0.9) * width)
        bulge = random_shape(rng, scene.size, centre, extent, {"fourier": 4, "ellipse": 2, "lobes": 2.5, "cut": 1})
        strength = log_uniform(rng, 0.04, 0.3)
        style = Style(scene.palette.direction(rng) * np.float32(sign(rng) * strength), chance(rng, 0.6),
                      softness=log_uniform(rng, 0.8, max(extent * 0.05, 1.2)), texture=uniform(rng, 0, 0.06),
                      shading=uniform(rng, 0.05, 0.4), fade=uniform(rng, 0.3, 0.8) if chance(rng, 0.3) else 0.0,
                      rim=-uniform(rng, 0.03, 0.2) if chance(rng, 0.4) else 0.0, gaps=uniform(rng, 0, 0.6),
                      rim_width=log_uniform(rng, 1, max(extent * 0.05, 1.2)))
        add_object(rng, scene, bulge, style, extent, 0.15)


def _fold(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """A curved ridge: a bright and a dark flank side by side."""
    centre = (uniform(rng, 0, 1) * scene.size[0], uniform(rng, 0, 1) * scene.size[1])
    ridge = random_shape(rng, scene.size, centre, side * uniform(rng, 0.3, 0.9), {"band": 2, "crescent": 2, "tube": 1})
    step = scene.palette.direction(rng) * np.float32(sign(rng) * uniform(rng, 0.03, 0.15))
    paint(rng, scene, ridge, Style(step, True, softness=uniform(rng, 1, 6), shading=uniform(rng, 0.1, 0.3),
                                   rim=-uniform(rng, 0.02, 0.12), gaps=0.4, rim_width=uniform(rng, 1, 4)))


def sector(rng: np.random.Generator, scene: Scene) -> Mask:
    """The fan or slab that a sound probe sees."""
    height, width = scene.size
    rows, columns = grid(scene.size)
    if chance(rng, 0.3):
        slab = np.zeros(scene.size, np.uint8)
        slab[integer(rng, 0, height // 10):height - integer(rng, 0, height // 8)] = 1
        return slab
    apex = (-uniform(rng, 0.05, 0.5) * height, width * uniform(rng, 0.42, 0.58))
    dy, dx = rows - np.float32(apex[0]), columns - np.float32(apex[1])
    radius, slope = np.sqrt(dy * dy + dx * dx), np.abs(dx) / np.maximum(dy, 1)
    near, far = height * uniform(rng, 0.05, 0.15) - apex[0], height * uniform(rng, 0.9, 1.05) - apex[0]
    inside = (radius > near) & (radius < far) & (slope < np.tan(uniform(rng, 0.45, 0.9)))
    return np.asarray(inside, dtype=np.uint8)


def ultrasound(rng: np.random.Generator, scene: Scene) -> None:
    """Layers and speckle, an outline-only skull or dark lesions with a shadow, all within a sector on black."""
    height, width = scene.size
    side = min(height, width)
    scene.canvas += (octaves(rng, scene.size, side / 4, 3) * np.float32(uniform(rng, 0.03, 0.1)))[..., None]
    for _ in range(integer(rng, 0, 5)):
        centre = (uniform(rng, 0, 1) * height, uniform(rng, 0, 1) * width)
        echo = random_shape(rng, scene.size, centre, side * uniform(rng, 0.1, 0.9), {"band": 3, "blob": 1, "tube": 1})
        paint(rng, scene, echo, Style(scene.palette.main * np.float32(uniform(rng, -0.15, 0.4)), True,
                                      softness=uniform(rng, 1, 5), fade=uniform(rng, 0, 0.9)))
    if chance(rng, 0.45):
        _skull(rng, scene, side)
    else:
        _lesions(rng, scene, side)
    _through_probe(rng, scene)


def _skull(rng: np.random.Generator, scene: Scene, side: int) -> None:
    extent = side * uniform(rng, 0.35, 0.9)
    centre = (scene.size[0] * uniform(rng, 0.4, 0.62), scene.size[1] * uniform(rng, 0.4, 0.6))
    contour = turned(scaled(ellipse(uniform(rng, 0.65, 0.95)), extent), rng.normal(0, 0.5))
    mask = fill(scene.size, contour, centre)
    add_object(rng, scene, mask, hollow_style(rng, scene, extent), extent, 0.0)
    for _ in range(integer(rng, 0, 5)):
        inner = random_shape(rng, scene.size, random_point(rng, mask), extent * uniform(rng, 0.1, 0.6),
                             {"band": 2, "tube": 2, "fourier": 1}) & mask
        paint(rng, scene, inner, Style(scene.palette.main * np.float32(uniform(rng, -0.12, 0.3)), True,
                                       softness=uniform(rng, 1, 3), fade=uniform(rng, 0, 0.8)))


def _lesions(rng: np.random.Generator, scene: Scene, side: int) -> None:
    for _ in range(integer(rng, 1, 3)):
        extent = side * log_uniform(rng, 0.08, 0.6)
        centre = (scene.size[0] * uniform(rng, 0.2, 0.8), scene.size[1] * uniform(rng, 0.2, 0.8))
        mask = random_shape(rng, scene.size, centre, extent, {"fourier": 3, "ellipse": 2, "lobes": 2, "blob": 2})
        dark = -1.0 if chance(rng, 0.8) else 1.0
        step = scene.palette.main * np.float32(dark * log_uniform(rng, 0.06, 0.35))
        if chance(rng, 0.4) and mask.any():
            paint_shadow(rng, scene, mask)
        style = Style(step, chance(rng, 0.5), softness=log_uniform(rng, 0.8, max(extent * 0.08, 1.2)),
                      fade=uniform(rng, 0.2, 0.7) if chance(rng, 0.3) else 0.0, gaps=uniform(rng, 0, 0.6),
                      rim=uniform(rng, 0.05, 0.3) if chance(rng, 0.3) else 0.0)
        add_object(rng, scene, mask, style, extent, 0.25)


def _through_probe(rng: np.random.Generator, scene: Scene) -> None:
    """Multiplicative speckle, then black outside the sector; labels end there too."""
    grain = speckle(rng, scene.size, log_uniform(rng, 1, 4)) * np.float32(uniform(rng, 0.15, 0.55))
    scene.canvas *= np.maximum(1 + grain, 0)[..., None]
    if chance(rng, 0.75):
        seen = sector(rng, scene)
        scene.canvas *= seen[..., None]
        scene.labels[seen == 0] = 0


def swarm(rng: np.random.Generator, scene: Scene) -> None:
    """Many small alike objects, as cells or glands; a few get labels."""
    height, width = scene.size
    ground(rng, scene)
    extent = min(height, width) * log_uniform(rng, 0.06, 0.25)
    kind = list(KINDS)[integer(rng, 0, 6)]
    style = random_style(rng, scene, extent)
    count = int(np.clip(height * width / (extent * extent) * uniform(rng, 0.2, 0.8), 4, 40))
    chosen = set(range(count - integer(rng, 3, 7), count))
    nucleus = chance(rng, 0.3)
    for index in range(count):
        centre = (uniform(rng, 0, 1) * height, uniform(rng, 0, 1) * width)
        mask = random_shape(rng, scene.size, centre, extent * uniform(rng, 0.7, 1.3), {kind: 1.0})
        add_object(rng, scene, mask, style, extent, 0.0, labelled=index in chosen)
        if nucleus:
            core = random_shape(rng, scene.size, centre, extent * 0.4, {"ellipse": 1.0}) & mask
            paint(rng, scene, core, Style(style.step * np.float32(0.7), True))


def layers(rng: np.random.Generator, scene: Scene) -> None:
    """Stacked wavy layers with pockets between them, as in OCT of a retina or in skin."""
    height, width = scene.size
    rows, _ = grid(scene.size)
    wave = smooth_noise(rng, (1, width), width / uniform(rng, 1, 5))
    depth: Floats = np.asarray(rows + wave * np.float32(height * uniform(rng, 0.01, 0.08)), dtype=np.float32)
    borders = np.sort(rng.uniform(0.1, 0.9, integer(rng, 3, 8))) * height
    labelled = set(rng.permutation(borders.size - 1)[:2].tolist())
    for index in range(borders.size - 1):
        layer = ((depth > borders[index]) & (depth <= borders[index + 1])).astype(np.uint8)
        step = scene.palette.direction(rng) * np.float32(rng.normal(0, 0.18))
        add_object(rng, scene, layer, Style(step, True, softness=uniform(rng, 0.5, 2), texture=0.02), 0.0, 0.0,
                   labelled=index in labelled and bool(layer.any()))
    for _ in range(integer(rng, 1, 4)):
        extent = min(height, width) * log_uniform(rng, 0.05, 0.35)
        centre = (uniform(rng, borders[0], borders[-1]), uniform(rng, 0.1, 0.9) * width)
        pocket = random_shape(rng, scene.size, centre, extent, {"ellipse": 2, "fourier": 2, "lobes": 1, "cut": 1})
        step = scene.palette.direction(rng) * np.float32(-log_uniform(rng, 0.05, 0.4))
        add_object(rng, scene, pocket, Style(step, softness=uniform(rng, 0.5, 2.5), texture=0.02), extent, 0.1)
