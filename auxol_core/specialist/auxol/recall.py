"""From a stored lesson of the `auxol` learner back to what was seen, and another generalist's answer into it.

A lesson keeps pictures and answers in 8 bits. A slice that was 8-bit and no larger than 512 px comes back as it was;
a close-up is asked about as a picture of its own, because where it lay on the slice is not stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auxol_core.promptable.windows import clipped
from auxol_core.specialist.auxol.lesson import Scene, decode, names_of, with_answer
from auxol_core.specialist.base import Arrays, Recollection, View
from auxol_core.types import FloatArray, Prompt, Segmentation

# What 8 bits round to 0 or 1 is as sure as the fusion lets anybody be (fusion.CLIP).
SUREST = 10.0
# No answer's quality is stored, and none is asked for where a lesson is scored.
NO_QUALITY = 0.0


def recalled(arrays: Arrays) -> list[Recollection]:
    """See Specialist's Recalling.recall."""
    return [_recollection(scene) for scene in decode(arrays)]


def refitted(arrays: Arrays, answers: Sequence[Segmentation | None]) -> dict[str, NDArray[np.generic]]:
    """See Specialist's Recalling.refit."""
    fresh = dict(arrays)
    for name, answer in zip(names_of(arrays), answers, strict=True):
        if answer is not None:
            fresh = with_answer(fresh, name, answer.probability)
    return fresh


def _recollection(scene: Scene) -> Recollection:
    answer = Segmentation(_logits(scene.proposal), NO_QUALITY)
    image = np.ascontiguousarray(scene.target.image)  # a stored grey one is one channel, seen three times
    return Recollection(View(image, _on_picture(scene), answer), scene.target.truth)


def _on_picture(scene: Scene) -> Prompt:
    """The prompt as far as it lies on the picture: a close-up does not show every click. Where nothing is left, the
    stored answer tells what was meant, as for a prompt that was a mask alone."""
    height, width = scene.target.truth.shape
    prompt = scene.prompt
    box = None if prompt.box is None else clipped(prompt.box, (height, width))
    points = tuple(point for point in prompt.points if point.inside((height, width)))
    shown = box is not None or any(point.positive for point in points)
    return replace(prompt, box=box, points=points, mask=prompt.mask if shown else scene.proposal)


def _logits(probability: FloatArray) -> FloatArray:
    least = 1.0 / (1.0 + np.exp(SUREST))
    kept = np.clip(np.asarray(probability, dtype=np.float64), least, 1.0 - least)
    return np.asarray(np.log(kept / (1.0 - kept)), dtype=np.float32)
