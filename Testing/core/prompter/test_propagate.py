"""Propagation's plan, on a made-up volume whose every answer is written down: no engine, no model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.prompter import propagate
from auxol_core.prompter.base import REMOVED, Ground, Propose
from auxol_core.prompter.propagate import Neighbours, prompt_from
from auxol_core.prompter.trust import chance
from auxol_core.types import TAKEN, BoolArray, Box, FloatArray, Prompt, Propagated, Proposal

SHAPE = (24, 20)


def square(side: int, row: int = 4, col: int = 4) -> BoolArray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[row : row + side, col : col + side] = True
    return mask


WHOLE = square(10)
GREY = np.zeros(SHAPE, dtype=np.float32)
PATTERN = np.where(WHOLE, 100 + np.arange(SHAPE[1], dtype=np.float32), 0)
# What is told of an answer of which the model is sure, that is its neighbour's mask and looks like it.
SURE = chance(1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the made-up engine makes of one slice."""

    proposal: Proposal


@dataclass
class Volume:
    """``count`` slices that all answer ``WHOLE`` but where ``masks`` or ``qualities`` say otherwise; two steps each."""

    count: int
    masks: Mapping[int, BoolArray] = field(default_factory=dict)
    qualities: Mapping[int, float] = field(default_factory=dict)
    asked: list[tuple[int, Prompt]] = field(default_factory=list)
    pixels: Mapping[int, FloatArray] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        return [f"slice {index}" for index in range(self.count)]

    def propose(self, slice_id: str, prompt: Prompt) -> Generator[None, None, Answer]:
        yield
        index = int(slice_id.removeprefix("slice "))
        self.asked.append((index, prompt))
        yield
        mask = self.masks.get(index, WHOLE)
        quality = self.qualities.get(index, 1.0)
        return Answer(Proposal(f"p{index}", "t", slice_id, prompt, mask, quality, version=3, share=0.5))

    def steps(
        self,
        seeds: Mapping[int, BoolArray],
        taken: Callable[[int], bool] = lambda _: False,
        empty: Callable[[int], bool] = lambda _: False,
    ) -> Generator[Propagated | None, None, None]:
        return walking(self.ids, seeds, self.propose, taken, empty, lambda index: self.pixels.get(index, GREY))

    def run(
        self,
        seeds: Mapping[int, BoolArray],
        taken: Callable[[int], bool] = lambda _: False,
        empty: Callable[[int], bool] = lambda _: False,
    ) -> Iterator[Propagated]:
        return (item for item in self.steps(seeds, taken, empty) if item is not None)

    @property
    def order(self) -> list[int]:
        return [index for index, _ in self.asked]


def walking(
    ids: Sequence[str],
    seeds: Mapping[int, BoolArray],
    propose: Propose,
    taken: Callable[[int], bool] = lambda _: False,
    empty: Callable[[int], bool] = lambda _: False,
    pixels: Callable[[int], FloatArray] = lambda _: GREY,
) -> Generator[Propagated | None, None, None]:
    """Without lessons, which propagation asks for nowhere."""

    def no_places(most: int) -> Generator[None, None, list[Box]]:
        raise AssertionError(f"propagation asks for no places, and here for {most}")

    return Neighbours().prompting(Ground(ids, seeds, taken, lambda _: SHAPE, no_places, propose, empty, pixels))


def proposed(results: list[Propagated]) -> list[int]:
    return [result.index for result in results if result.proposal is not None]


def qualities(results: list[Propagated]) -> dict[int, float]:
    return {result.index: result.proposal.quality for result in results if result.proposal}


def ends(results: list[Propagated]) -> dict[int, str]:
    return {result.index: result.reason for result in results if result.proposal is None}


def test_it_goes_outward_from_the_seed_the_nearest_slices_first_and_never_over_it() -> None:
    results = list(Volume(6).run({2: WHOLE}))
    assert proposed(results) == [3, 1, 4, 0, 5]
    assert [result.reason for result in results] == [""] * 5


def test_between_two_seeds_each_slice_is_made_once_from_the_nearer_one() -> None:
    left, right = square(8), square(12)
    volume = Volume(8, masks={**dict.fromkeys(range(1, 4), left), **dict.fromkeys(range(4, 7), right)})
    results = list(volume.run({0: left, 7: right}))
    assert sorted(proposed(results)) == [1, 2, 3, 4, 5, 6]
    assert volume.order == [1, 6, 2, 5, 3, 4]
    boxes = [prompt.box.row1 for _, prompt in sorted(volume.asked, key=lambda each: each[0]) if prompt.box]
    # The box of the nearer seed ends at row 12, the other one's at 16, and each goes its share of the way there.
    assert boxes == pytest.approx([12 + 4 / 7, 12 + 4 / 6, 12 + 4 / 5, 16 - 4 / 5, 16 - 4 / 6, 16 - 4 / 7])


