"""The `lora` learner on a tiny SAM of random weights: it fits what it is taught, and SAM stays as it was."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from tiny_network import tiny_generalist
from tiny_sam import bright_disc, tiny_sam_generalist, weights_of

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.generalist.base import encoded
from auxol_core.generalist.decoding import HasMaskDecoder
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.options import TaskOptions
from auxol_core.specialist.base import Arrays, Lesson, Rehearses, View
from auxol_core.specialist.lora.learner import LoraSpecialist, mask_loss
from auxol_core.specialist.lora.lesson import decode
from auxol_core.specialist.lora.preset import LORA, LoraOptions
from auxol_core.specialist.preset import Setting
from auxol_core.steps import finish
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.lesson_codec import encode as stored
from auxol_core.types import BoolArray, Point, Prompt

QUICK = LoraOptions(learning_rate=1e-2, budget_s=600.0)


@cache
def sam() -> SamGeneralist:
    return tiny_sam_generalist()


@cache
def seen(number: int) -> tuple[View, BoolArray]:
    """Disc ``number`` with its box, and its mask."""
    pixels, mask, prompt = bright_disc(number)
    embedding = encoded(sam(), pixels)
    return View(pixels, prompt, sam().decode(embedding, prompt), embedding), mask


def specialist(options: LoraOptions = QUICK, seed: int = 0) -> LoraSpecialist:
    return LoraSpecialist(sam(), options, seed)


def lessons_of(learner: LoraSpecialist, count: int = 3) -> dict[str, Lesson]:
    keys = [f"c{number}#0" for number in range(count)]
    return {key: Lesson(key, learner.lesson(*seen(number))) for number, key in enumerate(keys)}


def learned(learner: LoraSpecialist, lessons: dict[str, Lesson], steps: int) -> Arrays:
    return finish(learner.learn(list(lessons)[-1:], lessons, seed=5, steps=steps)).state


def loss(learner: LoraSpecialist, state: Arrays, lesson: Lesson) -> float:
    """Of the lesson's own prompt, under ``state``."""
    scene = decode(lesson.arrays, torch.device("cpu"))
    learner.install(state)
    with torch.no_grad():
        logits, iou = learner._decoded(learner._predicting, scene.features, scene.shown)
        return float(mask_loss(logits, iou, torch.from_numpy(scene.truth)))


def test_before_anything_is_learned_it_says_what_the_generalist_says() -> None:
    learner = specialist()
    view, _ = seen(0)
    opinion = learner.predict_one(view)
    # To the last digits: the generalist's own decoder adds the same numbers in another order (generalist/decoder.py).
    np.testing.assert_allclose(opinion.logits, view.generalist.logits, atol=1e-5 * np.ptp(view.generalist.logits))
    assert opinion.quality == pytest.approx(view.generalist.quality, abs=1e-5)
    assert learner.state == learner.initial_state() == {}


def test_it_fits_its_lessons_and_the_generalist_keeps_every_weight_and_every_answer() -> None:
    before, view = weights_of(sam().sam), seen(0)[0]
    learner = specialist()
    lessons = lessons_of(learner)
    untaught, at_first = learner.scores({}, list(lessons.values())), loss(learner, {}, lessons["c0#0"])
    state = learned(learner, lessons, 100)
    assert loss(learner, state, lessons["c0#0"]) < 0.5 * at_first
    assert max(untaught) < 0.25 and min(learner.scores(state, list(lessons.values()))) > 0.6
    learner.install(state)
    assert not np.array_equal(learner.predict_one(view).logits, view.generalist.logits)
    assert weights_of(sam().sam) == before
    assert view.embedding is not None
    again = sam().decode(view.embedding, view.prompt).logits
    # With another number of threads, which another test may have set meanwhile, the last digits differ.
    np.testing.assert_allclose(again, view.generalist.logits, atol=1e-5 * np.ptp(view.generalist.logits))


def test_the_same_lessons_seed_and_steps_give_the_same_state_and_what_is_stored_is_gone_on_from() -> None:
    learner, other = specialist(), specialist()
    lessons = lessons_of(learner)
    half = learned(learner, lessons, 3)
    assert digest(half) == digest(learned(other, lessons, 3))
    learner.install(half)
    whole = finish(learner.learn(["c0#0"], lessons, seed=6, steps=2)).state
    assert digest(whole) == digest(finish(other.learn(["c0#0"], lessons, seed=6, steps=2, start=half)).state)
    assert digest(whole) != digest(half)


def test_a_state_of_sams_own_decoder_takes_under_a_megabyte_in_half_precision() -> None:
    learner = specialist()
    state = learned(learner, lessons_of(learner), 1)
    assert {array.dtype for name, array in state.items() if name != "origin"} == {np.dtype(np.float16)}
    # The width of SAM's decoder is 256, here it is 32: every matrix has that as one of its sides, at most twice of it.
    assert len(stored(state)) < 40_000
    assert sum(array.size for array in state.values()) * 256 / 32 * 2 < 1_000_000


