"""``auxol task window``: what greys a task sees, and how to have it see others."""

from __future__ import annotations

import dataclasses
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auxol_core.cli import task_command as tasks
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.cli.task_command import AsJson, DataDir, Name, Yes
from auxol_core.errors import InvalidInputError
from auxol_core.machine.places import data_folder
from auxol_core.options import MachineOptions
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import IntensityWindow, WindowInfo

if TYPE_CHECKING:
    from auxol_core.scales import GreyScale

Edges = tuple[float, float]


def window(
    name: Name,
    edges: Annotated[Edges | None, typer.Option("--set", metavar="LOW HIGH", help="See these greys.")] = None,
    volume: Annotated[
        Path | None, typer.Option("--from", metavar="VOLUME", help="See the greys of this volume or picture.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take the window from the next volume or slice.")] = False,
    data_dir: DataDir = None,
    yes: Yes = False,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Say what grey range a task sees, or set it anew; its lessons are brought to it and learned again."""
    if (edges is not None) + (volume is not None) + reset > 1:
        raise InvalidInputError("Expected one of --set, --from and --reset, got several. Give one of them.")
    with TaskFile.look(tasks._existing(data_dir, name)) as view:
        taught, before, generalist = sum(view.counts()), view.window, view.generalist
    if edges is None and volume is None and not reset:
        _tell(name, tasks._existing(data_dir, name), as_json)
        return
    wanted, origin = _wanted(edges, volume)
    if taught and wanted != before:
        seen = "the greys of the next image" if wanted is None else f"{wanted.low:g} to {wanted.high:g}"
        again = "" if wanted is None else f" Its {taught} saved slices are brought to it and learned again."
        tasks._ask(f"Have {name} see {seen}?{again}", yes)
    machine = MachineOptions(threads, device, precision)  # type: ignore[arg-type]
    if not taught:
        with tasks._own(tasks._existing(data_dir, name)) as task:
            task.set_window(wanted, origin)
    else:
        with tasks._progress(f"Setting the window of {name}"):
            engine = tasks.engine_factory()(
                generalist=generalist, data_dir=data_dir or data_folder(), machine=machine
            )
            with closing(engine):
                engine.open_task(name)
                low, high = (None, None) if wanted is None else (wanted.low, wanted.high)
                engine.set_window(name, low, high, origin=origin)
                engine.learn_now(name)
    _tell(name, tasks._existing(data_dir, name), as_json)


def _wanted(edges: Edges | None, volume: Path | None) -> tuple[IntensityWindow | None, str]:
    """The window that is asked for, None to have it set anew, and who sets it."""
    if edges is not None:
        return IntensityWindow(*edges), "given"
    if volume is None:
        return None, "given"
    scale = scale_of_file(volume)
    if not scale.fair:
        raise InvalidInputError(
            f"{volume} says nothing of other images: it is constant, mostly padding, or air alone. Choose another one, "
            "or give the range with --set."
        )
    return IntensityWindow(scale.low, scale.high), "volume"


def scale_of_file(path: Path) -> GreyScale:
    """The scale of a volume or picture in a file. Raises DataError as reading it does."""
    from auxol_core.imaging import files
    from auxol_core.scales import GreyScale

    if files.ending(path, files.VOLUME_ENDINGS) is not None:
        return GreyScale.of(files.read_volume(path).pixels, whole=True)
    return GreyScale.of(files.read_picture(path), whole=True)


def _tell(name: str, path: Path, as_json: bool) -> None:
    with TaskFile.look(path) as view:
        info = view.greys.info
    facts: dict[str, Any] = {"task": name, **dataclasses.asdict(info)}
    tasks._say(sentence_of(name, info), facts, as_json)


def sentence_of(name: str, info: WindowInfo) -> str:
    """What a person is told of a task's window."""
    if info.window is None:
        words = f" ({info.words})" if info.words else ""
        return f"{name} has no window yet{words}: the next volume sets it, or the next slice that tells one."
    whose = {"given": "as it was set", "volume": "taken from a volume", "slice": "taken from a slice"}
    said = f"{name} sees {info.words}" + (f", {whose[info.origin]}." if info.origin in whose else ".")
    if info.lost:
        said += (
            f" Its lessons were kept through another window, which had cut off {info.lost:.1%} of their pixels: what "
            "these were is not known any more. Teach it a few slices anew where that matters."
        )
    if info.unchanged:
        said += f" {info.unchanged} lessons hold no picture and keep the greys of before."
    return said
