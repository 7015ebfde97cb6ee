"""The task file's format: its SQL, its version, its rows and how its options are written.

    task                one row: what the task is, which program made it, the intensity window, which version is
                        current, whether learning is paused; which learner the weights are of and whether they are
                        being learned again (origin.py)
    corrections         one row a saved slice; ``sequence`` is its order and never given twice
    lessons             one row an object of a correction: its crop, its scores, the losses of the fusion's experts
    updates             one row an update (learn, relearn) or a move of the pointer (undo, rollback)
    update_corrections  which corrections an update learned from, in order; no correction can vanish while named here
    snapshots           weights of a version, cut into parts so that no single value is huge
    sights              what the task's locator keeps of a saved slice, at most one a correction (sights.py)
    locator_states      what the locator became: one row an update of it, the newest with their weights
    locator_lessons     which corrections' sights an update of it saw that its base had not seen
    greys               one row, once there is something to tell: the scale of the task's images, who set the window
                        (greys.py)
    authors, authorship only in tasks that several readers share: who saved which correction, by pseudonym (authors.py)
    estimates           what the models in use took the Dice of a corrected object for, where that was not propagated

Nothing here names a patient, a study, a file or a machine. Any change of this file's SQL needs a new FORMAT_VERSION and
a migration (migrations.py). A new option needs neither; its default has to mean what was done before it was there.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from auxol_core import __version__
from auxol_core.errors import InvalidInputError, TaskFileVersionError
from auxol_core.options import AuxolOptions, PaperOptions, TaskOptions, by_name
from auxol_core.specialist.base import Arrays
from auxol_core.specialist.registry import find_preset, is_known, unknown
from auxol_core.types import CorrectionInfo, IntensityWindow, Scores

APPLICATION_ID = 0x4175784F  # "AuxO"
FORMAT_VERSION = 5

PART_BYTES = 4 << 20
MAX_LESSON_BYTES = 64 << 20
MAX_STATE_BYTES = 1 << 30
MAX_SIGHT_BYTES = 4 << 20
MAX_LOCATOR_BYTES = 64 << 20
MAX_GREYS = 1 << 10
MAX_NAME = 100
MAX_OPTIONS_TEXT = 64 << 10

CorrectionState = Literal["queued", "learned", "quarantined", "set_aside"]
STATES: tuple[CorrectionState, ...] = get_args(CorrectionState)
UpdateKind = Literal["learn", "relearn", "undo", "rollback"]
LEARN_KINDS = ("learn", "relearn")
MOVE_KINDS = ("undo", "rollback")
LocatorKind = Literal["learn", "rehearse"]

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE task (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        name TEXT NOT NULL CHECK (typeof(name) = 'text'),
        options TEXT NOT NULL CHECK (typeof(options) = 'text'),
        generalist TEXT NOT NULL CHECK (typeof(generalist) = 'text'),
        generalist_hash TEXT NOT NULL CHECK (typeof(generalist_hash) = 'text'),
        created REAL NOT NULL CHECK (typeof(created) = 'real'),
        window_low REAL CHECK (typeof(window_low) IN ('real', 'null')),
        window_high REAL CHECK (typeof(window_high) IN ('real', 'null')),
        current_version INTEGER NOT NULL DEFAULT 0 CHECK (typeof(current_version) = 'integer'),
        last_version INTEGER NOT NULL DEFAULT 0 CHECK (typeof(last_version) = 'integer'),
        paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
        program TEXT NOT NULL CHECK (typeof(program) = 'text'),
        learner TEXT CHECK (typeof(learner) IN ('text', 'null')),
        relearning INTEGER NOT NULL DEFAULT 0 CHECK (relearning IN (0, 1)),
        refitted INTEGER NOT NULL DEFAULT 0 CHECK (typeof(refitted) = 'integer'),
        refit_to INTEGER NOT NULL DEFAULT 0 CHECK (typeof(refit_to) = 'integer'),
        CHECK (current_version BETWEEN 0 AND last_version),
        CHECK ((window_low IS NULL) = (window_high IS NULL)),
        CHECK (window_low IS NULL OR window_low < window_high))""",
    """CREATE TABLE corrections (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT CHECK (sequence > 0),
        correction_id TEXT NOT NULL UNIQUE CHECK (typeof(correction_id) = 'text'),
        slice_id TEXT NOT NULL CHECK (typeof(slice_id) = 'text'),
        confirmation INTEGER NOT NULL CHECK (confirmation IN (0, 1)),
        state TEXT NOT NULL CHECK (state IN ('queued', 'learned', 'quarantined', 'set_aside')),
        saved_at REAL NOT NULL CHECK (typeof(saved_at) = 'real'))""",
    """CREATE TABLE lessons (
        key TEXT NOT NULL UNIQUE CHECK (typeof(key) = 'text'),
        sequence INTEGER NOT NULL REFERENCES corrections (sequence) ON DELETE CASCADE,
        position INTEGER NOT NULL CHECK (typeof(position) = 'integer' AND position >= 0),
        version INTEGER NOT NULL CHECK (typeof(version) = 'integer' AND version >= 0),
        generalist REAL CHECK (typeof(generalist) IN ('real', 'null')),
        specialist REAL CHECK (typeof(specialist) IN ('real', 'null')),
        fused REAL CHECK (typeof(fused) IN ('real', 'null')),
        expert_losses BLOB CHECK (typeof(expert_losses) IN ('blob', 'null')),
        checksum INTEGER NOT NULL CHECK (typeof(checksum) = 'integer'),
        arrays BLOB NOT NULL CHECK (typeof(arrays) = 'blob'),
        UNIQUE (sequence, position))""",
    """CREATE TABLE updates (
        id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
        kind TEXT NOT NULL CHECK (kind IN ('learn', 'relearn', 'undo', 'rollback')),
        version INTEGER NOT NULL CHECK (typeof(version) = 'integer' AND version >= 0),
        base_version INTEGER NOT NULL CHECK (typeof(base_version) = 'integer' AND base_version >= 0),
        steps INTEGER NOT NULL CHECK (typeof(steps) = 'integer' AND steps >= 0),
        seed INTEGER NOT NULL CHECK (typeof(seed) = 'integer'),
        published INTEGER NOT NULL CHECK (published IN (0, 1)),
        reason TEXT NOT NULL CHECK (typeof(reason) = 'text'),
        seconds REAL NOT NULL CHECK (typeof(seconds) = 'real'),
        created REAL NOT NULL CHECK (typeof(created) = 'real'),
        state_digest TEXT CHECK (typeof(state_digest) IN ('text', 'null')),
        CHECK (kind IN ('undo', 'rollback') OR published = 0 OR base_version < version))""",
    """CREATE UNIQUE INDEX published_versions ON updates (version) WHERE published = 1
        AND kind IN ('learn', 'relearn')""",
    """CREATE TABLE update_corrections (
        update_id INTEGER NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
        position INTEGER NOT NULL CHECK (typeof(position) = 'integer' AND position >= 0),
        sequence INTEGER NOT NULL REFERENCES corrections (sequence) ON DELETE RESTRICT,
        PRIMARY KEY (update_id, position))""",
    "CREATE INDEX updates_of_correction ON update_corrections (sequence)",
    """CREATE TABLE snapshots (
        version INTEGER NOT NULL CHECK (typeof(version) = 'integer' AND version > 0),
        part INTEGER NOT NULL CHECK (typeof(part) = 'integer' AND part >= 0),
        data BLOB NOT NULL CHECK (typeof(data) = 'blob'),
        PRIMARY KEY (version, part))""",
    """CREATE TABLE sights (
        sequence INTEGER PRIMARY KEY REFERENCES corrections (sequence) ON DELETE CASCADE,
        locator TEXT NOT NULL CHECK (typeof(locator) = 'text'),
        present INTEGER NOT NULL CHECK (present IN (0, 1)),
        checksum INTEGER NOT NULL CHECK (typeof(checksum) = 'integer'),
        sight BLOB NOT NULL CHECK (typeof(sight) = 'blob'))""",
    """CREATE TABLE locator_states (
        id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
        kind TEXT NOT NULL CHECK (kind IN ('learn', 'rehearse')),
        locator TEXT NOT NULL CHECK (typeof(locator) = 'text'),
        base INTEGER NOT NULL CHECK (typeof(base) = 'integer' AND base >= 0),
        steps INTEGER NOT NULL CHECK (typeof(steps) = 'integer' AND steps >= 0),
        seed INTEGER NOT NULL CHECK (typeof(seed) = 'integer'),
        seconds REAL NOT NULL CHECK (typeof(seconds) = 'real'),
        created REAL NOT NULL CHECK (typeof(created) = 'real'),
        digest TEXT NOT NULL CHECK (typeof(digest) = 'text'),
        weights BLOB CHECK (typeof(weights) IN ('blob', 'null')))""",
    """CREATE TABLE locator_lessons (
        state_id INTEGER NOT NULL REFERENCES locator_states (id) ON DELETE CASCADE,
        sequence INTEGER NOT NULL REFERENCES corrections (sequence) ON DELETE RESTRICT,
        PRIMARY KEY (state_id, sequence))""",
    "CREATE INDEX locator_lessons_of_correction ON locator_lessons (sequence)",
    """CREATE TABLE estimates (
        sequence INTEGER NOT NULL REFERENCES corrections (sequence) ON DELETE CASCADE,
        position INTEGER NOT NULL CHECK (typeof(position) = 'integer' AND position >= 0),
        quality REAL NOT NULL CHECK (typeof(quality) = 'real' AND quality BETWEEN 0 AND 1),
        PRIMARY KEY (sequence, position))""",
    """CREATE TABLE greys (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        told TEXT NOT NULL CHECK (typeof(told) = 'text'))""",
)
# A file of today's format may have these beside: all of them or none (authors.py).
AUTHOR_TABLES: tuple[str, ...] = (
    """CREATE TABLE authors (
        id INTEGER PRIMARY KEY CHECK (id > 0),
        reader TEXT NOT NULL UNIQUE CHECK (typeof(reader) = 'text'),
        pseudonym TEXT NOT NULL UNIQUE CHECK (typeof(pseudonym) = 'text'))""",
    """CREATE TABLE authorship (
        sequence INTEGER PRIMARY KEY REFERENCES corrections (sequence) ON DELETE CASCADE,
        author INTEGER NOT NULL REFERENCES authors (id) ON DELETE RESTRICT)""",
)


