"""Finding where the locator looks, on made-up slices whose every look and answer is written down."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from auxol_core.prompter.base import Ground
from auxol_core.prompter.located import Located, confidence_of, judged, seen_on
from auxol_core.prompter.locating import Look
from auxol_core.types import TAKEN, BoolArray, Box, Prompt, Propagated, Proposal

SHAPE = (40, 30)


def square(side: int, row: int = 10, col: int = 5, shape: tuple[int, int] = SHAPE) -> BoolArray:
    mask = np.zeros(shape, dtype=bool)
    mask[row : row + side, col : col + side] = True
    return mask


def look(presence: float, *masks: BoolArray, sure: float = 0.9) -> Look:
    shape = masks[0].shape if masks else SHAPE
    there = np.logical_or.reduce(masks) if masks else np.zeros(shape, dtype=bool)
    return Look(presence, np.where(there, np.float32(sure), np.float32(0.01)).astype(np.float32))


HERE, NOTHING = look(0.99, square(10)), look(0.01)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the made-up engine makes of one prompt."""

    proposal: Proposal


class Elsewhere:
    """A prompter that says one thing of the first slice."""

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        yield Propagated(0, None, "asked elsewhere")


@dataclass
class World:
    """Slices with a look each; every box is answered by ``answers`` in turn, or by the box itself, filled."""

    looks: Sequence[Look | None]
    answers: Mapping[int, Sequence[tuple[BoolArray, float]]] = field(default_factory=dict)
    seeds: Mapping[int, BoolArray] = field(default_factory=dict)
    empty: tuple[int, ...] = ()
    asked: list[tuple[int, Box]] = field(default_factory=list)

    def propose(self, slice_id: str, prompt: Prompt) -> Generator[None, None, Answer]:
        yield
        index, box = int(slice_id), prompt.box
        assert box is not None
        turn = sum(each == index for each, _ in self.asked)
        self.asked.append((index, box))
        filled = np.zeros(SHAPE, dtype=bool)
        filled[round(box.row0) : round(box.row1), round(box.col0) : round(box.col1)] = True
        mask, quality = self.answers[index][turn] if index in self.answers else (filled, 0.9)
        return Answer(Proposal(f"{index}.{turn}", "t", slice_id, prompt, mask, quality, version=1, share=0.5))

    def steps(
        self, taken: Callable[[int], bool] = lambda _: False, prompter: Located | None = None
    ) -> Generator[Propagated | None, None, None]:
        def no_places(most: int) -> Generator[None, None, list[Box]]:
            raise AssertionError(f"the locator knows better, and here for {most}")

        ids = [str(index) for index in range(len(self.looks))]
        ground = Ground(
            ids, self.seeds, taken, lambda _: SHAPE, no_places, self.propose, lambda index: index in self.empty,
            lambda _: np.zeros(SHAPE, dtype=np.float32), lambda index: self.looks[index],
        )  # fmt: skip
        return (prompter or Located(Elsewhere())).prompting(ground)

    def run(self, taken: Callable[[int], bool] = lambda _: False, prompter: Located | None = None) -> list[Propagated]:
        return [item for item in self.steps(taken, prompter) if item is not None]


def found(items: Sequence[Propagated]) -> list[int]:
    return [item.index for item in items if item.proposal is not None]


def test_every_slice_is_told_once_in_order_and_asked_with_the_box_of_what_was_seen() -> None:
    world = World([NOTHING] * 3 + [HERE] * 4 + [NOTHING] * 3)
    items = world.run()
    assert [item.index for item in items] == list(range(10))
    assert found(items) == [3, 4, 5, 6]
    assert world.asked == [(index, Box(10, 5, 20, 15)) for index in (3, 4, 5, 6)]
    for item in items:
        if item.proposal is not None:
            assert not item.reason and 0.5 < item.confidence <= 0.9
        else:
            assert item.reason.startswith("nothing here: the structure is on this slice with a chance of ")
            assert f"{item.confidence:.0%}" in item.reason


def test_a_second_stretch_is_left_out_unless_the_task_has_several() -> None:
    looks = [HERE] * 5 + [NOTHING] * 8 + [HERE] * 3 + [NOTHING] * 5
    alone, both = World(looks), World(looks)
    items = alone.run()
    assert found(items) == [0, 1, 2, 3, 4]
    assert items[14].reason.endswith("; what looks like it lies apart from the slices that show it best")
    assert "apart" not in items[7].reason and max(items[14].confidence, items[7].confidence) < 0.5
    assert found(both.run(prompter=Located(Elsewhere(), several=True))) == [0, 1, 2, 3, 4, 13, 14, 15]


def test_pictures_in_no_order_are_each_taken_alone() -> None:
    looks = [HERE, NOTHING, HERE, NOTHING, NOTHING, HERE]
    assert found(World(looks).run(prompter=Located(Elsewhere(), ordered=False))) == [0, 2, 5]
    other = look(0.99, square(10, shape=(50, 30)))
    mixed = World([*looks[:5], other], answers={5: [(square(10, shape=(50, 30)), 0.9)]})
    assert found(mixed.run()) == [0, 2, 5]


