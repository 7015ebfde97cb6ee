"""A kind of prompt that a model does not know becomes kinds that it knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.lowering import LOWERINGS, MAX_CLICKS, enclosed, lowered
from auxol_core.strokes import Lasso, Scribble, Vertices
from auxol_core.types import PLAIN_KINDS, BoolArray, Box, Point, Prompt

SHAPE = (12, 60)
SQUARE = Lasso(((2, 2), (2, 6), (6, 6), (6, 2)))


def mask_of(*boxes: tuple[int, int, int, int]) -> BoolArray:
    mask = np.zeros(SHAPE, dtype=bool)
    for row0, col0, row1, col1 in boxes:
        mask[row0:row1, col0:col1] = True
    return mask


def places(prompt: Prompt) -> list[tuple[float, float]]:
    return [(p.row, p.col) for p in prompt.points]


def test_a_prompt_of_known_kinds_stays_what_it_is() -> None:
    prompt = Prompt(Box(1, 1, 5, 5), strokes=(SQUARE,))
    assert lowered(prompt, {"box", "lasso"}, SHAPE) is prompt


def test_a_scribble_becomes_clicks_evenly_along_its_line() -> None:
    line = Scribble(((4, 4), (4, 10), (4, 36)))
    assert places(lowered(Prompt(strokes=(line,)), PLAIN_KINDS, SHAPE)) == [(4, 8), (4, 16), (4, 24), (4, 32)]


def test_a_dab_is_one_click_and_a_long_line_is_no_more_than_a_patient_user_makes() -> None:
    assert places(lowered(Prompt(strokes=(Scribble(((4, 4),)),)), PLAIN_KINDS, SHAPE)) == [(4, 4)]
    zigzag = tuple((float(i % 2 * 11), float(i)) for i in range(60))
    assert len(lowered(Prompt(strokes=(Scribble(zigzag),)), PLAIN_KINDS, SHAPE).points) == MAX_CLICKS


def test_clicks_of_a_broad_pen_lie_farther_apart() -> None:
    ends: Vertices = ((4, 4), (4, 36))
    assert [len(lowered(Prompt(strokes=(Scribble(ends, w),)), PLAIN_KINDS, SHAPE).points) for w in (1, 8, 16)] == [
        4,
        2,
        1,
    ]


def test_a_scribble_on_what_is_not_the_object_becomes_negative_clicks_after_the_user_s_own() -> None:
    prompt = Prompt(points=(Point(1, 1),), strokes=(Scribble(((5, 5),), positive=False),))
    assert lowered(prompt, PLAIN_KINDS, SHAPE).points == (Point(1, 1), Point(5, 5, positive=False))


def test_clicks_of_a_line_along_the_edge_lie_on_the_image() -> None:
    shown = Prompt(strokes=(Scribble(((-0.5, 59.5),)), Lasso(((-0.5, -0.5), (11.5, -0.5), (11.5, 59.5)))))
    shown.check_against(SHAPE)
    lowered(shown, PLAIN_KINDS, SHAPE).check_against(SHAPE)


def test_a_lasso_becomes_its_box_and_its_inside_as_the_mask_so_far() -> None:
    prompt = lowered(Prompt(strokes=(SQUARE,)), PLAIN_KINDS, SHAPE)
    assert prompt.box == Box(2, 2, 7, 7)
    assert prompt.mask is not None and np.array_equal(prompt.mask, mask_of((2, 2, 7, 7)))
    assert (prompt.points, prompt.strokes) == ((), ())


def test_what_the_user_said_outright_is_not_overwritten_by_a_lasso() -> None:
    so_far = np.full(SHAPE, 0.3, np.float32)
    prompt = lowered(Prompt(Box(0, 0, 9, 9), mask=so_far, strokes=(SQUARE,)), PLAIN_KINDS, SHAPE)
    assert prompt.box == Box(0, 0, 9, 9)
    assert prompt.mask is not None and np.array_equal(prompt.mask, so_far)


def test_a_lasso_whose_ends_cross_encloses_both_loops() -> None:
    eight = Lasso(((1, 1), (9, 9), (9, 1), (1, 9)))
    assert enclosed(eight, SHAPE)[2, 5] and enclosed(eight, SHAPE)[8, 5]
    assert not enclosed(eight, SHAPE)[5, 1]
    # A hand that goes round once and a half: what it went around twice is inside, too.
    twice = Lasso(((1, 1), (1, 9), (9, 9), (9, 1), (2, 2), (2, 8), (8, 8), (8, 2)))
    assert enclosed(twice, SHAPE)[5, 5]


def test_a_model_of_clicks_alone_is_clicked_into_a_lasso() -> None:
    prompt = lowered(Prompt(strokes=(SQUARE,)), {"points"}, SHAPE)
    assert (prompt.kinds, prompt.points) == ({"points"}, (Point(4, 4),))


def test_a_model_of_clicks_alone_is_clicked_into_the_middle_of_a_box_and_into_a_mask() -> None:
    assert lowered(Prompt(Box(0, 0, 5, 9)), {"points"}, SHAPE).points == (Point(2, 4),)
    mask = mask_of((2, 2, 7, 7)).astype(np.float32)
    assert lowered(Prompt(mask=mask), {"points"}, SHAPE).points == (Point(4, 4),)
    assert lowered(Prompt(mask=mask), {"box", "points"}, SHAPE).box == Box(2, 2, 7, 7)


def test_what_cannot_be_said_is_refused_with_what_the_model_knows() -> None:
    with pytest.raises(InvalidInputError, match=r"The model knows box, and a prompt of points cannot.*Prompt with one"):
        lowered(Prompt(points=(Point(1, 1),)), {"box"}, SHAPE)


@dataclass(frozen=True)
class Cross:
    """A kind that nobody here has heard of: a cross on the object's middle, its arms as long as the object."""

    kind = "cross"
    vertices: Vertices
    positive: bool = True


def _cross(prompt: Prompt, _shape: tuple[int, int]) -> Prompt:
    rows, cols = zip(*prompt.strokes[0].vertices, strict=True)
    return replace(prompt, strokes=(Lasso(((min(rows), min(cols)), (max(rows), min(cols)), (max(rows), max(cols)))),))


CROSS = Prompt(strokes=(Cross(((2, 4), (8, 4), (5, 2), (5, 8))),))


def test_a_new_kind_needs_a_row_alone_and_may_become_another_kind_that_is_lowered_in_turn() -> None:
    CROSS.check_against(SHAPE)
    prompt = lowered(CROSS, PLAIN_KINDS, SHAPE, {**LOWERINGS, Cross.kind: _cross})
    assert prompt.box == Box(2, 2, 9, 9)


def test_a_kind_without_a_row_and_one_that_becomes_itself_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="a prompt of cross cannot be said"):
        lowered(CROSS, PLAIN_KINDS, SHAPE)
    with pytest.raises(InvalidInputError, match="a prompt of cross cannot be said"):
        lowered(CROSS, PLAIN_KINDS, SHAPE, {Cross.kind: lambda prompt, _shape: prompt})
