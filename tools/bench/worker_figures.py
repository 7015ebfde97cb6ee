"""What `make bench-worker` measured, as figures: samples, the bars they are held against, tables and files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from rich import box
from rich.table import Table

from auxol_core.errors import DataError
from auxol_core.replay.summary import write_json

Place = Literal["process", "worker"]
PLACES: tuple[Place, ...] = ("process", "worker")

IN_TURNS = ("box", "click", "first", "sent")  # sample by sample, one place right after the other
HTTP_MS = 15.0
RECEIPT_MS = 50.0
BESIDE_BUSY = 3.0  # times the idle click
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

# What is measured in both places, in the order of the table.
TITLES: dict[str, str] = {
    "box": "prediction, box, slice known",
    "click": "prediction, one click, slice known",
    "first": "first prediction on a slice that is there",
    "sent": "first prediction, sending the slice",
    "idle": "prediction, nothing else going on",
    "learning": "prediction while learning is under way",
    "first_learning": "prediction during the first update of a process",
    "step": "optimiser step",
    "publish": "guard and journal, the last step of an update",
    "refresh_step": "refreshing one proposal",
    "first_step": "first optimiser step of a process",
    "save": "save to receipt",
    "save_after_pause": "save to receipt after a pause",
    "save_learning": "save to receipt while learning is under way",
    "refreshed": "save to refreshed proposal",
    "start": "start to ready",
    "starved_idle": "click, worker started at nice 19",
    "starved_before": "the same beside two busy programs, its priority kept",
    "starved_after": "the same beside two busy programs, its priority left",
}


@dataclass
class Samples:
    """Milliseconds by what was measured and where, in the order in which they were taken."""

    ms: dict[tuple[str, Place], list[float]] = field(default_factory=dict)

    def add(self, measure: str, place: Place, seconds: float) -> None:
        """One more of them; ``measure`` is a key of TITLES."""
        self.ms.setdefault((measure, place), []).append(1000 * seconds)

    def of(self, measure: str, place: Place) -> list[float]:
        """All of one measure; none where it was not taken."""
        return self.ms.get((measure, place), [])

    def median(self, measure: str, place: Place) -> float | None:
        """The median; None without samples."""
        return _percentile(self.of(measure, place), 50)

    def p95(self, measure: str, place: Place) -> float | None:
        """The 95th percentile; None without samples."""
        return _percentile(self.of(measure, place), 95)

    def more(self, measure: str) -> float | None:
        """How much longer it takes through a worker; None where one place was not measured.

        The median of the differences where both were timed in turns: what else the machine does then hits both.
        """
        here, there = self.of(measure, "process"), self.of(measure, "worker")
        if measure in IN_TURNS and len(here) == len(there):
            return _percentile([late - early for early, late in zip(here, there, strict=True)], 50)
        before, after = self.median(measure, "process"), self.median(measure, "worker")
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class Memory:
    """Resident memory in MB (10^6 bytes), None: unknown. ``torch``: whether it was loaded."""

    who: str
    now_mb: float | None
    peak_mb: float | None
    torch: bool


@dataclass(frozen=True)
class Report:
    """One run. ``facts``: what it was made with and on, name by name. ``autogroup``: see machine/priority.py."""

    samples: Samples
    memory: Sequence[Memory]
    facts: Mapping[str, str]
    client_loaded_torch: bool
    autogroup: bool = False


@dataclass(frozen=True)
class Bar:
    """A promise in a sentence with its figures, and whether it was kept; what was not measured was not kept."""

    sentence: str
    met: bool

    def __str__(self) -> str:
        return f"{'met   ' if self.met else 'MISSED'} {self.sentence}"


def bars(report: Report) -> list[Bar]:
    """All bars, in order."""
    samples = report.samples
    judged = []
    for measure in IN_TURNS:
        more = samples.more(measure)
        what = f"{TITLES[measure]}: at most {HTTP_MS:g} ms more than in process (median): {_ms(more, '+')}"
        judged.append(Bar(what, more is not None and more <= HTTP_MS))
    judged.append(_waiting(samples))
    for measure in ("save", "save_after_pause", "save_learning"):
        p95 = samples.p95(measure, "worker")
        what = f"{TITLES[measure]}: 95 % within {RECEIPT_MS:g} ms: {_ms(p95)}"
        judged.append(Bar(what, p95 is not None and p95 <= RECEIPT_MS))
    judged += _beside_busy(report)
    told = "it did" if report.client_loaded_torch else "it did not"
    judged.append(Bar(f"a client never loads torch: {told}", not report.client_loaded_torch))
    return judged


def _waiting(samples: Samples) -> Bar:
    """Long waits against long steps: who comes as a step begins waits for all of it, who waits for two is too late."""
    idle, learning = samples.median("idle", "worker"), samples.p95("learning", "worker")
    wait = None if idle is None or learning is None else learning - idle
    step = samples.p95("step", "process")
    what = f"{TITLES['learning']}: 95 % wait at most one step (95 %: {_ms(step)}) more than idle: {_ms(wait, '+')}"
    return Bar(what, wait is not None and step is not None and wait <= step)


def _beside_busy(report: Report) -> list[Bar]:
    """A bar only where Linux shares processor time between sessions: elsewhere an ordinary user can do no more."""
    if not report.autogroup:
        return []
    idle, beside = (report.samples.median(name, "worker") for name in ("starved_idle", "starved_after"))
    times = None if idle is None or beside is None else beside / idle
    shown = "not measured" if times is None else f"{times:.1f} times"
    what = f"{TITLES['starved_after']}: at most {BESIDE_BUSY:g} times the idle click (median): {shown}"
    return [Bar(what, times is not None and times <= BESIDE_BUSY)]


def last_line(judged: Sequence[Bar]) -> str:
    """How many were met and missed."""
    met = sum(bar.met for bar in judged)
    return f"bars met {met}, missed {len(judged) - met}"


# Tables


def table_rows(samples: Samples) -> Iterator[list[str]]:
    """A row for each measure: title; median, 95 % and number in process and in the worker; the difference."""
    for measure, title in TITLES.items():
        cells = [title]
        for place in PLACES:
            taken = samples.of(measure, place)
            cells += [_number(_percentile(taken, 50)), _number(_percentile(taken, 95)), str(len(taken) or "")]
        yield [*cells, _number(samples.more(measure), "+")]


HEADINGS = ("ms", "in process\nmedian", "\n95 %", "\nn", "worker\nmedian", "\n95 %", "\nn", "more")
MEMORY_HEADINGS = ("resident memory, MB", "after one prediction", "at its peak", "torch")


def timing_table(samples: Samples) -> Table:
    """Times, for the terminal."""
    return _table(HEADINGS, list(table_rows(samples)))


def memory_table(memory: Sequence[Memory]) -> Table:
    """Memory, for the terminal."""
    return _table(MEMORY_HEADINGS, [_memory_row(each) for each in memory])


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _memory_row(each: Memory) -> list[str]:
    known = [("unknown" if mb is None else f"{mb:.0f}") for mb in (each.now_mb, each.peak_mb)]
    return [each.who, *known, "loaded" if each.torch else "not loaded"]


def markdown(report: Report) -> str:
    """Facts, both tables and the bars, as they stand in docs/bench-worker.md."""
    judged = bars(report)
    heads = [heading.replace("\n", " ").strip() for heading in HEADINGS]
    parts = [
        "\n".join(f"- {name}: {value}" for name, value in report.facts.items()),
        _markdown_table(heads, list(table_rows(report.samples))),
        _markdown_table(MEMORY_HEADINGS, [_memory_row(each) for each in report.memory]),
        "\n".join(f"- {'met' if bar.met else '**MISSED**'}: {bar.sentence}" for bar in judged),
        f"**{last_line(judged)}**",
    ]
    return "\n\n".join(parts)


def _markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


# Files


def write(report: Report, folder: Path) -> None:
    """``bench_worker.json``, everything; ``bench_worker.csv``, a line for each sample."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = report.samples.ms
    write_json(
        folder / "bench_worker.json",
        {
            "facts": dict(report.facts),
            "milliseconds": [{"measure": m, "place": p, "samples": values} for (m, p), values in taken.items()],
            "memory": [asdict(each) for each in report.memory],
            "bars": [asdict(bar) for bar in bars(report)],
        },
    )
    with (folder / "bench_worker.csv").open("w", newline="", encoding="utf-8") as stream:
        lines = csv.writer(stream)
        lines.writerow(("measure", "place", "number", "milliseconds"))
        for (measure, place), values in taken.items():
            lines.writerows((measure, place, number, f"{value:.3f}") for number, value in enumerate(values))


def check_page(page: Path) -> None:
    """DataError unless ``page`` has the two marks that the figures stand between."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    if not 0 <= text.find(BEGIN) < text.find(END):
        raise DataError(f"A page with the lines {BEGIN} and {END} was expected, got {page}. Add them to it.")


def put_into(page: Path, report: Report) -> None:
    """Replace what stands between the marks of ``page``."""
    check_page(page)
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{markdown(report)}\n{END}{after}", encoding="utf-8")


def _percentile(values: Sequence[float], share: float) -> float | None:
    return float(np.percentile(values, share)) if values else None


def _number(value: float | None, sign: str = "") -> str:
    return "" if value is None else f"{value:{sign}.1f}"


def _ms(value: float | None, sign: str = "") -> str:
    return "not measured" if value is None else f"{value:{sign}.1f} ms"
