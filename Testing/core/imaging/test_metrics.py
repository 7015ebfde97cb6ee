"""Dice, HD95 and NSD against known values and against a naive second implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import diagonal, dice, hd95, nsd


def naive_surface(mask):
    points = []
    for row, col in zip(*np.nonzero(mask), strict=True):
        for r, c in ((row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)):
            if not (0 <= r < mask.shape[0] and 0 <= c < mask.shape[1]) or not mask[r, c]:
                points.append((row, col))
                break
    return points


def naive_directed(a, b, spacing):
    return [
        min(math.hypot((r - p) * spacing[0], (c - q) * spacing[1]) for p, q in naive_surface(b))
        for r, c in naive_surface(a)
    ]


def naive_percentile(values, share):
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def naive_hd95(a, b, spacing):
    directed = naive_directed(a, b, spacing), naive_directed(b, a, spacing)
    return max(naive_percentile(distances, 0.95) for distances in directed)


def naive_nsd(a, b, tolerance, spacing):
    there, back = naive_directed(a, b, spacing), naive_directed(b, a, spacing)
    return sum(d <= tolerance for d in there + back) / len(there + back)


def random_mask(rng, shape):
    mask = rng.random(shape) < rng.choice([0.03, 0.3, 0.8])
    mask[int(rng.integers(shape[0])), int(rng.integers(shape[1]))] = True
    return mask


@pytest.mark.parametrize("seed", range(20))
def test_hd95_and_nsd_agree_with_a_naive_implementation_on_random_masks(seed):
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(2, 17)), int(rng.integers(2, 17)))
    a, b = random_mask(rng, shape), random_mask(rng, shape)
    spacing = (float(rng.uniform(0.3, 3)), float(rng.uniform(0.3, 3)))
    assert hd95(a, b, spacing) == pytest.approx(naive_hd95(a, b, spacing))
    assert nsd(a, b, 1.3, spacing) == pytest.approx(naive_nsd(a, b, 1.3, spacing))


@given(rows=st.integers(8, 30), cols=st.integers(8, 30), top=st.integers(0, 4), seed=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
def test_distances_do_not_depend_on_how_much_background_lies_around(rows, cols, top, seed):
    left = seed % 5
    rng = np.random.default_rng(seed)
    a, b = random_mask(rng, (6, 5)), random_mask(rng, (6, 5))
    large_a, large_b = np.zeros((2, rows + 6, cols + 5), bool)
    large_a[top : top + 6, left : left + 5] = a
    large_b[top : top + 6, left : left + 5] = b
    assert hd95(large_a, large_b) == hd95(a, b)
    assert nsd(large_a, large_b, 1.0) == nsd(a, b, 1.0)


def test_dice_of_half_overlapping_squares_is_one_half():
    a, b = np.zeros((2, 8, 8), bool)
    a[2:4, 2:6] = True
    b[2:4, 4:8] = True
    assert dice(a, b) == 0.5
    assert dice(a, a) == 1.0


def test_hd95_of_two_single_pixels_is_their_distance_in_millimetres():
    a, b = np.zeros((2, 10, 10), bool)
    a[1, 1] = True
    b[4, 5] = True
    assert hd95(a, b) == 5.0
    assert hd95(a, b, (2.0, 0.5)) == pytest.approx(math.hypot(6.0, 2.0))


def test_hd95_is_the_larger_of_both_directed_percentiles_and_not_the_pooled_one():
    a, b = np.zeros((2, 1, 400), bool)
    a[0, :100] = True
    b[0, :100] = True
    b[0, 380] = True
    b[0, 390:396] = True
    assert hd95(a, b) > 280
    assert hd95(a, b) == hd95(b, a)


def test_two_empty_masks_agree_and_a_missing_one_costs_the_diagonal():
    empty, full = np.zeros((30, 40), bool), np.ones((30, 40), bool)
    assert (dice(empty, empty), hd95(empty, empty), nsd(empty, empty, 1.0)) == (1.0, 0.0, 1.0)
    assert (dice(empty, full), hd95(empty, full), nsd(empty, full, 1.0)) == (0.0, 50.0, 0.0)
    assert hd95(full, empty, (2.0, 2.0)) == 100.0
    assert diagonal((30, 40)) == 50.0


def test_hd95_works_on_volumes():
    a, b = np.zeros((2, 5, 6, 7), bool)
    a[1, 2, 3] = True
    b[3, 2, 3] = True
    assert hd95(a, b, (2.5, 1.0, 1.0)) == 5.0


@pytest.mark.parametrize("bad", [(1.0,), (1.0, 0.0), (1.0, math.nan)])
def test_a_bad_spacing_is_refused(bad):
    mask = np.ones((4, 4), bool)
    with pytest.raises(InvalidInputError, match="Spacing"):
        hd95(mask, mask, bad)


def test_masks_of_different_shapes_are_refused():
    with pytest.raises(InvalidInputError, match="same shape"):
        dice(np.ones((4, 4), bool), np.ones((4, 5), bool))
    with pytest.raises(InvalidInputError, match="tolerance"):
        nsd(np.ones((4, 4), bool), np.ones((4, 4), bool), -1.0)
