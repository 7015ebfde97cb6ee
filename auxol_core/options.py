"""Every option of a task, declared once: type, range, default, unit and, for ``paper``, where the number comes from."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal

from auxol_core.errors import InvalidInputError
from auxol_core.types import IntensityWindow

Precision = Literal["float32", "bfloat16"]
Thinking = Literal["off", "gentle", "full"]
# Optimiser steps of a rehearsal while nothing is asked, at most; it ends sooner where it no longer helps.
THINKING_STEPS: dict[Thinking, int] = {"off": 0, "gentle": 16, "full": 64}
# The same for the task's locator, after each save: a step takes about a tenth of a second of one core, and some 480 of
# them on 20 slices with the structure and 20 without are as many as help (docs/locator.md).
LOCATING_STEPS: dict[Thinking, int] = {"off": 0, "gentle": 64, "full": 256}
# What is used where nobody chose; the others are named by the registries of floor 2.
DEFAULT_GENERALIST = "builtin"
DEFAULT_PRESET = "auxol"


@dataclass(frozen=True)
class PaperOptions:
    """The published method (Huang et al. 2025, AuxOL); sub-options where paper and reference code differ."""

    memory: Literal["loss_ranked", "fifo"] = "loss_ranked"
    bce: Literal["as_intended", "as_coded"] = "as_intended"
    mask_channel: Literal["as_intended", "as_coded"] = "as_intended"
    alpha: Literal["hard", "soft"] = "hard"
    memory_size: int = 32
    crop_side: int = 128
    crop_margin: float = 0.10
    min_mask_side: int = 16
    alpha_history: int = 5
    alpha_step: float = 0.05
    learning_rate: float = 5e-4
    weight_decay: float = 5e-4

    def __post_init__(self) -> None:
        _check_choice(self, "memory", ("loss_ranked", "fifo"))
        for name in ("bce", "mask_channel"):
            _check_choice(self, name, ("as_intended", "as_coded"))
        _check_choice(self, "alpha", ("hard", "soft"))
        _check_range(self, "memory_size", 1, 4096)
        _check_range(self, "crop_side", 8, 1024)
        _check_range(self, "crop_margin", 0.0, 10.0)
        _check_range(self, "min_mask_side", 0, 1024)
        _check_range(self, "alpha_history", 1, 1000)
        _check_range(self, "alpha_step", 0.001, 1.0)
        _check_range(self, "learning_rate", 0.0, 1.0)
        _check_range(self, "weight_decay", 0.0, 1.0)


@dataclass(frozen=True)
class AuxolOptions:
    """Ours. ``steps``: optimiser steps for one correction; ``batch``: crops a step, ``new_share`` of them new.

    ``adaptive``: more steps where many objects came or what was shown was far off, one fewer where it was nearly right.

    ``average``: how far the averaged weights, which predict, follow the learning ones in a step. ``budget_s``: an
    update that took this long stops after the step it is in; the journal says how many steps it made.
    ``guard_tolerance``: mean Dice that the last ``guard_last`` corrections may lose before an update is discarded; what
    was learned a moment ago is known by heart, and honest lessons cost some of that. ``guard_doubtful``: the same for
    a correction that what was shown had a Dice under ``guard_surprise`` with: a slip, or a mask of something else.
    """

    steps: int = 3
    adaptive: bool = True
    batch: int = 8
    new_share: float = 0.5
    learning_rate: float = 5e-4
    weight_decay: float = 1e-4
    average: float = 0.3
    budget_s: float = 10.0
    use_proposal: bool = True
    expert_rate: float = 8.0
    expert_forget: float = 0.97
    guard_last: int = 8
    guard_tolerance: float = 0.15
    guard_doubtful: float = 0.05
    guard_surprise: float = 0.5

    def __post_init__(self) -> None:
        _check_range(self, "steps", 1, 1000)
        _check_range(self, "batch", 1, 256)
        shares = ("new_share", "average", "guard_tolerance", "guard_doubtful", "guard_surprise", "expert_forget")
        for name in (*shares, "learning_rate", "weight_decay"):
            _check_range(self, name, 0.0, 1.0)
        _check_range(self, "budget_s", 0.0, 3600.0)
        _check_switch(self, "use_proposal")
        _check_switch(self, "adaptive")
        _check_range(self, "expert_rate", 0.0, 1000.0)
        _check_range(self, "guard_last", 0, 1000)


@dataclass(frozen=True)
class TaskOptions:
    """What a task is made with and keeps for life. ``window`` None: taken from the first slice, then kept.

    ``preset``: a name of the registry of floor 2, which alone knows all of them. ``paper`` and ``auxol`` are the
    options of these two; any other preset's are ``own``, a dataclass that it brings along, None for its defaults.
    """

    preset: str = DEFAULT_PRESET
    window: IntensityWindow | None = None
    seed: int = 0
    learning: bool = True
    paper: PaperOptions = field(default_factory=PaperOptions)
    auxol: AuxolOptions = field(default_factory=AuxolOptions)
    own: object | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.preset, str) or not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", self.preset):
            raise InvalidInputError(f"Option preset must be a preset's name, got {self.preset!r:.60}. Choose one.")
        own_field = self.preset in option_names(type(self))
        if self.own is not None and (own_field or isinstance(self.own, type) or not is_dataclass(self.own)):
            raise InvalidInputError(
                f"Option own must be the options of a preset that has no field here, got {type(self.own).__name__} for "
                f"{self.preset}. Give those of paper and auxol by these names."
            )
        _check_range(self, "seed", 0, 2**31 - 1)
        _check_switch(self, "learning")

    @property
    def of_preset(self) -> object | None:
        """The options of this task's preset, None for its defaults."""
        fields_of_presets: dict[str, object] = {"paper": self.paper, "auxol": self.auxol}
        return fields_of_presets.get(self.preset, self.own)