def test_a_task_whose_locator_has_learned_nothing_is_asked_otherwise() -> None:
    world = World([None] * 3)
    assert [(item.index, item.reason) for item in world.run()] == [(0, "asked elsewhere")]
    assert world.asked == []


def test_a_slice_that_a_person_took_is_not_asked_and_one_taken_meanwhile_is_left_alone() -> None:
    world = World([HERE] * 3)
    items = world.run(taken=lambda index: index == 0 or (index == 1 and bool(world.asked)))
    assert [(item.proposal is None, item.reason) for item in items] == [(True, TAKEN), (True, TAKEN), (False, "")]
    assert {index for index, _ in world.asked} == {1, 2}


def test_what_a_person_saved_tells_where_the_structure_is() -> None:
    doubtful = look(0.35, square(10))
    assert found(World([doubtful] * 9).run()) == []
    world = World([doubtful] * 9, seeds={4: square(10)})
    assert {3, 5} <= set(found(world.run(taken=lambda index: index == 4)))
    parted = World([HERE] * 9, empty=(6,))
    assert {0, 1, 2, 3, 4} <= set(found(parted.run(taken=lambda index: index == 6))) <= set(range(6))


def test_where_no_look_tells_anything_every_slice_is_asked_and_none_is_sure() -> None:
    items = World([look(0.5, square(10))] * 4).run()
    assert found(items) == [0, 1, 2, 3]
    assert all(item.confidence == pytest.approx(0.45) for item in items)


def test_closing_it_ends_it_and_each_look_is_a_step() -> None:
    world = World([HERE] * 9)
    running = world.steps()
    assert [next(running) for _ in range(9)] == [None] * 9
    assert world.asked == []
    item = next(step for step in running if step is not None)
    running.close()
    assert item.index == 0 and {index for index, _ in world.asked} == {0}


def test_of_two_pieces_the_whole_is_asked_and_the_largest_one_too_and_the_answer_that_agrees_wins() -> None:
    large, small = square(12, row=2, col=2), square(8, row=28, col=20)
    both = large | small
    world = World([look(0.99, large, small)], answers={0: [(square(26, row=2, col=2), 0.9), (large, 0.9)]})
    (item,) = world.run()
    assert world.asked == [(0, Box(2, 2, 36, 28)), (0, Box(2, 2, 14, 14))]
    assert item.proposal is not None and np.array_equal(item.proposal.mask, large)
    world = World([look(0.99, large, small)], answers={0: [(both, 0.9), (large, 0.9)]})
    (item,) = world.run()
    assert item.proposal is not None and np.array_equal(item.proposal.mask, both)


def test_specks_are_not_seen_and_a_faint_structure_is() -> None:
    mask, boxes = seen_on(look(0.9, square(10), square(2, row=30, col=20)))
    assert np.array_equal(mask, square(10)) and boxes == (Box(10, 5, 20, 15),)
    mask, boxes = seen_on(look(0.9, square(10), sure=0.2))
    assert np.array_equal(mask, square(10)) and len(boxes) == 1
    for nothing in (look(0.9, square(10), sure=0.05), look(0.9, square(2))):
        mask, boxes = seen_on(nothing)
        assert not mask.any() and boxes == ()


@pytest.mark.parametrize(
    ("seen", "answers", "why"),
    [
        (look(0.99), {}, "no box could be made"),
        (HERE, {0: [(square(2), 0.9)]}, "the models find nothing in its box"),
    ],
    ids=["not seen", "not answered"],
)
def test_where_the_structure_should_be_and_is_not_found_that_is_the_reason(
    seen: Look, answers: Mapping[int, Sequence[tuple[BoolArray, float]]], why: str
) -> None:
    (item,) = World([seen], answers=answers).run()
    assert (item.proposal, item.confidence) == (None, 0.0)
    assert item.reason == f"the structure should be here, with a chance of 97%, and was not found: {why}"


def test_the_answer_of_the_most_quality_times_agreement_is_proposed_with_that_confidence() -> None:
    prompt = Prompt(box=Box(10, 5, 20, 15))
    answers = [
        Proposal(name, "t", "s", prompt, mask, quality, version=1, share=0.5)
        for name, mask, quality in (("a", square(5), 0.95), ("b", square(10), 0.8), ("c", square(20), 0.9))
    ]
    item = judged(4, square(10), 0.9, answers)
    assert item.index == 4 and item.proposal is answers[1]
    assert item.confidence == pytest.approx(confidence_of(0.9, 0.8, 1.0))


def test_confidence_grows_with_each_of_its_three_and_stays_between_0_and_1() -> None:
    least = confidence_of(0.5, 0.5, 0.5)
    assert (
        0
        <= confidence_of(0.0, 1.0, 1.0)
        < least
        < min(confidence_of(0.9, 0.5, 0.5), confidence_of(0.5, 0.9, 0.5), confidence_of(0.5, 0.5, 0.9))
    )
    assert confidence_of(1.0, 1.0, 1.0) == 1.0


def test_an_answer_that_is_hardly_believed_is_not_proposed_and_the_reason_says_so() -> None:
    (item,) = World([HERE], answers={0: [(square(10, row=25, col=15), 0.9)]}).run()
    assert item.proposal is None and item.confidence == 0.0
    assert item.reason == ("the structure was not found: what is in its place has a confidence of 0%, under 30%")
