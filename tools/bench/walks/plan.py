"""Which walks there are: set, prompt, split and seed, and which patients teach and are tried in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, cast

from auxol_core.replay.labels import patient_of
from auxol_core.replay.prompts import rng_for
from auxol_core.replay.sources import Pair

PromptName = Literal["box", "point"]
PROMPTS: tuple[PromptName, ...] = ("box", "point")
SPLITS, SEEDS = (0, 1), (0, 1, 2)


@dataclass(frozen=True)
class Part:
    """How much of a set is walked. ``stream``: as `make bench-learn` names it. ``most``: volumes of it, None: all.
    ``taught`` and ``tried``: slices of a volume, at most. ``window``: greys that a user sets before any prompt."""

    stream: str
    taught: int
    tried: int
    most: int | None = None
    window: tuple[float, float] | None = None


# So many that a walk takes about four minutes of a core: 24 to 30 slices taught, 24 to 30 tried by each arm.
PARTS = {
    "lgg_volumes": Part("lgg_volumes", 3, 3),
    "btcv_ct": Part("btcv_ct/spleen", 5, 5, window=(-125.0, 275.0)),
    "kvasir": Part("kvasir", 1, 1, most=52),
}


@dataclass(frozen=True)
class Walk:
    """One run. ``seed``: of the prompts."""

    set: str
    prompt: PromptName
    split: int
    seed: int


def walks(
    sets: Sequence[str] = (), prompts: Sequence[str] = (), splits: Sequence[int] = (), seeds: Sequence[int] = ()
) -> list[Walk]:
    """Those that are named, all where nothing is; in an order in which each set is begun early."""
    chosen = product(seeds or SEEDS, splits or SPLITS, prompts or PROMPTS, sets or PARTS)
    return [Walk(name, cast(PromptName, prompt), split, seed) for seed, split, prompt, name in chosen]


def halves(pairs: Sequence[Pair], walk: Walk) -> tuple[list[Pair], list[Pair]]:
    """Those that teach and those that are tried, no patient in both; each patient is tried in one of the two splits."""
    of_patient: dict[str, list[Pair]] = {}
    for pair in pairs:
        of_patient.setdefault(patient_of(pair.name), []).append(pair)
    names = list(of_patient)
    order = [names[i] for i in rng_for("walks", walk.set).permutation(len(names))][: PARTS[walk.set].most]
    middle = len(order) // 2
    first, second = (list(_volumes(of_patient, part)) for part in (order[:middle], order[middle:]))
    return (first, second) if walk.split == 0 else (second, first)


def _volumes(of_patient: dict[str, list[Pair]], patients: Sequence[str]) -> Iterator[Pair]:
    for patient in patients:
        yield from of_patient[patient]
