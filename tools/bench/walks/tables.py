"""Tables and bars of the walks, as Markdown. Intervals are those of 90 % of a paired bootstrap over patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich.box import MARKDOWN
from rich.table import Table

from auxol_core.replay.comparisons import ratio_interval
from auxol_core.replay.prompts import rng_for
from tools.bench.learn.bar import Bar
from tools.bench.walks.plan import PARTS
from tools.bench.walks.runs import Walked

GOOD = 0.9  # a proposal below that Dice has to be edited
ARMS = ("generalist", "frozen", "paused", "in use")
TITLES = {"generalist": "generalist alone", "paused": "learned, paused", "in use": "learned, in use"}
ALL = "all"


def groups(rows: Sequence[Walked]) -> Iterator[tuple[str, str, list[Walked]]]:
    """Set, prompt and their rows: each pair, each set with both prompts, and all."""
    sets = [name for name in PARTS if any(row.set == name for row in rows)]
    for name in sets:
        of_set = [row for row in rows if row.set == name]
        prompts = list(dict.fromkeys(row.prompt for row in of_set))
        for prompt in prompts:
            yield name, prompt, [row for row in of_set if row.prompt == prompt]
        if len(prompts) > 1:
            yield name, ALL, of_set
    if len(sets) > 1:
        yield ALL, ALL, list(rows)


def worth_table(rows: Sequence[Walked]) -> Table:
    """An arm a row: what it leaves to do, and that as a share of what others leave."""
    table = _table("set", "prompt", "arm", "patients", "slices", "to edit", "voxels to change")
    for heading in ("of generalist alone", "of paused", "Dice, mean", "median"):
        table.add_column(heading, justify="right")
    for name, prompt, some in groups(rows):
        for arm in ARMS:
            of_arm = _of(some, arm)
            shares = [("generalist", arm != "generalist"), ("paused", arm == "in use")]
            told = [ratio_text(some, arm, against) if wanted else "" for against, wanted in shares]
            dices = [row.dice for row in of_arm] or [float("nan")]
            counts = [len({_who(row) for row in of_arm}), len(of_arm), edits(of_arm), voxels(of_arm)]
            cells = [f"{each:,}" for each in counts] + told + [f"{np.mean(dices):.3f}", f"{np.median(dices):.3f}"]
            table.add_row(name, prompt, TITLES.get(arm, arm), *cells)
    return table


def effort_table(rows: Sequence[Walked]) -> Table:
    """What a user did and waited on slices that were saved: those taken as proposed, and those repaired."""
    table = _table("set", "prompt", "slices that were", "slices", "actions", "keys", "drags", "clicks", "buttons")
    for heading in ("proposal, s", "p90", "saved, s", "p90", "learned, s", "p90"):
        table.add_column(heading, justify="right")
    saved = [row for row in rows if row.safe is not None]
    for name, prompt, some in groups(saved):
        for word, repaired in (("taken as proposed", False), ("repaired", True)):
            found = [row for row in some if row.repaired == repaired]
            if not found:
                continue
            actions = [[row.actions, row.keys, row.drags, row.clicks, row.buttons] for row in found]
            means = [f"{each:.1f}" for each in np.mean(actions, axis=0)]
            waits = np.array([[row.waited / row.prompts, row.safe, row.learned] for row in found], float)
            seconds = [f"{np.percentile(each, at):.2f}" for each in waits.T for at in (50, 90)]
            table.add_row(name, prompt, word, str(len(found)), *means, *seconds)
    return table


def bars(rows: Sequence[Walked]) -> list[Bar]:
    """Paused beside the generalist alone on each set; in use beside paused over all."""
    judged = []
    for name in PARTS:
        some = [row for row in rows if row.set == name]
        share = ratio(some, "paused", "generalist")
        figure = f"{name}: paused / generalist alone, voxels to change {ratio_text(some, 'paused', 'generalist')}"
        judged.append(Bar(figure, "below 1", None if share is None else share < 1))
    share, (ours, theirs) = ratio(rows, "in use", "paused"), (edits(_of(rows, arm)) for arm in ("in use", "paused"))
    figure = f"in use / paused, voxels to change {ratio_text(rows, 'in use', 'paused')}"
    judged.append(Bar(figure, "at most 1.0", None if share is None else share <= 1))
    met = None if share is None else ours <= theirs
    judged.append(Bar(f"in use, slices to edit {ours}", f"at most paused's {theirs}", met))
    return judged


def edits(rows: Sequence[Walked]) -> int:
    """Slices that have to be edited."""
    return sum(row.dice < GOOD for row in rows)


def voxels(rows: Sequence[Walked]) -> int:
    """What edits put in or take out."""
    return sum(row.changed for row in rows)


def ratio(rows: Sequence[Walked], arm: str, against: str) -> float | None:
    """Voxels to change of one arm over those of another; None where there are none."""
    under = voxels(_of(rows, against))
    return voxels(_of(rows, arm)) / under if under else None


def ratio_text(rows: Sequence[Walked], arm: str, against: str) -> str:
    """The ratio with its interval, as "0.85 (0.70-0.98)"."""
    share = ratio(rows, arm, against)
    if share is None:
        return "-"
    there = {_slice(row): row.changed for row in _of(rows, against)}
    ours = [row for row in _of(rows, arm) if _slice(row) in there]
    above = np.array([row.changed for row in ours], float)
    below = np.array([there[_slice(row)] for row in ours], float)
    low, high = ratio_interval(above, below, [_who(row) for row in ours], rng_for(0, "walks", arm, against))
    return f"{share:.2f} ({low:.2f}-{high:.2f})"


def _slice(row: Walked) -> tuple[object, ...]:
    return row.set, row.prompt, row.split, row.seed, row.volume, row.slice


def _who(row: Walked) -> str:
    return f"{row.set} {row.patient}"


def _of(rows: Sequence[Walked], arm: str) -> list[Walked]:
    return [row for row in rows if row.arm == arm]


def _table(*words: str) -> Table:
    table = Table(box=MARKDOWN)
    for number, word in enumerate(words):
        table.add_column(word, justify="left" if number < 3 else "right")
    return table
