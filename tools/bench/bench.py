"""The benchmark of this project: every method on every core stream, boxes and points, against the bars of issue 3.

``python -m tools.bench.bench --data DIR --out DIR [--limit 32] [--prompt box --prompt point]`` (``make bench``)

Runs are kept by key (cache.py), so that a benchmark that was broken off goes on where it was. The last line counts the
bars met and missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST, MachineOptions, PaperOptions
from auxol_core.replay.benchmark import Outcome, replay
from auxol_core.replay.core_streams import CORE_STREAMS
from auxol_core.replay.options import PlanOptions, PromptKind, PromptOptions, ReplayOptions
from auxol_core.replay.report import ProgressListener, comparisons_table, results_table
from auxol_core.replay.runner import Workshop
from auxol_core.replay.summary import Entry

METHODS = ("shape", "generalist", "paper", "auxol-frozen", "auxol")
DICE_BARS: dict[PromptKind, float] = {"box": 0.925, "point": 0.89}
ABOVE_PAPER: dict[PromptKind, float] = {"box": 0.0, "point": 0.05}
UPDATE_SHARE = 0.2


@dataclass(frozen=True)
class Figures:
    """The last halves of one prompt kind: (stream, method) -> value."""

    entries: dict[tuple[str, str], Entry]

    @staticmethod
    def of(outcome: Outcome) -> Figures:
        return Figures({(str(e["dataset"]), str(e["method"])): e for e in outcome.entries})

    def value(self, stream: str, method: str, key: str) -> float | None:
        found = self.entries.get((stream, method), {}).get(key)
        return float(found) if isinstance(found, int | float) else None

    def streams(self, *methods: str) -> list[str]:
        """The streams on which all of ``methods`` were run."""
        names = dict.fromkeys(stream for stream, _ in self.entries)
        return [name for name in names if all((name, method) in self.entries for method in methods)]

    def differences(self, method: str, key: str) -> dict[str, float]:
        """``auxol`` minus ``method`` by stream, where both have a value."""
        pairs = {s: (self.value(s, "auxol", key), self.value(s, method, key)) for s in self.streams("auxol", method)}
        return {s: ours - theirs for s, (ours, theirs) in pairs.items() if ours is not None and theirs is not None}


def bars(figures: Figures, prompt: PromptKind) -> list[tuple[str, bool]]:
    """The bars of one prompt kind as (sentence with the figure, met); a method that was not run has no bar."""
    ours = [v for s in figures.streams("auxol") if (v := figures.value(s, "auxol", "dice_last_half")) is not None]
    mean = float(np.mean(ours)) if ours else 0.0
    judged = [(f"{prompt}: mean Dice of auxol {DICE_BARS[prompt]}: {mean:.3f}", mean >= DICE_BARS[prompt])]
    alone = figures.differences("generalist", "dice_last_half")
    if alone:
        worst = min(alone, key=lambda s: alone[s])
        sentence = f"{prompt}: Dice above generalist on every stream: lowest {worst} {alone[worst]:+.4f}"
        judged.append((sentence, alone[worst] > 0))
        far = figures.differences("generalist", "hd95_last_half")
        worst = max(far, key=lambda s: far[s])
        sentence = f"{prompt}: HD95 above generalist on no stream: highest {worst} {far[worst]:+.2f}"
        judged.append((sentence, far[worst] <= 0))
    for method, margin in (("paper", ABOVE_PAPER[prompt]), ("shape", 0.0)):
        above = figures.differences(method, "dice_last_half")
        if above:
            gain = float(np.mean(list(above.values())))
            met = gain >= margin if margin else gain > 0
            sentence = f"{prompt}: mean Dice above {method} by {margin:g}: {gain:+.4f} ({len(above)} streams)"
            judged.append((sentence, met))
    frozen = figures.differences("auxol-frozen", "dice_last_half")
    if frozen:
        better = sum(value > 0 for value in frozen.values())
        sentence = f"{prompt}: above auxol-frozen on most streams: {better}/{len(frozen)}"
        judged.append((sentence, 2 * better > len(frozen)))
    return judged + _update_bar(figures, prompt)


def _update_bar(figures: Figures, prompt: PromptKind) -> list[tuple[str, bool]]:
    key = "seconds_per_update_median"
    ratios = [
        ours / theirs
        for s in figures.streams("auxol", "paper")
        if (ours := figures.value(s, "auxol", key)) is not None and (theirs := figures.value(s, "paper", key))
    ]
    if not ratios:
        return []
    worst = max(ratios)
    return [(f"{prompt}: seconds per update a fifth of paper's: highest ratio {worst:.3f}", worst <= UPDATE_SHARE)]


def bench(
    data: Annotated[Path, typer.Option(help="Folder that holds the core sets.")],
    out: Annotated[Path, typer.Option(help="Results go to OUT/box and OUT/point.")],
    prompt: Annotated[list[str] | None, typer.Option(help="box, point; repeatable. Default: both.")] = None,
    stream: Annotated[list[str] | None, typer.Option(help="Core streams; repeatable. Default: all.")] = None,
    method: Annotated[list[str] | None, typer.Option(help="Methods; repeatable. Default: all.")] = None,
    generalist: Annotated[str, typer.Option(help="builtin, vit_b, ... or a checkpoint's path.")] = DEFAULT_GENERALIST,
    limit: Annotated[int, typer.Option(help="Images a stream.")] = 32,
    seed: int = 0,
    threads: int = 0,
    precision: Annotated[str, typer.Option(help="auto, float32 or bfloat16, for all methods.")] = "auto",
    as_coded: Annotated[bool, typer.Option(help="paper with its reference code's sub-options.")] = False,
) -> None:
    """Run the benchmark and count the bars."""
    console = Console(width=160)
    streams = list(stream or CORE_STREAMS)
    folders = list(dict.fromkeys(data / name.partition("/")[0] for name in streams))
    labels = [name for name in streams if "/" in name]
    paper = PaperOptions(memory="fifo", bce="as_coded", mask_channel="as_coded") if as_coded else PaperOptions()
    machine = MachineOptions(threads=threads, precision=precision, locating=False)  # type: ignore[arg-type]
    judged: list[tuple[str, bool]] = []
    for kind in _kinds(prompt):
        options = ReplayOptions(
            prompts=PromptOptions(kind=kind, seed=seed), plan=PlanOptions(limit, seed=seed), paper=paper, seed=seed
        )
        outcome = replay(
            folders,
            list(method or METHODS),
            options,
            Workshop(make_engine, generalist, machine),
            out / kind,
            labels=labels,
            listener=ProgressListener(console, bars=console.is_terminal),
        )
        console.print(results_table(outcome.entries))
        console.print(comparisons_table(outcome.comparisons))
        judged += bars(Figures.of(outcome), kind)
        if outcome.interrupted:
            raise typer.Exit(130)
    for sentence, met in judged:
        console.print(("met    " if met else "MISSED ") + sentence, highlight=False)
    console.print(f"bars met {sum(met for _, met in judged)}, missed {sum(not met for _, met in judged)}")


def _kinds(wanted: Sequence[str] | None) -> list[PromptKind]:
    kinds: list[PromptKind] = ["box", "point"]
    unknown = [name for name in wanted or [] if name not in kinds]
    if unknown:
        raise typer.BadParameter(f"--prompt takes box or point, got {unknown[0]!r}.")
    return [kind for kind in kinds if not wanted or kind in wanted]


if __name__ == "__main__":
    typer.run(bench)
