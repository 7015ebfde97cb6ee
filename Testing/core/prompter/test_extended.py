"""What was found for sure goes on to the slices that were not, by prompters whose every word is written down."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from auxol_core.prompter.base import Ground, Prompter
from auxol_core.prompter.extended import SURE, Extended
from auxol_core.types import TAKEN, BoolArray, Box, Prompt, Propagated, Proposal

SHAPE = (8, 8)


def mask_of(value: int) -> BoolArray:
    mask = np.zeros(SHAPE, dtype=bool)
    mask[:value, :3] = True
    return mask


def found(index: int, confidence: float, *, who: str = "located", presence: float | None = 0.9) -> Propagated:
    prompt = Prompt(box=Box(0, 0, 4, 4))
    proposal = Proposal(f"{who} {index}", "t", str(index), prompt, mask_of(1 + index), confidence, version=0, share=1.0)
    return Propagated(index, proposal, confidence=confidence, presence=presence)


def nothing(index: int, presence: float | None = 0.1) -> Propagated:
    return Propagated(index, None, "nothing here", 0.1, presence=presence)


@dataclass
class Says:
    """A prompter that says what it was given, a step between two words, and remembers its ground."""

    items: Sequence[Propagated]
    ground: Ground | None = None
    asked: list[int] = field(default_factory=list)

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        self.ground = ground
        for item in self.items:
            yield None
            if item.index not in ground.seeds:
                self.asked.append(item.index)
                yield Propagated(item.index, None, TAKEN) if ground.is_taken(item.index) else item


def ground_of(count: int, taken: Callable[[int], bool] = lambda _: False) -> Ground:
    def none(*_: object) -> Generator[None, None, list[Box]]:
        yield
        return []

    return Ground(
        [str(index) for index in range(count)], {}, taken, lambda _: SHAPE, none,
        lambda *_: none(),  # type: ignore[arg-type, return-value]
        lambda _: False, lambda _: np.zeros(SHAPE, dtype=np.float32),
    )  # fmt: skip


def run(located: Prompter, onward: Prompter, count: int = 6, **more: Callable[[int], bool]) -> list[Propagated]:
    told = [item for item in Extended(located, onward).prompting(ground_of(count, **more)) if item is not None]
    assert sorted(item.index for item in told) == sorted({item.index for item in told})  # each slice once
    return told


def test_what_is_sure_is_told_at_once_and_is_a_seed_for_what_is_not() -> None:
    located = Says([nothing(0), found(1, 0.5), found(2, 0.9), found(3, 0.85), nothing(4), nothing(5)])
    onward = Says([found(1, 0.7, who="onward"), found(4, 0.65, who="onward")])
    told = run(located, onward)
    assert [item.index for item in told] == [2, 3, 1, 4, 0, 5]
    by_index = {item.index: item.proposal and item.proposal.proposal_id for item in told}
    assert by_index == {
        0: None, 1: "onward 1", 2: "located 2", 3: "located 3", 4: "onward 4", 5: None,
    }  # fmt: skip
    assert onward.ground is not None and set(onward.ground.seeds) == {2, 3}
    assert np.array_equal(onward.ground.seeds[2], mask_of(3))
    assert {item.index: item.presence for item in told}[4] == 0.1  # what the locator saw there stands


def test_the_surer_of_two_answers_is_told() -> None:
    located = Says([found(0, 0.75), found(1, 0.9)])
    told = run(located, Says([found(0, 0.7, who="onward")]), 2)
    assert told[1].proposal is not None and told[1].proposal.proposal_id == "located 0"


def test_beside_what_is_sure_a_doubtful_answer_is_not_shown_and_is_told_with_its_confidence() -> None:
    located = Says([found(0, 0.9), found(1, 0.55), found(2, 0.61)])
    told = {item.index: item for item in run(located, Says([found(1, 0.58, who="onward")]), 3)}
    assert told[1].proposal is None and "a confidence of 55%, under 60%" in told[1].reason
    assert told[1].confidence == 0.55 and told[1].presence == 0.9
    assert told[2].proposal is not None
    alone = run(Says([found(1, 0.55)]), Says([]), 2)  # nothing is sure: a locator that was taught little
    assert alone[0].proposal is not None


def test_where_nothing_is_sure_or_all_is_nobody_goes_on() -> None:
    onward = Says([found(0, 0.9, who="onward")])
    assert [item.index for item in run(Says([found(1, SURE - 0.01), nothing(0)]), onward, 2)] == [0, 1]
    assert [item.index for item in run(Says([found(1, SURE), found(0, 0.9)]), onward, 2)] == [1, 0]
    assert onward.ground is None


def test_a_prompter_without_a_locator_is_left_as_it_is() -> None:
    items = [found(0, 0.95, presence=None), nothing(1, presence=None)]
    onward = Says([])
    assert run(Says(items), onward, 2) == items and onward.ground is None


def test_a_slice_that_a_person_came_to_meanwhile_is_told_as_theirs() -> None:
    theirs: set[int] = set()

    def taken(index: int) -> bool:
        return index in theirs

    steps = Extended(Says([found(0, 0.9), nothing(1), nothing(2)]), Says([found(1, 0.9, who="onward")])).prompting(
        ground_of(3, taken)
    )
    told = []
    for item in steps:
        if item is not None:
            told.append(item)
        theirs.add(1)
    assert [(item.index, item.reason) for item in told[1:]] == [(1, TAKEN), (2, "nothing here")]


def test_closing_it_ends_the_prompter_within() -> None:
    ended: list[bool] = []

    class Endless:
        def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
            try:
                while True:
                    yield None
            finally:
                ended.append(True)

    steps = Extended(Endless()).prompting(ground_of(1))
    next(steps)
    steps.close()
    assert ended == [True]
