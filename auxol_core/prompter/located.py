"""Where the task's locator sees the structure: its mask makes the box, the task's models answer it.

First all slices are looked at, which is cheap; presence.py says on which of them the structure is. Then these are
asked, each with the box of what was seen there, and where that is in pieces with the box of the largest one, too. Two
looks at one thing, the locator's and the models', that agree are seldom both wrong: so the best answer is the one with
the most quality times agreement, and so is its confidence told.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from auxol_core.imaging.metrics import dice
from auxol_core.prompter.base import MIN_PIXELS, Ground, Prompter
from auxol_core.prompter.locating import Look
from auxol_core.prompter.presence import Numbers, alone, along, evidence_of, in_one_stretch
from auxol_core.types import TAKEN, BoolArray, Box, ByteArray, Prompt, Propagated, Proposal

# Where the locator is nowhere as sure as this, it has seen the structure nowhere.
LEAST_SEEN = 0.1
# A piece under this share of the largest one is noise.
LEAST_PIECE = 0.25
# Of 236 proposals on two livers never seen the four that were less sure than this had a mean Dice of 0.01, those up to
# 0.5 one of 0.2, all others one of 0.84 or more.
LEAST_CONFIDENCE = 0.3


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is kept of a look until its slice's turn comes. ``bits``: its mask of ``shape``, packed: a volume's
    probabilities would fill the memory. ``boxes``: to ask, in pixels; none where nothing was seen."""

    presence: float
    shape: tuple[int, ...]
    bits: ByteArray = field(repr=False)
    boxes: tuple[Box, ...]

    @staticmethod
    def of(look: Look) -> _Seen:
        mask, boxes = seen_on(look)
        return _Seen(look.presence, mask.shape, np.packbits(mask), boxes)

    @property
    def mask(self) -> BoolArray:
        flat = np.unpackbits(self.bits, count=int(np.prod(self.shape)))
        return np.asarray(flat.reshape(self.shape) > 0)


def seen_on(look: Look) -> tuple[BoolArray, tuple[Box, ...]]:
    """The mask (H, W) of what was seen, its specks left out, and the boxes to ask: of the whole, and of the largest
    piece where there are several.

    The mask is where the locator is half as sure as where it is surest: at the structure's ends it is sure nowhere.
    """
    nothing = np.zeros(look.probability.shape, dtype=bool)
    most = float(look.probability.max())
    if most < LEAST_SEEN:
        return nothing, ()
    there = (look.probability >= 0.5 * most).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(there, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.flatnonzero(areas >= max(MIN_PIXELS, LEAST_PIECE * areas.max())) + 1
    if not kept.size:
        return nothing, ()
    mask = np.isin(labels, kept)
    largest = labels == 1 + int(np.argmax(areas))
    boxes = [Box.of_mask(each) for each in ((mask, largest) if kept.size > 1 else (mask,))]
    return mask, tuple(box for box in boxes if box is not None)


class Located:
    """The prompter that asks where the task's locator sees the structure.

    ``otherwise``: asked where no locator has learned anything yet. ``masked``: what was seen goes with the box, for
    models that were taught with both. ``several``: the structure may be on several
    stretches of a volume. ``ordered``: the slices are a volume's, in order; else each stands for itself. Slices of
    different shapes are of no volume in any case.
    """

    def __init__(
        self, otherwise: Prompter, *, several: bool = False, ordered: bool = True, masked: bool = False
    ) -> None:
        self._otherwise, self._several, self._ordered, self._masked = otherwise, several, ordered, masked

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        """See Prompter. A step for each look, then one for each answer; slices are told in order."""
        seen: list[_Seen] = []
        for index in range(len(ground.slices)):
            look = ground.look(index)
            if look is None:
                yield from self._otherwise.prompting(ground)
                return
            seen.append(_Seen.of(look))
            yield None
        presences = self._presences(ground, seen)
        for index, (each, presence) in enumerate(zip(seen, presences.tolist(), strict=True)):
            if ground.is_taken(index):
                item = Propagated(index, None, TAKEN)
            elif presence < 0.5:
                item = Propagated(index, None, _why_not(presence, each.presence), presence)
            else:
                answers = yield from self._asked(ground, index, each)
                taken = ground.is_taken(index)
                item = Propagated(index, None, TAKEN) if taken else judged(index, each.mask, presence, answers)
            yield replace(item, presence=presence)

    def _presences(self, ground: Ground, seen: Sequence[_Seen]) -> Numbers:
        """How likely the structure is on each slice."""
        return presences_of(
            [each.presence for each in seen],
            _told(ground),
            ordered=self._ordered and len({each.shape for each in seen}) == 1,
            several=self._several or ground.several,
        )


    def _asked(self, ground: Ground, index: int, seen: _Seen) -> Generator[None, None, list[Proposal]]:
        answers = []
        mask = seen.mask.astype(np.float32) if self._masked else None
        for box in seen.boxes:
            if ground.is_taken(index):
                break
            answers.append((yield from ground.propose(ground.slices[index], Prompt(box=box, mask=mask))).proposal)
            yield None
        return answers


def presences_of(
    looks: Sequence[float], told: Mapping[int, bool], *, ordered: bool = True, several: bool = False
) -> Numbers:
    """How likely the structure is on each slice, from the presence that each look gave and what a person has ``told``.

    Where no look tells anything (no empty slice was ever saved), one half: any slice may show it.
    """
    evidence = evidence_of(looks, told)
    if not evidence.any() or not ordered:
        return alone(evidence)
    return along(evidence) if several else in_one_stretch(evidence)


def _told(ground: Ground) -> dict[int, bool]:
    """What a person has said of slices, by index."""
    empty = {i: False for i in range(len(ground.slices)) if ground.is_taken(i) and ground.is_empty(i)}
    return {**empty, **{index: bool(mask.any()) for index, mask in ground.seeds.items()}}


def _why_not(presence: float, look: float) -> str:
    why = f"nothing here: the structure is on this slice with a chance of {presence:.0%}"
    return f"{why}; what looks like it lies apart from the slices that show it best" if look > 0.5 else why


def judged(index: int, seen: BoolArray, presence: float, answers: Sequence[Proposal]) -> Propagated:
    """What is said of a slice of which the locator saw ``seen`` (H, W): its best answer, or why there is none."""
    shown = [answer for answer in answers if np.count_nonzero(answer.mask) >= MIN_PIXELS]
    if not shown:
        why = "no box could be made" if not answers else "the models find nothing in its box"
        reason = f"the structure should be here, with a chance of {presence:.0%}, and was not found: {why}"
        return Propagated(index, None, reason, 0.0)
    best = max(shown, key=lambda answer: answer.quality * dice(answer.mask, seen))
    confidence = confidence_of(presence, best.quality, dice(best.mask, seen))
    if confidence < LEAST_CONFIDENCE:
        reason = f"the structure was not found: what is in its place has a confidence of {confidence:.0%}"
        return Propagated(index, None, f"{reason}, under {LEAST_CONFIDENCE:.0%}", confidence)
    return Propagated(index, best, confidence=confidence)


def confidence_of(presence: float, quality: float, agreement: float) -> float:
    """How sure an answer is, 0..1. ``agreement``: Dice of the answer and what the locator saw."""
    return float(np.clip(presence * quality * agreement, 0.0, 1.0))
