"""How the `auxol` specialist answers a prompt: by its own eyes, and beside the generalist's proposal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auxol_core.promptable import windows
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.specialist.base import Opinion, View
from auxol_core.types import BoolArray, Box, Prompt

MIN_PROPOSAL_PIXELS = 16
MIN_BOX_IOU = 0.5


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
    """``opinion``, or the generalist's answer where the opinion contradicts the prompt and the generalist does not.

    A learner can fail on a picture unlike all it was taught (0.05 Dice beside the generalist's 0.80 on one of 32 lgg
    slices), and no weight from the past foresees that; the user's own prompt shows it.
    """
    if contradicts(opinion.mask, view.prompt) and not contradicts(view.generalist.mask, view.prompt):
        return Opinion(view.generalist.logits, view.generalist.quality)
    return opinion


def contradicts(mask: BoolArray, prompt: Prompt) -> bool:
    """Whether ``mask`` (H, W) misses more than half of the positive clicks, or fits the box worse than half (IoU)."""
    clicks = [mask[_index(p.row, mask.shape[0]), _index(p.col, mask.shape[1])] for p in prompt.positives]
    if clicks and 2 * sum(map(bool, clicks)) < len(clicks):
        return True
    found = Box.of_mask(mask)
    if found is None:
        return True
    return prompt.box is not None and found.iou(windows.clipped(prompt.box, mask.shape)) < MIN_BOX_IOU


def _index(value: float, size: int) -> int:
    return min(max(round(value), 0), size - 1)
