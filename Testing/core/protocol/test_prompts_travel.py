"""A prompt arrives as it was sent; what is none is refused before anything large is made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.protocol import Message, decode, encode, prompt_message, prompt_of
from auxol_core.strokes import KINDS, MAX_VERTICES, Lasso, Scribble
from auxol_core.types import Box, Point, Prompt

TRIANGLE = ((1.0, 1.25), (1.0, 5.0), (5.5, 1.0))


def sent(prompt: Prompt) -> Prompt:
    return prompt_of(decode(encode(prompt_message(prompt, slice_id="s"))))


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt(Box(1, 2, 3, 4.5), (Point(1, 2), Point(3.5, 4, positive=False))),
        Prompt(strokes=(Scribble(TRIANGLE, 2.5), Scribble(((3.0, 3.0),), positive=False))),
        Prompt(points=(Point(1, 2, positive=False),), strokes=(Lasso(TRIANGLE),)),
        Prompt(strokes=(Scribble(TRIANGLE * (MAX_VERTICES // 3)),)),
    ],
)
def test_a_prompt_arrives_as_it_was_sent(prompt: Prompt) -> None:
    came = sent(prompt)
    assert (came.box, came.points, came.strokes) == (prompt.box, prompt.points, prompt.strokes)


def test_a_mask_so_far_travels_beside_strokes() -> None:
    mask = np.full((4, 5), 0.25, np.float32)
    came = sent(Prompt(mask=mask, strokes=(Lasso(TRIANGLE),)))
    assert came.mask is not None and np.array_equal(came.mask, mask)
    assert came.strokes == (Lasso(TRIANGLE),)


def test_a_message_of_one_who_knows_no_strokes_is_understood() -> None:
    assert prompt_of(Message({"box": None, "points": [[1, 2, True]]})).strokes == ()


def test_every_kind_travels() -> None:
    assert {kind.kind for kind in KINDS.values()} == set(KINDS) == {"scribble", "lasso"}


@pytest.mark.parametrize(
    "strokes",
    [
        "scribble",
        {"kind": "lasso"},
        [1],
        [{"vertices": [[1, 1]]}],
        [{"kind": "cross", "vertices": [[1, 1]]}],
        [{"kind": ["lasso"], "vertices": [[1, 1]]}],
        [{"kind": "scribble"}],
        [{"kind": "scribble", "vertices": "1 1"}],
        [{"kind": "scribble", "vertices": [[1]]}],
        [{"kind": "scribble", "vertices": [[1, "2"]]}],
        [{"kind": "scribble", "vertices": [[1, True]]}],
        [{"kind": "scribble", "vertices": [[1, float("nan")]]}],
        [{"kind": "scribble", "vertices": [[1, 10**400]]}],
        [{"kind": "scribble", "vertices": [[1, 1]], "width": 0}],
        [{"kind": "scribble", "vertices": [[1, 1]], "positive": 1}],
        [{"kind": "scribble", "vertices": [[1, 1]], "colour": "red"}],
        [{"kind": "lasso", "vertices": [[1, 1], [2, 2]]}],
        [{"kind": "scribble", "vertices": [[1, 1]] * (MAX_VERTICES + 1)}],
        [{"kind": "scribble", "vertices": [[1, 1]] * (MAX_VERTICES // 2)}] * 3,
        [{"kind": "scribble", "vertices": []}] * (MAX_VERTICES + 1),
    ],
)
def test_strokes_that_are_none_are_refused_in_a_short_sentence(strokes: Any) -> None:
    with pytest.raises(InvalidInputError) as error:
        prompt_of(Message({"points": [[1, 2, True]], "strokes": strokes}))
    assert len(str(error.value)) < 300
