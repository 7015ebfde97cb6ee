"""On which slices of a range the structure is: what was seen on each, smoothed along the order.

An organ is on slices that follow one another. What one slice says against its neighbours on both sides is more often
a slip of the look than a gap, so the evidence (log-odds) of each slice is averaged with its neighbours', and of the
stretches that are left only the one with the most evidence is kept, unless the task says that there are several. What
a person has said of a slice stands: it is never averaged away, and it counts for the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Evidence = NDArray[np.float64]

# A look that is quite sure must not outvote all its neighbours.
MOST = 4.0
WEIGHTS = (1.0, 2.0, 3.0, 2.0, 1.0)


def evidence_of(presences: Sequence[float]) -> Evidence:
    """Log-odds of ``presences`` (0..1), within -MOST..MOST."""
    p = np.clip(np.asarray(presences, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.clip(np.log(p) - np.log1p(-p), -MOST, MOST))


def smoothed(presences: Sequence[float], told: Mapping[int, bool]) -> Evidence:
    """The evidence of each slice of a volume in order, its neighbours' weighed in.

    ``told``: what a person has said, by index: the structure is there, or it is not.
    """
    evidence = evidence_of(presences)
    for index, there in told.items():
        evidence[index] = MOST if there else -MOST
    result = np.asarray(_mean_along(evidence))
    for index in told:
        result[index] = evidence[index]
    return result


def _mean_along(evidence: Evidence) -> Evidence:
    """Weighted means; beyond the ends the last slice is repeated."""
    reach = len(WEIGHTS) // 2
    padded = np.pad(evidence, reach, mode="edge") if evidence.size else evidence
    weights = np.array(WEIGHTS) / sum(WEIGHTS)
    return np.convolve(padded, weights, mode="valid") if evidence.size else evidence


def stretches(evidence: Evidence) -> list[range]:
    """The ranges of indices whose evidence is for the structure, in order. Evidence of 0 is for nothing unless there
    is no other: where no slice tells anything, all may show it."""
    there = evidence > 0 if (np.abs(evidence) > 0).any() else np.ones(evidence.shape, dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], there.astype(np.int8), [0]))))
    return [range(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def main_stretch(evidence: Evidence) -> range:
    """The one with the most evidence in all; empty where there is none."""
    return max(stretches(evidence), key=lambda each: float(evidence[each.start : each.stop].sum()), default=range(0))


def probability(evidence: float) -> float:
    """The probability 0..1 of an evidence."""
    return float(1.0 / (1.0 + np.exp(-evidence)))
