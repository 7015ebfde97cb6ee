"""What the bench writes down of a slice, and what the rows of a method say of a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from auxol_core.types import BoolArray


@dataclass(frozen=True)
class Found:
    """One slice of a test volume, by one method.

    ``there``: the structure is on it, with ``truth`` pixels; ``presence`` 0..1 as the method tells it; ``shown``:
    something is proposed there. ``mask`` and ``both``: pixels of the proposal and of what it shares with the truth; on
    a slice with the structure on which nothing is proposed, of what is answered when it is asked all the same.
    ``confidence`` as told; ``cost_s``: CPU seconds of the method's training, of the whole case.
    """

    method: str
    patient: str
    volume: str
    slice: int
    there: bool
    presence: float
    shown: bool
    truth: int
    mask: int
    both: int
    confidence: float
    cost_s: float

    @property
    def dice(self) -> float:
        """Of the slice, asked; 1 where nothing is there and nothing answered."""
        return 1.0 if self.truth + self.mask == 0 else 2 * self.both / (self.truth + self.mask)


def found(
    method: str, who: tuple[str, str, int], truth: BoolArray, mask: BoolArray, *, presence: float, shown: bool,
    confidence: float = 0.0, cost_s: float = 0.0,
) -> Found:  # fmt: skip
    """A row; ``who``: patient, volume and slice; ``truth`` and ``mask`` (H, W)."""
    there, made, both = (int(np.count_nonzero(each)) for each in (truth, mask, truth & mask))
    return Found(method, *who, there > 0, presence, shown, there, made, both, confidence, cost_s)


@dataclass(frozen=True)
class Told:
    """What the rows of one method say. ``dice``: mean over slices with the structure, each asked; ``shown_dice``: the
    same, 0 where nothing is proposed; ``volume``: mean Dice of whole volumes as proposed; ``flagged``: share of the
    slices without the structure on which something is proposed, mean over volumes, ``flagged_slices``: how many a
    volume; ``auc``: of presence, over all slices; ``cost_s``: mean over cases."""

    dice: float
    shown_dice: float
    volume: float
    flagged: float
    flagged_slices: float
    auc: float
    cost_s: float
    volumes: int


def volume_dice(rows: Iterable[Found]) -> float:
    """Dice of a volume as it is proposed."""
    seen = list(rows)
    both = sum(row.both for row in seen if row.shown)
    total = sum(row.truth + (row.mask if row.shown else 0) for row in seen)
    return 2 * both / total if total else 1.0


def told(cases: Sequence[Sequence[Found]]) -> Told:
    """Of one method's rows, a sequence a case, none of them empty."""
    volumes = [each for rows in cases for each in by_volume(rows)]
    there = [row for rows in cases for row in rows if row.there]
    wrong = [sum(row.shown for row in rows if not row.there) for rows in volumes]
    empty = [max(1, sum(not row.there for row in rows)) for rows in volumes]
    return Told(
        dice=float(np.mean([row.dice for row in there])),
        shown_dice=float(np.mean([row.dice if row.shown else 0.0 for row in there])),
        volume=float(np.mean([volume_dice(rows) for rows in volumes])),
        flagged=float(np.mean([a / b for a, b in zip(wrong, empty, strict=True)])),
        flagged_slices=float(np.mean(wrong)),
        auc=float(np.mean([auc(rows) for rows in cases])),
        cost_s=float(np.mean([rows[0].cost_s for rows in cases])),
        volumes=len(volumes),
    )


def by_volume(rows: Sequence[Found]) -> list[list[Found]]:
    """The rows of each volume, in order."""
    names = dict.fromkeys(row.volume for row in rows)
    return [[row for row in rows if row.volume == name] for name in names]


def auc(rows: Sequence[Found]) -> float:
    """Area under the ROC curve of presence; 0.5 where all slices are of one kind."""
    there = np.array([row.there for row in rows])
    positive, negative = int(there.sum()), int((~there).sum())
    if not positive or not negative:
        return 0.5
    ranks = rankdata([row.presence for row in rows])
    return float((ranks[there].sum() - positive * (positive + 1) / 2) / (positive * negative))
