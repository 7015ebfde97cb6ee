"""Layouts without a body: loose objects on uneven ground, fields of cells, stacked layers."""

import numpy as np

from .anatomy import ORGANS, anywhere, random_point
from .appearance import Style, add_object, ground, hollow_style, paint, paint_insides, random_style
from .draw import Floats, Mask, chance, integer, log_uniform, uniform
from .scene import Scene
from .shapes import KINDS, random_shape
from .texture import grid, smooth_noise


def loose(rng: np.random.Generator, scene: Scene) -> None:
    """One to seven objects of any size, mostly the larger ones below, and distractors between them."""
    side = min(scene.size)
    ground(rng, scene, areas=integer(rng, 0, 3))
    shares = [_share(rng) for _ in range(integer(rng, 1, 7))]
    if chance(rng, 0.8):
        shares.sort(reverse=True)
    for share in shares:
        extent = share * side
        mask = random_shape(rng, scene.size, anywhere(rng, scene), extent)
        if not mask.any():
            continue
        hollow = extent > 40 and chance(rng, 0.08)
        style = hollow_style(rng, scene, extent) if hollow else random_style(rng, scene, extent)
        add_object(rng, scene, mask, style, extent, 0.3, labelled=chance(rng, 0.85))
        if chance(rng, 0.1):
            _twin(rng, scene, mask, style, extent)
    if scene.palette.name == "skin" and chance(rng, 0.5):
        _hairs(rng, scene, side)


def _share(rng: np.random.Generator) -> float:
    """Extent over the image side: log-uniform, with some weight added to objects that fill the picture."""
    return uniform(rng, 0.2, 0.85) if chance(rng, 0.3) else log_uniform(rng, 0.05, 0.85)


def _twin(rng: np.random.Generator, scene: Scene, mask: Mask, style: Style, extent: float) -> None:
    """A neighbour nearly identical to the object just painted, touching it, under a label of its own."""
    row, column = random_point(rng, mask)
    angle = uniform(rng, 0, 2 * np.pi)
    spot = (row + extent * 0.5 * np.sin(angle), column + extent * 0.5 * np.cos(angle))
    twin = random_shape(rng, scene.size, spot, extent * uniform(rng, 0.6, 1.2), ORGANS) & (1 - mask)
    if twin.any():
        paint(rng, scene, twin, style)
        scene.label(twin)
        if chance(rng, 0.2):
            paint_insides(rng, scene, twin, extent)


def _hairs(rng: np.random.Generator, scene: Scene, side: int) -> None:
    """Thin dark threads across everything; too thin to be cut out of the labels."""
    threads = np.zeros(scene.size, np.uint8)
    for _ in range(integer(rng, 2, 10)):
        threads |= random_shape(
            rng, scene.size, anywhere(rng, scene), side * uniform(rng, 0.2, 0.8), {"thread": 1}
        )
    step = scene.palette.main * np.float32(-uniform(rng, 0.15, 0.5))
    paint(rng, scene, threads, Style(step, softness=0.6, opacity=0.9))


def swarm(rng: np.random.Generator, scene: Scene) -> None:
    """Many small alike objects, as cells or glands; three to seven of them get labels."""
    height, width = scene.size
    ground(rng, scene, areas=integer(rng, 0, 2))
    extent = min(height, width) * log_uniform(rng, 0.06, 0.25)
    kind = list(KINDS)[integer(rng, 0, 6)]
    style = random_style(rng, scene, extent)
    count = int(np.clip(height * width / (extent * extent) * uniform(rng, 0.2, 0.8), 4, 40))
    chosen = set(range(count - integer(rng, 3, 7), count))
    nucleus = chance(rng, 0.4)
    core_step = scene.palette.direction(rng) * np.float32(uniform(rng, -0.35, 0.35))
    for index in range(count):
        centre = anywhere(rng, scene, 0.0)
        mask = random_shape(rng, scene.size, centre, extent * uniform(rng, 0.7, 1.3), {kind: 1.0})
        add_object(rng, scene, mask, style, extent, 0.0, labelled=index in chosen)
        if nucleus:
            core = (
                random_shape(rng, scene.size, centre, extent * uniform(rng, 0.3, 0.5), {"ellipse": 1.0})
                & mask
            )
            paint(rng, scene, core, Style(core_step, True))


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
        style = Style(step, True, softness=uniform(rng, 0.5, 2), texture=0.02)
        add_object(rng, scene, layer, style, 0.0, 0.0, labelled=index in labelled and bool(layer.any()))
    for _ in range(integer(rng, 1, 4)):
        extent = min(height, width) * log_uniform(rng, 0.05, 0.35)
        centre = (uniform(rng, borders[0], borders[-1]), uniform(rng, 0.1, 0.9) * width)
        pocket = random_shape(
            rng, scene.size, centre, extent, {"ellipse": 2, "fourier": 2, "lobes": 1, "cut": 1}
        )
        step = scene.palette.direction(rng) * np.float32(-log_uniform(rng, 0.05, 0.4))
        add_object(
            rng, scene, pocket, Style(step, softness=uniform(rng, 0.5, 2.5), texture=0.02), extent, 0.1
        )
