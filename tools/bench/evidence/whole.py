"""Edits until a whole volume's Dice is 0.90, learning against frozen, pooled over the streams of volumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from auxol_core.replay.comparisons import ratio_interval
from auxol_core.replay.prompts import rng_for
from tools.bench.learn.bar import Bar
from tools.bench.learn.edits import Edit
from tools.bench.learn.volumes import outcome

AT_MOST, SURELY = 0.5, 0.75


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
