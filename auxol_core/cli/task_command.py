"""``auxol task``: the task files in a data folder, without a server and, but for forget, without torch.

A task that a running worker has open belongs to that worker: every command but list then ends with the sentence of
TaskFileLockedError, which names the owner.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.cli.task_report import TaskSummary, info_of, summary_of, summary_of_task
from auxol_core.errors import InvalidInputError, NotFoundError, StorageFullError, TaskFileError, TaskFileLockedError
from auxol_core.machine.places import data_folder
from auxol_core.options import MachineOptions
from auxol_core.taskfile.folder import SUFFIX, TaskFolder
from auxol_core.taskfile.task_file import TaskFile

if TYPE_CHECKING:
    from auxol_core.replay.runner import EngineFactory

task_app = typer.Typer(
    help="Tasks on this machine: what they learned, give away, take in, forget.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A task; `auxol task list` names them.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder of the tasks. Default: your own, or AUXOL_DATA_DIR.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def engine_factory() -> EngineFactory:
    """The real engine's factory; imported here, because only forgetting needs torch."""
    from auxol_core.build import make_engine

    return make_engine


@task_app.command("list")
def list_tasks(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the tasks; one that is in use or cannot be read is listed with the reason."""
    folder = data_dir or data_folder()
    with _system_errors(folder):
        names = TaskFolder(folder).names() if folder.is_dir() else []
    rows = [summary_of(name, folder / f"{name}{SUFFIX}") for name in names]
    if as_json:
        _print_json([dataclasses.asdict(row) for row in rows])
        return
    from auxol_core.cli.task_tables import print_list

    print_list(Console(), rows, folder)


@task_app.command("info")
def info(name: Name, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say everything about a task but what its images show: options, versions with verdicts, learning curve."""
    facts = info_of(name, _existing(data_dir, name))
    if as_json:
        _print_json(facts)
        return
    from auxol_core.cli.task_tables import print_info

    print_info(Console(), facts)


@task_app.command("export")
def export_task(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to write.")],
    authors: Annotated[bool, typer.Option("--authors", help="With who taught what, by pseudonym.")] = False,
    data_dir: DataDir = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Write a compact copy for a colleague. It holds crops of images, and no names."""
    path = _existing(data_dir, name)
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise InvalidInputError(f"Expected a file in a folder that exists, got {file}. Give the copy's whole name.")
    with _system_errors(file), _own(path) as task:
        if file.exists():
            _ask(f"{file} exists. Replace it?", yes)
        with _full_disk(file):
            task.export(file, authors=authors)
    size = file.stat().st_size
    said = f"Exported {name} to {file} ({size / 1e6:.1f} MB). It holds crops of images, so treat it as you treat them."
    _say(said, {"exported": name, "file": str(file), "bytes": size}, as_json)


@task_app.command("import")
def import_task(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported task; it is only read.")],
    name: Annotated[str | None, typer.Option(help="What to call the task here. Default: as the file.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take an exported task in as a new one; the file is checked row by row, and nothing in it is run."""
    folder = data_dir or data_folder()
    wanted = name if name is not None else file.name.removesuffix(SUFFIX)
    with _system_errors(folder):
        path = TaskFolder(folder).new(wanted)
        with _full_disk(path):
            TaskFile.import_(file, path, wanted)
    row = summary_of(wanted, path)
    _say(f"Imported {wanted}: {row.contents}, beside {row.generalist}.", dataclasses.asdict(row), as_json)


@task_app.command("reset")
def reset(name: Name, data_dir: DataDir = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete everything a task was taught; its options and its window stay."""
    path = _existing(data_dir, name)
    with _own(path) as task:
        lost = summary_of_task(name, task)
        _ask(f"Delete all that {name} was taught ({lost.contents})? It cannot be taken back.", yes)
        task.reset()
    _say(f"Reset {name}; lost: {lost.contents}.", {"reset": name, "lost": _lost(lost)}, as_json)


@task_app.command("forget")
def forget(
    name: Name,
    correction_id: Annotated[str, typer.Argument(metavar="CORRECTION_ID", help="`auxol task info` lists the ids.")],
    data_dir: DataDir = None,
    yes: Yes = False,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Delete one correction with its crops, and learn what came after it again without it."""
    machine = MachineOptions(threads, device, precision)  # type: ignore[arg-type]
    folder = data_dir or data_folder()
    with TaskFile.look(_existing(data_dir, name)) as view:
        objects = len(view.correction(correction_id).lessons)
        again, generalist = _learned_again(view, correction_id), view.generalist
    _ask(
        f"Delete the correction {correction_id} of {name} ({objects} image crop(s)) and learn {again} update(s) again "
        "without it? It cannot be taken back.",
        yes,
    )
    with _progress(f"Forgetting {correction_id}, learning {again} update(s) again"):
        engine = engine_factory()(generalist=generalist, data_dir=folder, machine=machine)
        with closing(engine):
            engine.open_task(name)
            status = engine.forget(name, correction_id)
    again = again if status.relearning is None else 0
    later = "" if status.relearning is None else " The rest is learned again, beside other weights, when it is opened."
    facts = {"task": name, "forgot": correction_id, "objects": objects, "learned_again": again}
    facts |= {"version": status.version}
    _say(f"Forgot {correction_id}; {name} is at version {status.version}.{later}", facts, as_json)


@task_app.command("delete")
def delete(name: Name, data_dir: DataDir = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a task and its file for good."""
    path = _existing(data_dir, name)
    lost = summary_of(name, path)
    if lost.state == "in use":
        raise TaskFileLockedError(str(lost.problem))
    _ask(f"Delete the task {name} for good ({lost.contents})? `auxol task export` keeps a copy.", yes)
    TaskFile.delete(path)
    _say(f"Deleted {name}; lost: {lost.contents}.", {"deleted": name, "lost": _lost(lost)}, as_json)


def _existing(data_dir: Path | None, name: str) -> Path:
    folder = data_dir or data_folder()
    with _system_errors(folder):
        if not folder.is_dir():  # TaskFolder would make it
            raise NotFoundError(f"No task {name!r}: there is no folder {folder} yet. Make a task, or give --data-dir.")
        return TaskFolder(folder).existing(name)


@contextmanager
def _own(path: Path) -> Iterator[TaskFile]:
    """The task, owned by this process, beside whichever generalist it was learned: nothing is learned here."""
    with TaskFile.look(path) as view:
        generalist_hash = view.generalist_hash
    with TaskFile.open(path, generalist_hash=generalist_hash) as task:
        yield task


def _learned_again(view: TaskFile, correction_id: str) -> int:
    """How many updates of the current lineage are learned again without ``correction_id``."""
    path = view.lineage(view.current_version)
    first = next((i for i, update in enumerate(path) if correction_id in update.correction_ids), len(path))
    return sum(set(update.correction_ids) != {correction_id} for update in path[first:])


@contextmanager
def _system_errors(path: Path) -> Iterator[None]:
    """What the system says about a path the user gave, as a sentence."""
    try:
        yield
    except OSError as error:
        raise TaskFileError(
            f"{path} cannot be used ({error.strerror}). Check its permissions, or choose another."
        ) from error


@contextmanager
def _full_disk(file: Path) -> Iterator[None]:
    """A full disk is told of the file that is written and its folder: there may be several disks, and this one is
    not always the tasks' own."""
    try:
        yield
    except StorageFullError as error:
        raise StorageFullError(
            f"{file} could not be written: the disk of {file.absolute().parent} is full or failing "
            f"({error.__cause__}). Nothing was left there. Free some space there, or choose another place."
        ) from error


@contextmanager
def _progress(what: str) -> Iterator[None]:
    """A line with the time so far, on standard error, while the block runs."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        bar.add_task(what, total=None)
        yield


def _ask(question: str, yes: bool) -> None:
    """Go on only if the user says so; asked on standard error, so that --json stays alone on standard output."""
    if not yes:
        typer.confirm(question, abort=True, err=True)


def _lost(row: TaskSummary) -> dict[str, Any]:
    return {key: getattr(row, key) for key in ("corrections", "confirmations", "queued", "version", "bytes")}


def _say(sentence: str, facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print_json(facts)
    else:
        typer.echo(sentence)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
