"""The published learner: one step a correction, two tasks, and the same again from the same start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
import torch

from auxol_core.errors import InvalidInputError
from auxol_core.options import PaperOptions
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Specialist, View
from auxol_core.specialist.paper import trainer
from auxol_core.specialist.paper.learner import OUTSIDE, PaperSpecialist
from auxol_core.types import BoolArray, Box, Point, Prompt, Segmentation

SMALL = PaperOptions(crop_side=32, memory_size=8)
QUICK = replace(SMALL, learning_rate=1e-2)
NARROW = (6, 8, 8)


def _learner(options: PaperOptions = SMALL, seed: int = 0) -> PaperSpecialist:
    return PaperSpecialist(options, seed, widths=NARROW)


def _scene(index: int, *, click: bool = False) -> tuple[View, BoolArray]:
    """A bright disc on noise, the box around it (or a click in it), and a generalist that finds its upper half."""
    rng = np.random.default_rng(index)
    centre, radius = rng.uniform(24, 40, 2), rng.uniform(10, 16)
    rows, cols = np.mgrid[:64, :64]
    truth = np.asarray((rows - centre[0]) ** 2 + (cols - centre[1]) ** 2 < radius**2, dtype=bool)
    grey = np.clip(0.3 + 0.4 * truth + rng.normal(0, 0.05, truth.shape), 0, 1).astype(np.float32)
    half = truth & (rows < centre[0])
    box = Box(centre[0] - radius - 4, centre[1] - radius - 4, centre[0] + radius + 4, centre[1] + radius + 4)
    prompt = Prompt(points=(Point(float(centre[0]), float(centre[1])),)) if click else Prompt(box=box)
    segmentation = Segmentation(np.where(half, 6.0, -6.0).astype(np.float32), 0.7)
    return View(np.repeat(grey[:, :, None], 3, axis=2), prompt, segmentation), truth


def _lessons(learner: PaperSpecialist, keys: Sequence[str], *, click: bool = False) -> dict[str, Lesson]:
    scenes = [_scene(i, click=click) for i in range(len(keys))]
    return {key: Lesson(key, learner.lesson(*scene)) for key, scene in zip(keys, scenes, strict=True)}


def _learn(learner: PaperSpecialist, new: Sequence[str], lessons: dict[str, Lesson]) -> Candidate:
    """Run an update to its end and install it."""
    update = learner.learn(new, lessons, seed=0, steps=None)
    while True:
        try:
            next(update)
        except StopIteration as end:
            candidate: Candidate = end.value
            learner.install(candidate.state)
            return candidate


def _yields(learner: PaperSpecialist, new: Sequence[str], lessons: dict[str, Lesson]) -> int:
    return sum(1 for _ in learner.learn(new, lessons, seed=0, steps=len(new)))


def _batch_keys(state: Arrays, kind: str) -> list[str]:
    text, offsets = state[f"{kind}/keys"].tobytes(), state[f"{kind}/offsets"]
    return [text[a:b].decode() for a, b in pairwise(offsets)]


def _same(first: Arrays, second: Arrays) -> bool:
    return set(first) == set(second) and all(np.array_equal(first[name], second[name]) for name in first)


# What a lesson tells


def test_a_lesson_tells_where_the_object_lay_unless_nothing_was_there_or_an_earlier_version_wrote_it() -> None:
    learner = _learner()
    view, truth = _scene(0)
    tight, arrays = Box.of_mask(truth), learner.lesson(view, truth)
    place = learner.place(Lesson("a#0", arrays))
    assert tight is not None and place is not None
    assert place.scaled(64, 64).iou(tight) == pytest.approx(1, abs=1e-5)
    assert learner.place(Lesson("b#0", learner.lesson(view, np.zeros_like(truth)))) is None
    assert learner.place(Lesson("c#0", {name: a for name, a in arrays.items() if name != "place"})) is None


# Predicting


def test_there_is_an_opinion_from_the_first_object_on_and_only_in_the_crop() -> None:
    learner: Specialist = _learner()
    view, _ = _scene(0)

    opinion = learner.predict_one(replace(view, prompt=Prompt(box=Box(10, 20, 50, 60))))

    assert opinion is not None
    assert opinion.region == (slice(10, 50), slice(20, 60))
    outside = np.ones((64, 64), dtype=bool)
    outside[opinion.region] = False
    assert opinion.logits.shape == (64, 64)
    assert (opinion.logits[outside] == OUTSIDE).all()
    assert len(np.unique(opinion.logits[~outside])) > 100
    assert 0.0 <= opinion.quality <= 1.0


def test_nobodys_random_numbers_are_used_up_and_the_seed_decides() -> None:
    view, _ = _scene(0)
    before = torch.get_rng_state()

    first, again, other = (_learner(seed=seed).predict_one(view).logits for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


def test_in_bfloat16_it_says_nearly_the_same() -> None:
    view, _ = _scene(0)
    exact = _learner().predict_one(view).logits

    rounded = PaperSpecialist(SMALL, 0, "bfloat16", widths=NARROW).predict_one(view).logits

    assert rounded.dtype == np.float32
    assert 0 < np.abs(exact - rounded).max() < 0.1


# Lessons


def test_a_lesson_of_a_box_keeps_image_mask_and_truth_of_the_crop() -> None:
    arrays = _learner().lesson(*_scene(0))

    assert {name: (a.shape, a.dtype.name) for name, a in arrays.items()} == {
        "image": ((32, 32, 3), "uint8"),
        "mask": ((32, 32), "bool"),
        "truth": ((32, 32), "bool"),
        "kind": ((3,), "uint8"),
        "place": ((4,), "float32"),
    }
    assert arrays["truth"].sum() > arrays["mask"].sum() > 0
    assert arrays["kind"].tobytes() == b"box"


def test_a_lesson_of_a_click_keeps_no_mask_and_as_coded_ones_keep_alpha() -> None:
    click = _learner().lesson(*_scene(0, click=True))
    coded = _learner(replace(SMALL, mask_channel="as_coded")).lesson(*_scene(0))

    assert set(click) == {"image", "truth", "kind", "place"}
    assert click["kind"].tobytes() == b"point"
    assert coded["mask"].dtype == np.uint8
    assert not coded["image"][coded["mask"] == 0].any()


def test_a_truth_of_another_slice_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="shape"):
        _learner().lesson(_scene(0)[0], np.zeros((64, 63), dtype=bool))


# Learning


@pytest.mark.parametrize("click", [False, True])
def test_four_samples_are_learned_by_heart(click: bool) -> None:
    learner = _learner(replace(QUICK, memory="fifo", memory_size=4))
    lessons = _lessons(learner, "abcd", click=click)
    before = learner.scores(learner.state, list(lessons.values()))
    for turn in range(10):
        renamed = {f"{key}{turn}": replace(lesson, key=f"{key}{turn}") for key, lesson in lessons.items()}
        _learn(learner, list(renamed), renamed)

    after = learner.scores(learner.state, list(lessons.values()))

    assert min(after) > 0.9 > max(before)
    view, truth = _scene(0, click=click)
    mask = learner.predict_one(view).logits > 0
    if not click:
        assert 2 * (mask & truth).sum() / (mask.sum() + truth.sum()) > 0.9


@pytest.mark.parametrize("memory", ["loss_ranked", "fifo"])
@pytest.mark.parametrize("bce", ["as_intended", "as_coded"])
def test_a_step_lowers_the_loss_of_its_sample_in_every_variant(
    memory: Literal["fifo", "loss_ranked"], bce: Literal["as_intended", "as_coded"]
) -> None:
    learner = _learner(replace(QUICK, memory=memory, bce=bce, mask_channel=bce))
    lessons = _lessons(learner, "abc")

    first = _learn(learner, "a", lessons)
    later = _learn(learner, "bc", lessons)

    assert (first.steps, later.steps) == (1, 2)
    assert later.state["box/steps"].tolist() == [3]
    if memory == "loss_ranked":
        assert later.state["box/losses"][0] < first.state["box/losses"][0]


def test_the_state_in_use_stays_until_the_candidate_is_installed() -> None:
    learner, view = _learner(), _scene(0)[0]
    lessons = _lessons(learner, "ab")
    candidate = _learn(learner, "a", lessons)
    kept, before = {name: a.copy() for name, a in candidate.state.items()}, learner.predict_one(view).logits

    for _ in learner.learn("b", lessons, seed=0, steps=None):
        np.testing.assert_array_equal(learner.predict_one(view).logits, before)

    assert _same(learner.state, kept)


def test_a_stored_state_goes_on_bit_for_bit() -> None:
    straight, reopened = _learner(), _learner()
    lessons = _lessons(straight, "abcdef")
    for keys in ("ab", "c"):
        _learn(straight, keys, lessons)
    stored = {name: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape) for name, a in straight.state.items()}
    _learn(straight, "def", lessons)

    reopened.install(stored)
    _learn(reopened, "def", lessons)

    assert _same(straight.state, reopened.state)


def test_the_same_lessons_give_the_same_weights_however_they_are_cut_into_updates() -> None:
    at_once, one_by_one = _learner(), _learner()
    lessons = _lessons(at_once, "abcd")
    _learn(at_once, "abcd", lessons)
    for key in "abcd":
        _learn(one_by_one, key, lessons)

    assert _same(at_once.state, one_by_one.state)


def test_gradients_summed_over_few_samples_are_those_of_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    few, whole = _learner(), _learner()
    lessons = _lessons(few, "abcdefg")
    _learn(few, "abcdefg", lessons)
    monkeypatch.setattr(trainer, "MICRO_BATCH", 100)
    _learn(whole, "abcdefg", lessons)

    moments = [name for name in few.state if "/first/" in name]
    assert moments
    for name in moments:
        ours, theirs = (np.asarray(one.state[name], dtype=np.float32) for one in (few, whole))
        np.testing.assert_allclose(ours, theirs, rtol=0.05, atol=2e-5)


def test_a_prediction_waits_for_a_few_samples_and_not_for_a_step() -> None:
    learner = _learner(replace(SMALL, memory="fifo"))
    lessons = _lessons(learner, "abcdefghi")

    _learn(learner, "abcdefg", lessons)

    assert _yields(learner, "h", lessons) == 2, "eight samples, four at a time"


# The online batch


@pytest.mark.parametrize(("memory", "left"), [("fifo", "bcd"), ("loss_ranked", "acd")])
def test_a_full_batch_drops_the_oldest_or_the_easiest(memory: Literal["fifo", "loss_ranked"], left: str) -> None:
    learner = _learner(replace(SMALL, memory=memory, memory_size=3))
    lessons = _lessons(learner, "abcd")
    learner.install({**_learn(learner, "abc", lessons).state, **_held("abc", [0.2, 1e-9, 0.1])})

    assert _batch_keys(_learn(learner, "d", lessons).state, "box") == list(left)


def test_a_sample_that_the_batch_knows_already_is_turned_away_and_the_step_made() -> None:
    learner = _learner(replace(QUICK, memory_size=2))
    lessons = _lessons(learner, "abc")
    view, truth = _scene(0)
    black = View(np.zeros_like(view.image), view.prompt, Segmentation(np.full((64, 64), -9.0, np.float32), 0.1))
    nothing = np.zeros_like(truth)
    lessons["easy"] = Lesson("easy", learner.lesson(black, nothing))
    for turn in range(25):
        lessons[f"easy{turn}"] = Lesson(f"easy{turn}", lessons["easy"].arrays)
    alone = _learner(replace(QUICK, memory_size=1))
    _learn(alone, [f"easy{turn}" for turn in range(25)], lessons)
    learner.install({**alone.state, **_held("ab", [5.0, 4.0])})

    state = _learn(learner, ["easy"], lessons).state

    assert _batch_keys(state, "box") == ["a", "b"]
    assert state["box/steps"].tolist() == [26]
    assert state["box/losses"].max() < 4.0, "losses are brought up to date"


def _held(keys: str, losses: Sequence[float]) -> dict[str, np.ndarray]:
    """A batch of one-letter keys with the given losses."""
    return {
        "box/keys": np.frombuffer(keys.encode(), np.uint8),
        "box/offsets": np.arange(len(keys) + 1),
        "box/losses": np.array(losses),
    }


def test_forgotten_lessons_leave_the_batch_at_the_next_update() -> None:
    learner = _learner()
    lessons = _lessons(learner, ["ä-1", "b", "c"])
    assert _batch_keys(_learn(learner, ["ä-1", "b"], lessons).state, "box") == ["ä-1", "b"]

    del lessons["ä-1"]

    assert _batch_keys(_learn(learner, ["c"], lessons).state, "box") == ["b", "c"]


def test_boxes_and_points_are_learned_apart() -> None:
    learner = _learner()
    boxes, clicks = _lessons(learner, "ab"), _lessons(learner, "xy", click=True)
    only_boxes = _learn(learner, "ab", boxes).state
    assert {name.split("/")[0] for name in only_boxes} == {"box"}
    click_view, box_view = _scene(0, click=True)[0], _scene(0)[0]
    untaught, taught = learner.predict_one(click_view).logits, learner.predict_one(box_view).logits

    both = _learn(learner, "xy", boxes | clicks).state

    assert _batch_keys(both, "box") == ["a", "b"]
    assert _batch_keys(both, "point") == ["x", "y"]
    assert all(both[name] is array for name, array in only_boxes.items()), "the other task's arrays are passed on"
    np.testing.assert_array_equal(learner.predict_one(box_view).logits, taught)
    assert not np.array_equal(learner.predict_one(click_view).logits, untaught)


def test_mixed_prompts_in_one_update_end_as_they_would_one_kind_after_the_other() -> None:
    mixed, sorted_ = _learner(), _learner()
    lessons = _lessons(mixed, "ab") | _lessons(mixed, "xy", click=True)
    _learn(mixed, "axby", lessons)
    _learn(sorted_, "xyab", lessons)

    assert _same(mixed.state, sorted_.state)


# What is refused


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_journal_with_another_number_of_steps_is_refused(steps: int) -> None:
    learner = _learner()

    with pytest.raises(InvalidInputError, match="one step for each"):
        learner.learn("ab", _lessons(learner, "ab"), seed=0, steps=steps)


def test_a_new_lesson_that_is_not_given_is_refused() -> None:
    learner = _learner()

    with pytest.raises(InvalidInputError, match="'z'"):
        learner.learn("az", _lessons(learner, "a"), seed=0, steps=None)


def test_a_state_of_another_network_is_refused_and_the_one_in_use_stays() -> None:
    learner = _learner()
    lessons = _lessons(learner, "a")
    good = dict(_learn(learner, "a", lessons).state)
    name = "box/weight/head.weight"
    others: list[dict[str, np.ndarray]] = [
        {**good, "extra": np.zeros(1)},
        {n: a for n, a in good.items() if n != name},
        {**good, name: np.zeros((1, 5, 1, 1), np.float32)},
    ]

    for state in others:
        with pytest.raises(InvalidInputError, match="differ"):
            learner.install(state)

    assert _same(learner.state, good)


def test_the_initial_state_is_a_state() -> None:
    learner, view = _learner(), _scene(0)[0]
    untaught = learner.predict_one(view).logits
    _learn(learner, "a", _lessons(learner, "a"))

    learner.install(learner.initial_state())

    np.testing.assert_array_equal(learner.predict_one(view).logits, untaught)


@pytest.mark.parametrize("side", [8, 16, 120])
def test_a_crop_that_cannot_be_halved_often_enough_is_refused(side: int) -> None:
    with pytest.raises(InvalidInputError, match="multiple of 16, at least 32"):
        PaperSpecialist(PaperOptions(crop_side=side), seed=0)


# The published size


def test_the_published_network_learns_a_correction() -> None:
    learner = PaperSpecialist(PaperOptions(memory="fifo"), seed=0)
    lessons = _lessons(learner, "a")

    state = _learn(learner, "a", lessons).state

    weights = [a for name, a in state.items() if name.startswith("box/weight/")]
    assert sum(a.size for a in weights) == 17_254_721
    assert learner.predict_one(_scene(0)[0]).logits.shape == (64, 64)
