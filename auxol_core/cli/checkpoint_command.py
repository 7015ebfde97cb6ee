"""``auxol checkpoint``: which SAM weights are on this machine; get, check and remove them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from auxol_core.errors import CheckpointError, CheckpointMissingError
from auxol_core.generalist.checkpoints import KNOWN, find, known, locate, own_folder
from auxol_core.generalist.download import download

checkpoint_app = typer.Typer(help="SAM weights on this machine: list, download, verify, remove.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A known checkpoint; `auxol checkpoint list` names them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@checkpoint_app.command("list")
def list_checkpoints(as_json: AsJson = False) -> None:
    """Say which known checkpoints are on this machine and where. Nothing is read or checked: see verify."""
    rows = [(entry, locate(entry.file_name)) for entry in KNOWN]
    if as_json:
        _print_json([asdict(entry) | {"path": str(path) if path else None} for entry, path in rows])
        return
    table = Table("name", "architecture", "size", "on this machine")
    for entry, path in rows:
        by_hand = "no (download it)" if entry.url else f"no (by hand, from {entry.page})"
        table.add_row(entry.name, entry.architecture, f"{entry.megabytes} MB", str(path) if path else by_hand)
    Console().print(table)
    typer.echo(f"Downloads go to {own_folder()}")


@checkpoint_app.command("download")
def download_checkpoint(name: Name) -> None:
    """Download a checkpoint, going on where an earlier download broke off, and check its SHA-256."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
        path = download(known(name), own_folder(), lambda done, total: bar.update(task, completed=done, total=total))
    typer.echo(f"{name} is at {path}, and its SHA-256 is right.")


@checkpoint_app.command("verify")
def verify_checkpoint(
    name_or_path: Annotated[
        str | None, typer.Argument(help="A known checkpoint or a path; without it, all that are here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the SHA-256 of checkpoints anew and compare; exit code 1 if one is not what it should be."""
    names = [name_or_path] if name_or_path else [entry.name for entry in KNOWN if locate(entry.file_name)]
    results = {name: _verified(name) for name in names}
    if as_json:
        _print_json([{"name": name} | result for name, result in results.items()])
    elif not results:
        typer.echo("No known checkpoint is on this machine.")
    else:
        for name, result in results.items():
            typer.echo(_line(name, result))
    if not all(result["right"] for result in results.values()):
        raise typer.Exit(1)


@checkpoint_app.command("remove")
def remove_checkpoint(
    name: Name, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Delete a checkpoint from your own folder, with what a broken download left; a shared folder is never touched."""
    target = own_folder() / known(name).file_name
    files = [path for path in (target, target.with_name(f"{target.name}.part")) if path.is_file()]
    if not files:
        raise CheckpointMissingError(f"{name} is not in {own_folder()}, so there is nothing to remove.")
    if not yes:
        typer.confirm(f"Delete {', '.join(str(path) for path in files)}?", abort=True)
    for path in files:
        path.unlink()
        typer.echo(f"Removed {path}")
    target.with_name(f"{target.name}.lock").unlink(missing_ok=True)


def _verified(name_or_path: str) -> dict[str, object]:
    """What ``find`` says of a checkpoint, or why it is refused, as JSON takes it."""
    try:
        checkpoint = find(name_or_path)
    except CheckpointError as error:
        return {"right": False, "error": str(error)}
    return {"right": True} | asdict(checkpoint) | {"path": str(checkpoint.path)}


def _line(name: str, result: dict[str, object]) -> str:
    if not result["right"]:
        return f"{name}: {result['error']}"
    return f"{name}: right. {result['architecture']}, SHA-256 {result['sha256']}, {result['path']}"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
