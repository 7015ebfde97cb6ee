"""What a click costs as far as the runs show it without any fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.bench.load.measured import CLICKS, Measured
from tools.bench.load.model import Costs, Piece

CLICKING, SAVING = "prompt", "save"  # urgencies of the compute thread; all others are in the background


@dataclass(frozen=True)
class Bytes:
    """``fixed``: memory of a server without readers, ``reader``: what each adds; ``save``: a correction's share of the
    task file. None: unknown."""

    fixed: float | None
    reader: float | None
    save: float | None


def clicks_s(run: Measured) -> NDArray[np.float64]:
    """Seconds of all predictions that were counted, first ones on a slice included."""
    return np.array(run.ms(*CLICKS)) / 1000


def plain_costs(runs: Sequence[Measured]) -> Costs:
    """The costs of ``runs``, fewest readers first; of what the thread does only a guess, unless the target tells."""
    clicks = sum(len(clicks_s(run)) for run in runs)
    # Of a reader between two clicks: all of the time but that of the clicks themselves.
    away = sum(run.asked.readers * run.asked.counted_s - clicks_s(run).sum() for run in runs) / clicks
    alone = float(np.median(clicks_s(runs[0])))
    told = thread_costs(runs)
    service, others = told or (alone / 2, _guessed(runs, clicks, alone))
    cpu = [
        (run.load.server_cpu_s + run.load.readers_cpu_s) * _counted_share(run)
        for run in runs
        if run.load.server_cpu_s is not None
    ]
    return Costs(
        alone=alone,
        spread=0.1,
        service=service,
        away=float(away),
        waits=saves_a_click(runs),
        others=others,
        cpu=float(sum(cpu) / clicks),
        cores=runs[0].load.cores,
    )


def thread_costs(runs: Sequence[Measured]) -> tuple[float, tuple[Piece, Piece]] | None:
    """A click's seconds in the compute thread, and the saves' and the background's; None where a run does not tell."""
    threads = [run.load.thread for run in runs if run.load.thread is not None]
    if len(threads) < len(runs):
        return None
    # Of the whole run, which the thread's figures are of, too.
    clicks = sum(s.kind in CLICKS and not s.error for run in runs for s in run.samples)
    seconds, squares = dict[str, float](), dict[str, float]()
    for thread in threads:
        for urgency, spent in thread.items():
            kind = urgency if urgency in (CLICKING, SAVING) else ""
            seconds[kind] = seconds.get(kind, 0.0) + spent.seconds
            squares[kind] = squares.get(kind, 0.0) + spent.squares
    if not clicks:
        return None
    saving, background = (
        Piece(seconds.get(kind, 0.0) / clicks, squares.get(kind, 0.0) / max(1e-9, seconds.get(kind, 0.0)))
        for kind in (SAVING, "")
    )
    return seconds.get(CLICKING, 0.0) / clicks, (saving, background)


def _guessed(runs: Sequence[Measured], clicks: int, alone: float) -> tuple[Piece, Piece]:
    propagated = sum(len(run.counted("volume")) * run.asked.habits.propagated for run in runs) / clicks
    saves = runs[0].ms("save")
    saving = float(np.median(saves)) / 1000 if saves else 0.0  # all of it counts as the thread's
    learning = saves_a_click(runs) * update_s(runs) + propagated * alone
    return Piece(saves_a_click(runs) * saving, saving), Piece(learning, 0.05)


def _counted_share(run: Measured) -> float:
    return run.asked.counted_s / (run.asked.counted_s + run.asked.warm_up_s)


def saves_a_click(runs: Sequence[Measured]) -> float:
    """How many saves come with a click."""
    return sum(len(run.counted("save")) for run in runs) / sum(len(clicks_s(run)) for run in runs)


def update_s(runs: Sequence[Measured]) -> float:
    """Seconds of an update, of the fewest readers: with more of them clicks and other updates go on in between."""
    known = [run.update_s for run in runs if len(run.update_s)]
    return float(np.median(known[0])) if known else 0.0


def first_s(runs: Sequence[Measured]) -> float:
    """What the first click on a slice takes more than others: encoding."""
    first = [ms for run in runs for ms in run.ms("first")]
    other = [ms for run in runs for ms in run.ms("click")]
    return float(np.median(first) - np.median(other)) / 1000 if first and other else 0.0


def bytes_of(runs: Sequence[Measured]) -> Bytes:
    """Memory as a line through the runs, and the disk of the last one."""
    memory = [(run.asked.readers, run.load.most_bytes) for run in runs if run.load.most_bytes]
    saves = [
        run.load.disk_bytes / count
        for run in runs
        if run.load.disk_bytes and (count := sum(s.kind == "save" and not s.error for s in run.samples))
    ]
    fixed: float | None = None
    slope: float | None = None
    if len(memory) > 1:
        line = np.polynomial.Polynomial.fit([each[0] for each in memory], [each[1] for each in memory], 1).convert()
        fixed, slope = float(line.coef[0]), max(0.0, float(line.coef[1]))
    return Bytes(fixed, slope, float(saves[-1]) if saves else None)
