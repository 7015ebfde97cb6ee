"""Prompts a user might have given: inside the object, near it, on what is wrong, and the same from the same draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.imaging.interior import interior_depth, most_interior
from auxol_core.imaging.metrics import dice
from auxol_core.promptable.simulate import (
    correcting_click,
    jittered,
    just_outside,
    largest_component,
    neighbouring_mask,
    random_interior,
)
from auxol_core.types import BoolArray, Box, Point


def _mask(*rows: str) -> BoolArray:
    """A mask as it looks: # is the object."""
    return np.array([[character == "#" for character in row] for row in rows], dtype=bool)


def _disc(side: int, row: float, col: float, radius: float) -> BoolArray:
    rows, cols = np.mgrid[:side, :side]
    return np.asarray((rows - row) ** 2 + (cols - col) ** 2 <= radius**2, dtype=bool)


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_most_interior_point_of_an_l_lies_in_its_thick_corner() -> None:
    shape = _mask(*["##........"] * 3, *["#####....."] * 3, *["##########"] * 2)
    assert most_interior(shape) == Point(5.0, 2.0)


def test_the_border_of_the_image_counts_as_outside() -> None:
    assert interior_depth(np.ones((5, 7), dtype=bool))[0, 3] == pytest.approx(1.0, abs=0.01)
    assert most_interior(np.ones((5, 5), dtype=bool)) == Point(2.0, 2.0)


def test_of_two_equally_deep_pixels_the_first_in_reading_order_is_taken() -> None:
    assert most_interior(_mask("......", ".#..#.", "......")) == Point(1.0, 1.0)


def test_random_interior_points_lie_inside_and_differ() -> None:
    shape = _disc(40, 20, 20, 10)
    rng = _rng()
    points = {random_interior(shape, rng) for _ in range(30)}
    assert len(points) > 10
    assert all(shape[int(p.row), int(p.col)] and p.positive for p in points)


@given(
    st.floats(-50, 50),
    st.floats(-50, 50),
    st.floats(0.5, 80),
    st.floats(0.5, 80),
    st.floats(0.0, 0.45),
    st.integers(0, 2**31),
)
def test_no_side_of_a_jittered_box_moves_farther_than_its_share(
    row: float, col: float, height: float, width: float, jitter: float, seed: int
) -> None:
    box = Box(row, col, row + height, col + width)
    moved = jittered(box, jitter, _rng(seed))
    reach_rows, reach_cols = jitter * box.height + 1e-9, jitter * box.width + 1e-9
    assert abs(moved.row0 - box.row0) <= reach_rows and abs(moved.row1 - box.row1) <= reach_rows
    assert abs(moved.col0 - box.col0) <= reach_cols and abs(moved.col1 - box.col1) <= reach_cols


def test_every_side_of_a_jittered_box_moves_on_its_own() -> None:
    box = Box(0, 0, 100, 200)
    moved = [jittered(box, 0.1, _rng(i)) for i in range(200)]
    moves = np.array([(b.row0, b.col0, b.row1 - 100, b.col1 - 200) for b in moved])
    assert np.abs(moves).max(axis=0) == pytest.approx([10, 20, 10, 20], rel=0.1)
    assert np.abs(np.corrcoef(moves.T) - np.eye(4)).max() < 0.25


def test_a_box_without_jitter_stays() -> None:
    assert jittered(Box(1, 2, 3, 4), 0.0, _rng()) == Box(1, 2, 3, 4)


def test_the_largest_component_joins_over_corners() -> None:
    shape = _mask(
        "#....",
        ".#...",
        "..#..",
        ".....",
        "##...",
    )
    assert np.array_equal(largest_component(shape), _mask("#....", ".#...", "..#..", ".....", "....."))


def test_the_largest_component_of_nothing_is_nothing() -> None:
    assert not largest_component(np.zeros((4, 4), dtype=bool)).any()


def test_nothing_wrong_asks_for_no_click() -> None:
    shape = _disc(20, 10, 10, 5)
    assert correcting_click(shape, shape.copy()) is None


