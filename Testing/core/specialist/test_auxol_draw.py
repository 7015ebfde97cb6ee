"""What a step is shown of a lesson: every kind of prompt, the truth, and "nothing there" only where that is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auxol_core.promptable.sampling import Target
from auxol_core.specialist.auxol.draw import draw_sample, guard_sample
from auxol_core.specialist.auxol.lesson import Scene
from auxol_core.types import Box, Point, Prompt


def _scene(prompt: Prompt, *, empty: bool = False) -> Scene:
    truth = np.zeros((64, 80), dtype=bool)
    proposal = np.zeros((64, 80), dtype=np.float32)
    if not empty:
        truth[20:40, 30:50] = True
    proposal[20:30, 30:50] = 0.9
    image = np.random.default_rng(0).random((64, 80, 3), dtype=np.float32)
    return Scene(Target(image, truth), prompt, proposal)


BOXED = Prompt(box=Box(20, 30, 40, 50))


def test_one_corrected_box_teaches_clicks_and_masks_too() -> None:
    scene = _scene(BOXED)
    drawn = [draw_sample([scene], True, np.random.default_rng(i)) for i in range(120)]
    assert any(s.prompt.box is None and s.prompt.mask is None and s.prompt.points for s in drawn)
    beside = [s for s in drawn if s.prompt.mask is not None and np.array_equal(s.prompt.mask, scene.proposal)]
    assert 10 < len(beside) < 60 and all(s.prompt.box == BOXED.box for s in beside)


def test_without_the_proposal_it_is_never_shown() -> None:
    scene = _scene(BOXED)
    drawn = [draw_sample([scene], False, np.random.default_rng(i)) for i in range(60)]
    assert not any(s.prompt.mask is not None and np.array_equal(s.prompt.mask, scene.proposal) for s in drawn)


def test_contrast_changes_a_little_and_the_truth_and_the_lesson_do_not() -> None:
    scene = _scene(BOXED)
    before = scene.target.image.copy()
    drawn = [draw_sample([scene], True, np.random.default_rng(i)) for i in range(20)]
    assert all(np.array_equal(s.target.truth, scene.target.truth) for s in drawn)
    for sample in drawn:  # what the window does not see is not made
        rows, cols, *_ = sample.window.overlap((before.shape[0], before.shape[1]))
        assert 0.0 < np.abs(sample.target.image[rows, cols] - before[rows, cols]).mean() < 0.2
    assert np.array_equal(scene.target.image, before)


def test_the_same_draw_gives_the_same_sample() -> None:
    scene = _scene(BOXED)
    first, again = (draw_sample([scene], True, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first.arrays()[0], again.arrays()[0]) and first.window == again.window


def test_where_nothing_is_there_the_user_s_own_prompt_is_answered_by_nothing() -> None:
    for prompt in (BOXED, Prompt(points=(Point(30, 40),)), Prompt(mask=np.eye(64, 80, dtype=np.float32))):
        scene = _scene(prompt, empty=True)
        for seed in range(5):
            sample = draw_sample([scene], True, np.random.default_rng(seed))
            x, truth, outside = sample.arrays()
            assert not truth.any() and outside == 0 and np.isfinite(x).all()
            assert sample.prompt.points == prompt.points and (sample.prompt.box is None) == (prompt.box is None)


def test_an_empty_mask_alone_over_an_empty_truth_is_shown_as_it_is() -> None:
    scene = _scene(Prompt(mask=np.zeros((64, 80), dtype=np.float32)), empty=True)
    assert draw_sample([scene], True, np.random.default_rng(0)).window.side == 80


def test_an_object_lost_by_shrinking_the_slice_does_not_teach_that_nothing_is_there() -> None:
    lost, kept = _scene(BOXED, empty=True), _scene(BOXED)
    for seed in range(20):
        assert draw_sample([lost, kept], True, np.random.default_rng(seed)).target.truth.any()
    assert guard_sample([lost, kept]).target is kept.target


def test_the_guard_sees_the_user_s_prompt_and_the_truth_in_one_window() -> None:
    far = Prompt(points=(Point(5, 5),))
    sample = guard_sample([_scene(far)])
    _, truth, outside = sample.arrays()
    assert sample.prompt is not BOXED and sample.prompt.points == far.points
    assert truth.any() and outside == 0
    assert sample.window.row0 <= 5 and sample.window.col0 <= 5


def test_the_guard_of_a_mask_prompt_over_an_empty_truth_sees_the_whole_slice() -> None:
    scene = _scene(Prompt(mask=np.eye(64, 80, dtype=np.float32)), empty=True)
    assert guard_sample([replace(scene)]).window.side == 80
