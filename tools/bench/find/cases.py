"""What is measured: a structure, so many labelled slices, a fold of patients, a draw; and which slices are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auxol_core.replay.prompts import rng_for
from tools.bench.learn.patients import Patient

STRUCTURES = ("btcv_ct/liver", "btcv_ct/spleen", "btcv_ct/left_kidney", "lgg_volumes")
LABELS = (5, 20, 50)
FOLDS = 5
DRAWS = (0, 1)


@dataclass(frozen=True, order=True)
class Case:
    """``labels``: slices with the structure that are taught, and as many without it. ``fold``: which fifth of the
    patients is tried; ``draw``: which slices of the others are drawn."""

    structure: str
    labels: int
    fold: int
    draw: int

    @property
    def name(self) -> str:
        return f"{self.structure.replace('/', '-')}-{self.labels}-fold{self.fold}-draw{self.draw}"


@dataclass(frozen=True, eq=False)
class Labelled:
    """One drawn slice."""

    patient: Patient
    index: int

    @property
    def key(self) -> str:
        return f"{self.patient.name}#{self.index}"


def parted(patients: Sequence[Patient], fold: int) -> tuple[list[Patient], list[Patient]]:
    """Those to draw from, and those to try: every fifth patient from ``fold`` on, with all that is his."""
    names = sorted({each.patient for each in patients})
    tried = set(names[fold::FOLDS])
    return [each for each in patients if each.patient not in tried], [
        each for each in patients if each.patient in tried
    ]


def drawn(patients: Sequence[Patient], case: Case) -> list[Labelled]:
    """The labelled slices in the order in which they are saved: with and without the structure in turn.

    Patient after patient gives one, so that few slices come of many patients; fewer where there are no more.
    """
    rng = rng_for("find", case.structure, case.fold, case.draw)
    order = [patients[i] for i in rng.permutation(len(patients))]
    filled = _one_after_another(order, case.labels, rng, there=True)
    empty = _one_after_another(order, case.labels, rng, there=False)
    turns = [each for pair in zip(filled, empty, strict=False) for each in pair]
    return turns + filled[len(empty) :] + empty[len(filled) :]


def _one_after_another(
    patients: Sequence[Patient], count: int, rng: np.random.Generator, *, there: bool
) -> list[Labelled]:
    slices = [rng.permutation(np.flatnonzero(each.truth.any(axis=(1, 2)) == there)) for each in patients]
    most = max(len(each) for each in slices)
    turns = [
        Labelled(p, int(own[n])) for n in range(most) for p, own in zip(patients, slices, strict=True) if n < len(own)
    ]
    return turns[:count]
