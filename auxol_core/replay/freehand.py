"""Scribbles and lassos as a hand would draw them on a known object; every draw comes from the generator given."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.interior import interior_depth
from auxol_core.strokes import Lasso, Scribble, Vertices
from auxol_core.types import BoolArray

VERTICES = 32
# A scribble runs along the middle part of the object's length.
SHARE_OF_LENGTH = 0.7
PEN_WIDTH = 3.0
# How often a hand's line swings to and fro on its way.
SWINGS = (1, 2, 3)


def scribble_on(mask: BoolArray, jitter: float, rng: np.random.Generator) -> Scribble:
    """A line along the middle of a mask (H, W), from one end of its longer direction towards the other.

    It leaves the middle by up to ``jitter`` of the way to the mask's edge.
    """
    rows, cols = np.nonzero(mask)
    places = np.stack([rows, cols], axis=1).astype(np.float64)
    depths = interior_depth(mask)[rows, cols]
    centred = places - places.mean(axis=0)
    direction = np.linalg.eigh(np.cov(centred.T))[1][:, 1] if len(places) > 1 else np.array([0.0, 1.0])
    along = centred @ direction
    low, high = np.quantile(along, ((1 - SHARE_OF_LENGTH) / 2, (1 + SHARE_OF_LENGTH) / 2))
    stations = np.linspace(low, high, VERTICES)
    near = max(1.0, (high - low) / (2 * VERTICES))
    # At each station the deepest pixel: what lies in the middle of a bent object, too.
    deepest = [int(np.argmax(np.where(np.abs(along - at) <= near, depths, 0.0))) for at in stations]
    swing = _swing(np.linspace(0.0, 1.0, VERTICES), rng) * jitter * depths[deepest]
    across = np.array([-direction[1], direction[0]])
    return Scribble(_vertices(places[deepest] + swing[:, None] * across, mask.shape), PEN_WIDTH)


def lasso_around(mask: BoolArray, jitter: float, rng: np.random.Generator) -> Lasso:
    """A closed line around a mask (H, W) that keeps off its outline by 0 to 2 ``jitter`` of the mask's mean radius."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)[:, 0, ::-1].astype(np.float64)
    line = outline[np.linspace(0, len(outline), 2 * VERTICES, endpoint=False).astype(int)]
    radius = float(np.sqrt(mask.sum() / np.pi))
    ahead, behind = np.roll(line, -2, axis=0), np.roll(line, 2, axis=0)
    along = ahead - behind
    # cv2 goes down the left side of an object, so that outside is on the right of the way.
    outwards = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.maximum(np.hypot(*along.T), 1.0)[:, None]
    turn = np.linspace(0.0, 1.0, len(line), endpoint=False)
    off = jitter * radius * (1.0 + _swing(turn, rng))
    return Lasso(_vertices(line + off[:, None] * outwards, mask.shape))


def _swing(turn: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """A smooth line of -1 .. 1 at each of ``turn`` (0 .. 1, its ends join)."""
    waves = [rng.uniform(-1, 1) * np.sin(2 * np.pi * (n * turn + rng.uniform())) for n in SWINGS]
    return np.asarray(np.clip(np.sum(waves, axis=0), -1.0, 1.0))


def _vertices(places: NDArray[np.float64], shape: tuple[int, ...]) -> Vertices:
    on_image = np.clip(places, 0.0, np.array(shape[:2]) - 1.0)
    return tuple((float(row), float(col)) for row, col in on_image)
