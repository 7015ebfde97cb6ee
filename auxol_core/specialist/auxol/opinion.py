"""How the `auxol` specialist answers a prompt: by its own eyes, and beside the generalist's proposal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auxol_core.promptable import windows
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.specialist.base import Opinion, View
from auxol_core.types import BoolArray, Box, Prompt

MIN_PROPOSAL_PIXELS = 16
FIT_POWER = 4
LOUDEST = 10.0


def opinion_of(segmenter: Segmenter, view: View, *, use_proposal: bool) -> Opinion:
    """Segment the prompt alone and, where the generalist proposed something, with that as the mask so far.

    The two answers are averaged, each weighing by how sure it is: the proposal may be wrong as a whole, and then
    the answer that starts from it is the less sure one.
    """
    own = segmenter.segment(view.image, view.prompt)
    if not use_proposal or int(view.generalist.mask.sum()) < MIN_PROPOSAL_PIXELS or view.prompt.mask is not None:
        return Opinion(own.logits, own.quality)
    guided = segmenter.segment(view.image, replace(view.prompt, mask=view.generalist.probability))
    # Certainty to the eighth: 0.9 against 0.8 counts two and a half times as much.
    sure = np.array([own.quality, guided.quality]) ** 8 + 1e-9
    weight = float(sure[0] / sure.sum())
    logits = np.asarray(weight * own.logits + (1 - weight) * guided.logits, dtype=np.float32)
    return Opinion(logits, max(own.quality, guided.quality))


def checked(opinion: Opinion, view: View) -> Opinion:
    """``opinion``, moved towards the generalist's answer by as much as the user's own prompt speaks against it.

    A learner can fail on a picture unlike all it was taught (0.05 Dice beside the generalist's 0.80 on one of 32 lgg
    slices), and no weight from the past foresees that; the prompt shows it. Against clicks that it misses an opinion
    is withdrawn. A box is tight (Lempitsky et al. 2009): with f the IoU of an answer's box and the user's, the
    opinion keeps 2 f^4 / (f^4 + f_generalist^4) of its say, at most all of it.
    """
    kept = _kept(opinion.mask, view.generalist.mask, view.prompt)
    if kept >= 1.0:
        return opinion
    # Between two answers of unlike loudness the louder one would win whatever it keeps.
    own_logits, other_logits = (np.clip(z, -LOUDEST, LOUDEST) for z in (opinion.logits, view.generalist.logits))
    logits = np.asarray(kept * own_logits + (1.0 - kept) * other_logits, dtype=np.float32)
    return Opinion(logits, kept * opinion.quality + (1.0 - kept) * view.generalist.quality)


def _kept(own: BoolArray, other: BoolArray, prompt: Prompt) -> float:
    """How much of its say, 0..1, an opinion with the mask ``own`` keeps beside the generalist's ``other``."""
    if contradicts(own, prompt) and not contradicts(other, prompt):
        return 0.0
    if prompt.box is None:
        return 1.0
    fit, fit_other = (_box_fit(mask, prompt.box) ** FIT_POWER for mask in (own, other))
    return min(1.0, 2.0 * fit / (fit + fit_other)) if fit + fit_other > 0 else 1.0


def _box_fit(mask: BoolArray, box: Box) -> float:
    """IoU of the mask's tight box with the user's, as far as that lies on the slice; 0 of an empty mask."""
    found = Box.of_mask(mask)
    return 0.0 if found is None else found.iou(windows.clipped(box, (mask.shape[0], mask.shape[1])))


def contradicts(mask: BoolArray, prompt: Prompt) -> bool:
    """Whether ``mask`` (H, W) is empty or misses more than half of the positive clicks."""
    clicks = [mask[_index(p.row, mask.shape[0]), _index(p.col, mask.shape[1])] for p in prompt.positives]
    if clicks and 2 * sum(map(bool, clicks)) < len(clicks):
        return True
    return not mask.any()


def _index(value: float, size: int) -> int:
    return min(max(round(value), 0), size - 1)
