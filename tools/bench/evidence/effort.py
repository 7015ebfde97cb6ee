"""What the clicks say: NoC, area under the Dice, clicks over a growing set; each with an interval over patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.replay.comparisons import ratio_interval
from auxol_core.replay.prompts import rng_for
from tools.bench.evidence.clicks import AT_LEAST, MOST, Clicked

FEWER, SURELY_FEWER, FAILURES = 0.30, 0.20, 0.6


@dataclass(frozen=True)
class Piece:
    """One object of one image of one run, after all of its prompts."""

    stream: str
    patient: str
    index: int
    dice: tuple[float, ...]
    nsd: tuple[float, ...]

    def clicks(self, level: float) -> int:
        """Prompts until the Dice is ``level``; MOST where it never is (NoC)."""
        return next((number for number, dice in enumerate(self.dice, 1) if dice >= level), MOST)

    def failed(self, level: float) -> bool:
        """Whether it never got there."""
        return max(self.dice) < level

    def area(self, of: str = "dice") -> float:
        """The mean height of the curve over a first prompt and five clicks, by the trapezoid rule; what stopped
        earlier, because nothing was wrong, stays at its last value."""
        values = list(self.dice if of == "dice" else self.nsd)[:AT_LEAST]
        values += [values[-1]] * (AT_LEAST - len(values))
        return (sum(values) - (values[0] + values[-1]) / 2) / (AT_LEAST - 1)


def pieces(rows: Iterable[Clicked]) -> list[Piece]:
    """The objects of a run's rows, in order."""
    grouped: dict[tuple[str, str, int], list[Clicked]] = {}
    for row in rows:
        grouped.setdefault((row.stream, row.image, row.piece), []).append(row)
    return [
        Piece(run[0].stream, run[0].patient, run[0].index, tuple(r.dice for r in run), tuple(r.nsd for r in run))
        for run in grouped.values()
    ]


def second_half(found: Sequence[Piece]) -> list[Piece]:
    """Those of the images of a run's second half."""
    images = max((piece.index for piece in found), default=-1) + 1
    return [piece for piece in found if piece.index >= images // 2]


@dataclass(frozen=True)
class Ratio:
    """``value``: ours over theirs; ``low``, ``high``: its 90 % interval over patients; the two means, and how many."""

    value: float
    low: float
    high: float
    ours: float
    theirs: float
    count: int


def ratio(ours: Sequence[Piece], theirs: Sequence[Piece], of: Callable[[Piece], float], name: str) -> Ratio:
    """Of the sums of ``of`` over the same objects, which both have in the same order."""
    mine, other = (np.array([of(piece) for piece in found], dtype=np.float64) for found in (ours, theirs))
    patients = [f"{piece.stream}/{piece.patient}" for piece in ours]
    low, high = ratio_interval(mine, other, patients, rng_for(0, "bootstrap", name))
    total = float(other.sum())
    value = float(mine.sum()) / total if total else 1.0
    return Ratio(value, low, high, float(mine.mean()), float(other.mean()), len(mine))
