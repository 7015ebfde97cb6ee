"""Where the task's structure usually lies: a box from the task's own lessons, asked on slices that nobody prompted.

The lessons tell where corrected objects lay on their slices, in shares of rows and columns. The usual place is the
median of those that overlap the most central of them, so that a few objects elsewhere (the other kidney, a slip) do not
pull it to where nothing is. Each slice is asked with that box, with a wider one, and with two moved along the way in
which the lessons vary most; the answer of the best quality is the proposal.

Whether the structure is there at all, a model's quality tells badly: asked with a box it finds something in it. So
the confidence asks also whether the answers agree: of the structure all boxes should give the same mask.

It finds one object a slice, and only where views of the same kind put it: a first prompter, and a weak one (figures
below), until a classifier of the task's own stands here.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.imaging.metrics import dice
from auxol_core.prompter.base import MIN_PIXELS, Ground
from auxol_core.types import TAKEN, Box, Prompt, Propagated, Proposal

LAST_OBJECTS = 32
WIDER = 1.25
# Nearer than this share of its own side a moved box asks the same again.
LEAST_MOVE = 0.05
# Odds of a right mask (Dice of 0.5 or more):
# e**BIAS / ((1 + NEVER - quality)**OF_QUALITY * (1 + NEVER - agreement)**OF_AGREEMENT)
# Fitted on 378 slices: 18 spread over each stack of three patients, of spleen, right kidney, liver, aorta, pancreas
# (CT), anterior hippocampus (MR) and tumour (FLAIR); built-in generalist, a specialist taught 12 corrections of four
# other patients. The structure is in 116 of them; 37 masks are right. It is the best of six forms tried there, and the
# threshold was chosen there too: of 25 shown 15 are right (6 of 6 of the liver, 9 of 13 of the hippocampus, none of the
# other five) and 7 lie where the structure is not. Fitted without the structure it is asked about: of 14 shown 6 are
# right, 7 lie where it is not, and the area under the ROC curve is 0.71, as of the quality alone. So it says when not
# to believe, seldom when to; what wanders more than it measures (aorta, pancreas, tumour) this prompter does not find.
BIAS, OF_QUALITY, OF_AGREEMENT, NEVER = -8.0, 2.0, 1.7, 0.02
LEAST_CONFIDENCE = 0.3


class UsualPlace:
    """The prompter that looks where the task's corrected objects lay. Slices are looked at in the order given."""

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        """See Prompter. InvalidInputError where no lesson of the task tells where an object lay."""
        boxes = boxes_to_ask((yield from ground.places(LAST_OBJECTS)))
        for index, slice_id in enumerate(ground.slices):
            answers: list[Proposal] = []
            for box in () if ground.is_taken(index) else boxes:
                prompt = Prompt(box=box.scaled(*ground.shape_of(index)))
                answers.append((yield from ground.propose(slice_id, prompt)).proposal)
                yield None
            yield Propagated(index, None, TAKEN) if ground.is_taken(index) else judged(index, answers)


def boxes_to_ask(places: Sequence[Box]) -> list[Box]:
    """The usual place and its variants, in shares of a slice, from where objects lay; InvalidInputError for none."""
    if not places:
        raise InvalidInputError(
            "To find a structure, lessons of the task are needed that show where it lies, got none. Segment it on a "
            "slice and save that first."
        )
    edges = np.array([(box.row0, box.col0, box.row1, box.col1) for box in places])
    central = max(places, key=lambda box: sum(box.iou(other) for other in places))
    alike = edges[[central.iou(other) > 0 for other in places]]
    usual = Box(*np.median(alike, axis=0).tolist())
    return [usual, _wider(usual), *_moved(usual, alike)]


def _wider(box: Box) -> Box:
    rows, cols = box.height * (WIDER - 1) / 2, box.width * (WIDER - 1) / 2
    return Box(box.row0 - rows, box.col0 - cols, box.row1 + rows, box.col1 + cols)


def _moved(box: Box, edges: NDArray[np.float64]) -> list[Box]:
    """``box`` to either side by half the quartiles' distance of the centres of ``edges`` (objects, 4), along the axis
    on which that is most of its side; none where it would hardly move."""
    low, high = np.percentile((edges[:, :2] + edges[:, 2:]) / 2, (25, 75), axis=0)
    moves, sides = (high - low) / 2, np.array((box.height, box.width))
    axis = int(np.argmax(moves / sides))
    if moves[axis] < LEAST_MOVE * sides[axis]:
        return []
    rows, cols = (float(moves[0]), 0.0) if axis == 0 else (0.0, float(moves[1]))
    return [
        Box(box.row0 + way * rows, box.col0 + way * cols, box.row1 + way * rows, box.col1 + way * cols)
        for way in (-1, 1)
    ]


def judged(index: int, answers: Sequence[Proposal]) -> Propagated:
    """What is said of a slice whose boxes were answered by ``answers``: the best one, or why none is worth showing."""
    seen = [answer for answer in answers if np.count_nonzero(answer.mask) >= MIN_PIXELS]
    if not seen:
        return Propagated(index, None, "the structure was not found: nothing is where it usually lies")
    best = max(seen, key=lambda answer: answer.quality)
    confidence = confidence_of(best.quality, agreement(best, answers))
    if confidence < LEAST_CONFIDENCE:
        reason = f"the structure was not found: what is where it usually lies has a confidence of {confidence:.0%}"
        return Propagated(index, None, f"{reason}, under {LEAST_CONFIDENCE:.0%}", confidence)
    return Propagated(index, best, confidence=confidence)


def agreement(best: Proposal, answers: Sequence[Proposal]) -> float:
    """Mean Dice 0..1 of the best answer's mask with the other answers'; 1 where there is no other."""
    others = [dice(best.mask, answer.mask) for answer in answers if answer is not best]
    return float(np.mean(others)) if others else 1.0


def confidence_of(quality: float, agreed: float) -> float:
    """How likely the best answer's mask shows the structure with a Dice of 0.5 or more, 0..1."""
    doubt = OF_QUALITY * math.log(1 + NEVER - quality) + OF_AGREEMENT * math.log(1 + NEVER - agreed)
    return 1 / (1 + math.exp(doubt - BIAS))
