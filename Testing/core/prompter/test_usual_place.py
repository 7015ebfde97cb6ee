"""Finding at the usual place, on made-up slices whose every answer is written down: no engine, no model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.prompter.base import Ground
from auxol_core.prompter.extended import Extended
from auxol_core.prompter.finders import FINDERS, OF_PRESET, finder_of
from auxol_core.prompter.usual_place import (
    LAST_OBJECTS,
    LEAST_CONFIDENCE,
    UsualPlace,
    boxes_to_ask,
    confidence_of,
    judged,
)
from auxol_core.types import TAKEN, BoolArray, Box, Prompt, Propagated, Proposal

SHAPE = (40, 20)
HERE = Box(0.25, 0.25, 0.5, 0.5)


def square(side: int, row: int = 10, col: int = 5) -> BoolArray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[row : row + side, col : col + side] = True
    return mask


def answer(mask: BoolArray, quality: float = 0.9, name: str = "p", prompt: Prompt | None = None) -> Proposal:
    shown = prompt or Prompt(box=Box(10, 5, 20, 10))
    return Proposal(name, "t", "s", shown, mask, quality, version=1, share=0.5)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the made-up engine makes of one prompt."""

    proposal: Proposal


@dataclass
class World:
    """Slices that answer every box with ``square(6)``, but those of ``masks``, which answer one box after another with
    these; two steps each. ``places``: where the task's objects lay."""

    count: int
    places: Sequence[Box] = (HERE,)
    masks: Mapping[int, Sequence[BoolArray]] = field(default_factory=dict)
    asked: list[tuple[int, Prompt]] = field(default_factory=list)
    most: list[int] = field(default_factory=list)

    def propose(self, slice_id: str, prompt: Prompt) -> Generator[None, None, Answer]:
        yield
        index = int(slice_id)
        turn = sum(each == index for each, _ in self.asked)
        self.asked.append((index, prompt))
        masks = self.masks.get(index)
        return Answer(answer(square(6) if masks is None else masks[turn], name=f"{index}.{turn}", prompt=prompt))

    def lessons(self, most: int) -> Generator[None, None, list[Box]]:
        self.most.append(most)
        yield
        return list(self.places)

    def steps(self, taken: Callable[[int], bool] = lambda _: False) -> Generator[Propagated | None, None, None]:
        ids = [str(index) for index in range(self.count)]
        ground = Ground(
            ids, {}, taken, lambda _: SHAPE, self.lessons, self.propose, lambda _: False, lambda _: np.zeros(SHAPE)
        )
        return UsualPlace().prompting(ground)

    def run(self, taken: Callable[[int], bool] = lambda _: False) -> list[Propagated]:
        return [item for item in self.steps(taken) if item is not None]


def test_every_slice_is_asked_at_the_usual_place_and_told_once_with_a_confidence() -> None:
    world = World(2)
    found = world.run()
    assert [item.index for item in found] == [0, 1]
    assert world.asked[0][1].box == Box(10, 5, 20, 10)  # in this slice's pixels
    assert world.most == [LAST_OBJECTS]
    for item in found:
        assert item.proposal is not None and np.array_equal(item.proposal.mask, square(6))
        assert not item.reason and LEAST_CONFIDENCE <= item.confidence <= 1


def test_where_each_box_finds_something_else_nothing_is_proposed_and_the_reason_says_how_sure_that_is() -> None:
    (there, gone) = World(2, masks={1: [square(6), square(6, row=30), square(6, row=20)]}).run()
    assert there.proposal is not None and there.confidence > gone.confidence
    assert gone.proposal is None and gone.confidence < LEAST_CONFIDENCE
    assert gone.reason.startswith("the structure was not found") and f"{gone.confidence:.0%}" in gone.reason


@pytest.mark.parametrize("side", [0, 2], ids=["empty", "a speck"])
def test_where_nothing_is_found_that_is_the_reason(side: int) -> None:
    (item,) = World(1, masks={0: [square(side)] * 4}).run()
    assert (item.proposal, item.confidence) == (None, 0.0)
    assert item.reason == "the structure was not found: nothing is where it usually lies"


def test_the_best_answer_is_proposed() -> None:
    answers = [answer(square(8), 0.9, "a"), answer(square(8), 0.97, "b"), answer(square(8), 0.95, "c")]
    item = judged(5, answers)
    assert item.index == 5 and item.proposal is answers[1]


def test_a_task_without_a_lesson_that_tells_where_is_refused_with_what_to_do() -> None:
    world = World(3, places=())
    with pytest.raises(InvalidInputError, match=r"got none\. Segment it on a slice and save that first\."):
        world.run()
    assert world.asked == []


def test_a_slice_that_a_person_took_is_not_asked_and_one_taken_meanwhile_is_left_alone() -> None:
    world = World(3)
    found = world.run(taken=lambda index: index == 0 or (index == 1 and bool(world.asked)))
    assert [(item.index, item.proposal is None, item.reason) for item in found] == [
        (0, True, TAKEN), (1, True, TAKEN), (2, False, ""),
    ]  # fmt: skip
    assert {index for index, _ in world.asked} == {1, 2}


def test_every_answer_is_a_step_and_closing_ends_it() -> None:
    world = World(9)
    running = world.steps()
    assert next(running) is None  # the lessons
    item = next(step for step in running if step is not None)
    running.close()
    assert item.index == 0 and {index for index, _ in world.asked} == {0}


def test_the_usual_place_is_the_median_of_those_that_overlap_the_most_central_one() -> None:
    near = [Box(0.2, 0.2, 0.4, 0.4), Box(0.22, 0.2, 0.42, 0.4), Box(0.24, 0.2, 0.44, 0.4)]
    elsewhere = [Box(0.7, 0.7, 0.9, 0.9)] * 2
    usual, wider, *_ = boxes_to_ask([*near, *elsewhere])
    assert usual == Box(0.22, 0.2, 0.42, 0.4)
    assert wider.centre == pytest.approx(usual.centre)
    assert (wider.height, wider.width) == pytest.approx((0.25, 0.25))


def test_it_is_moved_along_the_way_in_which_the_lessons_vary_and_not_where_they_do_not() -> None:
    assert len(boxes_to_ask([HERE] * 5)) == 2
    rows = [Box(0.2 + move, 0.2, 0.4 + move, 0.4) for move in (0.0, 0.02, 0.04, 0.06, 0.08)]
    _, _, up, down = boxes_to_ask(rows)
    assert up.row0 == pytest.approx(0.24 - 0.02) and down.row0 == pytest.approx(0.24 + 0.02)
    assert up.col0 == down.col0 == 0.2


def test_confidence_grows_with_quality_and_with_agreement_and_stays_between_0_and_1() -> None:
    assert 0 < confidence_of(0.0, 0.0) < confidence_of(0.9, 0.3) < confidence_of(0.9, 0.9) < confidence_of(1, 1) < 1


def test_each_preset_has_a_finder_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(finder_of("auxol"), Extended) and set(OF_PRESET.values()) <= set(FINDERS)
    own = UsualPlace()
    monkeypatch.setitem(FINDERS, "mine", own)  # type: ignore[arg-type]
    monkeypatch.setitem(OF_PRESET, "a preset", "mine")  # type: ignore[arg-type]
    assert finder_of("a preset") is own
