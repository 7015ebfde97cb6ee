"""Whole volumes to a Dice of 0.90: edits and voxels, learning against frozen; prompts, with and without *Find*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.table import Table

from auxol_core.replay.comparisons import ratio_interval
from auxol_core.replay.prompts import rng_for
from tools.bench.find.cases import Case
from tools.bench.find.reader import Reading
from tools.bench.learn.bar import Bar
from tools.bench.learn.edits import Edit
from tools.bench.learn.volumes import outcome

AT_MOST, SURELY = 0.5, 0.75
FINDING = ((False, False), (True, False), (True, True))  # taught, with Find


def edits_bar(kept: Mapping[tuple[str, str], Sequence[Edit]]) -> Bar:
    """``kept``: rows by (stream, arm). Second half of each stream's volumes; who does not get there counts 15."""
    asked = f"at most {AT_MOST:g}, interval below {SURELY:g}"
    streams = [s for s in dict.fromkeys(s for s, _ in kept) if {(s, "learning"), (s, "frozen")} <= set(kept)]
    if not streams:
        return Bar("edits a volume, learning/frozen: no run", asked, None)
    counts: dict[str, list[float]] = {"learning": [], "frozen": []}
    patients: list[str] = []
    for stream in streams:
        halves = {arm: outcome(kept[stream, arm]) for arm in counts}
        patients += [f"{stream}/{patient}" for patient in halves["learning"].patients]
        for arm, half in halves.items():
            counts[arm] += half.edits
    ours, theirs = np.array(counts["learning"], dtype=np.float64), np.array(counts["frozen"], dtype=np.float64)
    low, high = ratio_interval(ours, theirs, patients, rng_for(0, "bootstrap", "edits"))
    value = float(ours.sum() / theirs.sum()) if theirs.sum() else 1.0
    text = f"edits a volume, learning/frozen {value:.2f} ({low:.2f} to {high:.2f}), {theirs.mean():.1f} -> "
    text += f"{ours.mean():.1f}, {len(ours)} volumes of {', '.join(streams)}"
    return Bar(text, asked, value <= AT_MOST and high < SURELY)


def edits_table(kept: Mapping[tuple[str, str], Sequence[Edit]]) -> Table:
    """A row a stream, second half of its volumes, frozen -> learning: edits (15 where a volume does not get there),
    voxels put in or taken out by them, volumes that do not get there."""
    table = Table("stream", "volumes", "edits", "voxels changed", "not there", title="a volume, frozen -> learning")
    for stream in dict.fromkeys(stream for stream, _ in kept):
        arms = [kept.get((stream, arm), ()) for arm in ("frozen", "learning")]
        if not all(arms):
            continue
        halves = [outcome(rows) for rows in arms]
        edits = " -> ".join(f"{half.mean:.1f}" for half in halves)
        voxels = " -> ".join(f"{_changed(rows):,.0f}" for rows in arms)
        missed = " -> ".join(str(half.failed) for half in halves)
        table.add_row(stream, str(len(halves[1].edits)), edits, voxels, missed)
    return table


def _changed(rows: Sequence[Edit]) -> float:
    """Voxels that the edits of a volume put in or take out, mean over the second half of the volumes."""
    volumes = list(dict.fromkeys(row.volume for row in rows))
    late = set(volumes[len(volumes) // 2 :])
    return sum(row.changed for row in rows if row.volume in late) / max(1, len(late))


def prompts_table(kept: Mapping[Case, Sequence[Reading]]) -> Table:
    """A row a structure: prompts and edits a volume until its Dice is 0.90 (15: it does not get there)."""
    heads = ("nothing learned", "taught, without Find", "taught, with Find", "first Dice with Find")
    table = Table("structure", "lessons", "volumes", *heads, title="prompts and edits a volume to a Dice of 0.90")
    for case, rows in kept.items():
        arms = [[row for row in rows if (row.lessons > 0, row.found) == arm] for arm in FINDING]
        if all(arms):
            means = [f"{np.mean([row.actions for row in arm]):.1f}" for arm in arms]
            first = f"{np.mean([row.first for row in arms[-1]]):.3f}"
            table.add_row(case.structure, str(case.labels), str(len(arms[0])), *means, first)
    return table
