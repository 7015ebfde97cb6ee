"""``auxol find``: a task's structure, found in many pictures or volumes without a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from auxol_core.cli.batch_run import Structure, over_sources, report
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.imaging.names import STRUCTURE
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions

if TYPE_CHECKING:
    from auxol_core.api import EngineApi
    from auxol_core.cli.batch_run import Steps


def find(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Pictures or volumes: DIR/images, DIR/volumes or DIR.")],
    task: Annotated[Path, typer.Option(help="An exported task file; it is only read.")],
    out: Annotated[Path, typer.Option(help="Folder of the masks, of segments.csv, and of a CSV of slices for each.")],
    as_: Annotated[
        str, typer.Option("--as", help="Masks: labelmap (as their source is stored), seg.nrrd of Slicer, dicom-seg.")
    ] = "labelmap",
    structure: Structure = STRUCTURE,
    several: Annotated[bool, typer.Option(help="The structure may lie in several runs of slices.")] = False,
    generalist: Annotated[str, typer.Option(help="Beside another one a task learns again first.")] = DEFAULT_GENERALIST,
    series: Annotated[
        list[str] | None, typer.Option(help="Of folders with several DICOM series, the one of this UID; repeatable.")
    ] = None,
    axis: Annotated[int, typer.Option(help="Slice volumes along: 0 slices, 1 rows, 2 columns.")] = 0,
    window: Annotated[str, typer.Option(help="Grey range of volumes: the task's, or each volume's own.")] = "task",
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    progress: Annotated[bool | None, typer.Option(help="Show a progress bar. Default: on a terminal.")] = None,
) -> None:
    """Find a task's structure on every slice; masks keep the geometry of their source."""
    # Imported here, as SimpleITK is slow to load and --help does not need it.
    from auxol_core.replay.batch import BatchOptions, find_sources
    from auxol_core.replay.batch_find import find_all
    from auxol_core.replay.batch_results import check_out

    console = Console()
    options = BatchOptions(axis, window, form=as_, structure=structure)  # type: ignore[arg-type]
    machine = MachineOptions(threads, device, precision)  # type: ignore[arg-type]
    sources = find_sources(folder, series or [])
    check_out(sources, out)
    bars = console.is_terminal if progress is None else progress

    def work(engine: EngineApi) -> Steps:
        return find_all(sources, engine, task, out, options, several=several)

    done = over_sources(console, len(sources), work, generalist, machine, doing="Finding", bars=bars)
    report(console, done, out)
