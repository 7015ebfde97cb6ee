"""Volumes: edits until the Dice is 0.90, and learning in use against paused.

``python -m tools.bench.learn.volumes --data DIR --out DIR``. ``edits.py`` and ``in_use.py`` say what is done; the rows
lie in ``DIR/*.csv``, one an edit or a slice, and a run that is there already is read back. The last lines count the
bars met and missed (issue 11).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from auxol_core.api import EngineApi
from auxol_core.build import make_engine
from auxol_core.imaging.files import file_hash
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.replay.options import PromptKind
from auxol_core.replay.sources import Pair
from tools.bench.learn import edits as edits_module
from tools.bench.learn import in_use as in_use_module
from tools.bench.learn import patients as patients_module
from tools.bench.learn.edits import GOOD, MOST_EDITS, TASK, Edit, edits
from tools.bench.learn.in_use import Tried, in_use
from tools.bench.learn.kept import kept, key_of, sources_key
from tools.bench.learn.patients import Window, chosen, patients, structure_of

STREAMS = ("lgg_volumes", "btcv_ct/spleen", "btcv_ct/left_kidney", "btcv_ct/liver")
# Those that the bars speak of; the liver is shown beside.
OF_THE_BAR = ("lgg_volumes", "btcv_ct/spleen", "btcv_ct/left_kidney")
EDITS_BAR, FAILED_BAR, VOXELS_BAR = 0.5, 1 / 3, 0.95
TAUGHT_SHARE = 10 / 16  # of the volumes, for in use against paused
KINDS: tuple[PromptKind, ...] = ("box", "point")

EngineFactory = Callable[[Path], EngineApi]


@dataclass(frozen=True)
class Bench:
    """What all runs of a call share. ``facts``: of the engine, for the keys."""

    data: Path
    out: Path
    engine: EngineFactory
    facts: str
    seed: int = 0
    limit: int | None = None
    window: Window = "task"

    def edits(self, stream: str, *, learning: bool) -> Iterator[Edit]:
        """The rows of one arm, kept or made."""
        arm = "learning" if learning else "frozen"
        value, pairs = self._volumes(stream)
        path = self._path("edits", stream, arm, pairs, [edits_module])

        def made() -> Iterator[Edit]:
            with tempfile.TemporaryDirectory(prefix="auxol-volumes-", ignore_cleanup_errors=True) as folder:
                engine = self.engine(Path(folder))
                try:
                    engine.create_task(TASK, TaskOptions(learning=learning, seed=self.seed))
                    yield from edits(engine, stream, arm, patients(pairs, value, self.window), self.seed)
                finally:
                    engine.close()

        return kept(path, Edit, made())

    def in_use(self, stream: str, kind: PromptKind) -> Iterator[Tried]:
        """The rows of all arms, kept or made."""
        value, pairs = self._volumes(stream)
        path = self._path("in-use", stream, kind, pairs, [edits_module, in_use_module])

        def made() -> Iterator[Tried]:
            with tempfile.TemporaryDirectory(prefix="auxol-volumes-", ignore_cleanup_errors=True) as folder:
                engine = self.engine(Path(folder))
                try:
                    engine.create_task(TASK, TaskOptions(seed=self.seed))
                    found = list(patients(pairs, value, self.window))
                    taught = round(TAUGHT_SHARE * len(found))
                    yield from in_use(engine, stream, kind, found, taught, self.seed)
                finally:
                    engine.close()

        return kept(path, Tried, made())

    def _volumes(self, stream: str) -> tuple[int, list[Pair]]:
        structure = structure_of(self.data, stream)
        return structure.value, chosen(structure, self.seed, self.limit)

    def _path(self, what: str, stream: str, arm: str, pairs: Sequence[Pair], modules: Sequence[object]) -> Path:
        own = [Path(str(module.__file__)) for module in (patients_module, *modules)]  # type: ignore[attr-defined]
        of_data = [[pair.name, file_hash(pair.image), file_hash(pair.labels)] for pair in pairs]
        key = key_of(sources_key(own), self.facts, what, stream, arm, self.seed, self.window, of_data)
        return self.out / f"{what}-{stream.replace('/', '+')}-{arm}-{key}.csv"


@dataclass(frozen=True)
class Outcome:
    """The edits of one arm over the second half of the volumes: how many each took, and whether it got there."""

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
    return Outcome(counted, got, float(np.mean(over)), float(np.mean(under)))


def edits_table(arms: Sequence[tuple[str, Outcome, Outcome]]) -> Table:
    """A row a stream: learning beside frozen over the second half."""
    table = Table("stream", "volumes", "edits learning", "frozen", "ratio", "not there", "frozen", "each, learning")
    for stream, ours, frozen in arms:
        ratio = f"{ours.mean / frozen.mean:.2f}" if frozen.mean else "-"
        each = " ".join(str(n) if ok else f"{n}+" for n, ok in zip(ours.edits, ours.there, strict=True))
        cells = [f"{ours.mean:.1f}", f"{frozen.mean:.1f}", ratio, str(ours.failed), str(frozen.failed), each]
        table.add_row(stream, str(len(ours.edits)), *cells)
    return table


def edits_bars(arms: Sequence[tuple[str, Outcome, Outcome]]) -> list[tuple[str, bool]]:
    """The bars on the streams that they speak of, in words, and whether they are met."""
    bars = []
    for stream, ours, frozen in arms:
        if stream in OF_THE_BAR and frozen.mean > 0:
            ratio = ours.mean / frozen.mean
            bars.append((f"{stream}: edits learning/frozen {ratio:.2f} <= {EDITS_BAR}", ratio <= EDITS_BAR))
            text = f"{stream}: not there {ours.failed} <= a third of {frozen.failed}"
            bars.append((text, ours.failed <= FAILED_BAR * frozen.failed))
    return bars


def in_use_bars(rows: Sequence[Tried]) -> tuple[Table, list[tuple[str, bool]]]:
    """In use beside paused, each stream and prompt and all pooled; the bars are on the pool."""
    table = Table("stream", "prompt", "slices", "to edit paused", "in use", "voxels paused", "in use", "ratio")
    bars: list[tuple[str, bool]] = []
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
                (f"in use / paused, voxels to change {ratio:.2f} <= {VOXELS_BAR}", ratio <= VOXELS_BAR),
                (f"in use, slices to edit {edit[1]} <= {edit[0]}", edit[1] <= edit[0]),
            ]
    return table, bars


def main(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Where rows are kept.")],
    stream: Annotated[list[str] | None, typer.Option(help="SET or SET/LABEL; may be given several times.")] = None,
    what: Annotated[str, typer.Option(help="edits, in-use or both.")] = "both",
    limit: Annotated[int | None, typer.Option(min=2, help="Volumes of each stream.")] = None,
    window: Annotated[str, typer.Option(help="task: one window; volume: each volume by its percentiles.")] = "task",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    """Measure, print and judge."""
    console, machine = Console(width=140), MachineOptions(threads=threads, locating=False)

    def engine(folder: Path) -> EngineApi:
        return make_engine("builtin", folder, machine)

    bench = Bench(data, out, engine, facts_of(engine), seed, limit, "volume" if window == "volume" else "task")
    bars: list[tuple[str, bool]] = []
    if what != "in-use":
        arms = []
        for name in stream or STREAMS:
            began = perf_counter()
            ours, frozen = (outcome(list(bench.edits(name, learning=learning))) for learning in (True, False))
            console.print(f"{name}: {perf_counter() - began:.0f} s")
            arms.append((name, ours, frozen))
        console.print(edits_table(arms))
        bars += edits_bars(arms)
    if what != "edits":
        rows = [row for name in stream or STREAMS for kind in KINDS for row in bench.in_use(name, kind)]
        table, of_use = in_use_bars(rows)
        console.print(table)
        bars += of_use
    for text, met in bars:
        console.print(f"{'met   ' if met else 'MISSED'} {text}", highlight=False)
    console.print(f"bars met {sum(met for _, met in bars)}, missed {sum(not met for _, met in bars)}")


def facts_of(engine: EngineFactory) -> str:
    """What an engine says of itself: generalist, its hash, device and precision."""
    with tempfile.TemporaryDirectory(prefix="auxol-volumes-", ignore_cleanup_errors=True) as folder:
        made = engine(Path(folder))
        try:
            status = made.create_task(TASK)
        finally:
            made.close()
    return f"{status.generalist} {status.generalist_hash} {status.device} {status.precision}"


if __name__ == "__main__":
    typer.run(main)
