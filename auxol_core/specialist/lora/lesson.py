"""What the `lora` learner keeps of a corrected object: what SAM's encoder made of the slice, and no pixel of it.

Names in a lesson: ``features`` (C, h, w) uint8 with ``low`` and ``step`` (C,) float32, each channel's own range in 255
steps: 1.05 MB for SAM's 256 x 64 x 64, half of float16, and off by at most 0.002 of a channel's range, where an encoder
in bfloat16 is off by 0.006. ``points`` (N, 3), ``box`` (4,), ``image_mask`` (S, S) uint8: the prompt, see Shown.
``truth`` and ``proposal`` (S, S) bool at the decoder's resolution; ``inside`` (2,): see SmallTruth; ``place`` (4,)
float32, where the object lay, if anything is there; ``whose`` (32,) uint8: of which model's features.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.decoding import HasMaskDecoder, Shown
from auxol_core.promptable.simulate import jittered
from auxol_core.specialist.base import Arrays, View
from auxol_core.types import BoolArray, Box

MIN_TRUTH_PIXELS = 4
# How often a step shows the user's own prompt; else, as often, a box about the truth and a click in it.
OWN_PROMPT = 0.5
JITTER = 0.1


@dataclass(frozen=True, eq=False)
class Scene:
    """A stored object: ``features`` (1, C, h, w), the user's prompt, and ``truth`` as far as the slice goes."""

    features: Tensor
    shown: Shown
    truth: BoolArray


def encode(
    view: View, truth: BoolArray, generalist: HasMaskDecoder, whose: NDArray[np.uint8]
) -> dict[str, NDArray[np.generic]]:
    """The arrays of a lesson; InvalidInputError where ``view`` has no embedding of this model's."""
    if view.embedding is None:
        raise InvalidInputError("The preset lora learns on the slice's embedding, got none. Encode the slice first.")
    features = generalist.features(view.embedding)[0].float().cpu().numpy()
    small = generalist.small_truth(truth)
    shown = generalist.shown(view.prompt, view.embedding.shape)
    arrays: dict[str, NDArray[np.generic]] = {
        **_in_bytes(features),
        "points": shown.points,
        "truth": small.truth,
        "proposal": generalist.small_truth(view.generalist.mask).truth,
        "inside": np.array(small.inside, dtype=np.int32),
        "whose": whose,
    }
    if shown.box is not None:
        arrays["box"] = shown.box
    if shown.mask is not None:
        arrays["image_mask"] = np.asarray(np.clip(np.rint(shown.mask * 255.0), 0, 255), dtype=np.uint8)
    if (box := Box.of_mask(truth)) is not None:
        share = box.in_shares_of(truth.shape)
        arrays["place"] = np.array([share.row0, share.col0, share.row1, share.col1], dtype=np.float32)
    return arrays


def decode(arrays: Arrays, device: torch.device) -> Scene:
    """The scene of a lesson, its tensors on ``device``."""
    steps = torch.from_numpy(np.array(arrays["features"])).to(device, torch.float32)
    low, step = (torch.from_numpy(np.array(arrays[name])).to(device)[:, None, None] for name in ("low", "step"))
    box, mask = arrays.get("box"), arrays.get("image_mask")
    shown = Shown(
        np.array(arrays["points"], dtype=np.float32),
        None if box is None else np.array(box, dtype=np.float32),
        None if mask is None else np.asarray(mask, dtype=np.float32) / np.float32(255.0),
    )
    return Scene((low + step * steps)[None], shown, on_slice(arrays, "truth"))


def on_slice(arrays: Arrays, name: str) -> BoolArray:
    """The small mask of that name, without the padding."""
    rows, cols = (int(side) for side in np.asarray(arrays["inside"]))
    return np.asarray(arrays[name][:rows, :cols], dtype=bool)


def drawn(scene: Scene, pixel: float, rng: np.random.Generator) -> Shown:
    """A prompt for a step: the user's own one, or a box or a click as another user might give it of the same object,
    so that one corrected box teaches the clicks too. ``pixel``: how many of the encoder's a small mask's is wide."""
    if rng.random() < OWN_PROMPT or int(scene.truth.sum()) < MIN_TRUTH_PIXELS:
        return scene.shown
    box = Box.of_mask(scene.truth)
    if box is not None and rng.random() < 0.5:
        box = jittered(box, JITTER, rng)
        edges = np.array([box.col0, box.row0, box.col1, box.row1]) * pixel - np.array([0, 0, 1, 1])
        return Shown(np.zeros((0, 3), dtype=np.float32), edges.astype(np.float32))
    rows, cols = np.nonzero(scene.truth)
    at = int(rng.integers(len(rows)))
    x, y = ((float(index[at]) + 0.5) * pixel - 0.5 for index in (cols, rows))
    return Shown(np.array([[x, y, 1.0]], dtype=np.float32))


def _in_bytes(features: NDArray[np.float32]) -> Mapping[str, NDArray[np.generic]]:
    low, high = features.min(axis=(1, 2)), features.max(axis=(1, 2))
    step = np.maximum((high - low) / 255.0, 1e-12).astype(np.float32)
    steps = np.rint((features - low[:, None, None]) / step[:, None, None])
    return {"features": np.clip(steps, 0, 255).astype(np.uint8), "low": low.astype(np.float32), "step": step}
