"""Where a volume's voxels lie, and labels brought onto the voxels of their image where nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import DataError

Affine = NDArray[np.float64]
Pixels = NDArray[np.generic]

# Of a voxel, at the corner where two grids are furthest apart: float32 headers round by less, a person's shift is more.
NEAR = 0.1
Step = tuple[NDArray[np.int64], NDArray[np.int64]]  # turn 3 x 3 and shift 3, in whole voxels

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Geometry:
    """``shape`` (slices, rows, columns). ``frames``: 4 x 4, voxel (column, row, slice) to RAS in mm, the one that most
    readers take first; a NIfTI may have two that differ, and readers that differ on them."""

    shape: tuple[int, int, int]
    frames: tuple[Affine, ...]

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Size of a voxel along (slices, rows, columns)."""
        x, y, z = (float(s) for s in np.linalg.norm(self.frames[0][:3, :3], axis=0))
        return z, y, x


def of_itk(
    shape: tuple[int, int, int], spacing: tuple[float, ...], direction: tuple[float, ...], origin: tuple[float, ...]
) -> Geometry:
    """From what ITK says (x first, LPS)."""
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(direction, (3, 3)) * np.asarray(spacing)
    affine[:3, 3] = origin
    return Geometry(shape, (LPS @ affine,))


def placed(labels: Pixels, its: Geometry, image: Geometry) -> tuple[Pixels, str]:
    """``labels`` (slices, rows, columns) on the voxels of ``image``, 0 where they say nothing, and a doubt or ''.

    Only a grid that is the image's own, flipped, with its axes in another order, or a part of it, gives every voxel
    exactly one value. Raises DataError for any other, saying how they differ.
    """
    pairs = product(its.frames, image.frames)
    steps = [step for theirs, ours in pairs if (step := _whole_step(theirs, ours, its.shape)) is not None]
    if not steps:
        raise DataError(_apart(its, image))
    # Voxel on voxel by any pair of frames is what was meant; another pair may happen to be a turn.
    same = [step for step in steps if its.shape == image.shape and _stays(step)]
    return _moved(labels, (same or steps)[0], image.shape)


def _stays(step: Step) -> bool:
    turn, shift = step
    return bool((turn == np.eye(3)).all() and not shift.any())


def _whole_step(theirs: Affine, ours: Affine, shape: tuple[int, int, int]) -> Step | None:
    """The way from voxels of ``theirs`` to voxels of ``ours``; None where it is not one in whole voxels."""
    if not (np.isfinite(theirs).all() and np.isfinite(ours).all()) or abs(np.linalg.det(ours[:3, :3])) < 1e-12:
        return None
    way = np.linalg.inv(ours) @ theirs
    whole = np.rint(way)
    turn = np.abs(whole[:3, :3])
    if not (turn.sum(axis=0) == 1).all() or not (turn.sum(axis=1) == 1).all() or np.abs(whole).max() > 2**40:
        return None
    if max(float(np.abs((way - whole) @ corner).max()) for corner in _corners(shape)) > NEAR:
        return None
    return whole[:3, :3].astype(np.int64), whole[:3, 3].astype(np.int64)


def _corners(shape: tuple[int, int, int]) -> Iterator[Affine]:
    slices, rows, columns = shape
    for corner in product((0, columns - 1), (0, rows - 1), (0, slices - 1)):
        yield np.array([*corner, 1.0])


def _moved(labels: Pixels, step: Step, shape: tuple[int, int, int]) -> tuple[Pixels, str]:
    turn, shift = step
    array = labels.transpose(2, 1, 0)  # column, row, slice, as the turn has them
    order = np.abs(turn).argmax(axis=1)
    array = array.transpose(order)
    signs = turn[np.arange(3), order]
    start = shift + np.where(signs < 0, -(np.asarray(array.shape) - 1), 0)
    array = array[tuple(slice(None, None, int(sign)) for sign in signs)]
    target = shape[::-1]
    low = np.maximum(start, 0)
    high = np.minimum(start + array.shape, target)
    if (high <= low).any():
        raise DataError("the labels lie beside the image, by both headers. Take the labels of this image.")
    part = array[tuple(slice(a - s, b - s) for a, b, s in zip(low, high, start, strict=True))]
    result = np.zeros(target, dtype=labels.dtype)
    result[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = part
    lost = np.count_nonzero(array) - np.count_nonzero(part)
    doubt = f"{lost:,} labelled voxels lie outside the image and are left out" if lost else ""
    return np.ascontiguousarray(result.transpose(2, 1, 0)), doubt


def _apart(its: Geometry, image: Geometry) -> str:
    sizes = f"image is {times(image.shape)}, its labels are {times(its.shape)}"
    steps = " and ".join(" x ".join(f"{s:.4g}" for s in g.spacing_mm) for g in (image, its))
    away = float(np.linalg.norm(image.frames[0][:3, 3] - its.frames[0][:3, 3]))
    return (
        f"{sizes}; by their headers (spacing {steps} mm, first voxels {away:.4g} mm apart) they cannot be laid over "
        "one another voxel by voxel. Resample the labels onto the image by the nearest voxel, or give them its header "
        "if their voxels do match"
    )


def times(shape: tuple[int, ...]) -> str:
    """``4 x 5 x 6``."""
    return " x ".join(str(n) for n in shape)
