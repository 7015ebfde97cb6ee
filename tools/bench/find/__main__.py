"""``python -m tools.bench.find --data DIR --out DIR`` (``make bench-find DATA=DIR``): what a locator finds.

Five-fold by patient, all slices of the test volumes. Finished runs come from their CSVs in OUT/runs, where those that
the repository ships (docs/benchmark/runs) are put first; what is missing, or depends on a file that changed, is made.
All of it takes many hours on two cores: ``--structures``, ``--labels``, ``--folds``, ``--draws`` and ``--only`` make a
part, and ``--made-only`` prints what is there. The last line counts the bars met and missed.
"""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auxol_core.build import set_up_torch
from auxol_core.options import MachineOptions
from tools.bench.find.bars import bars, merged, reading_bars, table
from tools.bench.find.cases import DRAWS, FOLDS, LABELS, STRUCTURES, Case
from tools.bench.find.found import Found
from tools.bench.find.reader import Reading
from tools.bench.find.runs import PARTS, FindRuns, Part
from tools.bench.learn.bar import counted
from tools.bench.shipped import SHIPPED, ship_finished, take_shipped

READER = "reader"


def find(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Kept runs go to OUT/runs.")] = Path("runs/find"),
    structures: Annotated[list[str] | None, typer.Option(help=f"{', '.join(STRUCTURES)}; repeatable.")] = None,
    labels: Annotated[list[int] | None, typer.Option(help="Labelled slices: 5, 20, 50; repeatable.")] = None,
    folds: Annotated[list[int] | None, typer.Option(min=0, max=FOLDS - 1, help="Repeatable.")] = None,
    draws: Annotated[list[int] | None, typer.Option(min=0, help="Repeatable.")] = None,
    only: Annotated[list[str] | None, typer.Option(help=f"Parts: {', '.join((*PARTS, READER))}; repeatable.")] = None,
    made_only: Annotated[bool, typer.Option("--made-only", help="Make nothing: print what the kept runs say.")] = False,
    ship: Annotated[bool, typer.Option("--ship", help=f"Pack the finished runs into {SHIPPED}.")] = False,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 1,
) -> None:
    """Make what is missing and count the bars."""
    console = Console(width=170)
    set_up_torch(MachineOptions(threads=threads, device="cpu", precision="float32"))
    runs = FindRuns(out / "runs", data)
    parts = [part for part in PARTS if only is None or part in only]
    if only is not None and set(only) - {*PARTS, READER}:
        raise typer.BadParameter(f"--only takes {', '.join((*PARTS, READER))}, got {', '.join(only)}.")
    chosen = product(structures or STRUCTURES, labels or LABELS, folds or range(FOLDS), draws or DRAWS)
    wanted = [Case(*each) for each in chosen]
    names = [*(runs.name(*each) for each in product(PARTS, wanted)), *map(runs.reader_name, wanted)]
    console.print(take_shipped(out / "runs", names), highlight=False)
    for case, part in () if made_only else product(wanted, parts):
        if runs.kept(part, case) is None:
            began = time.process_time()
            runs.make(part, case)
            console.print(f"{case.name} {part}: {time.process_time() - began:.0f} CPU s", highlight=False)
    read = _read(runs, wanted, console, made_only=made_only or (only is not None and READER not in only))
    if ship:
        console.print(ship_finished(out / "runs", names), highlight=False)
    rows = merged([_kept(runs, part, wanted) for part in PARTS])
    console.print(table(rows))
    judged = [*bars(rows), *reading_bars(read)]
    for bar in judged:
        console.print(str(bar), highlight=False)
    console.print(counted(judged), highlight=False)


def _read(runs: FindRuns, cases: list[Case], console: Console, *, made_only: bool) -> dict[Case, list[Reading]]:
    """The readings of the cases that have some, or of all, told as they are made."""
    found: dict[Case, list[Reading]] = {}
    for case in cases:
        rows = runs.readings(case, made_only=made_only)
        if rows is not None:
            found[case] = rows
            told = ", ".join(f"{row.actions}{'' if row.there else '+'}" for row in rows)
            console.print(
                f"{case.name} {READER} (before; taught, without and with Find; of each volume): {told}", highlight=False
            )
    return found


def _kept(runs: FindRuns, part: Part, cases: list[Case]) -> dict[Case, list[Found]]:
    found = {case: runs.kept(part, case) for case in cases}
    return {case: rows for case, rows in found.items() if rows}


if __name__ == "__main__":
    typer.run(find)
