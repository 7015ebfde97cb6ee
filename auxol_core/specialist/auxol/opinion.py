"""How the `auxol` specialist answers a prompt: by its own eyes, and beside the generalist's proposal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auxol_core.promptable.segmenter import Segmenter
from auxol_core.specialist.base import Opinion, View

MIN_PROPOSAL_PIXELS = 16


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
