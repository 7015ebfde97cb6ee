"""Our online learner: the same again from the same start, on a copy, and better on what it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.generalist.builtin import load_builtin
from auxol_core.imaging.metrics import dice
from auxol_core.options import AuxolOptions
from auxol_core.promptable.fold import folded
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.weights import to_channels_last
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.auxol.opinion import checked
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, Specialist, View
from auxol_core.steps import finish
from auxol_core.taskfile import lesson_codec
from auxol_core.types import BoolArray, Box, FloatArray, Prompt, Segmentation

SMALL = AuxolOptions(steps=2, batch=2)
QUICK = AuxolOptions(batch=4, learning_rate=5e-4, average=0.3, use_proposal=False)


@pytest.fixture(scope="module")
def network() -> PromptableNetwork:
    """The shipped weights, BatchNorm folded."""
    return load_builtin().network


def _scene(index: int = 0) -> tuple[View, BoolArray]:
    """A bright square on noise, a box around it."""
    rng = np.random.default_rng(index)
    grey = rng.normal(0.3, 0.02, (64, 64)).astype(np.float32)
    square = np.zeros((64, 64), dtype=bool)
    row, col = (int(v) for v in rng.integers(12, 28, 2))
    square[row : row + 24, col : col + 24] = True
    grey[square] += 0.4
    image: FloatArray = np.repeat(grey[:, :, None], 3, axis=2)
    prompt = Prompt(box=Box(row - 1, col - 2, row + 25, col + 25))
    return View(image, prompt, Segmentation(np.where(square, 3.0, -3.0).astype(np.float32), 0.8)), square


def _odd_scene() -> tuple[View, BoolArray]:
    """A bright disc in the middle of a square that looks like the background and is the object all the same."""
    grey = np.random.default_rng(0).normal(0.3, 0.02, (64, 64)).astype(np.float32)
    rows, cols = np.mgrid[:64, :64]
    disc = np.hypot(rows - 31.5, cols - 31.5) < 9
    grey[disc] += 0.4
    truth = np.zeros((64, 64), dtype=bool)
    truth[16:48, 16:48] = True
    image: FloatArray = np.repeat(grey[:, :, None], 3, axis=2)
    generalist = Segmentation(np.where(disc, 3.0, -3.0).astype(np.float32), 0.8)
    return View(image, Prompt(box=Box(16, 16, 48, 48)), generalist), truth


def _lessons(learner: AuxolSpecialist, keys: Sequence[str]) -> dict[str, Lesson]:
    scenes = [_scene(i) for i in range(len(keys))]
    return {key: Lesson(key, learner.lesson(*scene)) for key, scene in zip(keys, scenes, strict=True)}


def _learn(learner: AuxolSpecialist, new: Sequence[str], lessons: dict[str, Lesson], steps: int = 2) -> Candidate:
    return finish(learner.learn(new, lessons, seed=5, steps=steps))


def _stored(state: Arrays) -> Arrays:
    """As it comes back from a task file."""
    return lesson_codec.decode(lesson_codec.encode(state))


def _same(first: Arrays, second: Arrays) -> bool:
    return lesson_codec.digest(first) == lesson_codec.digest(second)


def test_it_keeps_the_specialist_s_contract(network: PromptableNetwork) -> None:
    learner: Specialist = AuxolSpecialist(network, SMALL)
    assert learner.snapshot_every == 1
    assert dict(learner.state) == dict(learner.initial_state()) == {}


def test_before_anything_was_learned_it_answers_as_the_generalist_s_network(network: PromptableNetwork) -> None:
    view, _ = _scene()
    own = Segmenter(network).segment(view.image, view.prompt)
    opinion = AuxolSpecialist(network, AuxolOptions(use_proposal=False)).predict_one(view)
    assert np.array_equal(opinion.logits, own.logits) and opinion.quality == own.quality


def test_the_same_start_seed_and_steps_give_the_same_bits(network: PromptableNetwork) -> None:
    first, again = AuxolSpecialist(network, SMALL), AuxolSpecialist(network, SMALL)
    lessons = _lessons(first, "ab")
    one = _learn(first, ["b"], lessons)
    two = _learn(again, ["b"], lessons)
    assert _same(one.state, two.state)
    other = finish(again.learn(["b"], lessons, seed=6, steps=2))
    assert not _same(one.state, other.state)


def test_going_on_from_a_stored_state_gives_the_same_bits_as_never_having_stopped(network: PromptableNetwork) -> None:
    lessons = _lessons(AuxolSpecialist(network, SMALL), "ab")
    through, reopened = AuxolSpecialist(network, SMALL), AuxolSpecialist(network, SMALL)
    first = _learn(through, ["a"], {"a": lessons["a"]})
    through.install(first.state)
    reopened.install(_stored(first.state))
    view, _ = _scene(1)
    assert np.array_equal(through.predict_one(view).logits, reopened.predict_one(view).logits)
    kept = {key: Lesson(key, _stored(lesson.arrays)) for key, lesson in lessons.items()}
    assert _same(_learn(through, ["b"], lessons).state, _learn(reopened, ["b"], kept).state)


def test_an_update_works_on_a_copy_until_it_is_installed(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, SMALL)
    original = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    view, _ = _scene()
    before = learner.predict_one(view).logits
    candidate = _learn(learner, ["a"], _lessons(learner, "a"))
    assert dict(learner.state) == {}
    assert np.array_equal(learner.predict_one(view).logits, before)
    learner.install(candidate.state)
    assert not np.array_equal(learner.predict_one(view).logits, before)
    assert all(torch.equal(tensor, original[name]) for name, tensor in network.state_dict().items())
    learner.install(learner.initial_state())
    assert np.array_equal(learner.predict_one(view).logits, before)


def test_an_update_that_is_dropped_halfway_leaves_nothing(network: PromptableNetwork) -> None:
    learner, untouched = AuxolSpecialist(network, SMALL), AuxolSpecialist(network, SMALL)
    lessons = _lessons(learner, "a")
    update = learner.learn(["a"], lessons, seed=1, steps=5)
    next(update)
    update.close()
    assert _same(_learn(learner, ["a"], lessons).state, _learn(untouched, ["a"], lessons).state)


def test_a_state_is_half_precision_differences_and_where_they_start(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, SMALL)
    state = _learn(learner, ["a"], _lessons(learner, "a"), steps=1).state
    differences = {name: array for name, array in state.items() if "/" in name}
    assert {array.dtype for array in differences.values()} == {np.dtype(np.float16)}
    assert set(state) - set(differences) == {"origin"}
    assert all(np.isfinite(array.astype(np.float32)).all() for array in differences.values())
    assert any(array.any() for array in differences.values())


def test_steps_that_are_named_are_made_exactly_whatever_the_budget(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, AuxolOptions(steps=1, batch=1, budget_s=0.0))
    update = learner.learn(["a"], _lessons(learner, "a"), seed=0, steps=3)
    for _ in range(3):
        next(update)
    with pytest.raises(StopIteration) as end:
        next(update)
    assert end.value.value.steps == 3


def test_a_spent_budget_ends_the_update_after_its_first_step(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, AuxolOptions(steps=50, batch=1, budget_s=0.0))
    assert finish(learner.learn(["a"], _lessons(learner, "a"), seed=0, steps=None)).steps == 1


def test_within_the_budget_the_options_say_how_many_steps(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, AuxolOptions(steps=2, batch=1, budget_s=600.0))
    assert finish(learner.learn(["a"], _lessons(learner, "a"), seed=0, steps=None)).steps == 2


def test_what_the_clock_cut_short_is_repeated_by_its_number_of_steps(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, AuxolOptions(steps=50, batch=1, budget_s=0.0))
    lessons = _lessons(learner, "a")
    cut = finish(learner.learn(["a"], lessons, seed=3, steps=None))
    replayed = finish(learner.learn(["a"], lessons, seed=3, steps=cut.steps))
    assert _same(cut.state, replayed.state)


def test_a_few_steps_teach_an_object_that_nobody_could_have_guessed(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, QUICK)
    view, truth = _odd_scene()
    lesson = Lesson("a", learner.lesson(view, truth))
    before = dice(learner.predict_one(view).mask, truth)
    candidate = _learn(learner, ["a"], {"a": lesson}, steps=8)
    guard_before, guard_after = (learner.scores(state, [lesson])[0] for state in ({}, candidate.state))
    learner.install(candidate.state)
    after = dice(learner.predict_one(view).mask, truth)
    assert before < 0.75
    assert after > before + 0.1
    assert guard_after > guard_before + 0.1


def test_the_averaged_weights_go_on_from_where_they_were(network: PromptableNetwork) -> None:
    learner, still = AuxolSpecialist(network, SMALL), AuxolSpecialist(network, replace(SMALL, average=0.0))
    lessons = _lessons(learner, "a")
    first = _learn(learner, ["a"], lessons).state
    still.install(first)
    second = _learn(still, ["a"], lessons, steps=1).state
    assert all(np.allclose(second[name], first[name], atol=1e-6) for name in first if name.startswith("mean/"))
    assert any(not np.allclose(second[name], first[name], atol=1e-6) for name in first if name.startswith("learning/"))


def test_a_correction_to_nothing_pushes_the_answer_down(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, QUICK)
    view, _ = _scene()
    nothing = np.zeros((64, 64), dtype=bool)
    before = learner.predict_one(view)
    candidate = _learn(learner, ["a"], {"a": Lesson("a", learner.lesson(view, nothing))}, steps=6)
    learner.install(candidate.state)
    after = learner.predict_one(view)
    assert before.mask.sum() > 300
    inside = before.mask
    assert after.logits[inside].mean() < before.logits[inside].mean() - 0.5


def test_scores_judge_a_state_and_leave_the_one_in_use(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, SMALL)
    lessons = _lessons(learner, "ab")
    view, truth = _scene()
    before = learner.predict_one(view).logits
    changed = dict(_learn(learner, ["a"], lessons).state)
    changed["mean/head.bias"] = np.full(1, -100, dtype=np.float16)  # finds nothing any more
    good, bad = (learner.scores(state, list(lessons.values())) for state in ({}, changed))
    assert min(good) > 0.8 and max(bad) < 0.05
    assert learner.scores({}, []) == []
    assert dict(learner.state) == {} and np.array_equal(learner.predict_one(view).logits, before)
    assert good[0] == pytest.approx(dice(before > 0, truth), abs=0.1)


def test_a_state_from_other_initial_weights_is_refused(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, SMALL)
    state = _learn(learner, ["a"], _lessons(learner, "a"), steps=1).state
    torch.manual_seed(1)
    other = AuxolSpecialist(folded(PromptableNetwork().eval()), SMALL)
    with pytest.raises(TaskFileGeneralistError, match="initial weights"):
        other.install(state)
    with pytest.raises(TaskFileGeneralistError, match="unknown ones"):
        learner.install({"layer/weight": np.zeros(3, dtype=np.float16)})
    assert dict(other.state) == dict(learner.state) == {}


@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(network: PromptableNetwork, change: str) -> None:
    learner = AuxolSpecialist(network, SMALL)
    view, _ = _scene()
    before = learner.predict_one(view).logits
    state = dict(_learn(learner, ["a"], _lessons(learner, "a"), steps=1).state)
    name = "mean/head.weight"
    if change == "missing":
        del state[name]
    elif change == "unknown":
        state["mean/extra"] = np.zeros(3, dtype=np.float16)
    else:
        state[name] = state[name][:, :1]  # copying would broadcast it
    with pytest.raises(InvalidInputError, match=r"mean/extra" if change == "unknown" else name):
        learner.install(state)
    assert dict(learner.state) == {} and np.array_equal(learner.predict_one(view).logits, before)


def test_earlier_lessons_are_learned_from_as_well(network: PromptableNetwork) -> None:
    learner = AuxolSpecialist(network, AuxolOptions(steps=1, batch=2))
    lessons = _lessons(learner, "ab")
    alone = _learn(learner, ["b"], {"b": lessons["b"]}, steps=1)
    blank = Lesson("a", learner.lesson(_scene()[0], np.zeros((64, 64), dtype=bool)))
    one, two = (_learn(learner, ["b"], {"a": a, "b": lessons["b"]}, steps=1) for a in (lessons["a"], blank))
    assert not _same(one.state, two.state) and not _same(alone.state, one.state)


def test_folding_changes_no_answer_and_leaves_no_statistics() -> None:
    torch.manual_seed(0)
    network = PromptableNetwork()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            statistics = dict(module.named_buffers())
            nn.init.uniform_(statistics["running_mean"], -0.5, 0.5)
            nn.init.uniform_(statistics["running_var"], 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    network.eval()
    plain = folded(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in plain.modules())
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    x = torch.randn(1, 7, 128, 128)
    with torch.inference_mode():
        (logits, quality), (folded_logits, folded_quality) = network(x), plain(x)
    assert torch.allclose(logits, folded_logits, atol=1e-3) and torch.allclose(quality, folded_quality, atol=1e-3)


def test_statistics_of_a_network_that_has_them_never_change() -> None:
    torch.manual_seed(0)
    network = PromptableNetwork().train()
    learner = AuxolSpecialist(network, replace(SMALL, use_proposal=False))
    view, _ = _scene()
    before = learner.predict_one(view).logits
    plain = Segmenter(to_channels_last(network.eval())).segment(view.image, view.prompt)
    assert np.array_equal(before, checked(Opinion(plain.logits, plain.quality), view).logits)
    state = dict(_learn(learner, ["a"], _lessons(learner, "a")).state)
    learner.install({name: array if name == "origin" else np.zeros_like(array) for name, array in state.items()})
    assert np.array_equal(learner.predict_one(view).logits, before)
