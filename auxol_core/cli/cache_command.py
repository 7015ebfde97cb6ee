"""``auxol cache``: the embeddings kept on this machine's disk; how many, and away with them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from auxol_core.generalist.disk_cache import DiskCache

cache_app = typer.Typer(
    help="Embeddings of slices, kept on disk so that none is made twice: info, clear.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@cache_app.command("info")
def cache_info(as_json: AsJson = False) -> None:
    """Say where the cache is, how many embeddings it holds and what they take of what they may."""
    info = DiskCache().info()
    if as_json:
        _print_json(asdict(info) | {"path": str(info.path)})
        return
    typer.echo(
        f"{info.embeddings} embeddings, {_megabytes(info.nbytes)} of at most {_megabytes(info.max_bytes)}, "
        f"in {info.path}"
    )


@cache_app.command("clear")
def clear_cache(as_json: AsJson = False) -> None:
    """Remove all embeddings; they are made anew when they are needed. They are derived from images: clear the cache
    where those must leave no trace."""
    cache = DiskCache()
    before = cache.info()
    removed = cache.clear()
    left = cache.info()
    if as_json:
        freed = before.nbytes - left.nbytes
        _print_json({"path": str(left.path), "removed": removed, "freed_bytes": freed, "left": left.embeddings})
    else:
        typer.echo(f"Removed {removed} embeddings from {left.path}")
        if left.embeddings:
            typer.echo(f"{left.embeddings} could not be removed or were made meanwhile: stop the engine, clear again.")
    if left.embeddings:
        raise typer.Exit(1)


def _megabytes(nbytes: int) -> str:
    return f"{nbytes / 1e6:,.1f} MB"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))