def test_seeds_that_touch_leave_nothing_to_do_between_them() -> None:
    assert list(Volume(2).run({0: WHOLE, 1: WHOLE})) == []
    assert list(Volume(1).run({0: WHOLE})) == []


@pytest.mark.parametrize(
    ("mask", "reason"),
    [
        (square(0), "the structure ends: nothing is found here"),
        (square(2), "the structure ends: only a speck is left"),
        (square(6, row=16, col=12), "the structure ends or is lost: a Dice of 0.3"),
    ],
    ids=["empty", "speck", "elsewhere"],
)
def test_it_ends_where_the_answer_is_not_worth_showing_and_says_why(mask: BoolArray, reason: str) -> None:
    volume = Volume(6, masks={3: mask})
    results = list(volume.run({0: WHOLE}))
    assert proposed(results) == [1, 2]
    assert ends(results).keys() == {3}
    assert ends(results)[3].startswith(reason)
    assert volume.order == [1, 2, 3]


@pytest.mark.parametrize("usual", [1.0, 0.3], ids=["a sure model", "an unsure one"])
def test_it_ends_where_the_model_expects_much_less_than_before(usual: float) -> None:
    low = usual * (propagate.LEAST_EXPECTED / SURE - 0.01)
    results = list(Volume(5, qualities={**dict.fromkeys(range(5), usual), 3: low}).run({0: WHOLE}))
    assert proposed(results) == [1, 2]
    assert "a Dice of 0.44 is expected, under 0.45" in ends(results)[3]


def test_between_two_seeds_a_doubtful_answer_is_shown_with_its_quality_and_a_hopeless_one_is_not() -> None:
    middling, hopeless = (propagate.LEAST_EXPECTED + propagate.LEAST_BETWEEN) / 2, propagate.LEAST_BETWEEN - 0.01
    doubtful = list(Volume(7, qualities={2: middling}).run({0: WHOLE, 6: WHOLE}))
    assert sorted(proposed(doubtful)) == [1, 2, 3, 4, 5]
    assert qualities(doubtful)[2] == pytest.approx(SURE * middling)
    assert proposed(list(Volume(5, qualities={2: hopeless}).run({0: WHOLE, 4: WHOLE}))) == [1, 3]


def test_it_ends_also_where_the_model_tells_no_quality_at_all() -> None:
    volume = Volume(4, masks={2: square(6, row=16, col=12)}, qualities=dict.fromkeys(range(4), 0.0))
    assert proposed(list(volume.run({0: WHOLE}))) == [1]


def test_changes_of_the_mask_lower_the_quality_and_great_ones_lower_it_more() -> None:
    still, slow, quick = (
        qualities(list(Volume(4, masks={1: square(side)}).run({0: WHOLE})))[1] for side in (10, 9, 7)
    )
    assert quick < slow < still == pytest.approx(SURE)


def test_where_what_is_found_looks_like_something_else_it_is_trusted_less_and_then_it_ends() -> None:
    pixels = {0: PATTERN, 1: PATTERN, 2: PATTERN - 6, 3: np.zeros(SHAPE), 4: PATTERN}
    results = list(Volume(5, pixels=pixels).run({0: WHOLE}))
    assert proposed(results) == [1, 2]
    assert qualities(results)[1] == pytest.approx(SURE)
    assert qualities(results)[2] < 0.9 * SURE
    assert ends(results).keys() == {3}


def test_an_error_stays_for_a_while_also_where_the_look_is_right_again() -> None:
    pixels = {**dict.fromkeys((0, 1, 3, 4, 5, 6), PATTERN), 2: PATTERN - 6}
    told = qualities(list(Volume(7, pixels=pixels).run({0: WHOLE})))
    assert told[2] < told[3] < told[4] < told[1]
    assert told[6] == pytest.approx(SURE, abs=0.01)


