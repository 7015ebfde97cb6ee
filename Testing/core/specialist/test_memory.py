"""The online batch: who stays when it is full."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxol_core.errors import InvalidInputError
from auxol_core.specialist.paper.online_batch import Batch, Entry, Fifo, LossRanked, batch_policy, only, with_losses

LOSSES = st.lists(st.floats(0, 10), min_size=0, max_size=30)


def _batch(**losses: float) -> Batch:
    return tuple(Entry(key, loss) for key, loss in losses.items())


def _keys(batch: Batch) -> str:
    return "".join(entry.key for entry in batch)


def test_a_loss_ranked_batch_takes_everything_until_it_is_full() -> None:
    policy = LossRanked(3)

    batch = policy.insert(policy.insert((), Entry("a", 0.9)), Entry("b", 0.1))

    assert batch == _batch(a=0.9, b=0.1)


def test_a_full_loss_ranked_batch_drops_its_smallest_loss_for_a_larger_one() -> None:
    assert _keys(LossRanked(3).insert(_batch(a=0.5, b=0.2, c=0.9), Entry("d", 0.3))) == "acd"


def test_a_full_loss_ranked_batch_turns_away_a_sample_easier_than_all_it_holds() -> None:
    batch = _batch(a=0.5, b=0.2, c=0.9)

    assert LossRanked(3).insert(batch, Entry("d", 0.19)) is batch


def test_an_equally_large_loss_is_large_enough_and_the_oldest_of_equals_goes() -> None:
    assert _keys(LossRanked(3).insert(_batch(a=0.5, b=0.2, c=0.2), Entry("d", 0.2))) == "acd"


def test_first_in_first_out_drops_the_oldest_whatever_the_losses() -> None:
    assert _keys(Fifo(3).insert(_batch(a=0.9, b=0.1, c=0.2), Entry("d", 0.0))) == "bcd"


@pytest.mark.parametrize("name", ["loss_ranked", "fifo"])
def test_a_batch_of_one_can_still_change(name: str) -> None:
    policy = batch_policy(name, 1)  # type: ignore[arg-type]

    assert policy.insert(_batch(a=0.1), Entry("b", 0.2)) == _batch(b=0.2)


@pytest.mark.parametrize("policy", [LossRanked(2), Fifo(2)])
def test_a_key_may_enter_once(policy: LossRanked | Fifo) -> None:
    with pytest.raises(InvalidInputError, match="holds a already"):
        policy.insert(_batch(a=0.1, b=0.2), Entry("a", 0.3))


def test_a_loss_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="finite"):
        Entry("a", math.nan)


def test_forgotten_corrections_leave_the_batch() -> None:
    assert only(_batch(a=0.1, b=0.2, c=0.3), {"a", "c", "z"}) == _batch(a=0.1, c=0.3)


def test_losses_are_brought_up_to_date_in_order_and_for_all() -> None:
    assert with_losses(_batch(a=0.1, b=0.2), [0.5, 0.4]) == _batch(a=0.5, b=0.4)
    with pytest.raises(ValueError, match="shorter"):
        with_losses(_batch(a=0.1, b=0.2), [0.5])


@given(LOSSES, st.integers(1, 6))
def test_with_fixed_losses_a_loss_ranked_batch_holds_the_largest_that_came(losses: list[float], size: int) -> None:
    batch: Batch = ()
    for index, loss in enumerate(losses):
        batch = LossRanked(size).insert(batch, Entry(str(index), loss))

    assert sorted(entry.loss for entry in batch) == sorted(losses)[-size:]


@given(LOSSES, st.integers(1, 6))
def test_first_in_first_out_holds_the_last_that_came(losses: list[float], size: int) -> None:
    batch: Batch = ()
    for index, loss in enumerate(losses):
        batch = Fifo(size).insert(batch, Entry(str(index), loss))

    assert [entry.key for entry in batch] == [str(i) for i in range(len(losses))][-size:]
