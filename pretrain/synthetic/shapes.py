"""Outlines of single objects, drawn as uint8 masks (H, W) of 0 and 1.

`centre` is (row, column), `size` the longest extent in pixels. A contour is float (N, 2)
of (x, y) about its origin.
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from .draw import Mask, Point, Size, integer, log_uniform, pick, sign, uniform
from .texture import grid, smooth_noise

Contour = npt.NDArray[np.float64]
_FRACTION_BITS = 4
KINDS = {
    "ellipse": 2.5,
    "smooth": 2.5,
    "fourier": 3.0,
    "lobes": 2.0,
    "blob": 2.5,
    "crescent": 1.0,
    "band": 0.8,
    "polygon": 0.8,
    "bean": 1.2,
    "cut": 1.0,
    "tube": 0.6,
    "tree": 0.25,
    "ring": 0.5,
    "horseshoe": 0.4,
}


def fill(size: Size, contour: Contour, centre: Point) -> Mask:
    mask = np.zeros(size, np.uint8)
    shifted = (contour + (centre[1], centre[0])) * 2**_FRACTION_BITS
    cv2.fillPoly(mask, [np.rint(shifted).astype(np.int32)], 1, shift=_FRACTION_BITS)
    return mask


def scaled(contour: Contour, size: float) -> Contour:
    """Moved to its middle and scaled so that the larger side of its bounding box is `size`."""
    low, high = contour.min(axis=0), contour.max(axis=0)
    return np.asarray((contour - (low + high) / 2) * (size / max(float((high - low).max()), 1e-6)))


def turned(contour: Contour, angle: float) -> Contour:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(contour @ np.array([[cos, sin], [-sin, cos]]))


def ellipse(aspect: float, points: int = 64) -> Contour:
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.stack([np.cos(angles), aspect * np.sin(angles)], axis=1)


def fourier(rng: np.random.Generator, aspect: float, roughness: float, points: int = 96) -> Contour:
    """An ellipse whose radius wavers: `roughness` 0.05 is nearly smooth, 0.5 a rugged coast."""
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    orders = np.arange(2, 11)
    weights = rng.standard_normal(orders.size) * roughness / (orders - 1) ** uniform(rng, 0.7, 1.5)
    radius = 1 + (
        weights[:, None] * np.cos(orders[:, None] * angles + rng.uniform(0, 6.3, (orders.size, 1)))
    ).sum(0)
    return np.asarray(ellipse(aspect, points) * np.maximum(radius, 0.2)[:, None])


def bean(rng: np.random.Generator, aspect: float) -> Contour:
    """A bent ellipse, as a kidney."""
    contour = fourier(rng, aspect, 0.04)
    contour[:, 1] += uniform(rng, 0.2, 0.7) * contour[:, 0] ** 2
    return contour


def cut(rng: np.random.Generator, aspect: float) -> Contour:
    """An ellipse flattened on one side."""
    contour = turned(fourier(rng, aspect, 0.05), uniform(rng, 0, 6.3))
    contour[:, 1] = np.minimum(contour[:, 1], uniform(rng, -0.1, 0.6) * abs(float(contour[:, 1].max())))
    return contour


def polygon(rng: np.random.Generator, aspect: float) -> Contour:
    corners = integer(rng, 3, 8)
    angles = np.sort((np.arange(corners) + rng.uniform(-0.3, 0.3, corners)) * 2 * np.pi / corners)
    radius = rng.uniform(0.7, 1.0, corners)
    return np.stack([radius * np.cos(angles), aspect * radius * np.sin(angles)], axis=1)


def band(rng: np.random.Generator, aspect: float) -> Contour:
    """A bent strip of wavering thickness with round ends."""
    along = np.linspace(-1, 1, 40)
    bend = uniform(rng, -0.9, 0.9) * along**2 + uniform(rng, -0.3, 0.3) * np.sin(
        along * 3 + uniform(rng, 0, 6)
    )
    thick = aspect * 0.4 * np.sqrt(1 - along**2) * (1 + 0.3 * np.sin(along * 4 + uniform(rng, 0, 6)))
    upper, lower = np.stack([along, bend + thick], 1), np.stack([along, bend - thick], 1)
    return np.concatenate([upper, lower[::-1]])


def crescent(rng: np.random.Generator, aspect: float) -> Contour:
    """Between two arcs that meet at their ends."""
    along = np.linspace(-1, 1, 40)
    arc = np.sqrt(1 - along**2)
    inner = uniform(rng, -0.2, 0.7)
    outer_edge = np.stack([along, arc * (0.6 + 0.4 * aspect)], 1)
    inner_edge = np.stack([along, arc * (0.6 + 0.4 * aspect) * inner], 1)
    return np.concatenate([outer_edge, inner_edge[::-1]])


_CONTOURS: dict[str, Callable[[np.random.Generator, float], Contour]] = {
    "ellipse": lambda _rng, aspect: ellipse(aspect),
    "fourier": lambda rng, aspect: fourier(rng, aspect, log_uniform(rng, 0.05, 0.4)),
    "smooth": lambda rng, aspect: fourier(rng, aspect, log_uniform(rng, 0.02, 0.12)),
    "bean": bean,
    "cut": cut,
    "polygon": polygon,
    "band": band,
    "crescent": crescent,
}


def lobes(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """Two to six overlapping ellipses."""
    mask = np.zeros(size, np.uint8)
    for _ in range(integer(rng, 2, 6)):
        part = extent * uniform(rng, 0.35, 0.65)
        reach = (extent - part) / 2
        angle = uniform(rng, 0, 2 * np.pi)
        spot = (centre[0] + reach * np.sin(angle), centre[1] + reach * np.cos(angle))
        mask |= fill(size, turned(scaled(ellipse(uniform(rng, 0.5, 1)), part), uniform(rng, 0, np.pi)), spot)
    mask |= fill(size, scaled(ellipse(1.0), extent * 0.45), centre)
    return mask


def blob(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """The level set of noise that falls off from the centre: ragged, infiltrating borders."""
    top, left = int(centre[0] - extent), int(centre[1] - extent)
    side = int(2 * extent) + 2
    rows, columns = grid((side, side))
    radius = np.sqrt((rows - extent) ** 2 + (columns - extent) ** 2) / np.float32(extent / 2)
    cell = max(extent * uniform(rng, 0.12, 0.4), 3.0)
    ragged = smooth_noise(rng, (side, side), cell) * np.float32(uniform(rng, 0.1, 0.3))
    patch = largest((radius + ragged < np.float32(0.75)).astype(np.uint8))
    mask = np.zeros(size, np.uint8)
    y, x = max(top, 0), max(left, 0)
    part = patch[y - top : size[0] - top, x - left : size[1] - left]
    mask[y : y + part.shape[0], x : x + part.shape[1]] = part
    return mask


def tube(
    rng: np.random.Generator,
    size: Size,
    centre: Point,
    extent: float,
    thin: float = 0.05,
    thick: float = 0.25,
) -> Mask:
    """A winding vessel or instrument that crosses the centre, `thin` to `thick` times as wide as long."""
    steps = 24
    turns = np.cumsum(rng.normal(0, uniform(rng, 0.02, 0.3), steps)) + uniform(rng, 0, 2 * np.pi)
    path = scaled(np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1), axis=0), extent)
    mask = np.zeros(size, np.uint8)
    points = np.rint((path + (centre[1], centre[0])) * 16).astype(np.int32)
    thickness = max(int(extent * log_uniform(rng, thin, thick)), 1)
    cv2.polylines(mask, [points], False, 1, thickness, shift=_FRACTION_BITS)
    return mask


def tree(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """A vessel with branches, each starting on what is there already."""
    mask = tube(rng, size, centre, extent, 0.03, 0.1)
    for _ in range(integer(rng, 1, 4)):
        rows, columns = np.nonzero(mask)
        if not rows.size:
            break
        at = int(rng.integers(rows.size))
        mask |= tube(
            rng, size, (float(rows[at]), float(columns[at])), extent * uniform(rng, 0.3, 0.6), 0.03, 0.1
        )
    return mask


def largest(mask: Mask) -> Mask:
    """Only the largest 8-connected piece."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count <= 2:
        return mask
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(pieces == best, dtype=np.uint8)


