"""The numbers of the learning curve: Dice per saved slice, worked out for what is new alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from AuxOLSegmentLib.Panel.PanelTools import sameBeginning

Values = list[float | None]

FLOORS = (0.9, 0.8, 0.6, 0.5, 0.0)


@dataclass(frozen=True)
class Curve:
    """Dice per saved slice, in order; None where a network was not asked. ``confirmed``: saved as it was proposed."""

    generalist: Values
    specialist: Values
    fused: Values
    confirmed: list[bool]

    @staticmethod
    def of(corrections: Sequence[Any]) -> Curve:
        """From CorrectionInfo; a slice with several objects counts with their mean."""
        scored = [info.scores for info in corrections if info.scores]
        generalist, specialist, fused = (
            [_mean([getattr(score, name) for score in scores]) for scores in scored]
            for name in ("generalist", "specialist", "fused")
        )
        return Curve(generalist, specialist, fused, [info.confirmation for info in corrections if info.scores])

    def joined(self, count: int, more: Curve) -> Curve:
        """Its first ``count`` slices, then those of ``more``."""
        return Curve(
            self.generalist[:count] + more.generalist,
            self.specialist[:count] + more.specialist,
            self.fused[:count] + more.fused,
            self.confirmed[:count] + more.confirmed,
        )

    @property
    def count(self) -> int:
        return len(self.fused)

    @property
    def floor(self) -> float:
        """Where the scale begins: high enough to see a difference, low enough to hide no slice."""
        values = [value for value in (*self.generalist, *self.specialist, *self.fused) if value is not None]
        return next(floor for floor in FLOORS if floor <= min(values, default=0.0))


class GrowingCurve:
    """The curve of a list that mostly grows at its end: of what is known nothing is worked out again."""

    def __init__(self) -> None:
        self.curve = Curve.of(())
        self._corrections: Sequence[Any] = ()
        self._counts: list[int] = [0]  # of slices with scores among the first corrections

    def take(self, corrections: Sequence[Any]) -> bool:
        """Show these; whether they are others than before."""
        same = sameBeginning(self._corrections, corrections)
        if same == len(self._corrections) == len(corrections):
            return False
        self.curve = self.curve.joined(self._counts[same], Curve.of(corrections[same:]))
        del self._counts[same + 1 :]
        for info in corrections[same:]:
            self._counts.append(self._counts[-1] + bool(info.scores))
        self._corrections = corrections
        return True


def lastMean(values: Values, at: int, count: int) -> float | None:
    """The mean of the ``count`` values up to ``at``, of those that are there; None where none is."""
    return _mean(values[max(0, at - count + 1) : at + 1])


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