@dataclass(frozen=True, eq=False)
class LessonRow:
    """One object of a correction to be saved. ``arrays`` are all that is kept of the image.

    ``scores`` were taken under the specialist's ``version`` before anything learned from this correction;
    ``expert_losses`` (experts,) are each fusion weight's loss on this object, None where none was scored.
    ``estimate``: the Dice 0..1 that the models themselves expected, None where it says nothing about a prompt's answer.
    """

    arrays: Arrays = field(repr=False)
    scores: Scores | None = None
    expert_losses: NDArray[Any] | None = None
    version: int = 0
    estimate: float | None = None


@dataclass(frozen=True, eq=False)
class SightRow:
    """What the locator of the fingerprint ``locator`` keeps of a saved slice; ``present``: whether the structure is on
    it."""

    locator: str
    present: bool
    arrays: Arrays = field(repr=False)


@dataclass(frozen=True)
class LocatorRow:
    """One update of the task's locator, as journaled.

    learn: from the state ``base`` (0: nothing learned), ``steps`` steps with ``seed`` on all sights that ``base`` had
    seen and on those of ``correction_ids``, which are new. rehearse: nothing new, so many steps of a rehearsal from
    ``base``. ``locator``: its fingerprint. ``id``, ``created`` (seconds since 1970), ``digest`` (SHA-256 of the state)
    and whether the state itself is ``stored`` are filled in by the file.
    """

    kind: LocatorKind
    locator: str
    base: int
    correction_ids: tuple[str, ...]
    seed: int
    steps: int
    seconds: float
    id: int = 0
    created: float = 0.0
    digest: str = ""
    stored: bool = False


