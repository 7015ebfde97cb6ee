"""A head in MR or CT: scalp, skull, folded tissue, mirrored inner structures, lesions, mostly vague."""

import numpy as np

from .anatomy import eroded, organ_style, outline, random_point
from .appearance import Style, add_object, paint
from .draw import Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import largest, random_shape
from .texture import smooth_noise


def brain(rng: np.random.Generator, scene: Scene) -> None:
    extent = min(scene.size) * uniform(rng, 0.6, 1.0)
    upright = chance(rng, 0.6)
    head = outline(rng, scene, extent, uniform(rng, 0.7, 0.95), 0.02)
    if upright and scene.size[0] == scene.size[1]:
        head = np.ascontiguousarray(head.T)
    tissue = uniform(rng, 0.12, 0.5)
    if chance(rng, 0.7):
        head = _skull(rng, scene, head, extent, tissue)
    paint(rng, scene, head, organ_style(rng, scene, head, tissue))
    if chance(rng, 0.5):
        _matter(rng, scene, head, extent)
    _folds(rng, scene, head, extent)
    if not head.any():
        return
    _mirrored(rng, scene, head, extent, upright)
    up = sign(rng) if chance(rng, 0.3) else 1.0
    for _ in range(integer(rng, 1, 3)):
        paint_one = _infiltration if chance(rng, 0.5) else _lesion
        paint_one(rng, scene, head, extent, up)


def _skull(rng: np.random.Generator, scene: Scene, head: Mask, extent: float, tissue: float) -> Mask:
    """Scalp of wavering thickness, dark bone, a dark rim of fluid; returns what lies within."""
    paint(rng, scene, head, organ_style(rng, scene, head, tissue + uniform(rng, 0.0, 0.4)))
    bone = eroded(head, max(int(extent * log_uniform(rng, 0.008, 0.04)), 1))
    if chance(rng, 0.5):
        thick = smooth_noise(rng, scene.size, extent / 4) > uniform(rng, 0.3, 1.2)
        bone = eroded(bone, max(int(extent * 0.03), 1)) | (bone & (1 - thick.astype(np.uint8)))
    paint(rng, scene, bone, organ_style(rng, scene, bone, uniform(rng, 0, 0.12)))
    return eroded(bone, max(int(extent * log_uniform(rng, 0.01, 0.05)), 1))


def _folds(rng: np.random.Generator, scene: Scene, head: Mask, extent: float) -> None:
    """Sulci: thin winding lines, often near the surface only."""
    lines = np.abs(smooth_noise(rng, scene.size, extent * uniform(rng, 0.04, 0.09))) < uniform(rng, 0.1, 0.5)
    mask = lines.astype(np.uint8) & head
    if chance(rng, 0.6):
        mask &= 1 - eroded(head, max(int(extent * uniform(rng, 0.05, 0.15)), 1))
    step = scene.palette.direction(rng) * np.float32(uniform(rng, -0.2, 0.1))
    paint(rng, scene, mask, Style(step, True, softness=uniform(rng, 0.7, 1.6)))


def _mirrored(rng: np.random.Generator, scene: Scene, head: Mask, extent: float, upright: bool) -> None:
    """Midline, ventricles, ganglia, eyes: pairs about the middle axis. Now and then one half is an object."""
    rows, columns = np.nonzero(head)
    middle = (float(rows.mean()), float(columns.mean()))
    if chance(rng, 0.6):
        fissure = np.zeros(scene.size, np.uint8)
        if upright:
            fissure[:, int(middle[1])] = 1
        else:
            fissure[int(middle[0])] = 1
        paint(
            rng, scene, fissure & head, Style(scene.palette.main * np.float32(uniform(rng, -0.3, 0.1)), True)
        )
    for _ in range(integer(rng, 1, 4)):
        away, along = extent * uniform(rng, 0.03, 0.3), extent * uniform(rng, -0.3, 0.3)
        size = extent * log_uniform(rng, 0.06, 0.3)
        spot = (middle[0] + along, middle[1] - away) if upright else (middle[0] - away, middle[1] + along)
        half = (
            random_shape(rng, scene.size, spot, size, {"bean": 2, "crescent": 1, "band": 1, "fourier": 2})
            & head
        )
        both = (half | _reflected(half, middle, upright)) & head
        step = scene.palette.main * np.float32(uniform(rng, -0.35, 0.2))
        paint(rng, scene, both, Style(step, chance(rng, 0.5), softness=uniform(rng, 0.6, 2)))
        if chance(rng, 0.15):
            scene.label(half)


