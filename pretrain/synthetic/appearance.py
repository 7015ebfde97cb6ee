"""How one object looks: edge, filling, shading, rim, holes in its outline, things inside it, its shadow."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .draw import Floats, Mask, chance, contrast, integer, log_uniform, sign, uniform
from .scene import Box, Scene, bounds
from .shapes import random_shape
from .texture import grid, octaves, random_texture, smooth_noise


@dataclass(frozen=True)
class Style:
    """Lengths in pixels, strengths in parts of the range 0..1.

    step: (C,) change against what lies below. additive: keep the texture below (translucent, as an X-ray) or
    replace it by an own one. rim: signed strength of a line along the edge. gaps: share of the rim missing.
    fade: 0, or how far the object drowns in its surroundings towards one side (1 = wholly).
    dome: strength of light and shade as on a rounded bulge.
    """

    step: Floats
    additive: bool = False
    opacity: float = 1.0
    softness: float = 0.8
    texture: float = 0.0
    shading: float = 0.0
    rim: float = 0.0
    rim_width: float = 1.5
    gaps: float = 0.0
    fade: float = 0.0
    dome: float = 0.0


def random_style(rng: np.random.Generator, scene: Scene, extent: float) -> Style:
    strength = contrast(rng)
    step = scene.palette.direction(rng) * np.float32(strength * sign(rng))
    hard = chance(rng, 0.45)
    softness = uniform(rng, 0.3, 1.2) if hard else log_uniform(rng, 1.0, max(extent * 0.09, 1.5))
    style = Style(
        step,
        additive=chance(rng, 0.4),
        softness=min(softness, 9.0),
        opacity=uniform(rng, 0.5, 0.9) if chance(rng, 0.2) else 1.0,
        texture=strength * log_uniform(rng, 0.05, 0.8) if chance(rng, 0.7) else 0.0,
        shading=strength * uniform(rng, 0.2, 1.0) if chance(rng, 0.4) else 0.0,
        fade=uniform(rng, 0.4, 0.95) if chance(rng, 0.18) else 0.0,
        dome=uniform(rng, 0.05, 0.3) if chance(rng, 0.12) else 0.0,
    )
    if chance(rng, 0.3):
        style = replace(
            style,
            rim=sign(rng) * log_uniform(rng, 0.05, 0.4),
            gaps=uniform(rng, 0, 0.6),
            rim_width=log_uniform(rng, 0.8, max(extent * 0.04, 1.2)),
        )
    return style


def hollow_style(rng: np.random.Generator, scene: Scene, extent: float) -> Style:
    """Only an outline, mostly bright and broken; the inside nearly as the outside (a fetal skull)."""
    step = scene.palette.direction(rng) * np.float32(uniform(rng, -0.05, 0.04))
    return Style(
        step,
        additive=True,
        rim=sign(rng) * 0.1 + log_uniform(rng, 0.2, 0.6),
        gaps=uniform(rng, 0.1, 0.7),
        rim_width=log_uniform(rng, 1.0, max(extent * 0.03, 1.5)),
        softness=1.5,
    )


def paint(rng: np.random.Generator, scene: Scene, mask: Mask, style: Style) -> None:
    """Draw the object onto the canvas. The labels are the caller's business."""
    box = bounds(mask, int(3 * max(style.softness, style.rim_width)) + 3)
    if box is None:
        return
    top, bottom, left, right = box
    crop = scene.canvas[top:bottom, left:right]
    inside = mask[top:bottom, left:right].astype(np.float32)
    alpha = blurred(inside, style.softness) * np.float32(style.opacity)
    if style.fade:
        alpha *= 1 - np.float32(style.fade) * ramp(rng, alpha.shape)
    change = _change(rng, scene, mask, style, box)
    crop += alpha[..., None] * change
    if style.dome:
        crop += (alpha * _lit_dome(rng, inside) * np.float32(style.dome))[..., None]
    if style.rim:
        _paint_rim(rng, crop, inside, style)


def blurred(field: Floats, sigma: float) -> Floats:
    return np.asarray(
        cv2.GaussianBlur(field, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), dtype=np.float32
    )


