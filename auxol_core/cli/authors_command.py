"""``auxol task authors`` and ``auxol task forget-author``: who taught a shared task what, and forgetting one of them.

On a file that is not open; in one that a server has open its owner asks the server (client/authors.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from auxol_core.authors import AuthorShare
from auxol_core.cli import task_command as tasks
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.cli.task_command import AsJson, DataDir, Yes
from auxol_core.options import MachineOptions
from auxol_core.steps import finish
from auxol_core.taskfile.authors import shares
from auxol_core.taskfile.folder import SUFFIX
from auxol_core.taskfile.task_file import TaskFile

if TYPE_CHECKING:
    from auxol_core.engine.engine import Engine

NameOrFile = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A task, or a task's file, which lies in a server's folder, say.")
]


def authors(name: NameOrFile, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say who taught a shared task what, by pseudonym, and how good that was which they were shown before."""
    path = _path(data_dir, name)
    with TaskFile.look(path) as view:
        saved, whose = view.corrections(), view.authors.of_corrections()
    found = shares(saved, whose)
    nobodys = sum(row.correction_id not in whose for row in saved)
    if as_json:
        rows = [{key: value for key, value in dataclasses.asdict(row).items() if key != "yours"} for row in found]
        tasks._print_json({"task": path.name.removesuffix(SUFFIX), "authors": rows, "without_author": nobodys})
        return
    print_authors(found, nobodys)


def forget_author(
    name: NameOrFile,
    author: Annotated[str, typer.Argument(metavar="AUTHOR", help="`auxol task authors` lists the pseudonyms.")],
    data_dir: DataDir = None,
    yes: Yes = False,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Delete every correction of one author with its crops, and learn what others taught again without them."""
    machine = MachineOptions(threads, device, precision)  # type: ignore[arg-type]
    path = _path(data_dir, name)
    task = path.name.removesuffix(SUFFIX)
    with TaskFile.look(path) as view:
        gone, generalist = len(view.authors.corrections_of(author)), view.generalist
    tasks._ask(
        f"Delete all {gone} correction(s) of {author} from {task} and learn again without them? It cannot be taken "
        "back.",
        yes,
    )
    with tasks._progress(f"Forgetting {gone} correction(s)"):
        from auxol_core.engine.authors import forgetting_author

        made = tasks.engine_factory()(generalist=generalist, data_dir=path.parent, machine=machine)
        engine = cast("Engine", made)  # in this process, as build.make_engine makes it
        with closing(engine):
            engine.open_task(task)
            status = finish(forgetting_author(engine, task, author))
    later = "" if status.relearning is None else " The rest is learned again, beside other weights, when it is opened."
    facts = {"task": task, "forgot": author, "corrections": gone, "version": status.version}
    said = f"Forgot {gone} correction(s) of {author}; {task} is at version {status.version}.{later}"
    tasks._say(said, facts, as_json)


def print_authors(found: Sequence[AuthorShare], nobodys: int) -> None:
    """The table for a person; programs take --json."""
    from rich.console import Console
    from rich.table import Table

    from auxol_core.cli.replay_command import print_whole
    from auxol_core.cli.task_tables import _line, _plain

    console = Console()
    if not found:
        _line(console, "Nobody is named as an author: the task was taught by one reader, or before authors were kept.")
        return
    table = Table("author", "corrections", "confirmed", "scored", "generalist", "as shown", "first half", "last half")
    for row in found:
        counts = (row.corrections, row.confirmations, row.scored)
        dice = (row.generalist, row.shown, row.first_half, row.last_half)
        table.add_row(_plain(row.author), *map(str, counts), *("-" if v is None else f"{v:.3f}" for v in dice))
    print_whole(console, table)
    _line(console, "Mean Dice over objects, taken before anything learned from them.")
    if nobodys:
        _line(console, f"{nobodys} correction(s) without an author, saved before authors were kept or not in a server.")


def _path(data_dir: Path | None, name: str) -> Path:
    """The file of a task by name, or a file that was given as one."""
    file = Path(name)
    if name.endswith(SUFFIX) and file.is_file():
        return file.absolute()
    return tasks._existing(data_dir, name)
