"""``python -m tools.bench.evidence --data DIR`` (``make bench DATA=DIR``): the tables of docs/benchmark.md.

Finished runs lie in OUT/runs; those that the repository ships (docs/benchmark/runs) are put there first, and a run is
made again only where a file that it depends on has changed. ``--quick`` makes one order of three streams without
``paper`` in a quarter of an hour and says what it left out. The last line counts the bars met and missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import numpy as np
import typer
from rich.console import Console

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.rows import Row, read_rows
from auxol_core.replay.runner import Workshop
from tools.bench.evidence import click_tables, figures, gallery, orders
from tools.bench.evidence.click_runs import KeptClicks
from tools.bench.evidence.clicks import Clicked
from tools.bench.evidence.further import Further
from tools.bench.evidence.objects import objects_table
from tools.bench.evidence.plan import QUICK, ClickRun, Plan
from tools.bench.evidence.studies import studies_table
from tools.bench.evidence.whole import edits_bar, edits_table, prompts_table
from tools.bench.learn.bar import Bar, counted
from tools.bench.learn.stream_bars import PROMPTS
from tools.bench.learn.stream_runs import KeptRuns, StreamRun
from tools.bench.shipped import SHIPPED, ship_finished, take_shipped

PARTS = ("streams", "clicks", "studies", "volumes", "find", "objects", "gallery")
Run = TypeVar("Run")


class Dice(Protocol):
    """A row that says how good a mask was."""

    @property
    def dice(self) -> float: ...


@dataclass(frozen=True)
class Evidence:
    """What all parts of a call share."""

    data: Path
    out: Path
    plan: Plan
    parts: Sequence[str]
    workshop: Workshop
    console: Console
    made_only: bool
    jobs: int

    @cached_property  # it remembers the hashes of the images
    def runs(self) -> KeptRuns:
        return KeptRuns(self.out / "runs", self.data, self.workshop)

    @cached_property
    def clicks(self) -> KeptClicks:
        return KeptClicks(self.out / "runs", self.runs, self.workshop)

    @property
    def further(self) -> Further:
        return Further(self.out / "runs", self.data, self.plan, self.parts, self.runs, self.workshop)

    def names(self) -> list[str]:
        """Of all runs that are wanted, made or not."""
        streams, clicks = self.wanted()
        own = [*(self.runs.name(each) for each in streams), *(self.clicks.name(each) for each in clicks)]
        return own + self.further.names()

    def wanted(self) -> tuple[list[StreamRun], list[ClickRun]]:
        """The runs of the parts that were asked for."""
        streams = list(self.plan.stream_runs()) if "streams" in self.parts else []
        streams += self.plan.study_runs() if "studies" in self.parts else []
        return list(dict.fromkeys(streams)), list(self.plan.click_runs()) if "clicks" in self.parts else []

    def make(self) -> None:
        """What is missing, ``jobs`` at a time; what the repository ships is not missing."""
        streams, clicks = self.wanted()
        runs, clicked = self.runs, self.clicks
        names = self.names()
        self.tell(take_shipped(self.out / "runs", names))
        if self.made_only:
            return
        self._made("stream", runs.rows, runs.name, runs.missing(streams))
        self._made("clicks", clicked.rows, clicked.name, [each for each in clicks if not clicked.has(each)])
        self.further.make(self.tell)

    def _made(
        self, what: str, rows: Callable[[Run], Sequence[Dice]], name: Callable[[Run], str], missing: Sequence[Run]
    ) -> None:
        with ProcessPoolExecutor(self.jobs, mp_context=get_context("spawn")) as pool:
            under_way = {pool.submit(rows, each): each for each in missing}
            for number, done in enumerate(as_completed(under_way), start=1):
                mean = np.mean([row.dice for row in done.result()])
                self.tell(f"{what} {number}/{len(missing)} {name(under_way[done])}: mean Dice {mean:.4f}")

    def rows(self) -> dict[StreamRun, list[Row]]:
        """Of the runs that are there."""
        streams, runs = self.wanted()[0], self.runs
        missing = set(runs.missing(streams))
        return {each: runs.rows(each) for each in streams if each not in missing}

    def click_rows(self) -> dict[ClickRun, list[Clicked]]:
        """The same of the clicking readers."""
        kept = self.clicks
        return {each: kept.rows(each) for each in self.wanted()[1] if kept.has(each)}

    def gallery(self) -> None:
        """Made anew each time: masks are not kept."""
        if "gallery" not in self.parts or self.made_only:
            return
        runs = [StreamRun(stream, "box", "auxol") for stream in self.plan.streams]
        gallery.draw(self.out / "gallery.png", [gallery.shown(self.runs.stream(r), r, self.workshop) for r in runs])

    def report(self, against: Path | None) -> list[Bar]:
        """Print the tables, draw the pictures; the bars."""
        rows, clicks, further = self.rows(), self.click_rows(), self.further
        volumes = further.edits()
        self.out.mkdir(parents=True, exist_ok=True)
        tables = [orders.streams_table(rows, self.plan, prompt) for prompt in PROMPTS] if rows else []
        others = ("generalist", "paper", "auxol-frozen")
        tables += [orders.above_table(rows, self.plan, "auxol", each) for each in others]
        tables.append(click_tables.clicks_table(clicks, self.plan))
        tables += (
            [studies_table(rows, further.adapted(), self.plan)] if self.plan.studied and "studies" in self.parts else []
        )
        tables += [edits_table(volumes), prompts_table(further.readings())]
        tables.append(objects_table(further.objects(), self.plan.streams))
        for made in tables:
            if made.row_count:
                self.console.print(made)
        figures.draw(self.out, rows, clicks, volumes, self.plan)
        self.gallery()
        there = {} if against is None else self._of(against)
        return [
            *orders.bars(rows, self.plan),
            *click_tables.bars(clicks, self.plan),
            edits_bar(volumes),
            orders.same_elsewhere(rows, there),
        ]

    def _of(self, folder: Path) -> dict[StreamRun, list[Row]]:
        """The same runs in another folder: a name says what was run, not on which machine."""
        runs = self.runs
        paths = {each: folder / f"{runs.name(each)}.csv" for each in self.wanted()[0]}
        return {each: read_rows(path) for each, path in paths.items() if path.exists()}

    def ship(self) -> None:
        """Pack what is finished into the repository."""
        self.tell(ship_finished(self.out / "runs", self.names()))

    def tell(self, text: str) -> None:
        self.console.print(text, highlight=False, soft_wrap=True)


def bench(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Kept runs go to OUT/runs, the pictures to OUT.")] = Path("runs/bench"),
    quick: Annotated[bool, typer.Option("--quick", help="One order, three streams, without `paper`.")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"Parts: {', '.join(PARTS)}; repeatable.")] = None,
    orders_: Annotated[int, typer.Option("--orders", min=0, help="Orders of each stream; 0: all of the plan.")] = 0,
    made_only: Annotated[bool, typer.Option("--made-only", help="Make nothing: print what the kept runs say.")] = False,
    against: Annotated[Path | None, typer.Option(help="OUT/runs of another machine or thread count.")] = None,
    ship: Annotated[bool, typer.Option("--ship", help=f"Pack the finished runs into {SHIPPED}.")] = False,
    threads: Annotated[int, typer.Option(help="Of each stream; 0: all cores.")] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Streams at a time, each in a process of its own.")] = 2,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Make what is missing, print the tables, draw the pictures, and count the bars."""
    parts = tuple(only or PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        raise typer.BadParameter(f"--only takes {', '.join(PARTS)}, got {unknown[0]!r}.")
    plan = QUICK if quick else Plan()
    plan = replace(plan, orders=min(orders_ or plan.orders, plan.orders))
    # Where a structure is, is learned beside (make bench-find).
    machine = MachineOptions(threads=threads, device=device, locating=False)  # type: ignore[arg-type]
    workshop = Workshop(make_engine, DEFAULT_GENERALIST, machine)
    console = Console(width=200)
    evidence = Evidence(data, out, plan, parts, workshop, console, made_only, jobs)
    evidence.make()
    judged = evidence.report(against)
    if ship:
        evidence.ship()
    if left_out := plan.left_out():
        evidence.tell(f"Left out: {'; '.join(left_out)}.")
    for bar in judged:
        evidence.tell(str(bar))
    evidence.tell(counted(judged))


if __name__ == "__main__":
    typer.run(bench)
