"""``auxol checkpoint``: which generalists' weights are on this machine; get, check and remove them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from auxol_core.errors import CheckpointError, CheckpointMissingError
from auxol_core.generalist import registry
from auxol_core.generalist.checkpoints import find, locate, own_folder
from auxol_core.generalist.download import download
from auxol_core.generalist.row import CheckpointFile, GeneralistRow

checkpoint_app = typer.Typer(
    help="Generalists' weights on this machine: list, download, verify, remove.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="A generalist; `auxol checkpoint list` names them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@checkpoint_app.command("list")
def list_checkpoints(as_json: AsJson = False) -> None:
    """Say which generalists there are, and where their weights are on this machine. Nothing is read or checked: see
    verify."""
    rows = [(row, locate(row)) for row in registry.rows()]
    if as_json:
        _print_json([_described(row) | {"path": str(path) if path else None} for row, path in rows])
        return
    table = Table("name", "what", "size", "on this machine", "licence")
    for row, path in rows:
        size = f"{row.published.megabytes} MB" if row.published else ""
        table.add_row(row.name, row.title, size, _place(row, path), row.licence)
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
        row = registry.find_row(name)
        path = download(row, own_folder(), lambda done, total: bar.update(task, completed=done, total=total))
    typer.echo(f"{name} is at {path}, and its SHA-256 is right.")


@checkpoint_app.command("verify")
def verify_checkpoint(
    name_or_path: Annotated[
        str | None, typer.Argument(help="A generalist or a path; without it, all that are here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take the SHA-256 of checkpoints anew and compare; exit code 1 if one is not what it should be."""
    names = [name_or_path] if name_or_path else [row.name for row in registry.rows() if locate(row)]
    results = {name: _verified(name) for name in names}
    if as_json:
        _print_json([{"name": name} | result for name, result in results.items()])
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
    published = registry.find_row(name).published
    if published is None:
        raise CheckpointMissingError(f"The weights of {name} ship with the program; there is nothing to remove.")
    target = own_folder() / published.file_name
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
    return {"right": True} | _found(checkpoint)


def _found(checkpoint: CheckpointFile) -> dict[str, object]:
    row = checkpoint.row
    return {
        "name": checkpoint.name,
        "path": str(checkpoint.path),
        "sha256": checkpoint.sha256,
        "generalist": row.name,
        "title": row.title,
        "architecture": row.architecture,
        "preprocessing": row.preprocessing,
    }


def _described(row: GeneralistRow) -> dict[str, object]:
    names = ("name", "title", "family", "architecture", "preprocessing", "licence", "has_encoder")
    file = row.published
    return {name: getattr(row, name) for name in names} | {
        "file_name": file.file_name if file else None,
        "megabytes": file.megabytes if file else None,
        "page": file.page if file else None,
        "url": file.url if file else None,
        "sha256": file.sha256 if file else None,
    }


def _place(row: GeneralistRow, path: Path | None) -> str:
    if row.shipped is not None:
        return "ships with the program"
    if path is not None or row.published is None:
        return str(path)
    return "no (download it)" if row.published.url else f"no (by hand, from {row.published.page})"


def _line(name: str, result: dict[str, object]) -> str:
    if not result["right"]:
        return f"{name}: {result['error']}"
    found = f"{result['title']}, images scaled as {result['preprocessing']}"
    return f"{name}: right. {found}, SHA-256 {result['sha256']}, {result['path']}"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