@dataclass(frozen=True)
class CorrectionRow:
    """One saved correction, without its crops. ``lessons``: their keys; ``scores``: one an object that has any."""

    correction_id: str
    sequence: int
    slice_id: str
    confirmation: bool
    state: CorrectionState
    saved_at: float
    lessons: tuple[str, ...]
    scores: tuple[Scores, ...]

    @property
    def info(self) -> CorrectionInfo:
        """The same as the engine's door shows it."""
        learned = self.state == "learned"
        return CorrectionInfo(self.correction_id, self.sequence, self.slice_id, self.confirmation, learned, self.scores)


@dataclass(frozen=True)
class UpdateRow:
    """One entry of the journal of updates: the schedule and the verdict.

    learn, relearn: ``version`` was made from ``base_version`` by ``steps`` optimiser steps on ``correction_ids`` with
    ``seed``; if not ``published`` it was discarded for ``reason``, and the number may be used by the next update.
    Without ``correction_ids`` it was rehearsed: what ``base_version`` had learned was gone over again.
    undo, rollback: the current version went from ``base_version`` to ``version``. ``id``, ``created`` (seconds since
    1970) and ``state_digest`` (SHA-256 of the version's state, see lesson_codec) are filled in by the file.
    """

    correction_ids: tuple[str, ...]
    steps: int
    seed: int
    published: bool
    reason: str
    seconds: float
    base_version: int
    version: int
    kind: UpdateKind = "learn"
    id: int = 0
    created: float = 0.0
    state_digest: str | None = None

    @property
    def rehearsed(self) -> bool:
        """Whether nothing new was learned in it."""
        return self.kind in LEARN_KINDS and not self.correction_ids

    @property
    def made_version(self) -> bool:
        """Whether this update brought ``version`` into being."""
        return self.published and self.kind in LEARN_KINDS


