"""The benchmark's figures for docs/benchmark.md: CSVs beside it, and its tables as Markdown.

``python -m tools.bench.bench_docs --results runs/bench --docs docs/benchmark`` copies rows, writes summaries and
prints the tables.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from auxol_core.replay.methods import canonical
from auxol_core.replay.rows import read_rows, write_rows

COLUMNS = (
    "dataset",
    "method",
    "prompt",
    "n_images",
    "n_corrections",
    "dice_mean",
    "dice_last_half",
    "hd95_mean",
    "hd95_last_half",
    "hd95_unit",
    "accepted_share",
    "seconds_per_prediction_median",
    "seconds_per_update_median",
    "peak_rss_mb",
    "threads",
    "seed",
)
Entries = list[dict[str, Any]]


def bench_docs(
    results: Annotated[Path, typer.Option(help="OUT of the benchmark: holds box/ and point/.")],
    docs: Annotated[Path, typer.Option(help="Where the CSVs go.")],
) -> None:
    """Write the CSVs and print the tables of every prompt kind in RESULTS."""
    docs.mkdir(parents=True, exist_ok=True)
    for kind in ("box", "point"):
        summary = results / kind / "summary.json"
        if not summary.exists():
            typer.echo(f"No {summary}: the benchmark was not run with --prompt {kind}.", err=True)
            continue
        entries: Entries = json.loads(summary.read_text(encoding="utf-8"))
        for entry in entries:
            entry["method"] = canonical(entry["method"])
        write_rows(docs / f"{kind}_rows.csv", read_rows(results / kind / "rows.csv"))
        with (docs / f"{kind}_summary.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(entries)
        typer.echo(f"\n**{kind}**: Dice over the last half (HD95 in brackets)\n\n{table(entries)}")


def table(entries: Entries) -> str:
    """Streams down, methods across: Dice and HD95 of the last half; means and seconds below."""
    methods = list(dict.fromkeys(entry["method"] for entry in entries))
    streams = list(dict.fromkeys(entry["dataset"] for entry in entries))
    found = {(entry["dataset"], entry["method"]): entry for entry in entries}
    lines = [f"| stream | {' | '.join(methods)} |", f"|---|{'---:|' * len(methods)}"]
    for stream in streams:
        cells = [_cell(found.get((stream, method))) for method in methods]
        lines.append(f"| {stream} | {' | '.join(cells)} |")
    for title, key, digits in (
        ("mean Dice", "dice_last_half", 3),
        ("accepted untouched", "accepted_share", 2),
        ("seconds a prediction", "seconds_per_prediction_median", 3),
        ("seconds an update", "seconds_per_update_median", 2),
    ):
        means = [_mean([found[s, m][key] for s in streams if (s, m) in found]) for m in methods]
        cells = ["–" if mean is None else f"{mean:.{digits}f}" for mean in means]
        lines.append(f"| **{title}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(entry: dict[str, Any] | None) -> str:
    return "–" if entry is None else f"{entry['dice_last_half']:.3f} ({entry['hd95_last_half']:.1f})"


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


if __name__ == "__main__":
    typer.run(bench_docs)