def test_a_lesson_holds_the_embedding_in_bytes_and_no_picture() -> None:
    view, mask = seen(0)
    arrays = specialist().lesson(view, mask)
    assert not [name for name in arrays if name.startswith("image")]
    assert arrays["features"].dtype == np.uint8
    scene = decode(arrays, torch.device("cpu"))
    assert view.embedding is not None
    exact = sam().features(view.embedding)
    ranges = exact.amax(dim=(2, 3)) - exact.amin(dim=(2, 3))
    assert ((scene.features - exact).abs().amax(dim=(2, 3)) <= ranges * 0.00201).all()
    assert scene.truth.shape == (32, 32) and 60 < scene.truth.sum() < 120  # a disc of 5.5 pixels there
    place = specialist().place(Lesson("a", arrays))
    assert place is not None and mask[round(place.centre[0] * 64), round(place.centre[1] * 64)]


@pytest.mark.parametrize(
    "prompt",
    [Prompt(points=(Point(30, 34), Point(2, 2, positive=False))), Prompt(points=(Point(30, 34),), mask=seen(0)[1])],
    ids=["clicks", "click with the mask so far"],
)
def test_every_kind_of_prompt_is_kept_and_asked_again_as_it_was(prompt: Prompt) -> None:
    view, mask = seen(0)
    assert view.embedding is not None
    answer = sam().decode(view.embedding, prompt)
    learner = specialist()
    lesson = Lesson("a#0", learner.lesson(replace(view, prompt=prompt, generalist=answer), mask))
    scene = decode(lesson.arrays, torch.device("cpu"))
    with torch.no_grad():
        logits, _ = learner._decoded(learner._predicting, scene.features, scene.shown)
    assert answer.low_resolution is not None
    np.testing.assert_allclose(logits[0, 0].numpy(), answer.low_resolution, atol=0.1)
    assert loss(learner, learned(learner, {"a#0": lesson}, 40), lesson) < loss(learner, {}, lesson)


def test_an_empty_truth_is_learned_as_nothing_there() -> None:
    learner = specialist()
    view, mask = seen(0)
    lessons = {"a#0": Lesson("a#0", learner.lesson(view, np.zeros_like(mask)))}
    learner.install(learned(learner, lessons, 60))
    assert learner.place(lessons["a#0"]) is None
    assert learner.scores(learner.state, list(lessons.values())) == [1.0]


def test_rehearsal_goes_on_from_what_was_learned_and_is_the_same_each_time() -> None:
    learner = specialist()
    lessons = lessons_of(learner)
    assert isinstance(learner, Rehearses)
    states = []
    for _ in range(2):
        run = learner.rehearsal(lessons, seed=1)
        next(run)
        states.append(digest(next(run)().state))
    assert states[0] == states[1]


def test_a_mask_of_the_background_is_doubted() -> None:
    learner = specialist()
    view, mask = seen(0)
    shown = replace(view.generalist, logits=np.where(mask, 5.0, -5.0).astype(np.float32))
    view = replace(view, generalist=shown)
    right, swapped = (Lesson("a#0", learner.lesson(view, truth)) for truth in (mask, ~mask))
    assert learner.doubts([right]) == "" and "inverted" in learner.doubts([swapped])


def test_lessons_of_another_model_are_passed_over_and_its_states_refused() -> None:
    learner = specialist()
    lessons = lessons_of(learner)
    other = tiny_sam_generalist("medsam")
    stranger = LoraSpecialist(other, QUICK, 0)
    assert stranger.fingerprint != learner.fingerprint
    state = learned(stranger, lessons, 3)
    assert all(not array.any() for name, array in state.items() if name.endswith("/up"))
    assert stranger.scores(state, list(lessons.values())) == [1.0, 1.0, 1.0]
    with pytest.raises(TaskFileGeneralistError, match="learned beside this SAM"):
        stranger.install(learned(learner, lessons, 1))


def test_a_state_of_another_rank_or_a_part_of_one_is_refused() -> None:
    learner = specialist()
    state = dict(learned(learner, lessons_of(learner), 1))
    with pytest.raises(InvalidInputError, match="must have shape"):
        specialist(LoraOptions(rank=2)).install(state)
    name = next(name for name in state if name.endswith("/up"))
    del state[name]
    with pytest.raises(InvalidInputError, match="these differ"):
        learner.install(state)


def test_it_says_which_generalists_it_works_beside() -> None:
    assert isinstance(sam(), HasMaskDecoder)
    with pytest.raises(InvalidInputError, match=r"must be a SAM or a MedSAM, .*, got .*Choose a checkpoint of one"):
        LORA.learner(TaskOptions(preset="lora"), Setting(tiny_generalist(), 0, "float32", "cpu"))


def test_an_object_without_its_embedding_is_refused() -> None:
    view, mask = seen(0)
    blind = replace(view, embedding=None)
    for ask in (lambda: specialist().predict_one(blind), lambda: specialist().lesson(blind, mask)):
        with pytest.raises(InvalidInputError, match="got none"):
            ask()


def test_options_out_of_range_are_refused() -> None:
    for options in ({"rank": 0}, {"steps": 0}, {"learning_rate": 2.0}, {"guard_last": -1}, {"budget_s": -1.0}):
        with pytest.raises(InvalidInputError, match=f"Option {next(iter(options))} must be"):
            LoraOptions(**options)
