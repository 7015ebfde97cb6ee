"""Numbers of scripts: numpy's are taken and made plain, text and half-truths are refused in a sentence."""

from __future__ import annotations

import json
from dataclasses import astuple
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.plain_numbers import plain_json
from auxol_core.protocol import encode, plain
from auxol_core.protocol.wire import Message
from auxol_core.strokes import Lasso, Scribble
from auxol_core.types import Box, Point, SliceImage

NUMBERS = [np.int64, np.int16, np.uint8, np.float32, np.float64, np.float16, int, Fraction, np.array]


@pytest.mark.parametrize("kind", NUMBERS)
def test_boxes_points_and_strokes_hold_plain_floats_whatever_numbers_they_are_made_of(kind: Any) -> None:
    one, two, nine = kind(1), kind(2), kind(9)
    made = [*astuple(Box(one, two, nine, nine)), *astuple(Point(two, nine))[:2], Scribble(((one, two),), two).width]
    for stroke in (Scribble(((one, two), (nine, two))), Lasso(((one, one), (one, nine), (nine, one)))):
        made += [number for vertex in stroke.vertices for number in vertex]
    assert {type(number) for number in made} == {float}
    assert Box(one, two, nine, nine) == Box(1, 2, 9, 9)
    json.dumps(made)


def test_vertices_may_be_an_array_and_a_spacing_numpy_s() -> None:
    assert Scribble(np.array([[1, 2], [3, 4]])).vertices == ((1.0, 2.0), (3.0, 4.0))  # type: ignore[arg-type]
    image = SliceImage(np.zeros((4, 4), np.uint8), tuple(np.array([0.5, 2], np.float32)))
    assert image.spacing_mm == (0.5, 2.0)
    assert {type(length) for length in image.spacing_mm or ()} == {float}


@pytest.mark.parametrize(
    ("given", "is_positive"), [(np.True_, True), (np.False_, False), (np.uint8(1), True), (0, False)]
)
def test_what_is_true_or_false_becomes_a_bool(given: Any, is_positive: bool) -> None:
    assert Point(1, 2, given).positive is is_positive
    assert Scribble(((1, 2),), positive=given).positive is is_positive


@pytest.mark.parametrize("given", [-1, "false", "1", 2, None, np.int64(-1), 0.5])
def test_what_is_neither_true_nor_false_is_refused(given: Any) -> None:
    for make in (lambda: Point(1, 2, given), lambda: Scribble(((1, 2),), positive=given)):
        with pytest.raises(InvalidInputError, match=r"Expected true or false for a (point|scribble)'s positive, got "):
            make()


@pytest.mark.parametrize("given", ["36", b"36", None, True, np.True_, 1j, [3], np.array([3]), 10**400])
def test_text_and_what_is_no_number_is_refused_in_a_sentence_that_shows_it(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"Expected a number for a box's row0, got .*\. Give a number"):
        Box(given, 0, 50, 50)
    with pytest.raises(InvalidInputError, match="a point's col"):
        Point(0, given)
    with pytest.raises(InvalidInputError, match="a lasso's vertex"):
        Lasso(((0, 0), (0, 5), (5, given)))
    with pytest.raises(InvalidInputError, match="a scribble's width"):
        Scribble(((0, 0),), given)


def test_numpy_s_scalars_in_messages_travel_and_other_things_do_not() -> None:
    fields = {"count": np.int64(3), "share": np.float32(0.5), "several": np.True_}
    assert b'{"count": 3, "share": 0.5, "several": true}' in encode(Message(fields, {}))
    assert plain(Point(1, 2)) == {"row": 1.0, "col": 2.0, "positive": True}
    with pytest.raises(TypeError, match="of type object cannot be sent"):
        json.dumps([object()], default=plain_json)
