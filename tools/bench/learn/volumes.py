"""Whole volumes: edits until the Dice is 0.90, and learning in use against paused (``edits.py``, ``in_use.py``).

A row an edit or a slice, kept (kept.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from auxol_core.api import EngineApi
from auxol_core.imaging.files import file_hash
from auxol_core.options import TaskOptions
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.replay.options import PromptKind
from auxol_core.replay.sources import Pair
from tools.bench.learn.bar import Bar
from tools.bench.learn.depends import depends_on_volumes, digest_of
from tools.bench.learn.edits import GOOD, MOST_EDITS, TASK, Edit, edits
from tools.bench.learn.in_use import Tried, in_use
from tools.bench.learn.kept import Row, hash_of, key_of, of_dataclass
from tools.bench.learn.patients import Patient, chosen, patients, structure_of

EDITS_BAR, FAILED_BAR, VOXELS_BAR = 0.5, 1 / 3, 0.95
TAUGHT_SHARE = 10 / 16  # of the volumes, for in use against paused
KINDS: tuple[PromptKind, ...] = ("box", "point")
ARMS = ("learning", "frozen")
# What decides the rows beside auxol_core.
OWN = ("edits.py", "in_use.py", "patients.py")

EngineFactory = Callable[[Path], EngineApi]
Measuring = Callable[[EngineApi, Sequence[Patient]], Iterable[Row]]


@dataclass(frozen=True)
class VolumeRun:
    """``what``: edits, ``arm`` learning or frozen; or in-use, ``arm`` the prompt."""

    what: str
    stream: str
    arm: str
    seed: int = 0


@dataclass(frozen=True)
class Volumes:
    """Runs over whole volumes, in ``folder``; what is not there is made with ``engine`` from the sets in ``data``.

    ``made_only``: make nothing; a run that is not there is None. ``facts``: the machine, told beside each run.
    """

    folder: Path
    data: Path
    engine: EngineFactory
    facts: object = None
    made_only: bool = False

    def edits(self, stream: str, arm: str) -> list[Edit] | None:
        """The rows of one arm, ``learning`` or ``frozen``."""
        run = VolumeRun("edits", stream, arm)
        options = TaskOptions(learning=arm == "learning", seed=run.seed)
        return self._rows(run, Edit, options, lambda engine, found: edits(engine, stream, arm, found, run.seed))

    def in_use(self, stream: str, kind: PromptKind) -> list[Tried] | None:
        """The rows of all arms."""
        run = VolumeRun("in-use", stream, kind)

        def measure(engine: EngineApi, found: Sequence[Patient]) -> Iterator[Tried]:
            yield from in_use(engine, stream, kind, found, round(TAUGHT_SHARE * len(found)), run.seed)

        return self._rows(run, Tried, TaskOptions(seed=run.seed), measure)

    def name(self, run: VolumeRun) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        return _name(run, chosen(structure_of(self.data, run.stream), run.seed, None))

    def _rows(self, run: VolumeRun, kind: type[Row], options: TaskOptions, measure: Measuring[Row]) -> list[Row] | None:
        structure = structure_of(self.data, run.stream)
        pairs = chosen(structure, run.seed, None)
        kept, name = of_dataclass(self.folder, kind), _name(run, pairs)
        if self.made_only and not kept.has(name):
            return None

        def make() -> list[Row]:
            with tempfile.TemporaryDirectory(prefix="auxol-volumes-", ignore_cleanup_errors=True) as folder:
                engine = self.engine(Path(folder))
                try:
                    engine.create_task(TASK, options)
                    return list(measure(engine, list(patients(pairs, structure.value))))
                finally:
                    engine.close()

        def about() -> dict[str, object]:
            return {"run": asdict(run), "machine": self.facts, "depends on": depends_on_volumes()}

        return kept.rows(name, make, about)


def _name(run: VolumeRun, pairs: Sequence[Pair]) -> str:
    own = [file_hash(Path(__file__).parent / name) for name in OWN]
    data = hash_of((pair.name, pair) for pair in pairs)
    key = key_of(asdict(run), data, digest_of(depends_on_volumes()), file_hash(WEIGHTS), own)
    return f"{run.what}-{run.stream.replace('/', '_')}-{run.arm}-{key}"


@dataclass(frozen=True)
class Outcome:
    """The edits of one arm over the second half of the volumes: how many each took, and whether it got there;
    ``patients``: whose they are."""

    patients: tuple[str, ...]
    edits: tuple[int, ...]
    there: tuple[bool, ...]
    over: float
    under: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.edits)) if self.edits else float("nan")

    @property
    def failed(self) -> int:
        return self.there.count(False)


def outcome(rows: Sequence[Edit], *, half: bool = True) -> Outcome:
    """What came of an arm; ``half``: in the second half of the volumes alone."""
    last = [row for row in rows if row.last]
    if half:
        last = last[len(last) // 2 :]
    firsts = {row.volume: row for row in reversed(rows)}
    over = [firsts[row.volume].over for row in last]
    under = [firsts[row.volume].under for row in last]
    got = tuple(row.after >= GOOD for row in last)
    counted = tuple(row.number if ok else MOST_EDITS for row, ok in zip(last, got, strict=True))
    return Outcome(tuple(row.patient for row in last), counted, got, float(np.mean(over)), float(np.mean(under)))


def edits_table(arms: Sequence[tuple[str, Outcome, Outcome]]) -> Table:
    """A row a stream: learning beside frozen over the second half."""
    table = Table("stream", "volumes", "edits learning", "frozen", "ratio", "not there", "frozen", "each, learning")
    for stream, ours, frozen in arms:
        ratio = f"{ours.mean / frozen.mean:.2f}" if frozen.mean else "-"
        each = " ".join(str(n) if ok else f"{n}+" for n, ok in zip(ours.edits, ours.there, strict=True))
        cells = [f"{ours.mean:.1f}", f"{frozen.mean:.1f}", ratio, str(ours.failed), str(frozen.failed), each]
        table.add_row(stream, str(len(ours.edits)), *cells)
    return table


def edits_bars(arms: Sequence[tuple[str, Outcome, Outcome]]) -> list[Bar]:
    """Two for each stream: learning beside frozen over the second half."""
    bars = []
    for stream, ours, frozen in arms:
        ratio = ours.mean / frozen.mean if frozen.mean else 1.0
        bars.append(Bar(f"{stream}: edits learning/frozen {ratio:.2f}", f"at most {EDITS_BAR}", ratio <= EDITS_BAR))
        text = f"{stream}: volumes not there in {MOST_EDITS} edits, learning {ours.failed}, frozen {frozen.failed}"
        bars.append(Bar(text, "at most a third", ours.failed <= FAILED_BAR * frozen.failed))
    return bars


def in_use_bars(rows: Sequence[Tried]) -> tuple[Table, list[Bar]]:
    """In use beside paused, each stream and prompt and all pooled; the bars are on the pool."""
    table = Table("stream", "prompt", "slices", "to edit paused", "in use", "voxels paused", "in use", "ratio")
    bars: list[Bar] = []
    groups = [*dict.fromkeys((row.stream, row.prompt) for row in rows), ("all", "both")]
    for stream, prompt in groups:
        of_group = [row for row in rows if stream == "all" or (row.stream, row.prompt) == (stream, prompt)]
        paused, used = ([row for row in of_group if row.arm == arm] for arm in ("paused", "in use"))
        edit = [sum(row.dice < GOOD for row in arm) for arm in (paused, used)]
        changed = [sum(row.changed for row in arm) for arm in (paused, used)]
        ratio = changed[1] / max(1, changed[0])
        cells = [len(used), edit[0], edit[1], changed[0], changed[1], f"{ratio:.2f}"]
        table.add_row(stream, prompt, *(str(cell) for cell in cells))
        if stream == "all":
            bars = [
                Bar(f"in use / paused, voxels to change {ratio:.2f}", f"at most {VOXELS_BAR}", ratio <= VOXELS_BAR),
                Bar(f"in use, slices to edit {edit[1]}", f"at most paused's {edit[0]}", edit[1] <= edit[0]),
            ]
    return table, bars
