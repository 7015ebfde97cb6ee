"""Finding in an engine: where the lessons say the structure lies, in steps, and only what was told stays pending."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest
from small_engine import OPTIONS, PAPER, TASK, disc, narrow_engine, teach

from auxol_core.engine.engine import Engine
from auxol_core.errors import NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.prompter import finders, usual_place
from auxol_core.prompter.base import Ground
from auxol_core.types import Box, Prompt, Propagated

PRESETS = pytest.mark.parametrize("options", [OPTIONS, PAPER], ids=["auxol", "paper"])


class Places:
    """A prompter that notes where the lessons lay, and proposes the second of three answers for each slice."""

    def __init__(self) -> None:
        self.places: list[Box] = []
        self.made: list[str] = []

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        self.places = yield from ground.places(2)
        for index, slice_id in enumerate(ground.slices):
            answers = []
            for _ in range(3):
                answers.append((yield from ground.propose(slice_id, Prompt(box=Box(10, 10, 50, 50)))).proposal)
            self.made += [answer.proposal_id for answer in answers]
            yield Propagated(index, answers[1], confidence=0.5)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = narrow_engine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Places:
    mine = Places()
    monkeypatch.setitem(finders.FINDERS, finders.USUAL_PLACE, mine)  # type: ignore[arg-type]
    return mine


@PRESETS
def test_the_last_objects_that_stand_tell_where_they_lay(engine: Engine, places: Places, options: TaskOptions) -> None:
    engine.create_task(TASK, options)
    for number in range(4):
        teach(engine, number)
        engine.learn_now(TASK)
    engine.undo(TASK)  # the correction of picture 3 is set aside
    slices = [engine.put_slice(disc(7)[0])]
    list(engine.find(TASK, slices))
    edges = [(place.row0, place.col0, place.row1, place.col1) for place in places.places]
    truths = [Box.of_mask(disc(number)[1]) for number in (1, 2)]
    expected = [(box.row0 / 64, box.col0 / 64, box.row1 / 64, box.col1 / 64) for box in truths if box]
    assert np.allclose(edges, expected, atol=1e-6)


def test_of_all_that_was_made_only_what_was_told_is_pending(engine: Engine, places: Places) -> None:
    engine.create_task(TASK, OPTIONS)
    teach(engine, 0)
    slices = [engine.put_slice(disc(number)[0]) for number in (7, 8)]
    told = [item.proposal.proposal_id for item in engine.find(TASK, slices) if item.proposal]
    assert told == [places.made[1], places.made[4]]
    for proposal_id in places.made:
        if proposal_id in told:
            assert engine.proposal(proposal_id).proposal_id == proposal_id
        else:
            with pytest.raises(NotFoundError):
                engine.proposal(proposal_id)


def test_a_lesson_that_is_forgotten_while_they_are_read_is_passed_over(engine: Engine, places: Places) -> None:
    engine.create_task(TASK, OPTIONS)
    for number in range(3):
        teach(engine, number)
    steps = engine.finding(TASK, [engine.put_slice(disc(7)[0])])
    assert next(steps) is None  # the last lesson was read
    engine.forget(TASK, "c1")
    list(steps)
    assert len(places.places) == 2


@PRESETS
def test_what_is_found_is_found_with_the_boxes_of_the_lessons(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, options: TaskOptions
) -> None:
    monkeypatch.setattr(usual_place, "LEAST_CONFIDENCE", 0.0)  # the tiny network is sure of nothing
    engine.create_task(TASK, options)
    teach(engine, 0)
    (item,) = engine.find(TASK, [engine.put_slice(disc(0)[0]), engine.put_slice(disc(5)[0])][1:])
    tight = Box.of_mask(disc(0)[1])
    assert item.proposal is not None and tight is not None and 0 < item.confidence < 1
    box = item.proposal.prompt.box
    assert box is not None and box.iou(tight) >= 1 / usual_place.WIDER**2 - 1e-6
