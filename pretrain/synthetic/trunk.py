"""A slice through a trunk, as in CT or body MR: fat rim, wall, ribs, spine, bowel, and organs that touch."""

import cv2
import numpy as np

from .anatomy import ORGANS, eroded, organ_style, outline, random_point
from .appearance import Style, add_object, paint
from .draw import Mask, chance, integer, log_uniform, sign, uniform
from .scene import Scene
from .shapes import Contour, bean, ellipse, fill, random_shape, scaled, turned


def trunk(rng: np.random.Generator, scene: Scene) -> None:
    """Organs share a narrow range of grey: the borders between them are often the faintest in the picture."""
    extent = min(scene.size) * uniform(rng, 0.6, 1.25)
    fat = uniform(rng, 0.0, 0.1) if chance(rng, 0.4) else uniform(rng, 0.1, 0.45)
    middle = uniform(rng, 0.3, 0.7)
    cavity = shell(rng, scene, extent, fat, middle)
    if not cavity.any():
        return
    bones(rng, scene, cavity, extent)
    bowel(rng, scene, cavity, extent, middle)
    spread = log_uniform(rng, 0.02, 0.2)
    if chance(rng, 0.55):
        _liver(rng, scene, cavity, extent, middle + rng.normal(0, spread))
    sizes = sorted((log_uniform(rng, 0.08, 0.45) for _ in range(integer(rng, 1, 6))), reverse=True)
    for share in sizes:
        mask = random_shape(rng, scene.size, random_point(rng, cavity), extent * share, ORGANS) & cavity
        if mask.any():
            style = organ_style(rng, scene, mask, middle + rng.normal(0, spread))
            add_object(rng, scene, mask, style, extent * share, 0.4, labelled=chance(rng, 0.75))
    if chance(rng, 0.5):
        kidneys(rng, scene, cavity, extent, middle + abs(rng.normal(0, 0.15)))


