"""A preset: what learns, how it is weighed against the generalist, what guards it, and the options of all that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Generalist
from auxol_core.options import Precision, TaskOptions
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import FusionRule
from auxol_core.specialist.guard import Guard

Own = TypeVar("Own")


@dataclass(frozen=True, eq=False)
class Setting:
    """What a specialist is made in: beside which generalist, from which seed, and where it computes."""

    generalist: Generalist = field(repr=False)
    seed: int
    precision: Precision
    device: str


@dataclass(frozen=True, eq=False)
class Learner:
    """The parts of one open task. See Preset for ``together`` and ``sees_embedding``.

    ``word``: who makes the weights: the preset, its version and its initial weights.
    """

    specialist: Specialist = field(repr=False)
    fusion: FusionRule
    guard: Guard | None = None
    together: bool = True
    sees_embedding: bool = False
    word: str = "unnamed 1"


def unguarded(_: object) -> None:
    """No guard: every update is published."""


@dataclass(frozen=True)
class Preset(Generic[Own]):
    """A plug-in of one package or file. ``name``: what a task keeps; ``title``: for people.

    ``options``: a frozen dataclass of numbers, texts and switches; its defaults are the preset's own, and it refuses
    what lies outside their ranges. The three ``make_...`` are called with an instance of it, once for each open task,
    and import torch themselves; the fusion is made for the specialist that was made. ``together``: whether several
    queued corrections may be learned in one update. ``speaks_untaught``: whether it has something to say before
    anything is taught. ``sees_embedding``: whether a View is to hold the generalist's embedding, also when a mask is
    saved or made anew, which may encode the slice again.
    ``compared``: whether a replay that names no methods runs it; not where it works beside few generalists, or is slow.

    ``version``: one more where stored weights cannot be gone on from any more; tasks are then learned again from their
    lessons. So they are where the specialist has other initial weights: one that has any may tell them apart by an
    attribute ``fingerprint``, a short printable text.
    """

    name: str
    title: str
    options: type[Own]
    make_specialist: Callable[[Own, Setting], Specialist] = field(repr=False)
    make_fusion: Callable[[Own, Specialist], FusionRule] = field(repr=False)
    make_guard: Callable[[Own], Guard | None] = field(default=unguarded, repr=False)
    together: bool = True
    speaks_untaught: bool = True
    sees_embedding: bool = False
    compared: bool = True
    version: int = 1

    def options_of(self, task: TaskOptions) -> Own:
        """This preset's part of ``task``, its defaults where there is none. Raises InvalidInputError where ``task`` is
        of another preset or brings options of another kind."""
        if task.preset != self.name:
            raise InvalidInputError(f"A task of the preset {self.name} was expected, got one of {task.preset}.")
        own = self.options() if task.of_preset is None else task.of_preset
        if not isinstance(own, self.options):
            raise InvalidInputError(
                f"The options of the preset {self.name} must be {self.options.__name__}, got {type(own).__name__}. "
                "Make them of that class, or leave them out."
            )
        return own

    def learner(self, task: TaskOptions, setting: Setting) -> Learner:
        """The parts of a task with these options."""
        return self.around(self.make_specialist(self.options_of(task), setting), task)

    def around(self, specialist: Specialist, task: TaskOptions) -> Learner:
        """The parts of a task around a specialist that was made elsewhere: a smaller one, in a test."""
        own = self.options_of(task)
        word = f"{self.name} {self.version} {getattr(specialist, 'fingerprint', '')}".rstrip()
        fusion, guard = self.make_fusion(own, specialist), self.make_guard(own)
        return Learner(specialist, fusion, guard, self.together, self.sees_embedding, word)
