"""Grey textures, each float32 (H, W), mean near 0 and deviation near 1."""

import cv2
import numpy as np

from .draw import Floats, Size, chance, integer, log_uniform, pick, uniform

_OVERSIZE = 2  # cells beyond the border: the enlargement is flat there
_SMALL_CELL = 6.0


def smooth_noise(rng: np.random.Generator, size: Size, cell: float) -> Floats:
    """Gaussian noise whose features are about `cell` pixels wide.

    Wide features are made small and enlarged: ten times cheaper at a cell of half the picture.
    """
    factor = int(cell // _SMALL_CELL)
    if factor > 1:
        reduced = (max(size[0] // factor, 1) + 1, max(size[1] // factor, 1) + 1)
        small = smooth_noise(rng, reduced, cell / factor)
        return np.asarray(
            cv2.resize(small, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32
        )
    shape = (int(size[0] / cell) + 1 + 2 * _OVERSIZE, int(size[1] / cell) + 1 + 2 * _OVERSIZE)
    coarse = rng.standard_normal(shape, dtype=np.float32)
    whole = (max(int(shape[1] * cell) + 1, size[1]), max(int(shape[0] * cell) + 1, size[0]))
    mode = cv2.INTER_CUBIC if cell > 3 else cv2.INTER_LINEAR
    fine = cv2.resize(coarse, whole, interpolation=mode)
    top, left = (fine.shape[0] - size[0]) // 2, (fine.shape[1] - size[1]) // 2
    return np.asarray(fine[top : top + size[0], left : left + size[1]] * np.float32(1.5), dtype=np.float32)


def octaves(rng: np.random.Generator, size: Size, cell: float, count: int = 3, fall: float = 0.55) -> Floats:
    """A sum of smooth noises, each twice as fine and `fall` times as strong as the one before."""
    total = np.zeros(size, np.float32)
    power = 0.0
    for octave in range(count):
        width = cell / 2**octave
        if width < 1.5:
            break
        weight = fall**octave
        total += np.float32(weight) * smooth_noise(rng, size, width)
        power += weight * weight
    return np.asarray(total / np.float32(max(power, 1e-6) ** 0.5), dtype=np.float32)


def grid(size: Size) -> tuple[Floats, Floats]:
    """Row and column coordinates in pixels, shaped (H, 1) and (1, W)."""
    rows = np.arange(size[0], dtype=np.float32)[:, None]
    columns = np.arange(size[1], dtype=np.float32)[None, :]
    return rows, columns


def stripes(rng: np.random.Generator, size: Size, period: float) -> Floats:
    """Wavy parallel stripes, as muscle, folds, fibres or a moire."""
    rows, columns = grid(size)
    angle = uniform(rng, 0, np.pi)
    along = rows * np.float32(np.sin(angle)) + columns * np.float32(np.cos(angle))
    along = along + smooth_noise(rng, size, max(period * 3, 8)) * np.float32(uniform(rng, 0, 0.6) * period)
    return np.asarray(np.sin(along * np.float32(2 * np.pi / period)) * np.float32(1.4), dtype=np.float32)


def cells(rng: np.random.Generator, size: Size, pitch: float) -> Floats:
    """Distance to the nearest of scattered seeds: honeycombs, alveoli, glands."""
    ground = np.full(size, 255, np.uint8)
    count = int(np.clip(size[0] * size[1] / (pitch * pitch), 2, 1500))
    ground[rng.integers(0, size[0], count), rng.integers(0, size[1], count)] = 0
    distance = cv2.distanceTransform(ground, cv2.DIST_L2, 3)
    return np.asarray(distance / np.float32(pitch * 0.25) - np.float32(1.6), dtype=np.float32)


def speckle(rng: np.random.Generator, size: Size, grain: float) -> Floats:
    """Rayleigh speckle, wider across than deep as a sound beam leaves it; skewed to bright."""
    height, width = max(int(size[0] / grain), 2), max(int(size[1] / (grain * uniform(rng, 1, 2.2))), 2)
    field = rng.standard_normal((2, height, width), dtype=np.float32)
    radius = np.hypot(field[0], field[1])
    fine = cv2.resize(radius, (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray((fine - np.float32(1.25)) * np.float32(1.7), dtype=np.float32)


def spots(rng: np.random.Generator, size: Size, grain: float) -> Floats:
    """Sparse small bumps, bright on dark: nuclei, calcium, follicles."""
    noise = smooth_noise(rng, size, max(grain, 2.0))
    return np.asarray(
        np.maximum(noise - np.float32(0.8), 0) * np.float32(2.5) - np.float32(0.5), dtype=np.float32
    )


def random_texture(rng: np.random.Generator, size: Size) -> Floats:
    """Any of the textures at a scale that suits the patch."""
    side = max(min(size), 8)
    kind = pick(rng, {"smooth": 4, "fine": 3, "stripes": 1, "cells": 1, "speckle": 1.5, "spots": 1})
    if kind == "smooth":
        return octaves(rng, size, log_uniform(rng, 6, max(side / 2, 8)), integer(rng, 1, 4))
    if kind == "fine":
        return octaves(rng, size, log_uniform(rng, 2, 8), 2)
    if kind == "stripes":
        return stripes(rng, size, log_uniform(rng, 4, max(side / 3, 6)))
    if kind == "cells":
        field = cells(rng, size, log_uniform(rng, 5, 24))
        return -field if chance(rng, 0.5) else field
    if kind == "speckle":
        return speckle(rng, size, uniform(rng, 1, 3))
    return spots(rng, size, log_uniform(rng, 2, 8))
