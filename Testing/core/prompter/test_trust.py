"""How far a propagated slice is to be trusted: looks, likeness and the chance that it is the structure."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.prompter.trust import Look, chance, lasting

OBJECT = np.zeros((12, 12), dtype=bool)
OBJECT[2:10, 2:10] = True
RAMP = np.tile(np.linspace(50, 150, 12, dtype=np.float32), (12, 1))


def test_an_object_is_like_itself_whatever_lies_around_it_and_on_any_scale() -> None:
    for pixels in (RAMP, RAMP * 1e-4, RAMP * 1e6 - 1e5, np.where(OBJECT, RAMP, -1000)):
        assert Look.of(pixels, OBJECT).likeness(pixels, OBJECT) == pytest.approx(1.0)


def test_the_more_it_is_darker_the_less_it_is_alike() -> None:
    look = Look.of(RAMP, OBJECT)
    told = [look.likeness(RAMP - darker, OBJECT) for darker in (0, 20, 60, 1000)]
    assert told == sorted(told, reverse=True)
    assert told[0] == 1.0 and told[-1] == 0.0


def test_nothing_is_like_nothing() -> None:
    assert Look.of(RAMP, OBJECT).likeness(RAMP, np.zeros_like(OBJECT)) == 0.0


def test_an_object_of_one_value_is_like_itself_alone() -> None:
    flat = np.full((12, 12), 7.0, dtype=np.float32)
    look = Look.of(flat, OBJECT)
    assert look.likeness(flat, OBJECT) == 1.0
    assert look.likeness(flat + 1, OBJECT) == 0.0


def test_a_single_pixel_has_a_look() -> None:
    one = np.zeros_like(OBJECT)
    one[5, 5] = True
    assert Look.of(RAMP, one).likeness(RAMP, one) == 1.0


def test_the_chance_rises_with_agreement_and_likeness_and_stays_between_0_and_1() -> None:
    levels = np.linspace(0, 1, 6)
    for value in levels:
        of_likeness = [chance(value, each) for each in levels]
        of_agreement = [chance(each, value) for each in levels]
        for told in (of_likeness, of_agreement):
            assert told == sorted(told) and told[0] >= 0 and told[-1] <= 1
    assert chance(1.0, 1.0) > 0.95 and chance(1.0, 0.2) < 0.05 and chance(0.0, 1.0) < 0.45


def test_likeness_lasts_and_fades() -> None:
    after = lasting(1.0, 0.25)
    assert 0.25 < after < 1.0
    assert after < lasting(after, 1.0) < lasting(lasting(after, 1.0), 1.0) < 1.0
