"""On which slices of a range the structure is, from what was seen on each and from their order.

An organ is on slices that follow one another. So what is asked is not whether it is on a slice, but from which slice to
which: every stretch of the range is weighed by the evidence (log-odds) on it, and a slice's presence is the weight of
the stretches that hold it (the forward-backward recursion of a chain of three states, before, in and after; Rabiner
1989). A slip between its neighbours is bridged, and what a person has said stands. A second stretch that looks like the
structure is evidence that it is not: else a neck three slices beyond a liver is taken for its continuation.

On four livers never seen, against weighted means of five neighbours and the best stretch of these: area under the ROC
curve .995 for .988, log loss .101 for .137, slices flagged 1.7 % both, missed 6.7 % for 7.1 %. Where a structure may be
on several stretches, or slices are in no order, the plain means and the slices themselves are what is left.
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
    evidence = _of_the_main_stretch(evidence)
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


def _of_the_main_stretch(evidence: Numbers) -> Numbers:
    """``evidence`` with its sign turned on the stretches that have less of it than the main one; a person's word stays.

    Stretches are told by the means of neighbours, so that a slip makes no two of one."""
    means = _means(evidence)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (means > 0).astype(np.int8), [0]))))
    stretches = [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    result = np.array(evidence)
    for each in sorted(stretches, key=lambda each: float(means[each].sum()))[:-1]:
        result[each] = np.where(np.abs(evidence[each]) > MOST, evidence[each], -np.abs(evidence[each]))
    return result


def along(evidence: Numbers) -> Numbers:
    """The same where there may be several stretches: of the weighted means of neighbours; what a person said stands."""
    return alone(np.where(np.abs(evidence) > MOST, evidence, _means(evidence)))


def _means(evidence: Numbers) -> Numbers:
    """Of each slice and its neighbours; beyond the ends the last one goes on."""
    if not evidence.size:
        return evidence
    bounded = np.pad(np.clip(evidence, -MOST, MOST), len(WEIGHTS) // 2, mode="edge")
    return np.asarray(np.convolve(bounded, np.array(WEIGHTS) / sum(WEIGHTS), mode="valid"))


def alone(evidence: Numbers) -> Numbers:
    """The same where slices are in no order."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(evidence, -SAID, SAID))))