def ramp(rng: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """(H, W) from 0 to 1 across the patch in a random direction, steepest in the middle."""
    rows, columns = grid((size[0], size[1]))
    angle = uniform(rng, 0, 2 * np.pi)
    slope = (rows / size[0] - 0.5) * np.float32(np.sin(angle)) + (columns / size[1] - 0.5) * np.float32(
        np.cos(angle)
    )
    return np.asarray(np.clip(slope * 2 + 0.5, 0, 1), dtype=np.float32)


def _change(rng: np.random.Generator, scene: Scene, mask: Mask, style: Style, box: Box) -> Floats:
    """(h, w, C) or (C,): what to add to the canvas where the object is opaque."""
    top, bottom, left, right = box
    size = (bottom - top, right - left)
    change = np.broadcast_to(style.step, (*size, style.step.size))
    if not style.additive:
        goal = np.clip(scene.mean(mask, box) + style.step, 0.0, 1.0)
        change = goal - scene.canvas[top:bottom, left:right]
    variation = np.zeros(size, np.float32)
    if style.texture:
        variation += random_texture(rng, size) * np.float32(style.texture)
    if style.shading:
        variation += (ramp(rng, size) - np.float32(0.5)) * np.float32(style.shading)
    if style.texture or style.shading:
        change = change + variation[..., None] * np.abs(scene.palette.direction(rng))
    return np.asarray(change, dtype=np.float32)


def _lit_dome(rng: np.random.Generator, inside: Floats) -> Floats:
    """(h, w) in -1..1: a light from one side on a dome over the mask. Worked out at a quarter of the
    resolution: the dome is smooth, and a wide blur at full resolution would cost 5 ms."""
    height, width = inside.shape
    small = cv2.resize(inside, (max(width // 4, 4), max(height // 4, 4)), interpolation=cv2.INTER_AREA)
    dome = blurred(np.asarray(small, dtype=np.float32), max(min(small.shape) * uniform(rng, 0.08, 0.2), 0.6))
    angle = uniform(rng, 0, 2 * np.pi)
    slope = np.asarray(
        cv2.Sobel(dome, cv2.CV_32F, 1, 0) * np.cos(angle) + cv2.Sobel(dome, cv2.CV_32F, 0, 1) * np.sin(angle)
    )
    light = slope / max(float(np.abs(slope).max()), 1e-4) + (dome - np.float32(0.5)) * np.float32(
        uniform(rng, 0, 1)
    )
    return np.asarray(cv2.resize(light.astype(np.float32), (width, height)), dtype=np.float32)


def _paint_rim(rng: np.random.Generator, crop: Floats, inside: Floats, style: Style) -> None:
    """A line centred on the edge: 4 b (1 - b) of the blurred mask b peaks there."""
    edge = blurred(inside, style.rim_width)
    line = 4 * edge * (1 - edge)
    if style.gaps:
        gate = smooth_noise(rng, (line.shape[0], line.shape[1]), max(min(line.shape) / uniform(rng, 2, 6), 4))
        line *= np.clip((gate + np.float32(1.2 - 2.4 * style.gaps)) * 1.5 + 0.5, 0, 1)
    crop += (line * np.float32(style.rim))[..., None]


def paint_insides(rng: np.random.Generator, scene: Scene, mask: Mask, extent: float) -> None:
    """Vessels, lesions, sinus, septa inside an object. They stay part of it, but in 30 % the strongest kind,
    one compact structure, becomes an object of its own that the outer label then leaves out."""
    own_label = chance(rng, 0.3)
    rows, columns = np.nonzero(mask)
    kinds = {"ellipse": 2.0, "fourier": 2.0, "blob": 2.0, "tube": 1.5, "crescent": 0.5}
    side = sign(rng)
    for _ in range(1 if own_label else integer(rng, 1, 4)):
        at = int(rng.integers(rows.size))
        inner_extent = extent * log_uniform(rng, 0.08, 0.55)
        inner = (
            random_shape(rng, scene.size, (float(rows[at]), float(columns[at])), inner_extent, kinds) & mask
        )
        strength = scene.palette.direction(rng) * np.float32(side * log_uniform(rng, 0.06, 0.4))
        paint(
            rng,
            scene,
            inner,
            Style(
                strength,
                softness=uniform(rng, 0.5, 2),
                additive=chance(rng, 0.5),
                texture=uniform(rng, 0, 0.05),
            ),
        )
        if own_label:
            scene.label(inner)


def paint_shadow(rng: np.random.Generator, scene: Scene, mask: Mask) -> None:
    """What lies below the object in an ultrasound picture: darker behind bone, brighter behind fluid."""
    behind = np.maximum.accumulate(mask, axis=0) & (1 - mask)
    soft = cv2.GaussianBlur(behind.astype(np.float32), (0, 0), uniform(rng, 1, 6))
    factor = uniform(rng, -0.75, -0.25) if chance(rng, 0.7) else uniform(rng, 0.15, 0.5)
    scene.canvas *= (1 + np.float32(factor) * soft)[..., None]


def add_object(
    rng: np.random.Generator,
    scene: Scene,
    mask: Mask,
    style: Style,
    extent: float,
    inside_chance: float = 0.25,
    labelled: bool = True,
) -> None:
    """Paint an object, perhaps with things inside, and label it (or erase what it hides)."""
    paint(rng, scene, mask, style)
    if not labelled:
        if style.opacity > 0.6 and not style.fade:
            scene.unlabel(mask)
        return
    scene.label(mask)
    if extent > 24 and chance(rng, inside_chance) and mask.any():
        paint_insides(rng, scene, mask, extent)


def ground(rng: np.random.Generator, scene: Scene, areas: int) -> None:
    """The unlabelled background: large uneven areas of unlike grey, texture, folds."""
    size = scene.size
    side = min(size)
    field = octaves(rng, size, log_uniform(rng, side / 8, side / 1.5), 3)
    strength = np.float32(log_uniform(rng, 0.02, 0.12))
    scene.canvas += (field * strength)[..., None] * scene.palette.direction(rng)
    for _ in range(areas):
        area = (smooth_noise(rng, size, side / uniform(rng, 1.5, 5)) > uniform(rng, 0.2, 1)).astype(np.uint8)
        paint(rng, scene, area, random_style(rng, scene, side * 0.3))
    if chance(rng, 0.6):
        fine = random_texture(rng, size) * np.float32(log_uniform(rng, 0.01, 0.06))
        scene.canvas += fine[..., None] * scene.palette.direction(rng)
