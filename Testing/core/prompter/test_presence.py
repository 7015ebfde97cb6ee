"""On which slices the structure is: neighbours weigh in, one stretch is kept, a person's word stands."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.prompter.presence import MOST, evidence_of, main_stretch, probability, smoothed, stretches


def test_evidence_is_none_at_a_half_and_bounded_at_both_ends() -> None:
    assert evidence_of([0.0, 0.5, 1.0]).tolist() == [-MOST, 0.0, MOST]
    assert probability(0.0) == 0.5 and probability(float(evidence_of([0.9])[0])) == pytest.approx(0.9)


def test_a_single_slip_between_its_neighbours_is_smoothed_away() -> None:
    gap = smoothed([0.01] * 4 + [0.99] * 3 + [0.2] + [0.99] * 3 + [0.01] * 4, {})
    alone = smoothed([0.01] * 5 + [0.9] + [0.01] * 5, {})
    assert stretches(gap) == [range(4, 11)]
    assert stretches(alone) == []


def test_at_a_clean_end_smoothing_moves_nothing() -> None:
    evidence = smoothed([0.01] * 5 + [0.99] * 5, {})
    assert stretches(evidence) == [range(5, 10)]


def test_of_two_stretches_the_one_with_more_evidence_is_the_main_one() -> None:
    evidence = np.array([1.0, 1.0, -1.0, 3.0, 3.0, -2.0, 0.5, 0.5, 0.5])
    assert stretches(evidence) == [range(2), range(3, 5), range(6, 9)]
    assert main_stretch(evidence) == range(3, 5)


def test_what_a_person_said_stands_and_counts_for_the_neighbours() -> None:
    doubtful = [0.4] * 7
    assert stretches(smoothed(doubtful, {})) == []
    assert stretches(smoothed(doubtful, {3: True})) == [range(1, 6)]
    sure = [0.99] * 7
    assert stretches(smoothed(sure, {3: False})) == [range(3), range(4, 7)]


def test_where_nothing_is_told_all_may_show_it_and_where_no_slice_shows_it_none() -> None:
    assert stretches(smoothed([0.5] * 4, {})) == [range(4)]
    assert main_stretch(evidence_of([0.1, 0.2])) == range(0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_short_ranges_are_smoothed_too(count: int) -> None:
    assert smoothed([0.9] * count, {}) == pytest.approx(evidence_of([0.9] * count))
