"""Boxes, points and prompts: what they are, what they refuse, and that a refusal says what to do next."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.types import Box, Point, Prompt

IMAGE = (10, 20)


def test_a_box_is_half_open_so_its_size_is_the_difference_of_its_edges() -> None:
    box = Box(2, 3, 5, 9)
    assert (box.height, box.width) == (3, 6)
    assert box.centre == (3.5, 6.0)


def test_a_box_of_one_pixel_has_its_centre_in_the_middle_of_that_pixel() -> None:
    assert Box(0, 0, 1, 1).centre == (0.5, 0.5)


@pytest.mark.parametrize("edges", [(2, 3, 2, 9), (2, 3, 5, 3), (5, 3, 2, 9), (2, 9, 5, 3)])
def test_a_box_without_area_is_refused_with_its_edges_and_a_way_out(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidInputError, match=r"needs row0 < row1 and col0 < col1.*got \(.*Drag it"):
        Box(*edges)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_box_with_an_edge_that_is_no_number_is_refused(bad: float) -> None:
    for position in range(4):
        edges = [0.0, 0.0, 1.0, 1.0]
        edges[position] = bad
        with pytest.raises(InvalidInputError, match=r"four finite edges, got .*Draw the box again"):
            Box(*edges)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (Box(0, 0, 10, 20), True),
        (Box(-5, -5, 0.5, 0.5), True),
        (Box(9.5, 19.5, 30, 30), True),
        (Box(-5, 0, 0, 20), False),
        (Box(10, 0, 12, 20), False),
        (Box(0, -5, 10, 0), False),
        (Box(0, 20, 10, 22), False),
    ],
)
def test_a_box_overlaps_an_image_only_if_some_of_its_area_lies_on_it(box: Box, expected: bool) -> None:
    assert box.overlaps(IMAGE) is expected


def test_the_box_of_a_mask_is_tight_and_half_open() -> None:
    mask = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=bool)
    assert Box.of_mask(mask) == Box(1, 1, 3, 4)


def test_the_box_of_an_empty_mask_is_none() -> None:
    assert Box.of_mask(np.zeros((3, 4), dtype=bool)) is None


@given(
    row0=st.integers(0, 8), col0=st.integers(0, 8), height=st.integers(1, 6), width=st.integers(1, 6)
)
def test_the_box_of_a_filled_box_is_that_box(row0: int, col0: int, height: int, width: int) -> None:
    mask = np.zeros((16, 16), dtype=bool)
    mask[row0 : row0 + height, col0 : col0 + width] = True
    assert Box.of_mask(mask) == Box(row0, col0, row0 + height, col0 + width)


@pytest.mark.parametrize(("row", "col"), [(math.nan, 0.0), (0.0, math.inf)])
def test_a_point_that_is_no_number_is_refused(row: float, col: float) -> None:
    with pytest.raises(InvalidInputError, match=r"finite row and col, got .*Click again"):
        Point(row, col)


@pytest.mark.parametrize(
    ("row", "col", "expected"),
    [
        (0, 0, True),
        (9, 19, True),
        (-0.5, -0.5, True),
        (9.49, 19.49, True),
        (-0.51, 0, False),
        (9.5, 0, False),
        (0, 19.5, False),
        (0, -0.6, False),
    ],
)
def test_a_point_is_inside_up_to_the_outer_edge_of_the_border_pixels(row: float, col: float, expected: bool) -> None:
    assert Point(row, col).inside(IMAGE) is expected


def test_a_prompt_needs_something_that_says_where_the_object_is() -> None:
    with pytest.raises(InvalidInputError, match=r"needs a box, a positive point or stroke.*1 negative.*Click inside"):
        Prompt(points=(Point(1, 1, positive=False),))
    with pytest.raises(InvalidInputError, match="needs a box"):
        Prompt()


def test_negative_points_are_welcome_beside_a_box_a_positive_point_or_a_mask() -> None:
    negative = Point(1, 1, positive=False)
    Prompt(box=Box(0, 0, 4, 4), points=(negative,))
    Prompt(points=(negative,), mask=np.zeros(IMAGE, dtype=np.float32))
    mixed = Prompt(points=(negative, Point(2, 2)))
    assert mixed.positives == (Point(2, 2),)


def test_a_mask_so_far_may_be_a_truth_value_and_is_kept_as_float32() -> None:
    prompt = Prompt(mask=np.ones(IMAGE, dtype=bool))
    assert prompt.mask is not None
    assert prompt.mask.dtype == np.float32
    assert prompt.mask.min() == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_mask_so_far_that_is_not_finite_is_refused(bad: float) -> None:
    mask = np.zeros(IMAGE, dtype=np.float32)
    mask[3, 4] = bad
    with pytest.raises(InvalidInputError, match=r"must be finite .*got NaN or infinite.*Send it anew"):
        Prompt(mask=mask)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Prompt(box=Box(10, 0, 12, 4)), r"box .* lies outside the image of 10 rows and 20 columns.*Draw it on"),
        (Prompt(points=(Point(10, 3),)), r"point \(10, 3\) lies outside the image of 10 rows and 20 columns.*Click on"),
        (
            Prompt(points=(Point(1, 1), Point(1, 40, positive=False))),
            r"point \(1, 40\) lies outside the image",
        ),
        (Prompt(mask=np.zeros((20, 10), dtype=np.float32)), r"shape \(10, 20\), got \(20, 10\).*Send it for"),
        (Prompt(mask=np.zeros((10, 20, 1), dtype=np.float32)), r"shape \(10, 20\), got \(10, 20, 1\)"),
    ],
)
def test_a_prompt_that_does_not_lie_on_the_image_is_refused_with_both_sizes(prompt: Prompt, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        prompt.check_against(IMAGE)


def test_a_prompt_on_the_image_passes_also_where_its_box_reaches_over_the_border() -> None:
    points = (Point(0, 0), Point(9, 19, positive=False))
    Prompt(box=Box(-3, -3, 40, 40), points=points, mask=np.zeros(IMAGE, dtype=np.float32)).check_against(IMAGE)
