"""Wrong corrections: where they come, what they are, and that a stream without them is as it was."""

from __future__ import annotations

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.replay.options import FeedbackOptions
from auxol_core.replay.slips import KINDS, is_slip, slipped


def mask() -> np.ndarray:
    truth = np.zeros((40, 60), dtype=bool)
    truth[10:20, 5:15] = True
    return truth


def test_the_middle_one_of_each_so_many_is_wrong() -> None:
    assert [index for index in range(64) if is_slip(index, 20)] == [10, 30, 50]
    assert not any(is_slip(index, 0) for index in range(64))


@pytest.mark.parametrize(("kind", "number"), [(kind, 20 * place + 10) for place, kind in enumerate(KINDS)])
def test_each_kind_in_turn_is_nothing_like_the_truth(kind: str, number: int) -> None:
    truth = mask()
    saved = slipped(truth, number, 20)
    assert saved.shape == truth.shape and saved.dtype == bool
    both = np.count_nonzero(saved & truth)
    assert 2 * both / (np.count_nonzero(saved) + np.count_nonzero(truth)) < 0.2, kind
    if kind in ("shifted", "another structure"):
        assert np.count_nonzero(saved) == np.count_nonzero(truth)


def test_an_empty_truth_slips_into_the_whole_image_too() -> None:
    assert slipped(np.zeros((4, 5), dtype=bool), 30, 20).all()


def test_a_number_below_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="0 for none"):
        FeedbackOptions(slip_every=-1)
    with pytest.raises(InvalidInputError, match="Leave one out"):
        FeedbackOptions(think_steps=4, think_seconds=1.0)
