"""The guard of the auxol preset: what it does, on given scores; whether it is right, on pictures (slow).

It shall fire on an inverted mask after a few honest corrections, and leave 30 honest ones alone. The pictures are one
synthetic picture of the generator, turned, moved, scaled, brightened and made noisy anew each time: one structure, as
a task has. Prompts are boxes whose sides are moved by up to 10 %, the options are the default ones but for the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_engine import (
    AUXOL,
    OPTIONS,
    PAPER,
    TASK,
    box_around,
    disc,
    narrow_engine,
    narrow_specialist,
    propose,
    session_of,
    shipped_engine,
    teach,
)
from tiny_network import tiny_generalist

from auxol_core.engine.engine import Engine
from auxol_core.options import AuxolOptions, TaskOptions
from auxol_core.promptable.simulate import jittered, largest_component
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.auxol.preset import AUXOL as AUXOL_PRESET
from auxol_core.specialist.base import Arrays, Lesson, View
from auxol_core.specialist.preset import Learner
from auxol_core.steps import finish
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.types import BoolArray, Box, Prompt, Segmentation, SliceImage
from pretrain.synthetic.generator import generate

# What it does


class Scored(AuxolSpecialist):
    """Its score is 0.90 under the weights in use and what ``then`` says under any others."""

    then = 0.90

    def __init__(self, options: AuxolOptions) -> None:
        super().__init__(tiny_generalist().network, options)
        self.asked: list[list[str]] = []
        self.doubted: set[str] = set()

    def doubts(self, lessons: Sequence[Lesson]) -> str:
        return "given" if any(lesson.key.startswith(f"{name}#") for lesson in lessons for name in self.doubted) else ""

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        self.asked.append([lesson.key for lesson in lessons])
        score = 0.90 if digest(state) == digest(self.state) else self.then
        return [score] * len(lessons)


class Guarded:
    """An engine on given scores, with as many honest corrections as asked for."""

    def __init__(self, folder: Path, honest: int, **options: float) -> None:
        self.made: list[Scored] = []
        self.engine = narrow_engine(folder, self._make)
        chosen = {"guard_tolerance": 0.02, "guard_doubtful": 0.02} | options
        self.engine.create_task(TASK, TaskOptions(auxol=replace(AUXOL, guard_last=6, **chosen)))
        for number in range(honest):
            teach(self.engine, number)
        self.engine.learn_now(TASK)
        assert self.engine.status(TASK).version == honest

    def _make(self, options: TaskOptions) -> Learner:
        self.made.append(Scored(options.auxol))
        return AUXOL_PRESET.around(self.made[-1], options)

    def teach(self, number: int, then: float) -> None:
        self.made[-1].then = then
        teach(self.engine, number)
        self.engine.learn_now(TASK)


def test_an_update_that_makes_earlier_objects_worse_is_discarded_and_said_so(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, honest=5)
    engine, before = guarded.engine, digest(guarded.made[-1].state)
    guarded.teach(5, then=0.80)
    versions = engine.versions(TASK)
    assert [v.published for v in versions] == [True] * 5 + [False]
    assert "-0.100" in versions[-1].reason and "0.02" in versions[-1].reason
    assert [v.version for v in versions if v.current] == [5]
    assert [c.learned for c in engine.corrections(TASK)] == [True] * 5 + [False]
    status = engine.status(TASK)
    assert (status.version, status.queued) == (5, 0)  # it is not tried again and again
    assert digest(guarded.made[-1].state) == before
    event = engine.events(TASK)[-1]
    assert (event.kind, event.data["reason"]) == ("discarded", versions[-1].reason)

    guarded.teach(6, then=0.90)  # the next honest one is learned, and stands on the last published version
    assert [v.published for v in engine.versions(TASK)] == [True] * 5 + [False, True]
    assert "c5#0" not in guarded.made[-1].asked[-1]
    engine.close()
    with session_of(tmp_path) as session:
        assert digest(session.rebuilt(session.file.current_version)) == digest(session.specialist.state)


@pytest.mark.parametrize(("then", "published"), [(0.881, True), (0.879, False), (1.0, True)])
def test_it_tolerates_exactly_what_the_option_says(tmp_path: Path, then: float, published: bool) -> None:
    guarded = Guarded(tmp_path, honest=4, guard_tolerance=0.02)
    guarded.teach(4, then)
    assert guarded.engine.versions(TASK)[-1].published == published
    guarded.engine.close()


@pytest.mark.parametrize(("surprise", "published"), [(0.0, True), (1.0, False)])
def test_a_mask_unlike_what_was_shown_is_trusted_less(tmp_path: Path, surprise: float, published: bool) -> None:
    guarded = Guarded(tmp_path, honest=4, guard_tolerance=0.15, guard_doubtful=0.05, guard_surprise=surprise)
    guarded.teach(4, then=0.80)
    assert guarded.engine.versions(TASK)[-1].published == published
    guarded.engine.close()


def test_one_that_is_doubted_takes_none_along_that_waited_with_it(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, honest=1)
    guarded.made[-1].doubted, guarded.made[-1].then = {"c2"}, 0.90
    for number in (1, 2, 3):
        teach(guarded.engine, number)
    finish(guarded.engine.work(TASK))
    told = [(v.corrections, v.published) for v in guarded.engine.versions(TASK)[1:]]
    assert told == [(("c1",), True), (("c2",), False), (("c3",), True)]
    assert guarded.engine.status(TASK).queued == 0
    guarded.engine.close()


@pytest.mark.parametrize(("inverted", "doubted"), [(True, True), (False, False)])
def test_a_mask_whose_background_was_proposed_is_doubted(inverted: bool, doubted: bool) -> None:
    _, mask = disc(0)
    logits = np.where(mask, 4.0, -4.0).astype(np.float32)
    view = View(np.zeros((*mask.shape, 3), dtype=np.float32), box_around(mask), Segmentation(logits, 0.9))
    learner = narrow_specialist(OPTIONS).specialist
    lesson = Lesson("a#0", learner.lesson(view, ~mask if inverted else mask))
    assert bool(learner.doubts([lesson])) == doubted
    empty = Lesson("b#0", learner.lesson(view, np.zeros_like(mask)))
    assert not learner.doubts([empty])


def test_it_asks_the_last_ones_only_and_never_the_new_one(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, honest=8)
    assert guarded.made[-1].asked[-1] == [f"c{number}#0" for number in range(1, 7)]
    guarded.engine.close()


def test_a_handful_of_objects_says_too_little(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path, honest=3)
    guarded.teach(3, then=0.0)
    last = guarded.engine.versions(TASK)[-1]
    assert last.published and "too little" in last.reason
    assert guarded.made[-1].asked == []
    guarded.engine.close()


def test_without_a_number_of_objects_to_ask_there_is_no_guard(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, TaskOptions(auxol=replace(AUXOL, guard_last=0, guard_tolerance=0.0)))
    for number in range(7):
        teach(engine, number)
    assert engine.learn_now(TASK).version == 7
    engine.close()


def test_the_published_preset_has_none(tmp_path: Path) -> None:
    engine = narrow_engine(tmp_path)
    engine.create_task(TASK, PAPER)
    for number in range(6):
        proposal = propose(engine, number)
        engine.correct(
            TASK, proposal.slice_id, ~disc(number)[1], correction_id=f"c{number}", proposals=[proposal.proposal_id]
        )
    assert engine.learn_now(TASK).version == 6
    assert {v.reason for v in engine.versions(TASK)} == {"no guard"}
    engine.close()


# Whether it is right

DEFAULT = TaskOptions(auxol=replace(AuxolOptions(), budget_s=600.0))


def one_structure(seed: int) -> Iterator[tuple[SliceImage, BoolArray, Prompt]]:
    """The largest object of one synthetic picture, as a patient moves, is dosed and is pictured."""
    rng = np.random.default_rng(seed)
    made = generate(rng)
    labels, counts = np.unique(made.labels[made.labels > 0], return_counts=True)
    height, width = made.labels.shape
    whole = largest_component(made.labels == labels[counts.argmax()]).astype(np.uint8)
    while True:
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-25, 25), rng.uniform(0.85, 1.15))
        turn[:, 2] += rng.uniform(-15, 15, 2)
        pixels = cv2.warpAffine(made.image, turn, (width, height), borderMode=cv2.BORDER_REFLECT) / 255.0
        pixels = 255 * np.power(pixels, rng.uniform(0.7, 1.4)) * rng.uniform(0.85, 1.1)
        pixels += rng.normal(0, 8, pixels.shape)
        mask = largest_component(cv2.warpAffine(whole, turn, (width, height), flags=cv2.INTER_NEAREST) > 0)
        tight = Box.of_mask(mask)
        assert tight is not None
        box = jittered(tight, 0.1, rng)
        yield SliceImage(np.clip(pixels, 0, 255).astype(np.uint8)), mask, Prompt(box=box)


def save(engine: Engine, image: SliceImage, mask: BoolArray, prompt: Prompt, correction_id: str) -> None:
    proposal = engine.predict(TASK, engine.put_slice(image), prompt)
    engine.correct(TASK, proposal.slice_id, mask, correction_id=correction_id, proposals=[proposal.proposal_id])
    engine.learn_now(TASK)


@pytest.mark.slow
def test_thirty_honest_corrections_are_all_learned(tmp_path: Path) -> None:
    engine = shipped_engine(tmp_path)
    engine.create_task(TASK, DEFAULT)
    pictures = one_structure(0)
    for number in range(30):
        save(engine, *next(pictures), f"honest {number}")
    discarded = [f"{v.corrections[0]}: {v.reason}" for v in engine.versions(TASK) if not v.published]
    assert not discarded, "\n".join(discarded)
    engine.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_an_inverted_mask_after_six_honest_ones_is_discarded(tmp_path: Path, seed: int) -> None:
    engine = shipped_engine(tmp_path)
    engine.create_task(TASK, DEFAULT)
    pictures = one_structure(seed)
    for number in range(6):
        save(engine, *next(pictures), f"honest {number}")
    image, mask, prompt = next(pictures)
    save(engine, image, ~mask, prompt, "inverted")
    last = engine.versions(TASK)[-1]
    assert last.corrections == ("inverted",)
    assert not last.published, last.reason
    engine.close()