def _reflected(mask: Mask, middle: tuple[float, float], upright: bool) -> Mask:
    axis, centre = (1, middle[1]) if upright else (0, middle[0])
    shift = round(2 * centre) - mask.shape[axis] + 1
    return np.roll(np.flip(mask, axis), shift, axis)


def _matter(rng: np.random.Generator, scene: Scene, head: Mask, extent: float) -> None:
    """White matter under a wavy cortex, each channel with a step of its own, as each MR sequence has."""
    deep = eroded(head, max(int(extent * uniform(rng, 0.03, 0.08)), 1))
    white = deep & (smooth_noise(rng, scene.size, extent * uniform(rng, 0.05, 0.15)) < uniform(rng, 0.2, 1.2))
    step = rng.normal(0, 0.05, scene.palette.channels).astype(np.float32)
    paint(rng, scene, white.astype(np.uint8), Style(step, True, softness=uniform(rng, 0.8, 3)))
    blotches = smooth_noise(rng, scene.size, extent * uniform(rng, 0.1, 0.4)) * np.float32(uniform(rng, 0, 0.04))
    scene.canvas += (blotches * head)[..., None] * scene.palette.direction(rng)


def _infiltration(rng: np.random.Generator, scene: Scene, head: Mask, extent: float, up: float) -> None:
    """A tumour that is one in a sequence and hardly there in the others: ragged, uneven, perhaps with a core."""
    size = extent * log_uniform(rng, 0.1, 0.5)
    kinds = {"lobes": 2.0, "fourier": 2.0, "blob": 3.0, "smooth": 2.0}
    spot = random_point(rng, head)
    mask = random_shape(rng, scene.size, spot, size, kinds) & head
    if chance(rng, 0.6):  # it follows the tissue: fingers and notches
        fingers = smooth_noise(rng, scene.size, size * uniform(rng, 0.12, 0.35)) > uniform(rng, -1.4, -0.3)
        mask = largest(mask & fingers.astype(np.uint8))
    if not mask.any():
        return
    strength = up * log_uniform(rng, 0.04, 0.3)
    style = Style(
        scene.palette.direction(rng) * np.float32(strength),
        True,
        softness=log_uniform(rng, 0.8, max(size * 0.08, 1.5)),
        texture=abs(strength) * uniform(rng, 0, 0.5),
        shading=abs(strength) * uniform(rng, 0, 0.8),
        fade=uniform(rng, 0.2, 0.6) if chance(rng, 0.3) else 0.0,
    )
    paint(rng, scene, mask, style)
    scene.label(mask)
    for _ in range(integer(rng, 0, 2)):
        core = random_shape(rng, scene.size, random_point(rng, mask), size * uniform(rng, 0.15, 0.6), kinds) & mask
        step = scene.palette.direction(rng) * np.float32(rng.normal(0, 0.15))
        paint(rng, scene, core, Style(step, True, softness=uniform(rng, 0.8, 3)))


def _lesion(rng: np.random.Generator, scene: Scene, head: Mask, extent: float, up: float) -> None:
    """A core in a halo that thins out: the object is what a rater would call the whole of it."""
    size = extent * log_uniform(rng, 0.06, 0.45)
    kinds = {"smooth": 2.0, "fourier": 2.0, "blob": 2.0, "lobes": 3.0, "bean": 1.0, "band": 0.4}
    mask = random_shape(rng, scene.size, random_point(rng, head), size, kinds) & head
    step = scene.palette.direction(rng) * np.float32(up * log_uniform(rng, 0.06, 0.45))
    style = Style(
        step,
        chance(rng, 0.6),
        softness=log_uniform(rng, 0.8, max(size * 0.1, 1.5)),
        texture=uniform(rng, 0, 0.08),
        fade=uniform(rng, 0.3, 0.8) if chance(rng, 0.3) else 0.0,
    )
    add_object(rng, scene, mask, style, size, 0.4)
