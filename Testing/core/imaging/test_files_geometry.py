"""Labels brought onto the voxels of their image: the same grid turned or cut, and nothing else."""

from __future__ import annotations

from itertools import permutations, product

import nibabel as nib
import numpy as np
import pytest
from test_files_volumes import LABELS

from auxol_core.errors import DataError
from auxol_core.imaging.geometry import Geometry, placed

FRAME = np.array([[0.0, -0.7, 0, 10], [0.8, 0, 0, -20], [0, 0, 3, 5], [0, 0, 0, 1]])
IMAGE = Geometry((3, 5, 6), (FRAME,))


def turned(order, signs, start=(0, 0, 0)):
    """LABELS from voxel ``start`` (column, row, slice), its axes in ``order`` and turned by ``signs``; its geometry."""
    array = LABELS.T[tuple(slice(s, None) for s in start)]
    shape = array.shape
    view = array.transpose(order)[tuple(slice(None, None, s) for s in signs)]
    step = np.zeros((4, 4))
    step[3, 3] = 1
    step[:3, 3] = start
    for axis, (source, sign) in enumerate(zip(order, signs, strict=True)):
        step[source, axis] = sign
        step[source, 3] += shape[source] - 1 if sign < 0 else 0
    values = np.ascontiguousarray(view.T)
    return values, Geometry(values.shape, (FRAME @ step,))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
def test_the_same_grid_flipped_or_with_its_axes_in_another_order_loses_nothing(order, signs):
    values, doubt = placed(*turned(order, signs), IMAGE)
    assert np.array_equal(values, LABELS)
    assert doubt == ""


def test_a_part_of_the_grid_is_put_in_its_place():
    values, _ = placed(*turned((2, 0, 1), (-1, 1, 1), start=(1, 1, 0)), IMAGE)
    assert np.array_equal(values, LABELS)


def test_labels_beyond_the_image_are_left_out_and_counted():
    part = Geometry((2, 5, 6), (FRAME,))
    values, doubt = placed(LABELS, IMAGE, part)
    assert np.array_equal(values, LABELS[:2])
    assert doubt == "6 labelled voxels lie outside the image and are left out"


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f @ np.diag([2.0, 1, 1, 1]),
        lambda f: f @ nib.affines.from_matvec(np.eye(3), [0.5, 0, 0]),
        lambda f: f @ nib.affines.from_matvec(nib.eulerangles.euler2mat(0.1), [0, 0, 0]),
    ],
    ids=["another spacing", "half a voxel off", "turned by 6 degrees"],
)
def test_another_grid_is_refused_with_both(change):
    with pytest.raises(DataError, match="image is 3 x 5 x 6, its labels are 3 x 5 x 6; by their headers"):
        placed(LABELS, Geometry((3, 5, 6), (change(FRAME),)), IMAGE)


def test_labels_beside_the_image_are_refused():
    away = FRAME @ nib.affines.from_matvec(np.eye(3), [100, 0, 0])
    with pytest.raises(DataError, match="beside the image"):
        placed(LABELS, Geometry((3, 5, 6), (away,)), IMAGE)


def test_a_hair_of_rounding_is_none():
    off = FRAME + np.random.default_rng(0).uniform(-1e-3, 1e-3, (4, 4)) * [[1], [1], [1], [0]]
    assert np.array_equal(placed(LABELS, Geometry((3, 5, 6), (off,)), IMAGE)[0], LABELS)


def test_labels_that_lie_on_either_frame_of_a_nifti_lie_on_its_voxels():
    two = Geometry((3, 5, 6), (FRAME @ np.diag([-1.0, 1, 1, 1]), FRAME))
    assert np.array_equal(placed(LABELS, IMAGE, two)[0], LABELS)
