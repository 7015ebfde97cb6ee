"""On which slices the structure is: one stretch, its neighbours weighed in, and a person's word stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from auxol_core.prompter.presence import MOST, SAID, alone, along, evidence_of, in_one_stretch

NO, YES = 0.01, 0.99


def there(presences: Sequence[float], told: Mapping[int, bool] | None = None, *, several: bool = False) -> list[int]:
    evidence = evidence_of(presences, told or {})
    return np.flatnonzero((along if several else in_one_stretch)(evidence) >= 0.5).tolist()


def test_evidence_is_none_at_a_half_bounded_at_both_ends_and_a_persons_word_is_beyond() -> None:
    assert evidence_of([0.0, 0.5, 1.0], {}).tolist() == [-MOST, 0.0, MOST]
    assert evidence_of([0.5, 0.5], {0: True, 1: False}).tolist() == [SAID, -SAID]
    assert alone(evidence_of([0.9, 0.2], {})) == pytest.approx([0.9, 0.2])


def test_it_is_the_weight_of_the_stretches_that_hold_a_slice() -> None:
    evidence = np.array([-3.0, 1.0, 4.0, 2.0, -4.0])
    padded = 0.2 * np.pad(evidence, 4, mode="edge")
    held, whole = np.zeros(padded.size), 1.0
    for first in range(padded.size):
        for last in range(first, padded.size):
            weight = float(np.exp(padded[first : last + 1].sum()))
            held[first : last + 1] += weight
            whole += weight
    assert in_one_stretch(evidence) == pytest.approx(held[4:-4] / whole)


@pytest.mark.parametrize("several", [False, True])
def test_a_slip_between_its_neighbours_is_bridged_and_a_lonely_one_is_none(several: bool) -> None:
    assert there([NO] * 4 + [YES] * 3 + [0.2] + [YES] * 3 + [NO] * 4, several=several) == list(range(4, 11))
    assert there([NO] * 5 + [0.9] + [NO] * 5, several=several) == []


@pytest.mark.parametrize("several", [False, True])
def test_a_clean_end_stays_where_it_is_and_a_range_may_end_inside_the_structure(several: bool) -> None:
    assert there([NO] * 8 + [YES] * 8, several=several) == list(range(8, 16))
    assert there([YES] * 3, several=several) == [0, 1, 2]


def test_of_two_stretches_the_longer_one_is_it_unless_there_are_several() -> None:
    looks = [NO] * 4 + [YES] * 9 + [NO] * 9 + [YES] * 5 + [NO] * 4
    assert there(looks) == list(range(4, 13))
    assert there(looks, several=True) == [*range(4, 13), *range(22, 27)]


def test_a_stretch_a_few_slices_away_is_not_taken_for_the_structures_continuation() -> None:
    assert there([NO] * 4 + [YES] * 12 + [NO] * 3 + [YES] * 8) == list(range(4, 16))


@pytest.mark.parametrize("several", [False, True])
def test_what_a_person_said_stands_and_counts_for_the_neighbours(several: bool) -> None:
    doubtful = [0.35] * 9
    assert there(doubtful, several=several) == []
    with_a_word = there(doubtful, {4: True}, several=several)
    assert 4 in with_a_word and {3, 5} <= set(with_a_word) and 0 not in with_a_word
    parted = there([YES] * 9, {6: False}, several=several)
    assert {0, 1, 2, 3, 4} <= set(parted) and 6 not in parted


def test_a_second_place_that_a_person_showed_weighs_more_than_looks() -> None:
    assert 12 in there([YES] * 6 + [NO] * 9, {12: True})


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("several", [False, True])
def test_short_ranges_are_told_as_they_look(count: int, several: bool) -> None:
    assert there([0.9] * count, several=several) == list(range(count))
    assert there([0.1] * count, several=several) == []


def test_the_strongest_evidence_overflows_nothing() -> None:
    told = dict.fromkeys(range(400), True)
    assert np.isfinite(in_one_stretch(evidence_of([0.5] * 400, told))).all()
