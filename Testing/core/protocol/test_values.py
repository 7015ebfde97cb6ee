"""Dataclasses <-> what JSON can hold: everything in types.py comes back as it was, or is refused before a value is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, is_dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from auxol_core import options, types
from auxol_core.errors import InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.protocol import made, plain
from auxol_core.protocol.codec import reader_of
from auxol_core.types import (
    Box,
    CorrectionInfo,
    Event,
    IntensityWindow,
    Point,
    Receipt,
    Scores,
    TaskStatus,
    VersionInfo,
)

SCORES = Scores(0.5, None, 0.75)
CORRECTION = CorrectionInfo("c1", 1, "s", False, True, (SCORES, Scores(1.0, 0.25, 0.0)))
WINDOW = IntensityWindow(-150.0, 250.0)
VALUES = [
    Box(0.0, 1.0, 2.5, 3.0),
    Point(1.0, 2.0, False),
    WINDOW,
    SCORES,
    Receipt("c1", "liver", 3, 1, True),
    TaskStatus("liver", "auxol", "builtin", "a", 2, 3, 1, 0, False, 0.5, WINDOW, "cpu", "float32"),
    TaskStatus("liver", "auxol", "builtin", "a", 0, 0, 0, 0, True, 1.0, None, "cpu", "float32"),
    TaskStatus("liver", "auxol", "builtin", "a", 2, 3, 1, 0, False, 0.5, WINDOW, "cpu", "float32", None, 4, 1),
    VersionInfo(2, ("c1", "c2"), 3, 7, True, "", 0.5, True),
    CORRECTION,
    Event(5, "liver", "learned", {"version": 2, "seconds": 0.5}),
    TaskOptions(window=WINDOW, seed=3),
    options.MachineOptions(),
]
WITH_ARRAYS = {"Prompt", "SliceImage", "Segmentation", "Proposal", "MaskPatch", "Propagated"}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert made(type(value), json.loads(json.dumps(plain(value)))) == value


@pytest.mark.parametrize("room", [types, options])
def test_every_dataclass_can_be_read_unless_it_holds_an_array(room: object) -> None:
    for name, kind in vars(room).items():
        if isinstance(kind, type) and is_dataclass(kind):
            if name in WITH_ARRAYS:
                with pytest.raises(TypeError, match="cannot be read from JSON"):
                    reader_of(kind)
            else:
                reader_of(kind)


def test_an_array_among_the_fields_is_refused_whatever_the_value() -> None:
    @dataclass
    class Picture:
        pixels: NDArray[np.bool_] | None = None

    with pytest.raises(TypeError, match="cannot be read from JSON"):
        reader_of(Picture)


@pytest.mark.parametrize("hint", [list[int], int | str, dict[int, int], set[str], tuple[()]])
def test_a_kind_that_is_not_known_is_refused_before_any_value(hint: object) -> None:
    with pytest.raises(TypeError, match="cannot be read from JSON"):
        reader_of(hint)


def test_hints_are_looked_up_once() -> None:
    assert reader_of(CorrectionInfo) is reader_of(CorrectionInfo)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sequence": True}, "CorrectionInfo.sequence must be int, got True. Send what fits."),
        ({"sequence": 1.0}, "CorrectionInfo.sequence must be int, got 1.0. Send what fits."),
        ({"slice_id": None}, "CorrectionInfo.slice_id must be str, got None. Send what fits."),
        ({"scores": {}}, "CorrectionInfo.scores must be tuple, got {}. Send what fits."),
        ({"scores": [3]}, "CorrectionInfo.scores[0] must have fields of ['fused', 'generalist', 'specialist'], got 3."),
        ({"later": 1}, "CorrectionInfo must have fields of ['confirmation', 'correction_id', 'learned', "),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as told:
        made(CorrectionInfo, {**plain(CORRECTION), **changed})
    assert str(told.value).startswith(sentence)


@pytest.mark.parametrize("dice", [None, "1", True, [1.0], 10**400])
def test_only_numbers_that_a_float_can_hold_are_scores(dice: object) -> None:
    told = plain(CORRECTION)
    told["scores"][1]["fused"] = dice
    with pytest.raises(InvalidInputError, match=r"CorrectionInfo\.scores\[1\]\.fused must be float, got"):
        made(CorrectionInfo, told)


def test_a_whole_number_is_a_score() -> None:
    fused = made(Scores, {"generalist": 1, "specialist": None, "fused": 0}).fused
    assert (fused, type(fused)) == (0.0, float)


def test_missing_fields_are_named_and_defaults_may_be_left_out() -> None:
    told = plain(Receipt("c1", "liver", 3, 1, True))
    del told["duplicate"]
    assert not made(Receipt, told).duplicate
    del told["task"]
    with pytest.raises(InvalidInputError, match=r"Receipt lacks some of the fields \['duplicate', 'task'\]"):
        made(Receipt, told)


def test_a_literal_is_one_of_its_words_and_a_pair_has_two() -> None:
    with pytest.raises(InvalidInputError, match=r"MachineOptions\.device must be Literal, got 'gpu'"):
        made(options.MachineOptions, {"device": "gpu"})
    with pytest.raises(InvalidInputError, match=r"Pair\.sides must be tuple"):
        made(Pair, {"sides": [1]})
    assert made(Pair, {"sides": [1, 2.5]}) == Pair((1, 2.5))


@dataclass(frozen=True)
class Pair:
    sides: tuple[int, float]
    made_here: str = field(default="", init=False)


def test_what_a_dataclass_makes_itself_is_not_taken_from_outside() -> None:
    with pytest.raises(InvalidInputError, match=r"Pair must have fields of \['sides'\]"):
        made(Pair, {"sides": [1, 2.5], "made_here": "there"})
