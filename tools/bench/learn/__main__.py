"""``python -m tools.bench.learn --data DIR --out DIR`` (``make bench-learn DATA=DIR``): every bar of learning.

Finished runs come from their CSVs in OUT/runs; what is missing, or depends on a file that changed, is made. All of it
takes hours on two cores: ``--only streams`` and the like make a part, and ``--made-only`` prints what is there. The
last line counts the bars met and missed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.runner import Workshop
from tools.bench.learn import stream_bars, stream_figure
from tools.bench.learn.alone import alone_bars
from tools.bench.learn.stream_bars import Bar
from tools.bench.learn.stream_runs import KeptRuns, made

PARTS = ("alone", "streams", "cost", "click")
UPDATE_RATIO, CLICK_S = 12.0, 0.35


def learn(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Kept runs go to OUT/runs, the pictures to OUT.")] = Path("runs/learn"),
    only: Annotated[list[str] | None, typer.Option(help=f"Parts: {', '.join(PARTS)}; repeatable.")] = None,
    made_only: Annotated[bool, typer.Option("--made-only", help="Make nothing: print what the kept runs say.")] = False,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    jobs: Annotated[int, typer.Option(min=1, help="Streams at a time, each in a process of its own.")] = 1,
) -> None:
    """Make what is missing and count the bars."""
    console = Console(width=160)
    machine = MachineOptions(threads=threads, device=device)  # type: ignore[arg-type]
    runs = KeptRuns(out / "runs", data, Workshop(make_engine, DEFAULT_GENERALIST, machine))
    parts = only or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise typer.BadParameter(f"--only takes {', '.join(PARTS)}, got {unknown[0]!r}.")
    bars: list[Bar] = []
    if "alone" in parts:
        bars += alone_bars(data, out / "runs", made_only, threads)
    if "streams" in parts:
        wanted = stream_bars.wanted()
        if not made_only:
            made(runs, wanted, lambda text: console.print(text, highlight=False), jobs)
        missing = set(runs.missing(wanted))
        rows = {each: runs.rows(each) for each in wanted if each not in missing}
        bars += stream_bars.bars(rows.get)
        stream_figure.draw(out, rows)
        console.print(stream_bars.table(rows))
    if "cost" in parts and not made_only:
        bars.append(_cost())
    if "click" in parts and not made_only:
        bars.append(_click(machine))
    for bar in bars:
        console.print(f"{_word(bar)} {bar.figure} (bar: {bar.asked})", highlight=False)
    counted = [bar.met for bar in bars if bar.met is not None]
    unmeasured = f", not measured {len(bars) - len(counted)}" if len(counted) < len(bars) else ""
    console.print(f"bars met {sum(counted)}, missed {len(counted) - sum(counted)}{unmeasured}", highlight=False)


def _cost() -> Bar:
    from tools.bench.learn.update_cost import cpu_seconds

    published, ours = cpu_seconds("paper", 3), cpu_seconds("auxol", 8)
    text = (
        f"CPU seconds of an update, one thread: paper {published:.2f}, auxol {ours:.2f}, ratio {published / ours:.1f}"
    )
    return Bar(text, f"at least {UPDATE_RATIO:g}", published / ours >= UPDATE_RATIO)


def _click(machine: MachineOptions) -> Bar:
    from tools.bench.learn.click import measure

    clicks = measure(machine)
    above = clicks.thinking - clicks.idle
    text = f"a click while it thinks, 95th percentile of {clicks.met}: {above:+.3f} s above an idle one"
    return Bar(f"{text} ({clicks.idle:.3f} s)", f"at most {CLICK_S:g} s", above <= CLICK_S)


def _word(bar: Bar) -> str:
    return "not measured" if bar.met is None else "met   " if bar.met else "MISSED"


if __name__ == "__main__":
    typer.run(learn)
