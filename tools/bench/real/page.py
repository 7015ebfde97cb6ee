"""docs/real-weights.md: a row for every generalist of the registry, which says "not run yet" until somebody did.

``python -m tools.bench.real.page > docs/real-weights.md`` makes the page on which nobody has run anything.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from auxol_core.generalist import registry
from auxol_core.generalist.figures import seconds
from tools.bench.real.runs import RealRun

NOT_YET = "not run yet"
HEAD = """# Real weights

What published checkpoints take and find with this program, run by whoever has them. The figures of the other pages were
made with the built-in network, or with random weights of the real shapes, on which speed does not depend.

    make bench-real WEIGHTS=folder DATA=folder

`WEIGHTS` holds the checkpoints, under any names: each is recognised by its content. `DATA` holds sets of labelled
images or volumes (docs/benchmark.md says how they lie). Where a file's content leaves open what it is, as that of
MedSAM, add `ARGS="--as medsam:PATH"`. The command times the first and the next click, replays every set with the
generalist alone and with AuxOL, and writes this page. Send it to us.
"""


def page(runs: Sequence[RealRun], facts: Mapping[str, str], refused: Sequence[str]) -> str:
    """The page's text."""
    lines = [HEAD]
    if any(run.random for run in runs):
        lines.append("**RANDOM WEIGHTS: this proves that the command runs. No figure here is a published model's.**\n")
    lines += ["| generalist | weights | first click | next click | Dice, alone and with AuxOL |"]
    lines += ["|---|---|---|---|---|"]
    for row in registry.rows():
        if row.published is not None:
            of_row = [run for run in runs if run.name == row.name]
            lines += [_line(row.title, run) for run in of_row] or [f"| {row.title} | {NOT_YET} | | | |"]
    lines += ["", *(f"{name}: {value}  " for name, value in facts.items())]
    if refused:
        lines += ["", "Not used:", "", *(f"- {sentence}" for sentence in refused)]
    return "\n".join(lines).rstrip() + "\n"


def _line(title: str, run: RealRun) -> str:
    figures = run.figures
    decode = figures.decode_s or 0.0
    told = "; ".join(
        f"{each.dataset} ({each.images} images) {_two(each.generalist)} and {_two(each.auxol)}" for each in run.dice
    )
    cells = (title, run.weights, seconds(figures.encode_s + decode), seconds(decode), told or "no data")
    return f"| {' | '.join(cells)} |"


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    sys.stdout.write(page([], {}, []))
