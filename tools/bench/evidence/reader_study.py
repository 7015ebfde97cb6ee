"""From the tables that readers save in Slicer to one table: with learning against without (docs/reader-study.md).

``python -m tools.bench.evidence.reader_study FOLDER`` takes ``READER_CASE_with.csv`` and ``READER_CASE_without.csv``,
the tables of *Session as CSV* under such names. Readers and cases are compared with themselves: only pairs count. The
intervals are over readers and cases, both drawn anew (two-way bootstrap), because a study is of few of either.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from auxol_core.errors import DataError
from auxol_core.replay.comparisons import DRAWS, HIGH, LOW
from auxol_core.replay.prompts import rng_for

ARMS = ("with", "without")
NAMED = re.compile(r"(?P<reader>[^_]+)_(?P<case>.+)_(?P<arm>with|without)\.csv")
# A break of a minute and more on one slice is a phone call.
LONGEST_S = 600.0
SIMULATED = "simulated"


@dataclass(frozen=True)
class Session:
    """What one reader did on one case in one arm; ``seconds``: from the first proposal of a slice to its save."""

    slices: int
    actions: int
    seconds: float
    voxels: int


Sessions = Mapping[tuple[str, str, str], Session]
FIGURES: dict[str, Callable[[Session], float]] = {
    "actions a slice": lambda each: each.actions / each.slices,
    "seconds a slice": lambda each: each.seconds / each.slices,
    "voxels changed by hand a slice": lambda each: each.voxels / each.slices,
    "slices saved": lambda each: float(each.slices),
}


def read(folder: Path) -> dict[tuple[str, str, str], Session]:
    """(reader, case, arm) -> what was done; DataError names a file that is not such a table, or that there is none."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        name = NAMED.fullmatch(path.name)
        if name is None:
            raise DataError(f"{path.name}: expected READER_CASE_with.csv or READER_CASE_without.csv. Rename it.")
        found[name["reader"], name["case"], name["arm"]] = _session(path)
    if not found:
        raise DataError(f"{folder} holds no session tables. Save them in Slicer with Session as CSV.")
    return found


def _session(path: Path) -> Session:
    with path.open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    try:
        saved = [row for row in rows if row["saved"]]
        seconds = [min(float(row["seconds_to_save"] or 0.0), LONGEST_S) for row in saved]
        actions, voxels = (sum(int(row[name]) for row in saved) for name in ("actions", "voxels_changed"))
    except (KeyError, ValueError) as error:
        raise DataError(f"{path.name} is no session table of this version ({error}). Save it again.") from error
    if not saved:
        raise DataError(f"{path.name}: no slice of it was saved. Leave it out, or read the case again.")
    return Session(len(saved), actions, sum(seconds), voxels)


@dataclass(frozen=True)
class Compared:
    """``ratio``: with over without, of the sums over pairs; ``low``, ``high``: its 90 % interval."""

    pairs: int
    with_: float
    without: float
    ratio: float
    low: float
    high: float


def compared(sessions: Sessions, of: Callable[[Session], float]) -> Compared:
    """Over the reader and case pairs that have both arms; DataError where there is none."""
    pairs = sorted({(r, c) for r, c, _ in sessions if all((r, c, arm) in sessions for arm in ARMS)})
    if not pairs:
        raise DataError("No reader read a case in both arms, with and without. Both tables of a pair are needed.")
    values = np.array([[of(sessions[r, c, arm]) for arm in ARMS] for r, c in pairs])
    readers, cases = (np.unique([pair[side] for pair in pairs], return_inverse=True) for side in (0, 1))
    rng = rng_for(0, "reader study", len(pairs))
    weights = np.ones((DRAWS, len(pairs)))
    for names, owner in (readers, cases):
        drawn = rng.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=DRAWS)
        weights *= drawn[:, owner]
    above, below = (weights @ values).T
    used = below > 0
    ratios = above[used] / below[used]
    low, high = np.percentile(ratios, (LOW, HIGH)) if used.any() else (1.0, 1.0)
    means = values.mean(axis=0)
    ratio = float(means[0] / means[1]) if means[1] else 1.0
    return Compared(len(pairs), float(means[0]), float(means[1]), ratio, float(low), float(high))


def table(sessions: Sessions) -> Table:
    """A row a figure."""
    readers = {reader for reader, _, _ in sessions}
    marked = any(reader.startswith(SIMULATED) for reader in readers)
    title = f"{len(readers)} readers" + (", SIMULATED: no person was measured" if marked else "")
    made = Table("", "without", "with learning", "with / without", "90 %", title=title)
    for name, of in FIGURES.items():
        found = compared(sessions, of)
        interval = f"{found.low:.2f} to {found.high:.2f}"
        made.add_row(name, f"{found.without:.2f}", f"{found.with_:.2f}", f"{found.ratio:.2f}", interval)
    return made


def simulate(folder: Path, readers: int, cases: int, saving: float) -> None:
    """Tables as made-up readers would save them, of whom learning spares the share ``saving`` of all that is repaired;
    their names begin with ``simulated``, so that no table of theirs can pass for one of people."""
    folder.mkdir(parents=True, exist_ok=True)
    for reader in range(readers):
        for case in range(cases):
            rng = rng_for("simulated reader", reader, case)
            pace, hard = rng.lognormal(0.0, 0.3), rng.lognormal(0.0, 0.4)
            for arm in ARMS:
                left = 1.0 - saving * (arm == "with")
                _write(folder / f"{SIMULATED}{reader}_case{case}_{arm}.csv", rng, pace, hard * left)


def _write(path: Path, rng: np.random.Generator, pace: float, effort: float) -> None:
    names: Sequence[str] = ("slice", "prompts", "edits", "actions", "voxels_changed", "saved", "seconds_to_save")
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for index in range(20):
            edits = int(rng.poisson(effort))
            prompts = 1 + int(rng.poisson(0.5 * effort))
            voxels = int(edits * rng.integers(20, 400))
            seconds = pace * (6 + 3 * prompts + 8 * edits)
            cells = [index, prompts, edits, prompts + edits + 2, voxels, "2026-01-01T00:00:00Z", f"{seconds:.1f}"]
            writer.writerow(cells)


def main(
    folder: Annotated[Path, typer.Argument(help="Holds READER_CASE_with.csv and READER_CASE_without.csv.")],
    simulated: Annotated[int, typer.Option(min=0, help="Write tables of so many made-up readers there first.")] = 0,
    cases: Annotated[int, typer.Option(min=1, help="Of each made-up reader.")] = 6,
    saving: Annotated[float, typer.Option(min=0, max=1, help="What learning spares them.")] = 0.3,
) -> None:
    """Print the table of a reader study."""
    console = Console(width=120)
    try:
        if simulated:
            simulate(folder, simulated, cases, saving)
        console.print(table(read(folder)))
    except DataError as error:
        console.print(str(error), highlight=False)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
