"""``python -m tools.bench.real`` (``make bench-real WEIGHTS=folder DATA=folder``): published checkpoints, here.

Every checkpoint of the registry in a folder, recognised by its content: what its clicks take, its Dice alone and with
AuxOL on every labelled set of a folder; docs/real-weights.md is written from that. Weights that say they are random
prove that the command runs; they are marked as such, and never get into that page.
"""

from __future__ import annotations

import platform
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from auxol_core.errors import CheckpointMissingError, InvalidInputError
from auxol_core.generalist.measuring import is_random
from auxol_core.machine.processor import cpu_name
from auxol_core.options import MachineOptions
from tools.bench.real.page import page
from tools.bench.real.runs import checkpoints_in, run, sets_in

PAGE = Path("docs/real-weights.md")


def bench_real(
    weights: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Folder of checkpoints.")],
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A labelled set, or a folder of such.")],
    declared: Annotated[list[str] | None, typer.Option("--as", help="NAME:PATH of a file that fits several.")] = None,
    limit: Annotated[int, typer.Option(min=2, help="Images of each stream.")] = 32,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    out: Annotated[Path, typer.Option(help="The page to write.")] = PAGE,
) -> None:
    """Measure, print and write the page."""
    console = Console(width=130)
    found, refused = checkpoints_in(weights, declared or ())
    for sentence in refused:
        console.print(f"not used: {sentence}", markup=False, highlight=False, soft_wrap=True)
    if not found:
        raise CheckpointMissingError(f"No checkpoint of a known generalist is in {weights}. `auxol checkpoint list`.")
    if out.resolve() == PAGE.resolve() and any(is_random(each.path) for each in found):
        raise InvalidInputError(f"Random weights do not get into {PAGE}. Name another page with --out.")
    sets = sets_in(data)
    machine = MachineOptions(threads=threads, device=device)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="auxol-real-", ignore_cleanup_errors=True) as kept:
        runs = []
        for checkpoint in found:
            console.print(f"{checkpoint.row.title}: {checkpoint.path.name}", markup=False, highlight=False)
            runs.append(run(checkpoint, sets, machine, limit, Path(kept)))
    first = runs[0].figures
    facts = {
        "Processor": f"{cpu_name()}, {platform.machine()}",
        "Computed on": f"{first.device}, {first.precision}, {first.threads} threads",
    }
    out.write_text(page(runs, facts, [each.replace(f"{weights}/", "") for each in refused]), encoding="utf-8")
    console.print(f"Written: {out}, {len(runs)} checkpoint(s), {len(sets)} set(s)", markup=False, highlight=False)


if __name__ == "__main__":
    typer.run(bench_real)
