"""Scribbles and lassos: what they are, what they refuse, and that a refusal says what to do next."""

from __future__ import annotations

import math

import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.strokes import MAX_VERTICES, Lasso, Scribble
from auxol_core.types import Box, Point, Prompt

IMAGE = (10, 20)
TRIANGLE = ((1, 1), (1, 8), (6, 4))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_vertex_that_is_no_number_is_refused(bad: float) -> None:
    for kind in (Scribble, Lasso):
        with pytest.raises(InvalidInputError, match=r"two finite numbers, got .*Draw it again"):
            kind(((1, 1), (2, 5), (bad, 3)))


@pytest.mark.parametrize("width", [0.0, -1.0, math.nan, math.inf])
def test_a_scribble_without_width_is_refused(width: float) -> None:
    with pytest.raises(InvalidInputError, match=r"above 0 pixels, got .*Draw it again"):
        Scribble(((1, 1),), width)


def test_a_scribble_may_be_a_dab_but_not_nothing() -> None:
    assert Scribble(((1, 1),)).positive
    with pytest.raises(InvalidInputError, match=r"1 to 10,000 vertices, got 0"):
        Scribble(())


def test_a_lasso_must_enclose_something() -> None:
    with pytest.raises(InvalidInputError, match=r"3 to 10,000 vertices, got 2"):
        Lasso(((1, 1), (5, 5)))
    with pytest.raises(InvalidInputError, match=r"must enclose something.*one straight line"):
        Lasso(((1, 1), (1, 5), (1, 9)))


def test_a_prompt_counts_the_vertices_of_all_its_strokes() -> None:
    half = Scribble(((1.0, 1.0),) * (MAX_VERTICES // 2))
    assert Prompt(strokes=(half, half)).kinds == {"scribble"}
    with pytest.raises(InvalidInputError, match=r"may have 10,000 vertices, got 10,001"):
        Prompt(strokes=(half, half, Scribble(((1, 1),))))


def test_a_positive_stroke_alone_is_a_prompt_and_a_negative_one_is_not() -> None:
    Prompt(strokes=(Scribble(((1, 1),)),))
    Prompt(strokes=(Lasso(TRIANGLE),))
    beside = Scribble(((1, 1),), positive=False)
    Prompt(box=Box(0, 0, 3, 3), strokes=(beside,))
    with pytest.raises(InvalidInputError, match=r"got 1 negative points and 1 negative strokes alone.*Click inside"):
        Prompt(points=(Point(1, 1, positive=False),), strokes=(beside,))


@pytest.mark.parametrize("vertex", [(-0.6, 1), (1, -0.6), (9.6, 1), (1, 19.6)])
def test_a_stroke_must_lie_on_the_image_up_to_its_edges(vertex: tuple[float, float]) -> None:
    Prompt(strokes=(Lasso(((-0.5, -0.5), (-0.5, 19.5), (9.5, 19.5))),)).check_against(IMAGE)
    for kind in (Scribble, Lasso):
        with pytest.raises(InvalidInputError, match=r"vertex .* outside the image of 10 rows and 20 columns.*Draw it"):
            Prompt(strokes=(kind(((1, 1), (2, 5), vertex)),)).check_against(IMAGE)


def test_a_prompt_names_the_kinds_it_is_made_of() -> None:
    strokes = (Lasso(TRIANGLE), Scribble(((1, 1),), positive=False))
    assert Prompt(Box(0, 0, 3, 3), (Point(1, 1),), strokes=strokes).kinds == {"box", "points", "lasso", "scribble"}
