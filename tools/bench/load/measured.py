"""One run: what was asked, what came of it, its bars, and how it is kept on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from auxol_core.engine.worker import Spent
from auxol_core.errors import DataError
from auxol_core.replay.summary import write_json
from tools.bench.learn.bar import Bar
from tools.bench.load.reader import KINDS, Habits, Kind, Sample

FAIR, FAIR_READERS = 1.5, 20
RECEIPT_MS = 100.0
# A first click on a slice may encode it; all readers have as many of these.
CLICKS: tuple[Kind, ...] = ("first", "click")
CLICKS_OF_A_READER = 5  # with fewer a reader's median says nothing


@dataclass(frozen=True)
class Asked:
    """What a run was made with. ``warm_up_s`` at the beginning are not counted; ``counted_s`` after them are."""

    against: str
    readers: int
    processes: int
    generalist: str
    learner: str
    shared: bool
    counted_s: float
    warm_up_s: float
    seed: int
    habits: Habits

    @property
    def series(self) -> tuple[object, ...]:
        """What two runs must have in common to be told of together: all but the number of readers, and seconds."""
        return self.against, self.generalist, self.learner, self.shared, self.habits


@dataclass(frozen=True)
class Load:
    """What it cost: processor seconds while it was counted (and warming up) of the server's processes and of the
    readers', resident bytes of the server's at the beginning and at most, bytes of its task files; None: unknown.
    ``thread``: what the server's compute thread spent meanwhile, by urgency; None: unknown.
    ``others``: processor seconds of everything else on the machine in that time, which a quiet machine has few of."""

    server_cpu_s: float | None
    readers_cpu_s: float
    begin_bytes: int | None
    most_bytes: int | None
    disk_bytes: int | None
    others_cpu_s: float
    cores: int
    thread: Mapping[str, Spent] | None = None


@dataclass(frozen=True)
class Measured:
    """A run. ``update_s``: seconds of each update, as the server's events have them."""

    asked: Asked
    samples: Sequence[Sample]
    update_s: Sequence[float]
    load: Load
    facts: Mapping[str, str] = field(default_factory=dict)

    def counted(self, *kinds: Kind) -> list[Sample]:
        """Those of these kinds that were begun after the warm-up and had a result."""
        return [s for s in self.samples if s.kind in kinds and s.begun >= self.asked.warm_up_s and not s.error]

    def ms(self, *kinds: Kind) -> list[float]:
        """Their milliseconds."""
        return [1000 * sample.seconds for sample in self.counted(*kinds)]

    @property
    def failed(self) -> list[Sample]:
        """What had no result, also in the warm-up."""
        return [sample for sample in self.samples if sample.error]

    def a_second(self, *kinds: Kind) -> float:
        """How many of these kinds were answered in a second."""
        return len(self.counted(*kinds)) / self.asked.counted_s

    @property
    def clicks_a_second(self) -> float:
        """All of them."""
        return self.a_second(*CLICKS)

    @property
    def fairness(self) -> float | None:
        """The slowest reader's median click over the fastest's; None where none clicked often enough."""
        by_reader: dict[int, list[float]] = {}
        for sample in self.counted(*CLICKS):
            by_reader.setdefault(sample.reader, []).append(sample.seconds)
        medians = [float(np.median(each)) for each in by_reader.values() if len(each) >= CLICKS_OF_A_READER]
        return max(medians) / min(medians) if len(medians) > 1 else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """None of nothing."""
    return float(np.percentile(values, share)) if len(values) else None


def bars(run: Measured) -> list[Bar]:
    """Those that a run alone can meet; the model's is in hold.py."""
    readers = run.asked.readers
    judged = []
    if readers == FAIR_READERS:
        fair = run.fairness
        judged.append(Bar(
            f"fairness of {readers} readers: {'unknown' if fair is None else f'{fair:.2f}'}", f"at most {FAIR:g}",
            None if fair is None else fair <= FAIR,
        ))  # fmt: skip
        p95 = percentile(run.ms("save"), 95)
        judged.append(Bar(
            f"save to receipt of {readers} readers, p95: {'unknown' if p95 is None else f'{p95:.0f} ms'}",
            f"at most {RECEIPT_MS:g} ms", None if p95 is None else p95 <= RECEIPT_MS,
        ))  # fmt: skip
    judged.append(Bar(f"requests of {readers} readers without an answer: {len(run.failed)}", "none", not run.failed))
    return judged


def summary(run: Measured) -> dict[str, Any]:
    """What the table and the page tell, in milliseconds, megabytes and seconds."""
    kinds = {
        kind: {"n": len(ms), "mean": float(np.mean(ms)), **{f"p{q}": percentile(ms, q) for q in (50, 95, 99)}}
        for kind in KINDS if (ms := run.ms(kind))
    }  # fmt: skip
    return {
        "clicks_a_second": run.clicks_a_second,
        "saves_a_second": run.a_second("save"),
        "fairness": run.fairness,
        "failed": len(run.failed),
        "errors": sorted({sample.error for sample in run.failed})[:5],
        "ms": kinds,
    }


def write(run: Measured, folder: Path) -> Path:
    """One JSON file, named by what was asked."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.asked.readers:04d}-readers.json"
    told = {"asked": asdict(run.asked), "summary": summary(run), "load": asdict(run.load), "facts": dict(run.facts)}
    rows = [[s.reader, s.kind, round(s.begun, 4), round(s.seconds, 6), s.error] for s in run.samples]
    write_json(path, {**told, "update_s": [round(each, 4) for each in run.update_s], "samples": rows})
    return path


def read(path: Path) -> Measured:
    """What ``write`` wrote; DataError for another file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        asked = told["asked"]
        return Measured(
            Asked(**{**asked, "habits": Habits(**asked["habits"])}),
            [Sample(*row) for row in told["samples"]],
            told["update_s"],
            _load_of(told["load"]),
            told["facts"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"A run of bench-load was expected, {path} is none ({error}). Make it again.") from None


def _load_of(told: dict[str, Any]) -> Load:
    thread = told["thread"]
    spent = None if thread is None else {urgency: Spent(**each) for urgency, each in thread.items()}
    return Load(**{**told, "thread": spent})


def runs_in(folder: Path, readers: Iterable[int] | None = None) -> list[Measured]:
    """The runs kept in ``folder``, fewest readers first; DataError where one of ``readers`` is not there, or where two
    were made with different settings."""
    found = [read(path) for path in sorted(folder.glob("*-readers.json"))]
    wanted = {run.asked.readers for run in found} if readers is None else set(readers)
    missing = wanted - {run.asked.readers for run in found}
    if missing:
        raise DataError(
            f"Runs with {sorted(wanted)} readers were expected in {folder}; {sorted(missing)} lack. Run them."
        )
    chosen = [run for run in found if run.asked.readers in wanted]
    if len({run.asked.series for run in chosen}) > 1:
        raise DataError(f"Runs with the same settings were expected in {folder}. Keep others in another folder.")
    return chosen
