"""What a generalist tells of itself before it is loaded: a row of the registry, and a checkpoint found for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auxol_core.generalist.base import Generalist
from auxol_core.options import Precision

Shapes = Mapping[str, tuple[int, ...]]
Load = Callable[["CheckpointFile", str, Precision], Generalist]


@dataclass(frozen=True)
class Published:
    """The file that a generalist's publishers offer. ``url`` None: it is got by hand from ``page``; ``sha256`` None:
    they name none, so that a file counts as theirs where it fits and the user says so."""

    file_name: str
    megabytes: int
    page: str
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class GeneralistRow:
    """One generalist that can be chosen. A checkpoint is known by its content, never by its file's name.

    ``name``: what a user types and a task remembers; ``title``: for people; ``family``: what its code is shared with.
    ``licence``: of the weights, in a sentence. ``architecture`` and ``preprocessing``: words of the family; weights of
    one shape may be taught with images scaled in several ways. ``has_encoder``: preparing a slice beforehand, and
    keeping what was prepared, saves the user time. ``fits(shapes)``: whether arrays of these names and shapes are its
    weights, or those of a sister of the same shape. ``load(checkpoint, device, precision)`` imports what it needs and
    raises CheckpointError. ``whole()``: names and shapes of all that a checkpoint of it holds, None where that is not
    known beforehand; it may import torch. The weights are ``published`` as a file, or ``shipped`` with the program at
    that path. ``gflop``: 1e9 additions and multiplications of encoding one slice, from which its time is estimated on
    a machine where only another one was measured; None: not counted.
    """

    name: str
    title: str
    family: str
    licence: str
    architecture: str
    preprocessing: str
    has_encoder: bool
    fits: Callable[[Shapes], bool] = field(repr=False)
    load: Load = field(repr=False)
    published: Published | None = None
    shipped: Path | None = None
    whole: Callable[[], Shapes] | None = field(default=None, repr=False)
    gflop: float | None = None


@dataclass(frozen=True)
class CheckpointFile:
    """A checkpoint on this machine, checked. ``name``: its row's, or the file's; ``sha256``: hexadecimal."""

    name: str
    path: Path
    sha256: str
    row: GeneralistRow