def test_a_way_of_doubtful_slices_is_not_gone_on_though_each_might_be_right() -> None:
    doubtful = dict.fromkeys(range(1, 7), PATTERN - 6) | {0: PATTERN}
    beyond = list(Volume(7, pixels=doubtful).run({0: WHOLE}))
    between = list(Volume(7, pixels=doubtful | {6: PATTERN}).run({0: WHOLE, 6: WHOLE}))
    assert proposed(beyond) == [1, 2]
    assert all(quality > propagate.LEAST_BETWEEN for quality in qualities(between).values())
    assert sorted(proposed(between)) == [1, 2, 3, 4, 5]


def test_the_slice_before_which_a_front_ended_is_trusted_less() -> None:
    ended = qualities(list(Volume(5, masks={3: square(0)}).run({0: WHOLE})))
    assert ended == pytest.approx({1: SURE, 2: SURE * propagate.AT_AN_END})
    assert qualities(list(Volume(3).run({0: WHOLE}))) == pytest.approx({1: SURE, 2: SURE})  # the range ends, no more


def test_an_end_tells_how_likely_the_structure_is_there_all_the_same() -> None:
    (end,) = [each for each in Volume(4, qualities={2: 0.4}).run({0: WHOLE}) if each.reason]
    assert end.confidence == pytest.approx(0.4 * SURE)


def test_each_slice_is_told_when_the_next_one_of_its_front_is_known() -> None:
    volume = Volume(9)
    told = [(each.index, len(volume.order)) for each in volume.run({0: WHOLE})]
    assert told == [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 8)]


def test_a_slice_that_a_person_takes_while_it_waits_to_be_told_is_not_proposed() -> None:
    volume = Volume(5)
    results = list(volume.run({0: WHOLE}, taken=lambda index: index == 2 and 3 in volume.order))
    assert proposed(results) == [1, 3, 4]
    assert ends(results) == {2: TAKEN}


@pytest.mark.parametrize("empty", [[3], [3, 4], [3, 5]])
def test_what_was_removed_by_hand_is_not_proposed_again_beyond_it(empty: list[int]) -> None:
    volume = Volume(7)
    results = list(volume.run({0: WHOLE}, taken=empty.__contains__, empty=empty.__contains__))
    assert proposed(results) == [1, 2]
    assert ends(results) == {3: REMOVED}
    assert volume.order == [1, 2]


def test_a_removed_slice_ends_the_fronts_of_both_sides_and_each_goes_as_beyond_its_last_seed() -> None:
    volume = Volume(9, qualities={2: 0.3, 6: 0.9})
    results = list(volume.run({0: WHOLE, 8: WHOLE}, taken=lambda i: i == 4, empty=lambda i: i == 4))
    assert sorted(proposed(results)) == [1, 5, 6, 7]  # 2 is doubtful, and no longer between two seeds
    assert ends(results).keys() == {2, 4}
    assert ends(results)[4] == REMOVED


def test_an_empty_slice_that_nobody_took_is_asked_for_as_any_other() -> None:
    assert proposed(list(Volume(3).run({0: WHOLE}, empty=lambda _: True))) == [1, 2]


def test_a_slice_that_a_person_took_is_passed_over_and_said_so() -> None:
    volume = Volume(5)
    results = list(volume.run({0: WHOLE}, taken=lambda index: index in (1, 3)))
    assert proposed(results) == [2, 4]
    assert ends(results) == {1: TAKEN, 3: TAKEN}
    assert volume.order == [2, 4]


def test_a_slice_that_a_person_takes_while_it_is_being_made_is_left_alone() -> None:
    volume = Volume(4)
    results = list(volume.run({0: WHOLE}, taken=lambda index: index == 2 and 2 in volume.order))
    assert proposed(results) == [1, 3]
    assert ends(results) == {2: TAKEN}


def test_where_one_side_loses_the_structure_the_other_goes_on_to_there() -> None:
    volume = Volume(7, masks={1: square(0)})
    results = list(volume.run({0: WHOLE, 6: WHOLE}))
    assert proposed(results) == [5, 4, 3, 2]
    assert ends(results) == {1: "the structure ends: nothing is found here"}
    assert volume.order.count(1) == 2


def test_where_both_sides_lose_it_both_ends_are_told_and_the_gap_stays_empty() -> None:
    volume = Volume(9, masks={2: square(0), 6: square(0)})
    results = list(volume.run({0: WHOLE, 8: WHOLE}))
    assert proposed(results) == [1, 7]
    assert ends(results).keys() == {2, 6}