def thread(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """A tube one or two pixels wide."""
    return tube(rng, size, centre, extent, 0.004, 0.012)


def ring(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """A closed wall around a hole, a fiftieth to a third of the extent thick."""
    aspect = log_uniform(rng, 0.5, 1.0)
    contour = scaled(turned(fourier(rng, aspect, log_uniform(rng, 0.02, 0.15)), uniform(rng, 0, 6.3)), extent)
    wall = max(extent * log_uniform(rng, 0.03, 0.33), 2.0)
    inner = contour * max(1 - 2 * wall / max(extent * aspect, 1e-6), 0.12)
    off = rng.uniform(-0.4, 0.4, 2) * wall
    return fill(size, contour, centre) & (1 - fill(size, inner, (centre[0] + off[0], centre[1] + off[1])))


def horseshoe(rng: np.random.Generator, size: Size, centre: Point, extent: float) -> Mask:
    """A ring that is open on one side."""
    closed = ring(rng, size, centre, extent)
    angle, half = uniform(rng, 0, 2 * np.pi), uniform(rng, 0.15, 1.2)
    rows, columns = grid(size)
    around = np.arctan2(rows - np.float32(centre[0]), columns - np.float32(centre[1])) - np.float32(angle)
    gap = np.abs((around + np.pi) % (2 * np.pi) - np.pi) < half
    return np.asarray(closed & (1 - gap.astype(np.uint8)))


_MASKS: dict[str, Callable[[np.random.Generator, Size, Point, float], Mask]] = {
    "ring": ring,
    "horseshoe": horseshoe,
    "lobes": lobes,
    "blob": blob,
    "tube": tube,
    "tree": tree,
    "thread": thread,
}


def random_shape(
    rng: np.random.Generator, size: Size, centre: Point, extent: float, kinds: dict[str, float] | None = None
) -> Mask:
    """Any outline at a random turn; parts beyond the picture are lost."""
    kind = pick(rng, kinds or KINDS)
    if kind in _MASKS:
        return _MASKS[kind](rng, size, centre, extent)
    contour = _CONTOURS[kind](rng, log_uniform(rng, 0.4, 1.0))
    contour[:, 1] *= sign(rng)
    return fill(size, scaled(turned(contour, uniform(rng, 0, 2 * np.pi)), extent), centre)
