"""What ``auxol segment`` and ``auxol find`` share: an engine for one run over many files, its progress, its report."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from auxol_core.options import MachineOptions

if TYPE_CHECKING:
    from auxol_core.api import EngineApi
    from auxol_core.replay.batch_table import Line
    from auxol_core.replay.runner import EngineFactory

    Lines = Generator[tuple[Line, bool], None, None]

EXIT_FAILED = 1


def engine_factory() -> EngineFactory:
    """The real engine's factory; imported here, so that --help does not wait for torch."""
    from auxol_core.build import make_engine

    return make_engine


def over_sources(
    console: Console,
    count: int,
    work: Callable[[EngineApi], Lines],
    generalist: str,
    machine: MachineOptions,
    *,
    doing: str,
    bars: bool,
) -> list[tuple[Line, bool]]:
    """The lines of ``work`` over ``count`` sources, with an engine whose folder goes when it is done."""
    from rich.progress import track

    with tempfile.TemporaryDirectory(prefix="auxol-batch-", ignore_cleanup_errors=True) as data_dir:
        engine = engine_factory()(generalist=generalist, data_dir=Path(data_dir), machine=machine)
        with closing(engine), closing(work(engine)) as steps:
            transient = console.is_terminal
            return list(track(steps, doing, total=count, console=console, transient=transient, disable=not bars))


def report(console: Console, lines: list[tuple[Line, bool]], out: Path) -> None:
    """Say how many sources are done and what became of the others; leaves with 1 where one failed."""
    from auxol_core.replay.batch_table import DONE

    kinds = Counter(line.status.split(":")[0] for line, _ in lines)
    before = sum(known for _, known in lines)
    console.print(
        ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        + (f" ({before} of them by an earlier call)" if before else "")
        + f"; see {out / 'segments.csv'}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for line, _ in lines:
        if line.status != DONE:
            console.print(f"  {line.name}: {line.status}", markup=False, highlight=False, soft_wrap=True)
        elif line.warning:
            console.print(f"  {line.name}: {line.warning}", markup=False, highlight=False, soft_wrap=True)
    if kinds.get("failed"):
        raise typer.Exit(EXIT_FAILED)
