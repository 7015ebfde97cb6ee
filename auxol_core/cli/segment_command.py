"""``auxol segment``: what a task has learned, applied to many pictures or volumes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from auxol_core.cli.batch_run import Structure, over_sources, report, say
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.errors import InvalidInputError
from auxol_core.imaging.names import STRUCTURE
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions
from auxol_core.replay.options import PromptOptions

if TYPE_CHECKING:
    from auxol_core.api import EngineApi
    from auxol_core.cli.batch_run import Steps

FROM_LABELS = "auto-from-labels"


def segment(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Pictures or volumes: DIR/images, DIR/volumes or DIR.")],
    task: Annotated[Path, typer.Option(help="An exported task file; it is only read.")],
    prompts: Annotated[str, typer.Option(help=f"A JSON or CSV file of prompts, or {FROM_LABELS}.")],
    out: Annotated[Path, typer.Option(help="Folder of the masks and of segments.csv; what is yours in it stays.")],
    form: Annotated[
        str, typer.Option("--format", help="The prompts file: auxol, coco or medsam, see docs/prompts-files.md.")
    ] = "auxol",
    as_: Annotated[
        str, typer.Option("--as", help="Masks: labelmap (as their source is stored), seg.nrrd of Slicer, dicom-seg.")
    ] = "labelmap",
    structure: Structure = STRUCTURE,
    generalist: Annotated[str, typer.Option(help="Beside another one a task learns again first.")] = DEFAULT_GENERALIST,
    label: Annotated[str | None, typer.Option(help=f"With {FROM_LABELS}: the structure, by name or value.")] = None,
    prompt: Annotated[str, typer.Option(help=f"With {FROM_LABELS}: box, point, scribble or lasso.")] = "box",
    jitter: Annotated[float, typer.Option(help=f"With {FROM_LABELS}: sides move by up to this share.")] = 0.0,
    series: Annotated[
        list[str] | None, typer.Option(help="Of folders with several DICOM series, the one of this UID; repeatable.")
    ] = None,
    axis: Annotated[int, typer.Option(help="Slice volumes along: 0 slices, 1 rows, 2 columns.")] = 0,
    window: Annotated[str, typer.Option(help="Grey range of volumes: the task's, or each volume's own.")] = "task",
    seed: Annotated[int, typer.Option(help="Draws the jitter.")] = 0,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    progress: Annotated[bool | None, typer.Option(help="Show a progress bar. Default: on a terminal.")] = None,
) -> None:
    """Segment every prompted picture or volume with a task; masks keep the geometry of their source."""
    # Imported here, as SimpleITK is slow to load and --help does not need it.
    from auxol_core.replay.batch import BatchOptions, find_sources, labelled_sources, segment_all
    from auxol_core.replay.batch_prompts import FORMATS, match, read_prompts
    from auxol_core.replay.batch_results import check_out

    console = Console()
    draw = PromptOptions(prompt, jitter, seed=seed)  # type: ignore[arg-type]
    options = BatchOptions(axis, window, draw, as_, structure)  # type: ignore[arg-type]
    machine = MachineOptions(threads, device, precision, locating=False)  # type: ignore[arg-type]
    if form not in FORMATS:
        raise InvalidInputError(f"--format must be one of {', '.join(FORMATS)}, got {form!r}. Choose one of them.")
    given = None
    left_out = False
    if prompts == FROM_LABELS:
        if series:
            raise InvalidInputError(
                f"--series chooses among the DICOM series of a folder, and {FROM_LABELS} takes folders of one series "
                "alone. Put the labelled series in a folder of its own, or give a prompts file."
            )
        sources, problems = labelled_sources(folder, label)
        for problem in problems:
            say(console, f"{'Left out' if problem.left_out else 'Doubtful'}: {problem.file}: {problem.reason}")
        left_out = any(problem.left_out for problem in problems)
    else:
        _refuse_unused(label, prompt, jitter)
        sources, given = find_sources(folder, series or []), read_prompts(Path(prompts), form)
        strangers = match(given, sources).strangers
        if strangers:
            say(console, f"Prompts for images not in {folder}: {', '.join(strangers)}")
        left_out = bool(strangers)
    check_out(sources, out)
    bars = console.is_terminal if progress is None else progress

    def work(engine: EngineApi) -> Steps:
        return segment_all(sources, given, engine, task, out, options)

    done = over_sources(console, len(sources), work, generalist, machine, doing="Segmenting", bars=bars)
    report(console, done, out, left_out=left_out)


def _refuse_unused(label: str | None, prompt: str, jitter: float) -> None:
    """InvalidInputError for an option that a prompts file leaves without effect."""
    used = {"--label": label is not None, "--prompt": prompt != "box", "--jitter": jitter != 0.0}
    named = [name for name, is_given in used.items() if is_given]
    if named:
        raise InvalidInputError(
            f"{', '.join(named)} says how prompts are drawn from labels, and a prompts file was given. Leave it out, "
            f"or give --prompts {FROM_LABELS}."
        )
