"""The presets, by name. To add one: its own package or file, its line in SHIPPED, its docs.

Nobody chooses by comparing names. Nothing here imports torch: what a preset makes does.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

from auxol_core.errors import InvalidInputError
from auxol_core.options import TaskOptions
from auxol_core.specialist.auxol.preset import AUXOL
from auxol_core.specialist.lora.preset import LORA
from auxol_core.specialist.paper.preset import PAPER
from auxol_core.specialist.preset import Preset
from auxol_core.specialist.sam_mix.preset import SAM_MIX

SHIPPED: tuple[Preset[Any], ...] = (PAPER, AUXOL, LORA, SAM_MIX)

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_presets: dict[str, Preset[Any]] = {preset.name: preset for preset in SHIPPED}


def presets() -> tuple[Preset[Any], ...]:
    """Every preset, in the order in which a replay compares them."""
    return tuple(_presets.values())


def is_known(name: object) -> bool:
    """Whether there is a preset of that name here."""
    return name in _presets


def find_preset(name: str) -> Preset[Any]:
    """The preset of that name. Raises InvalidInputError, which names it, the known ones and what to do."""
    if name not in _presets:
        raise InvalidInputError(unknown(name))
    return _presets[name]


def unknown(name: object) -> str:
    """The sentence about a preset that is not here."""
    return (
        f"The preset {str(name)[:60]!r} is not in this program, which has {', '.join(_presets)}. Choose one of these, "
        "or install what brings that preset."
    )


def register(preset: Preset[Any]) -> None:
    """Offer one more. Raises InvalidInputError where its name is taken or is no word, or its options have no
    defaults."""
    taken = {*_presets, *(f.name for f in fields(TaskOptions))}
    if not _NAME.fullmatch(preset.name) or preset.name in taken:
        raise InvalidInputError(
            f"A preset's name must be 2 to 40 small letters, digits or _ and none of {', '.join(sorted(taken))}, got "
            f"{preset.name!r}. Choose another."
        )
    try:
        sound = is_dataclass(preset.options) and preset.options() is not None
    except TypeError:
        sound = False
    if not sound:
        raise InvalidInputError(
            f"The options of the preset {preset.name} must be a dataclass whose fields all have defaults, got "
            f"{preset.options!r}. Give each a default."
        )
    _presets[preset.name] = preset


def remove(name: str) -> None:
    """Offer it no longer; InvalidInputError where there is none of that name."""
    del _presets[find_preset(name).name]


def completed(task: TaskOptions) -> TaskOptions:
    """``task`` with every option of its preset filled in, as a task file keeps it. InvalidInputError as options_of."""
    own = find_preset(task.preset).options_of(task)
    return task if task.of_preset is own else replace(task, own=own)
