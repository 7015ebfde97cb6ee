"""``python -m tools.bench.walks --data DIR`` (``make bench-walks DATA=DIR``): the tables of docs/slicer-results.md.

36 walks of about four minutes of a core each. Finished ones come from their CSVs in OUT, where those that the
repository ships (docs/benchmark/runs) are put first; what is missing, or depends on a file that changed, is made.
``--set``, ``--prompt``, ``--split`` and ``--seed`` make a part, and ``--made-only`` prints what is there. The last line
counts the bars met and missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tools.bench.learn.bar import counted
from tools.bench.shipped import SHIPPED, ship_finished, take_shipped
from tools.bench.walks.plan import PARTS, PROMPTS, SEEDS, SPLITS, Walk, walks
from tools.bench.walks.runs import WalkFailedError, WalkRuns
from tools.bench.walks.tables import bars, effort_table, worth_table

WIDTH = 220  # of a table's row: Markdown has no line breaks in one


def bench(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Where finished walks are kept.")] = Path("runs/walks"),
    sets: Annotated[list[str] | None, typer.Option("--set", help=f"{', '.join(PARTS)}; repeatable.")] = None,
    prompts: Annotated[list[str] | None, typer.Option("--prompt", help="box, point; repeatable.")] = None,
    splits: Annotated[list[int] | None, typer.Option("--split", help="0, 1; repeatable.")] = None,
    seeds: Annotated[list[int] | None, typer.Option("--seed", help="0, 1, 2; repeatable.")] = None,
    made_only: Annotated[bool, typer.Option("--made-only", help="Make nothing: print what is kept.")] = False,
    ship: Annotated[bool, typer.Option("--ship", help=f"Pack the finished walks into {SHIPPED}.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Walks at a time; seconds are worth the most with 1.")] = 1,
) -> None:
    """Make what is missing, print the tables, and count the bars."""
    _known("--set", sets, list(PARTS))
    _known("--prompt", prompts, PROMPTS)
    _known("--split", splits, SPLITS)
    _known("--seed", seeds, SEEDS)
    runs, console = WalkRuns(out, data), Console(width=WIDTH)
    wanted = walks(sets or (), prompts or (), splits or (), seeds or ())
    names = [runs.name(walk) for walk in wanted]
    console.print(take_shipped(out, names), highlight=False)
    failed = report(runs, wanted, console, made_only=made_only, jobs=jobs)
    if ship:
        console.print(ship_finished(out, names), highlight=False)
    raise typer.Exit(1 if failed else 0)


def report(runs: WalkRuns, wanted: Sequence[Walk], console: Console, *, made_only: bool, jobs: int = 1) -> int:
    """Make, unless ``made_only``, and print; how many walks failed."""

    def tell(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    missing = [walk for walk in wanted if not runs.has(walk)]
    failed = 0 if made_only else make(runs, missing, jobs, tell)
    there = [walk for walk in wanted if runs.has(walk)]
    tell(f"{len(there)} of {len(wanted)} walks are made")
    rows = [row for walk in there for row in runs.rows(walk)]
    if rows:
        console.print(worth_table(rows))
        console.print(effort_table(rows))
    judged = bars(rows)
    for bar in judged:
        tell(str(bar))
    tell(counted(judged))
    return failed


def make(runs: WalkRuns, missing: Sequence[Walk], jobs: int, tell: Callable[[str], None]) -> int:
    """``jobs`` at a time; one that fails is told, and the others go on. How many failed."""
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        under_way = {pool.submit(runs.rows, walk): walk for walk in missing}
        for number, done in enumerate(as_completed(under_way), start=1):
            name = runs.name(under_way[done])
            try:
                tell(f"{number}/{len(missing)} {name}: {len(done.result())} rows")
            except WalkFailedError as error:
                failed += 1
                tell(f"{number}/{len(missing)} {name} FAILED: {error}")
    return failed


def _known(option: str, given: Sequence[object] | None, possible: Sequence[object]) -> None:
    if unknown := [each for each in given or () if each not in possible]:
        raise typer.BadParameter(f"{option} takes {', '.join(map(str, possible))}, got {unknown[0]!r}.")


if __name__ == "__main__":
    typer.run(bench)
