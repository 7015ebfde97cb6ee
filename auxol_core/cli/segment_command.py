"""``auxol segment``: what a task has learned, applied to many pictures or volumes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from auxol_core.cli.batch_run import over_sources, report
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.options import PromptOptions

if TYPE_CHECKING:
    from auxol_core.api import EngineApi
    from auxol_core.cli.batch_run import Lines

FROM_LABELS = "auto-from-labels"


def segment(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Pictures or volumes: DIR/images, DIR/volumes or DIR.")],
    task: Annotated[Path, typer.Option(help="An exported task file; it is only read.")],
    prompts: Annotated[str, typer.Option(help=f"A JSON or CSV file of prompts, or {FROM_LABELS}.")],
    out: Annotated[Path, typer.Option(help="Folder of the masks and of segments.csv.")],
    generalist: Annotated[str, typer.Option(help="Beside another one a task learns again first.")] = DEFAULT_GENERALIST,
    label: Annotated[str | None, typer.Option(help=f"With {FROM_LABELS}: the structure, by name or value.")] = None,
    prompt: Annotated[str, typer.Option(help=f"With {FROM_LABELS}: box, point, scribble or lasso.")] = "box",
    jitter: Annotated[float, typer.Option(help=f"With {FROM_LABELS}: sides move by up to this share.")] = 0.0,
    axis: Annotated[int, typer.Option(help="Slice volumes along: 0 slices, 1 rows, 2 columns.")] = 0,
    window: Annotated[str, typer.Option(help="Grey range of volumes: the task's, or each volume's own.")] = "task",
    seed: Annotated[int, typer.Option(help="Draws the jitter.")] = 0,
    threads: Annotated[int, typer.Option(help="Threads to compute with; 0: as many as there are cores.")] = 0,
    precision: Annotated[str, typer.Option(help="auto, float32 or bfloat16.")] = "auto",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    progress: Annotated[bool | None, typer.Option(help="Show a progress bar. Default: on a terminal.")] = None,
) -> None:
    """Segment every prompted picture or volume with a task; masks keep the geometry of their source."""
    # Imported here, as SimpleITK is slow to load and --help does not need it.
    from auxol_core.replay.batch import BatchOptions, find_sources, labelled_sources, segment_all
    from auxol_core.replay.batch_prompts import read_prompts

    console = Console()
    draw = PromptOptions(prompt, jitter, seed=seed)  # type: ignore[arg-type]
    options = BatchOptions(axis, window, draw)  # type: ignore[arg-type]
    given = None
    if prompts == FROM_LABELS:
        sources, left_out = labelled_sources(folder, label)
        for line in left_out:
            console.print(f"Left out or doubtful: {line}", markup=False, highlight=False)
    else:
        sources, given = find_sources(folder), read_prompts(Path(prompts))
        strangers = sorted(set(given) - {source.name for source in sources})
        if strangers:
            console.print(f"Prompts for images not in {folder}: {', '.join(strangers)}", markup=False, highlight=False)
    machine = MachineOptions(threads, device, precision, locating=False)  # type: ignore[arg-type]
    bars = console.is_terminal if progress is None else progress

    def work(engine: EngineApi) -> Lines:
        return segment_all(sources, given, engine, task, out, options)

    report(console, over_sources(console, len(sources), work, generalist, machine, doing="Segmenting", bars=bars), out)
