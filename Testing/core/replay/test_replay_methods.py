"""The methods that need no engine, and the choice of methods."""

from __future__ import annotations

import numpy as np
import pytest
from replay_fakes import disc

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.replay import methods as methods_module
from auxol_core.replay.methods import (
    Method,
    best_radius,
    chosen,
    drawn_shape,
    ellipse,
    methods,
    methods_by_default,
    point_distance,
)
from auxol_core.replay.options import ReplayOptions
from auxol_core.types import Box, Point, Prompt


def test_an_ellipse_touches_the_sides_of_its_box():
    mask = ellipse(Box(10, 20, 50, 80), (100, 100))
    assert Box.of_mask(mask) == Box(10, 20, 50, 80)
    assert mask.sum() == pytest.approx(np.pi * 20 * 30, rel=0.01)


def test_the_best_radius_is_the_one_of_the_highest_mean_dice():
    cases = [([Point(50, 60)], disc((128, 128), (50, 60), radius)) for radius in (18, 22, 30)]
    cases.append(([Point(30, 30), Point(90, 90)], disc((140, 120), (30, 30), 15) | disc((140, 120), (90, 90), 25)))
    means = {
        radius: np.mean([dice(point_distance(points, truth.shape) <= radius, truth) for points, truth in cases])
        for radius in range(1, 80)
    }
    assert best_radius(cases) == max(means, key=lambda radius: means[radius])


def test_shapes_of_several_prompts_are_united():
    boxes = [Prompt(box=Box(10, 10, 30, 30)), Prompt(box=Box(50, 50, 90, 90))]
    mask = drawn_shape(boxes, (100, 100), 0)
    assert np.array_equal(mask, ellipse(boxes[0].box, (100, 100)) | ellipse(boxes[1].box, (100, 100)))
    points = [Prompt(points=(Point(20, 20),)), Prompt(points=(Point(70, 70),))]
    expected = disc((100, 100), (20, 20), 9) | disc((100, 100), (70, 70), 9)
    assert np.array_equal(drawn_shape(points, (100, 100), 9), expected)


def test_methods_are_chosen_by_name_without_repetition():
    found, notes = chosen(["auxol", "generalist", "auxol"], "box")
    assert [m.name for m in found] == ["auxol", "generalist"]
    assert notes == []
    for bad in (["auxol", "magic"], []):
        with pytest.raises(InvalidInputError, match="shape, generalist, paper, auxol, auxol-frozen"):
            chosen(bad, "box")


def test_presets_that_work_beside_few_generalists_are_offered_and_not_run_unasked():
    assert methods_by_default() == ("shape", "generalist", "paper", "auxol", "auxol-frozen")
    assert methods()["lora"].taught and "lora-frozen" in methods()


def test_the_former_name_of_the_generalist_is_understood_and_counts_once():
    found, _ = chosen(["sam", "generalist", "auxol"], "box")
    assert [m.name for m in found] == ["generalist", "auxol"]


def test_a_method_that_does_not_answer_a_prompt_is_skipped_with_a_note(monkeypatch):
    boxer = Method("boxer", None, taught=False, prompts=("box",))
    monkeypatch.setattr(methods_module, "WITHOUT_LEARNING", (boxer, methods_module.WITHOUT_LEARNING[1]))
    found, notes = chosen(["boxer", "generalist"], "point")
    assert [m.name for m in found] == ["generalist"]
    assert notes == ["boxer is skipped: it does not answer point prompts."]


@pytest.mark.parametrize(
    ("name", "preset", "learning"),
    [
        ("generalist", "paper", False),
        ("paper", "paper", True),
        ("auxol", "auxol", True),
        ("auxol-frozen", "auxol", False),
    ],
)
def test_each_method_has_its_preset_and_only_learners_learn(name, preset, learning):
    options = methods()[name].task_options(ReplayOptions(seed=7))
    assert (options.preset, options.learning, options.seed) == (preset, learning, 7)
    assert methods()[name].taught == learning