def test_a_missed_part_gets_a_positive_click_in_its_middle() -> None:
    truth = _mask(".......", ".###...", ".###...", ".###.#.", ".......")
    proposed = _mask(".......", ".......", ".......", ".....#.", ".......")
    assert correcting_click(proposed, truth) == Point(2.0, 2.0, positive=True)


def test_a_surplus_part_gets_a_negative_click_in_its_middle() -> None:
    proposed = _mask(".......", ".###...", ".###...", ".###.#.", ".......")
    truth = _mask(".......", ".......", ".......", ".....#.", ".......")
    assert correcting_click(proposed, truth) == Point(2.0, 2.0, positive=False)


def test_the_click_goes_to_the_largest_of_several_errors() -> None:
    truth = _mask("##......", "##......", "........", "........", "........")
    proposed = _mask("........", "........", ".....###", ".....###", ".....###")
    assert correcting_click(proposed, truth) == Point(3.0, 6.0, positive=False)


def test_where_missed_and_surplus_touch_the_larger_kind_gets_the_click() -> None:
    truth = _mask("........", "#####...", "#####...", "#####...", "........")
    proposed = _mask("........", ".....##.", ".....##.", ".....##.", "........")
    assert correcting_click(proposed, truth) == Point(2.0, 1.0, positive=True)
    assert correcting_click(truth, proposed) == Point(2.0, 1.0, positive=False)


def test_the_exact_click_is_the_same_each_time_and_a_hand_s_click_follows_the_draw() -> None:
    truth, proposed = _disc(60, 30, 30, 20), _disc(60, 30, 30, 5)
    assert correcting_click(proposed, truth) == correcting_click(proposed, truth)
    assert correcting_click(proposed, truth, _rng(3)) == correcting_click(proposed, truth, _rng(3))
    drawn = [correcting_click(proposed, truth, _rng(i)) for i in range(8)]
    assert len(set(drawn)) > 4


@given(st.integers(0, 2**31), st.booleans())
def test_a_click_lies_on_an_error_and_its_label_is_the_truth_there(seed: int, by_hand: bool) -> None:
    rng = _rng(seed)
    truth, proposed = (rng.random((2, 12, 12)) < 0.4).astype(bool)
    click = correcting_click(proposed, truth, rng if by_hand else None)
    if click is None:
        assert np.array_equal(proposed, truth)
        return
    at = int(click.row), int(click.col)
    assert proposed[at] != truth[at] and click.positive == truth[at]


@given(st.integers(0, 2**31), st.floats(3, 15))
def test_a_point_just_outside_is_outside_near_and_negative(seed: int, radius: float) -> None:
    shape = _disc(80, 40, 40, radius)
    point = just_outside(shape, _rng(seed))
    assert point is not None and not point.positive
    distance = np.hypot(point.row - 40, point.col - 40) - radius
    assert 0 < distance < 0.5 * np.sqrt(shape.sum()) + 1.5


@pytest.mark.parametrize("fill", [True, False])
def test_there_is_nothing_just_outside_a_full_or_an_empty_mask(fill: bool) -> None:
    assert just_outside(np.full((16, 16), fill), _rng()) is None


def test_a_neighbouring_mask_resembles_the_mask_and_is_hardly_ever_the_same() -> None:
    shape = _disc(96, 48, 48, 18)
    masks = [neighbouring_mask(shape, _rng(i)) for i in range(60)]
    likeness = [dice(mask > 0.5, shape) for mask in masks]
    assert min(likeness) > 0.4
    assert 0.75 < np.mean(likeness) < 0.97
    assert max(likeness) < 1.0
    assert {0.0, 1.0} == {float(v) for mask in masks for v in np.unique(mask)}


@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(1, 40))
def test_a_neighbouring_mask_is_finite_whatever_the_shape(seed: int, height: int, width: int) -> None:
    rng = _rng(seed)
    shape = np.zeros((height + 2, width + 2), dtype=bool)
    shape[: height + 1, : int(rng.integers(1, width + 2))] = True
    assert np.isfinite(neighbouring_mask(shape, rng)).all()


def test_an_empty_mask_has_an_empty_neighbour() -> None:
    assert not neighbouring_mask(np.zeros((9, 9), dtype=bool), _rng()).any()
