"""On which slices of a range the structure is, from what was seen on each and from their order.

An organ is on slices that follow one another. So what is asked is not whether it is on a slice, but from which slice to
which: every stretch of the range is weighed by the evidence (log-odds) on it, and a slice's presence is the weight of
the stretches that hold it (the forward-backward recursion of a chain of three states, before, in and after; Rabiner
1989). A slip between its neighbours is bridged, a second stretch elsewhere loses, and what a person has said stands.

Against weighted means of five neighbours and the best stretch of these, on four livers never seen: area under the ROC
curve .994 for .988, log loss .108 for .137, slices flagged 2.1 % for 1.7 %, missed 6.7 % for 7.1 %. Where a structure
may be on several stretches, or slices are in no order, the plain means and the slices themselves are what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

# A look that is quite sure must not outvote all others.
MOST = 4.0
# Neighbouring slices look alike and err alike: five count as one. Of 1, 0.5, 0.3, 0.2, 0.1 the areas are the same and
# the log loss is least here and at 0.1 (.226, .168, .127, .108, .101), where more is missed.
SHARE = 0.2
# What a person has said, against any number of looks.
SAID = 200.0
# A range may end inside the structure: beyond its ends the last slice goes on for so many.
BEYOND = 4
WEIGHTS = (1.0, 2.0, 3.0, 2.0, 1.0)


def evidence_of(presences: Sequence[float], told: Mapping[int, bool]) -> Numbers:
    """Log-odds of ``presences`` (0..1), within -MOST..MOST, and far beyond where a person has ``told``, by index, that
    the structure is there or that it is not."""
    p = np.clip(np.asarray(presences, dtype=np.float64), 1e-6, 1 - 1e-6)
    evidence = np.clip(np.log(p) - np.log1p(-p), -MOST, MOST)
    for index, there in told.items():
        evidence[index] = SAID if there else -SAID
    return np.asarray(evidence)


def in_one_stretch(evidence: Numbers) -> Numbers:
    """The probability of each slice of a volume in order that the structure is on it, on one stretch at most."""
    if not evidence.size:
        return evidence
    # A person's word on the last slice is of that slice alone.
    e = SHARE * np.pad(evidence, BEYOND, mode="edge")
    e[:BEYOND], e[-BEYOND:] = (SHARE * float(np.clip(end, -MOST, MOST)) for end in (evidence[0], evidence[-1]))
    ending, going_on = np.empty(e.size), np.empty(e.size)  # log weights of the stretches up to a slice, and from it on
    before = -np.inf
    for i in range(e.size):
        before = ending[i] = e[i] + np.logaddexp(before, 0.0)
    after = -np.inf
    for i in reversed(range(e.size)):
        going_on[i] = np.logaddexp(after, 0.0)
        after = e[i] + going_on[i]
    whole = np.logaddexp(np.logaddexp.reduce(ending), 0.0)  # or on no slice at all
    return np.asarray(np.exp(ending + going_on - whole)[BEYOND:-BEYOND])


def along(evidence: Numbers) -> Numbers:
    """The same where there may be several stretches: of the weighted means of neighbours; what a person said stands."""
    reach = len(WEIGHTS) // 2
    bounded = np.pad(np.clip(evidence, -MOST, MOST), reach, mode="edge") if evidence.size else evidence
    means = np.convolve(bounded, np.array(WEIGHTS) / sum(WEIGHTS), mode="valid") if evidence.size else evidence
    return alone(np.where(np.abs(evidence) > MOST, evidence, means))


def alone(evidence: Numbers) -> Numbers:
    """The same where slices are in no order."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(evidence, -SAID, SAID))))