@dataclass(frozen=True)
class MachineOptions:
    """What belongs to this machine and not to a task. ``threads`` 0: as many as there are cores.

    ``thinking``: how long an engine with a worker goes over a task's lessons again while nothing is asked of it.
    ``locating``: whether tasks learn where their structure is, which takes about a second of each save.
    """

    threads: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    embedding_cache_mb: int = 1024
    thinking: Thinking = "off"
    locating: bool = True

    def __post_init__(self) -> None:
        _check_range(self, "threads", 0, 1024)
        _check_choice(self, "device", ("auto", "cpu", "cuda"))
        _check_choice(self, "precision", ("auto", "float32", "bfloat16"))
        _check_choice(self, "thinking", tuple(THINKING_STEPS))
        _check_switch(self, "locating")
        _check_range(self, "embedding_cache_mb", 1, 1_000_000)


def _check_choice(options: object, name: str, allowed: tuple[str, ...]) -> None:
    value = getattr(options, name)
    if value not in allowed:
        choices = ", ".join(allowed)
        raise InvalidInputError(f"Option {name} must be one of {choices}, got {value!r}. Choose one of them.")


def _check_switch(options: object, name: str) -> None:
    value = getattr(options, name)
    if not isinstance(value, bool):
        raise InvalidInputError(f"Option {name} must be true or false, got {value!r}. Choose one of them.")


def _check_range(options: object, name: str, low: float, high: float) -> None:
    """Whole bounds ask for a whole number, bounds with a point for any number."""
    value = getattr(options, name)
    kinds = int if isinstance(low, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        number = "a whole number" if kinds is int else "a number"
        raise InvalidInputError(
            f"Option {name} must be {number} in {low:,} .. {high:,}, got {value!r}. Choose a value in that range."
        )


def by_name(options: TaskOptions) -> dict[str, Any]:
    """Every option as JSON has it; those of a preset that has no field here stand under its name."""
    values = asdict(options)
    own = values.pop("own")
    return values if own is None else values | {options.preset: own}


def option_names(options_type: type[object]) -> tuple[str, ...]:
    """The names of a dataclass of options, in order."""
    return tuple(f.name for f in fields(options_type))  # type: ignore[arg-type]


# For the options that a preset of its own package brings along.
check_choice, check_range, check_switch = _check_choice, _check_range, _check_switch