def test_a_second_opinion_from_the_other_side_takes_the_place_of_an_end() -> None:
    answers = iter([square(0), WHOLE])

    class Fickle(Volume):
        def propose(self, slice_id: str, prompt: Prompt) -> Generator[None, None, Answer]:
            answer = yield from super().propose(slice_id, prompt)
            if slice_id != "slice 1":
                return answer
            mask = next(answers)
            return Answer(Proposal("p1", "t", slice_id, prompt, mask, 1.0, version=0, share=1.0))

    results = list(Fickle(5).run({0: WHOLE, 4: WHOLE}))
    assert sorted(proposed(results)) == [1, 2, 3]
    assert ends(results) == {}


def test_every_step_is_yielded_so_that_something_more_urgent_may_go_first() -> None:
    volume = Volume(2)
    steps = list(volume.steps({0: WHOLE}))
    assert [step is None for step in steps] == [True, True, True, False]


def test_closing_it_ends_it_at_once_and_what_came_stays() -> None:
    volume = Volume(9)
    running = volume.steps({4: WHOLE})
    first = next(item for item in running if item is not None)
    running.close()
    assert (first.index, volume.order) == (5, [5, 3, 6])


def test_what_a_slice_that_was_evicted_raises_comes_through() -> None:
    def gone(slice_id: str, prompt: Prompt) -> Generator[None, None, Answer]:
        yield
        raise NotFoundError("Slice 1 is not here. Put it again.", missing="slice")

    with pytest.raises(NotFoundError):
        list(walking(["a", "b"], {0: WHOLE}, gone))


@pytest.mark.parametrize(
    ("seeds", "word"),
    [
        ({}, "at least one seed"),
        ({0: square(0)}, "empty"),
        ({4: WHOLE}, "range"),
        ({-1: WHOLE}, "range"),
        ({True: WHOLE}, "range"),
        ({"0": WHOLE}, "range"),
        ({0: WHOLE, 1: np.ones((5, 5), dtype=bool)}, "shape"),
        ({0: np.ones((2, *SHAPE), dtype=bool)}, "mask"),
        ({0: np.full(SHAPE, np.nan, dtype=np.float32)}, "mask"),
        ({0: np.full(SHAPE, 3)}, "mask"),
    ],
)
def test_seeds_that_are_none_are_refused_at_once(seeds: dict[int, BoolArray], word: str) -> None:
    volume = Volume(4)
    with pytest.raises(InvalidInputError, match=word):
        volume.steps(seeds)
    assert volume.asked == []


def test_seeds_of_another_shape_than_the_slices_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="slices' shape"):
        list(Volume(3).run({0: np.ones((5, 5), dtype=bool)}))


def test_masks_of_zeros_and_ones_are_seeds_too() -> None:
    assert proposed(list(Volume(2).run({0: WHOLE.astype(np.uint8)}))) == [1]  # type: ignore[dict-item]


def test_the_prompt_is_the_neighbours_box() -> None:
    prompt = prompt_from(square(5, row=2, col=8))
    assert prompt.box == Box(2, 8, 7, 13)
    assert (prompt.points, prompt.mask) == ((), None)


def test_the_box_moves_on_by_half_of_its_last_change() -> None:
    wandering = prompt_from(square(6, row=8, col=4), before=square(6, row=4, col=4))
    shrinking = prompt_from(square(8, row=5, col=5), before=square(10, row=4, col=4))
    assert wandering.box == Box(10, 4, 16, 10)
    assert shrinking.box == Box(5.5, 5.5, 12.5, 12.5)


def test_the_box_stays_on_the_slice_and_does_not_follow_a_mask_that_broke() -> None:
    leaving = prompt_from(square(6, row=2), before=square(6, row=8))
    broken = prompt_from(square(4, row=4, col=4), before=square(12, row=0, col=0))
    assert leaving.box == Box(0, 4, 5, 10)
    assert broken.box == Box(4, 4, 8, 8)


def test_between_two_seeds_the_box_goes_its_share_of_the_way_to_the_other_one() -> None:
    far = Box.of_mask(square(10, row=8, col=8))
    assert far is not None
    assert prompt_from(WHOLE, before=square(2), goal=(far, 0.25)).box == Box(5, 5, 15, 15)


def test_each_front_hands_its_last_two_masks_on_also_past_a_slice_that_a_person_took() -> None:
    volume = Volume(5, masks={1: square(8)})
    list(volume.run({0: WHOLE}, taken=lambda index: index == 2))
    boxes = {index: prompt.box for index, prompt in volume.asked}
    assert boxes[1] == Box.of_mask(WHOLE)
    assert boxes[3] == Box(4, 4, 11, 11)
