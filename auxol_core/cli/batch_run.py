"""What ``auxol segment`` and ``auxol find`` share: an engine for one run over many files, its progress, its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from auxol_core.cli.exit_codes import INTERRUPTED, LEFT_OUT
from auxol_core.options import MachineOptions

if TYPE_CHECKING:
    from auxol_core.api import EngineApi
    from auxol_core.replay.batch_table import Line
    from auxol_core.replay.runner import EngineFactory

    Steps = Generator[tuple[Line, bool], None, None]

Structure = Annotated[
    str, typer.Option(help="What the segment of seg.nrrd and dicom-seg is called; its codes follow, see docs/dicom.md.")
]


@dataclass
class Lines:
    """What became of the sources so far, each line with whether an earlier call did it; ``stopped``: by Ctrl-C."""

    lines: list[tuple[Line, bool]] = field(default_factory=list)
    stopped: bool = False


def engine_factory() -> EngineFactory:
    """The real engine's factory; imported here, so that --help does not wait for torch."""
    from auxol_core.build import make_engine

    return make_engine


def over_sources(
    console: Console,
    count: int,
    work: Callable[[EngineApi], Steps],
    generalist: str,
    machine: MachineOptions,
    *,
    doing: str,
    bars: bool,
) -> Lines:
    """The lines of ``work`` over ``count`` sources, with an engine whose folder goes when it is done. Ctrl-C ends it
    with those that are done."""
    from rich.progress import track

    from auxol_core.replay.scratch import scratch

    done = Lines()
    with scratch("auxol-batch-") as data_dir:
        engine = engine_factory()(generalist=generalist, data_dir=data_dir, machine=machine)
        with closing(engine), closing(work(engine)) as steps:
            transient = console.is_terminal
            try:
                for line in track(steps, doing, count, console=console, transient=transient, disable=not bars):
                    done.lines.append(line)
            except KeyboardInterrupt:
                done.stopped = True
    return done


def report(console: Console, done: Lines, out: Path, *, left_out: bool = False) -> None:
    """Say how many sources are done and what became of the others. Leaves with 130 where it was stopped, with 1 where a
    source, or anything before (``left_out``), was left out."""
    from auxol_core.replay.batch_table import DONE

    kinds = Counter(line.status.split(":")[0] for line, _ in done.lines)
    before = sum(known for _, known in done.lines)
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "Nothing was done"
    say(
        console,
        ("Stopped by Ctrl-C: " if done.stopped else "")
        + counts
        + (f" ({before} of them by an earlier call)" if before else "")
        + f"; see {out / 'segments.csv'}"
        + (". What is done is kept, and the same command goes on from there." if done.stopped else ""),
    )
    for line, _ in done.lines:
        if line.status != DONE:
            say(console, f"  {line.name}: {line.status}")
        elif line.warning:
            say(console, f"  {line.name}: {line.warning}")
    if done.stopped:
        raise typer.Exit(INTERRUPTED)
    if left_out or set(kinds) - {DONE}:
        raise typer.Exit(LEFT_OUT)


def say(console: Console, sentence: str) -> None:
    """A line as it is: names are no markup, and paths can be copied."""
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
