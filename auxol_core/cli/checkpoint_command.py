"""``auxol checkpoint``: which generalists there are, what they take here; get, check, measure and remove."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from auxol_core.cli.machine_options import Threads
from auxol_core.errors import CheckpointError, CheckpointMissingError
from auxol_core.generalist import figures, registry
from auxol_core.generalist.checkpoints import find, locate, own_folder
from auxol_core.generalist.choices import GeneralistChoice, choices, markdown, origin, why_recommended
from auxol_core.generalist.download import check_can_be_downloaded, download
from auxol_core.generalist.row import CheckpointFile, GeneralistRow
from auxol_core.options import MachineOptions
from auxol_core.steps import finish

checkpoint_app = typer.Typer(
    help="Generalists on this machine: list, measure, download, verify, remove.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="A generalist; `auxol checkpoint list` names them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@checkpoint_app.command("list")
def list_checkpoints(
    as_json: AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the table of docs/generalists.md.")
    ] = False,
) -> None:
    """Say which generalists there are, how their weights are got, and what a click takes on this machine. No weights
    are read or checked: see verify; no click is timed: see measure."""
    among = choices()
    if as_json:
        _print_json([_described(registry.find_row(each.name)) | _chosen(each) for each in among])
        return
    if as_markdown:
        typer.echo(markdown(among) + f"\n{why_recommended(among)}")
        return
    table = Table("name", "what", "size", "on this machine", "clicks here", "licence")
    for each in among:
        size = "" if each.megabytes is None else f"{each.megabytes} MB"
        told = "not measured" if each.click is None else f"{each.click} ({origin(each.click)})"
        name = f"{each.name} (recommended)" if each.recommended else each.name
        table.add_row(name, each.title, size, _place(each), told, each.licence)
    Console().print(table)
    typer.echo(why_recommended(among))
    typer.echo(f"Downloads go to {own_folder()}")


@checkpoint_app.command("measure")
def measure_clicks(
    names: Annotated[
        list[str] | None, typer.Argument(help="Generalists; without one, those whose weights are small.")
    ] = None,
    threads: Threads = 0,
    random: Annotated[bool, typer.Option("--random", help="With random weights, even where real ones are.")] = False,
) -> None:
    """Time the first and the next click of generalists on this machine, and remember it. Weights that are not here are
    made up: what they are does not change the time. Nothing is downloaded."""
    # Imported here: torch takes seconds.
    from auxol_core.build import set_up_torch
    from auxol_core.generalist.measuring import measuring, worth_measuring

    rows = [registry.find_row(name) for name in names] if names else [r for r in registry.rows() if worth_measuring(r)]
    compute = set_up_torch(MachineOptions(threads=threads))
    for row in rows:
        figures.remember(row.name, finish(measuring(row, compute.device, compute.precision, random=random)))
        click = figures.click_of(row, figures.remembered(), registry.rows())
        typer.echo(f"{row.name}: {click} ({origin(click)}), {compute.threads} thread(s), {compute.precision}")
    typer.echo(why_recommended(choices()))


@checkpoint_app.command("download")
def download_checkpoint(
    name: Name, yes: Annotated[bool, typer.Option("--yes", "-y", help="I accept the licence.")] = False
) -> None:
    """Download a checkpoint, going on where an earlier download broke off, and check its SHA-256. Its licence is told
    first."""
    row = registry.find_row(name)
    check_can_be_downloaded(row, own_folder())
    if row.published is not None and not yes:
        typer.echo(f"{row.title}, {row.published.megabytes} MB. Licence: {row.licence} See {row.published.page}")
        typer.confirm("Download it under this licence?", abort=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=None)
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


def _chosen(each: GeneralistChoice) -> dict[str, object]:
    click = each.click
    return {
        "path": str(each.path) if each.path else None,
        "obtained": each.obtained,
        "recommended": each.recommended,
        "first_click_s": click.first_s if click else None,
        "next_click_s": click.next_s if click else None,
        "clicks": origin(click),
    }


def _place(each: GeneralistChoice) -> str:
    if each.obtained == "here":
        return str(each.path) if each.megabytes is not None else "ships with the program"
    return "no (download it)" if each.obtained == "download" else f"no (from a file: {each.page})"


def _line(name: str, result: dict[str, object]) -> str:
    if not result["right"]:
        return f"{name}: {result['error']}"
    found = f"{result['title']}, images scaled as {result['preprocessing']}"
    return f"{name}: right. {found}, SHA-256 {result['sha256']}, {result['path']}"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