def check_name(name: str) -> str:
    """``name`` if it can name a task and its file on every system; else InvalidInputError."""
    reserved = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in range(1, 10))}
    fine = (
        isinstance(name, str)
        and 0 < len(name) <= MAX_NAME
        and len(name.encode("utf-8", "replace")) <= 2 * MAX_NAME
        and name.isprintable()
        and not set(name) & set('/\\:*?"<>|')
        and name[0] not in ". "
        and name[-1] not in ". "
        and name.split(".")[0].upper() not in reserved
    )
    if not fine:
        raise InvalidInputError(
            f"A task's name must have 1 to {MAX_NAME} printable characters, none of / \\ : * ? \" < > |, no dot or "
            f"space at either end, and not be a device of Windows, got {str(name)[:40]!r}. Choose another name."
        )
    return name


def check_id(what: str, value: str) -> str:
    """``value`` if it may be stored as an id; InvalidInputError if it is empty, long, unprintable or a file's path."""
    text = isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()
    if not text or PurePosixPath(value).is_absolute() or PureWindowsPath(value).drive:
        raise InvalidInputError(
            f"A {what} must be 1 to 200 printable characters and no file path (the file goes to others), got "
            f"{str(value)[:40]!r}."
        )
    return value


def check_generalist(name: str, weights_hash: str) -> tuple[str, str]:
    """Both, if they may be stored; InvalidInputError for a path, which would tell of somebody's machine."""
    if "/" in str(name) or "\\" in str(name):
        raise InvalidInputError(f"A generalist is stored by name, never by path, got {name!r}. Give its file name.")
    return check_id("generalist's name", name), check_id("generalist's hash", weights_hash)


def options_to_json(options: TaskOptions) -> str:
    """Every option by name; the window is left out, it has columns of its own and may come later. The options of a
    preset without a field of its own stand under its name."""
    values = by_name(options)
    del values["window"]
    return json.dumps(values, sort_keys=True)


def options_from_json(text: str, window: IntensityWindow | None, program: str = __version__) -> TaskOptions:
    """The options of ``options_to_json``, as ``program`` (its version) wrote them.

    What is missing has its default: older programs did not know it. Raises TaskFileVersionError for a name that is
    none of this program's, a value of another type or out of its range, and a preset that is not here.
    """
    try:
        if len(text) > MAX_OPTIONS_TEXT:
            raise ValueError(f"{len(text):,} characters where {MAX_OPTIONS_TEXT:,} are allowed")
        values = json.loads(text)
        if not is_known(values["preset"]):
            raise TaskFileVersionError(f"Expected a task of a preset of this program. {unknown(values['preset'])}")
        parts = {
            "paper": _checked(PaperOptions, values.pop("paper", {}), "paper."),
            "auxol": _checked(AuxolOptions, values.pop("auxol", {}), "auxol."),
        }
        own = values["preset"]
        if own in values:
            parts["own"] = _checked(find_preset(own).options, values.pop(own), f"{own}.")
        return TaskOptions(window=window, **_known(TaskOptions, values, "", {"window", "own", *parts}), **parts)
    except _UnknownOptionError as error:
        raise TaskFileVersionError(
            f"The task has the option {error}, which this program does not know: the file was made by version "
            f"{program}, this is version {__version__} (task file format {FORMAT_VERSION}). Update this program."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TaskFileVersionError(
            f"Expected a task with options of this program, version {__version__}, got others of version {program} "
            f"({error}). Use the version of the program that wrote it."
        ) from error


class _UnknownOptionError(Exception):
    """Options that are in no dataclass here; the message is their names."""


def _checked(options_type: type[Any], values: dict[str, object], group: str) -> Any:
    return options_type(**_known(options_type, values, group))


def _known(
    options_type: type[Any], values: dict[str, object], group: str, elsewhere: Collection[str] = ()
) -> dict[str, Any]:
    """``values`` if each name is a field of the type, but for those ``elsewhere``, and has the type of its default."""
    defaults = options_type()
    unknown = sorted(set(values) - ({f.name for f in dataclasses.fields(options_type)} - set(elsewhere)))
    if unknown:
        raise _UnknownOptionError(", ".join(f"{group}{name}" for name in unknown)[:200])
    for name, value in values.items():
        expected = type(getattr(defaults, name))
        allowed = (int, float) if expected is float else (expected,)
        if type(value) not in allowed or (isinstance(value, float) and not math.isfinite(value)):
            raise ValueError(f"option {group}{name} must be {expected.__name__}, got {str(value)[:40]!r}")
    return values


def losses_of(array: NDArray[Any] | None) -> NDArray[np.float64] | None:
    """``array`` as finite float64 of one dimension; InvalidInputError if it is anything else."""
    if array is None:
        return None
    losses = np.asarray(array, dtype=np.float64)
    if losses.ndim != 1 or not np.isfinite(losses).all():
        raise InvalidInputError(f"Expert losses must be one finite row of numbers, got shape {losses.shape}.")
    return losses
