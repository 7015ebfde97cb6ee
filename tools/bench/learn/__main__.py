"""``python -m tools.bench.learn --data DIR --out DIR`` (``make bench-learn DATA=DIR``): every bar of learning.

Finished runs come from their CSVs in OUT/runs, where those that the repository ships (docs/benchmark/runs) are put
first; what is missing, or depends on a file that changed, is made. All of it takes hours on two cores: ``--only
streams`` and the like make a part, and ``--made-only`` prints what is there. Other sets are measured with ``--stream``
and ``--volume``. The last line counts the bars met and missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.benchmark import engine_facts
from auxol_core.replay.runner import Workshop
from tools.bench.learn import stream_bars, stream_figure, volumes
from tools.bench.learn.alone import alone_bars
from tools.bench.learn.bar import Bar, counted
from tools.bench.learn.sets import Sets, named
from tools.bench.learn.stream_runs import KeptRuns, made
from tools.bench.learn.volumes import VolumeRun, Volumes
from tools.bench.shipped import SHIPPED, ship_finished, take_shipped

UPDATE_RATIO, CLICK_S = 12.0, 0.35


@dataclass(frozen=True)
class Bench:
    """What all parts of a call share."""

    data: Path
    out: Path
    sets: Sets
    machine: MachineOptions
    console: Console
    made_only: bool
    jobs: int

    @property
    def workshop(self) -> Workshop:
        return Workshop(make_engine, DEFAULT_GENERALIST, self.machine)

    @cached_property  # it remembers the streams and the hashes of their images
    def runs(self) -> KeptRuns:
        return KeptRuns(self.out / "runs", self.data, self.workshop)

    def names(self, parts: Sequence[str]) -> list[str]:
        """Of the runs that ``parts`` want and the repository may ship, made or not."""
        found: list[str] = []
        if "streams" in parts:
            found += [self.runs.name(each) for each in stream_bars.wanted(self.sets)]
        if "edits" in parts:
            found += [self._volumes.name(VolumeRun("edits", s, arm)) for s in self.sets.whole for arm in volumes.ARMS]
        if "in-use" in parts:
            found += [self._volumes.name(VolumeRun("in-use", s, k)) for s in self.sets.in_use for k in volumes.KINDS]
        return found

    def alone(self) -> list[Bar]:
        return alone_bars(self.data, self.out / "runs", self.made_only, self.machine.threads, self.sets.core)

    def streams(self) -> list[Bar]:
        runs, wanted = self.runs, stream_bars.wanted(self.sets)
        if not self.made_only:
            made(runs, wanted, lambda text: self.console.print(text, highlight=False), self.jobs)
        missing = set(runs.missing(wanted))
        rows = {each: runs.rows(each) for each in wanted if each not in missing}
        stream_figure.draw(self.out, rows, self.sets.streams)
        self.console.print(stream_bars.table(rows, self.sets))
        return stream_bars.bars(rows.get, self.sets)

    @property
    def _volumes(self) -> Volumes:
        facts = None if self.made_only else asdict(engine_facts(self.workshop))
        return Volumes(
            self.out / "runs",
            self.data,
            lambda folder: make_engine(DEFAULT_GENERALIST, folder, self.machine),
            facts,
            self.made_only,
        )

    def edits(self) -> list[Bar]:
        runs, arms, bars = self._volumes, [], []
        for stream in self.sets.whole:
            rows = [runs.edits(stream, arm) for arm in volumes.ARMS]
            both = [volumes.outcome(each) for each in rows if each is not None]
            if len(both) == len(rows):
                arms.append((stream, both[0], both[1]))
            else:
                bars.append(Bar(f"{stream}: edits learning/frozen", "", None))
        self.console.print(volumes.edits_table(arms))
        return [*volumes.edits_bars(arms), *bars]

    def in_use(self) -> list[Bar]:
        runs = self._volumes
        found = [runs.in_use(stream, kind) for stream in self.sets.in_use for kind in volumes.KINDS]
        if None in found:
            return [Bar("in use / paused: not all runs are there", "", None)]
        table, bars = volumes.in_use_bars([row for rows in found for row in rows or ()])
        self.console.print(table)
        return bars

    def cost(self) -> list[Bar]:
        from tools.bench.learn.update_cost import cpu_seconds

        if self.made_only:
            return []
        paper, ours = cpu_seconds("paper", 3), cpu_seconds("auxol", 8)
        ratio = paper / ours
        text = f"CPU seconds of an update, one thread: paper {paper:.2f}, auxol {ours:.2f}, ratio {ratio:.1f}"
        return [Bar(text, f"at least {UPDATE_RATIO:g}", ratio >= UPDATE_RATIO)]

    def click(self) -> list[Bar]:
        from tools.bench.learn.click import measure

        if self.made_only:
            return []
        clicks = measure(replace(self.machine, locating=True))
        above = clicks.thinking - clicks.idle
        text = f"a click while it thinks, 95th percentile of {clicks.met}: {above:+.3f} s above an idle one"
        return [Bar(f"{text} ({clicks.idle:.3f} s)", f"at most {CLICK_S:g} s", above <= CLICK_S)]


PARTS: dict[str, Callable[[Bench], list[Bar]]] = {
    "alone": Bench.alone,
    "streams": Bench.streams,
    "edits": Bench.edits,
    "in-use": Bench.in_use,
    "cost": Bench.cost,
    "click": Bench.click,
}


def learn(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Kept runs go to OUT/runs, the pictures to OUT.")] = Path("runs/learn"),
    only: Annotated[list[str] | None, typer.Option(help=f"Parts: {', '.join(PARTS)}; repeatable.")] = None,
    stream: Annotated[list[str] | None, typer.Option(help="Instead of ours: SET or SET/LABEL; repeatable.")] = None,
    volume: Annotated[list[str] | None, typer.Option(help="The same, of sets of volumes taken whole.")] = None,
    made_only: Annotated[bool, typer.Option("--made-only", help="Make nothing: print what the kept runs say.")] = False,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    ship: Annotated[bool, typer.Option("--ship", help=f"Pack the finished runs into {SHIPPED}.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help="Streams at a time, each in a process of its own.")] = 1,
) -> None:
    """Make what is missing and count the bars."""
    parts = only or list(PARTS)
    if unknown := [part for part in parts if part not in PARTS]:
        raise typer.BadParameter(f"--only takes {', '.join(PARTS)}, got {unknown[0]!r}.")
    # Where a structure is, is learned beside (make bench-find).
    machine = MachineOptions(threads=threads, device=device, locating=False)  # type: ignore[arg-type]
    console = Console(width=160)
    bench = Bench(data, out, named(stream or (), volume or ()), machine, console, made_only, jobs)
    names = bench.names(parts)
    console.print(take_shipped(out / "runs", names), highlight=False)
    bars = [bar for part in PARTS if part in parts for bar in PARTS[part](bench)]
    if ship:
        console.print(ship_finished(out / "runs", names), highlight=False)
    for bar in bars:
        console.print(str(bar), highlight=False)
    console.print(counted(bars), highlight=False)


if __name__ == "__main__":
    typer.run(learn)