def shell(rng: np.random.Generator, scene: Scene, extent: float, fat: float, middle: float) -> Mask:
    """Paint couch, skin, fat and muscle; return what they enclose."""
    body = outline(rng, scene, extent, uniform(rng, 0.62, 0.95), 0.03)
    if chance(rng, 0.3):
        bow = (scene.size[1] // 2, int(scene.size[0] * uniform(rng, 0.0, 0.5)))
        reach = int(extent * uniform(rng, 0.55, 0.8))
        lines = np.zeros(scene.size, np.uint8)
        cv2.ellipse(lines, bow, (reach, reach), 0, 30, 150, 1, 1)
        paint(rng, scene, lines, Style(scene.palette.main * np.float32(0.5), softness=0.5))
    rim = uniform(rng, 0.1, 0.4) if chance(rng, 0.5) else 0.0
    paint(
        rng,
        scene,
        body,
        Style(fat - scene.mean(body), texture=uniform(rng, 0.003, 0.03), rim=rim, rim_width=1.0),
    )
    wall = eroded(body, max(int(extent * log_uniform(rng, 0.01, 0.08)), 1))
    paint(rng, scene, wall, organ_style(rng, scene, wall, middle - uniform(rng, 0, 0.1)))
    cavity = eroded(wall, max(int(extent * log_uniform(rng, 0.008, 0.04)), 1))
    paint(rng, scene, cavity, organ_style(rng, scene, cavity, fat))
    return cavity


def bones(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float) -> None:
    """Spine, the round vessel before it, and ribs within the wall; none is labelled."""
    rows, columns = np.nonzero(cavity)
    bone = Style(scene.palette.main * np.float32(uniform(rng, 0.2, 0.6)), softness=0.9, texture=0.06)
    centre = (float(rows.max()) - extent * 0.1, float(columns.mean()))
    muscle = fill(scene.size, scaled(ellipse(0.5), extent * uniform(rng, 0.3, 0.45)), centre) & cavity
    paint(rng, scene, muscle, organ_style(rng, scene, muscle, uniform(rng, 0.3, 0.5)))
    spine = random_shape(
        rng, scene.size, centre, extent * uniform(rng, 0.12, 0.2), {"fourier": 1, "lobes": 2}
    )
    paint(rng, scene, spine, bone)
    vessel = fill(scene.size, scaled(ellipse(0.9), extent * 0.07), (centre[0] - extent * 0.12, centre[1]))
    paint(rng, scene, vessel, Style(scene.palette.main * np.float32(uniform(rng, 0.0, 0.5)), softness=0.8))
    if chance(rng, 0.6):
        outlines, _ = cv2.findContours(cavity, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        path = max(outlines, key=len)[:, 0]
        ribs = np.zeros(scene.size, np.uint8)
        for start in rng.integers(0, len(path), integer(rng, 5, 14)):
            piece = path[start : start + max(int(extent * 0.05), 4)]
            cv2.polylines(ribs, [piece.astype(np.int32)], False, 1, max(int(extent * 0.015), 2))
        paint(rng, scene, ribs, bone)


def bowel(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float, middle: float) -> None:
    """Many soft loops of unlike filling, some with black gas, none labelled."""
    for _ in range(integer(rng, 0, 9)):
        at, size = random_point(rng, cavity), extent * uniform(rng, 0.05, 0.16)
        loop = random_shape(rng, scene.size, at, size, {"fourier": 2, "lobes": 2, "tube": 1}) & cavity
        paint(rng, scene, loop, organ_style(rng, scene, loop, middle + rng.normal(0, 0.1)))
        if chance(rng, 0.3):
            gas = random_shape(rng, scene.size, at, size * 0.5, {"fourier": 1, "cut": 1}) & cavity
            paint(rng, scene, gas, organ_style(rng, scene, gas, 0.0))


def _liver(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float, level: float) -> None:
    """A large organ that leans on the wall of one side, with vessels and lesions that belong to it."""
    rows, columns = np.nonzero(cavity)
    side = float(columns.mean()) + sign(rng) * extent * uniform(rng, 0.15, 0.35)
    centre = (float(rows.mean()) + extent * uniform(rng, -0.2, 0.1), side)
    share = uniform(rng, 0.4, 0.75)
    mask = random_shape(
        rng, scene.size, centre, extent * share, {"smooth": 3, "fourier": 1, "cut": 2, "bean": 1, "lobes": 1}
    )
    mask &= eroded(cavity, 2)
    if mask.any():
        add_object(rng, scene, mask, organ_style(rng, scene, mask, level), extent * share * 0.7, 0.7)


def kidneys(rng: np.random.Generator, scene: Scene, cavity: Mask, extent: float, level: float) -> None:
    """One on either side of the spine: cortex, medulla and fatty sinus are one object."""
    rows, columns = np.nonzero(cavity)
    for side in (-1, 1):
        size = extent * uniform(rng, 0.12, 0.24)
        spot = (
            float(rows.max()) - extent * uniform(rng, 0.13, 0.25),
            float(columns.mean()) + side * extent * uniform(rng, 0.16, 0.26),
        )
        angle = side * uniform(rng, 0.6, 1.6)
        shape: Contour = turned(scaled(bean(rng, uniform(rng, 0.5, 0.8)), size), angle)
        mask = fill(scene.size, shape, spot) & cavity
        if not mask.any():
            continue
        style = organ_style(rng, scene, mask, level)
        paint(rng, scene, mask, style)
        scene.label(mask)
        for share, strength in ((0.65, uniform(rng, -0.2, 0.05)), (0.35, uniform(rng, -0.4, 0.3))):
            core = fill(scene.size, turned(scaled(bean(rng, 0.6), size * share), angle), spot) & mask
            paint(rng, scene, core, Style(scene.palette.main * np.float32(strength), True, softness=1.2))
