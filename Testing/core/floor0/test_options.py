"""Options: the published numbers, and no value outside its range."""

from __future__ import annotations

import dataclasses
import math

import pytest

from auxol_core.errors import InvalidInputError
from auxol_core.options import AuxolOptions, MachineOptions, PaperOptions, TaskOptions, option_names
from auxol_core.types import IntensityWindow

ALL = (PaperOptions, AuxolOptions, TaskOptions, MachineOptions)
NUMBERS = [
    (kind, field.name, type(field.default))
    for kind in ALL
    for field in dataclasses.fields(kind)
    if type(field.default) in (int, float)
]
SWITCHES = [(kind, f.name) for kind in ALL for f in dataclasses.fields(kind) if isinstance(f.default, bool)]
CHOICES = [
    (kind, f.name)
    for kind in ALL
    for f in dataclasses.fields(kind)
    if isinstance(f.default, str) and (kind, f.name) != (TaskOptions, "preset")  # floor 2 alone knows all presets
]


def test_the_paper_preset_holds_the_published_numbers() -> None:
    paper = PaperOptions()
    assert (paper.memory_size, paper.crop_side, paper.crop_margin, paper.min_mask_side) == (32, 128, 0.10, 16)
    assert (paper.alpha_history, paper.alpha_step) == (5, 0.05)
    assert (paper.learning_rate, paper.weight_decay) == (5e-4, 5e-4)
    assert (paper.memory, paper.bce, paper.mask_channel, paper.alpha) == (
        "loss_ranked",
        "as_intended",
        "as_intended",
        "hard",
    )


def test_a_task_is_ours_by_default_learns_and_takes_its_window_from_the_first_slice() -> None:
    task = TaskOptions()
    assert (task.preset, task.learning, task.window) == ("auxol", True, None)


@pytest.mark.parametrize("bad", ["", "two words", "Über", "a/b", "x" * 50, 3, None, ["auxol"]])
def test_a_preset_is_named_by_a_word(bad: object) -> None:
    with pytest.raises(InvalidInputError, match=r"Option preset must be a preset's name, got .*\. Choose one"):
        TaskOptions(preset=bad)  # type: ignore[arg-type]


def test_the_options_of_a_task_s_own_preset_are_told_apart_from_the_others() -> None:
    own = IntensityWindow(0.0, 1.0)  # any dataclass
    assert TaskOptions().of_preset == AuxolOptions()
    assert TaskOptions(preset="paper", paper=PaperOptions(crop_side=64)).of_preset == PaperOptions(crop_side=64)
    assert TaskOptions(preset="tiny").of_preset is None
    assert TaskOptions(preset="tiny", own=own).of_preset is own
    for preset, bad in (("auxol", own), ("tiny", 3), ("tiny", IntensityWindow)):
        with pytest.raises(InvalidInputError, match=f"Option own must be .* for {preset}"):
            TaskOptions(preset=preset, own=bad)


@pytest.mark.parametrize(("kind", "name"), CHOICES)
def test_an_unknown_choice_is_refused_and_the_known_ones_are_named(kind: type, name: str) -> None:
    default = getattr(kind(), name)
    with pytest.raises(InvalidInputError, match=rf"Option {name} must be one of .*{default}.*got 'other'\. Choose"):
        kind(**{name: "other"})


@pytest.mark.parametrize(("kind", "name", "number"), NUMBERS)
@pytest.mark.parametrize("bad", [-1, -0.001, 1e12, math.nan, math.inf, "3", None, True])
def test_every_number_has_a_range_and_refuses_what_lies_outside(
    kind: type, name: str, number: type, bad: object
) -> None:
    del number
    with pytest.raises(InvalidInputError, match=rf"Option {name} must be a .*number in .* \.\. .*, got .*Choose"):
        kind(**{name: bad})


@pytest.mark.parametrize(("kind", "name", "number"), NUMBERS)
def test_whole_numbers_stay_whole_and_the_others_may_be_either(kind: type, name: str, number: type) -> None:
    if number is int:
        with pytest.raises(InvalidInputError, match=f"Option {name} must be a whole number"):
            kind(**{name: 8.5})
    else:
        assert getattr(kind(**{name: 1}), name) == 1


@pytest.mark.parametrize(("kind", "name"), SWITCHES)
@pytest.mark.parametrize("bad", [1, 0, "false", None])
def test_a_switch_is_true_or_false_and_not_something_like_it(kind: type, name: str, bad: object) -> None:
    with pytest.raises(InvalidInputError, match=f"Option {name} must be true or false, got .*Choose"):
        kind(**{name: bad})


def test_the_ends_of_a_range_belong_to_it() -> None:
    assert AuxolOptions(steps=1, batch=256, budget_s=0.0).batch == 256
    assert MachineOptions(threads=0, embedding_cache_mb=1).threads == 0
    assert TaskOptions(seed=2**31 - 1).seed == 2**31 - 1
    with pytest.raises(InvalidInputError, match="Option seed"):
        TaskOptions(seed=2**31)


@pytest.mark.parametrize("kind", ALL)
def test_options_cannot_be_changed_once_made(kind: type) -> None:
    options = kind()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(options, option_names(kind)[0], None)


def test_equal_options_are_equal_and_names_come_in_their_order() -> None:
    window = IntensityWindow(0.0, 1.0)
    assert TaskOptions(window=window) == TaskOptions(window=IntensityWindow(0.0, 1.0))
    names = ("threads", "device", "precision", "embedding_cache_mb", "thinking", "locating")
    assert option_names(MachineOptions) == names
