"""From a prompt to a mask on the slice: which windows the network is shown, in which order, and whose answer counts.

A box, or a mask so far, says where to look: one window. Points alone do not say how large the object is, so the
network looks at the whole slice and at closer and closer windows. Which look is right? The network's own estimate of
its Dice alone decides badly on images unlike those it was trained on: it is surest of the largest thing around the
click. What several zooms agree on is more often the object, so each look is judged by how far the others, weighed by
their own certainty, agree with it; then one more look goes to the box of what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from auxol_core.imaging.crops import Window, paste
from auxol_core.options import Precision
from auxol_core.promptable import windows
from auxol_core.promptable.network import CROP_SIDE, PromptableNetwork
from auxol_core.promptable.prompt_maps import network_input
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt, Segmentation

# Outside what the network saw there is no object; far enough below 0 that no fusion weight of a few percent lifts it.
OUTSIDE_LOGIT = -10.0
# A mask of fewer pixels cannot be looked at again.
MIN_FOUND_PIXELS = 4


@dataclass(frozen=True, eq=False)
class Look:
    """One window's answer: crop logits (S, S) float32 and the expected Dice."""

    prompt: Prompt
    window: Window
    logits: FloatArray
    quality: float


class Segmenter:
    """Runs a network on windows of an image. Holds no state but the network; never learns."""

    def __init__(self, network: PromptableNetwork, *, precision: Precision = "float32", device: str = "cpu") -> None:
        self.network = network
        self._device = torch.device(device)
        self._autocast = precision == "bfloat16"

    def look(self, image: FloatArray, views: Sequence[tuple[Prompt, Window]]) -> list[Look]:
        """The network's answers for ``views`` of ``image`` (H, W, 3) in 0..1, in one batch."""
        inputs = np.stack([network_input(image, prompt, window, CROP_SIDE) for prompt, window in views])
        logits, quality = self.forward(inputs)
        return [
            Look(prompt, window, crop, float(sure))
            for (prompt, window), crop, sure in zip(views, logits, quality, strict=True)
        ]

    def forward(self, inputs: FloatArray) -> tuple[FloatArray, NDArray[np.float32]]:
        """(N, 7, S, S) -> logits (N, S, S) and expected Dice (N,), both float32."""
        x = torch.from_numpy(inputs).to(self._device).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16, enabled=self._autocast):
            logits, quality = self.network(x)
        return logits[:, 0].float().cpu().numpy(), torch.sigmoid(quality.float()).cpu().numpy()

    def segment(self, image: FloatArray, prompt: Prompt) -> Segmentation:
        """Segment the prompted object on ``image`` (H, W, 3) in 0..1; raises InvalidInputError for a prompt outside."""
        shape = (image.shape[0], image.shape[1])
        prompt.check_against(shape)
        if prompt.box is not None:
            prompt = replace(prompt, box=windows.clipped(prompt.box, shape))
        found = None
        if prompt.mask is not None:
            # What is shown to the user is the mask, not its probability: that is what the next click repairs.
            shown = np.asarray(prompt.mask > 0.5)
            found = Box.of_mask(shown)
            prompt = replace(prompt, mask=shown.astype(np.float32))
        if found is not None:
            look = self._repaired(image, prompt, found)
        elif prompt.box is not None:
            look = self._mirrored_look(image, prompt, windows.for_box(prompt))
        else:
            look = self._coarse_to_fine(image, replace(prompt, mask=None) if prompt.positives else prompt)
        logits = paste(look.logits, look.window, shape, OUTSIDE_LOGIT)
        if prompt.box is None and found is None:
            logits = only_clicked_islands(logits, prompt.positives)
        return Segmentation(logits, look.quality)

    def _mirrored_look(self, image: FloatArray, prompt: Prompt, window: Window) -> Look:
        """One window's answer, averaged with the answer to its mirror image: a second crop for 0.001 to 0.003 Dice."""
        seen = network_input(image, prompt, window, CROP_SIDE)
        logits, quality = self.forward(np.stack([seen, seen[:, :, ::-1]]))
        return Look(prompt, window, (logits[0] + logits[1][:, ::-1]) / 2, float(quality.mean()))

    def _repaired(self, image: FloatArray, prompt: Prompt, found: Box) -> Look:
        """Repair the mask so far (its box ``found``), then look again at what came of it: a click moves the object."""
        shape = (image.shape[0], image.shape[1])
        first = self._mirrored_look(image, prompt, windows.for_mask(prompt, found))
        mask = paste(first.logits, first.window, shape, OUTSIDE_LOGIT) > 0
        again = Box.of_mask(mask)
        if again is None or not prompt.points:
            return first
        prompt = replace(prompt, mask=mask.astype(np.float32))
        return self._mirrored_look(image, prompt, windows.for_mask(prompt, again))

    def _coarse_to_fine(self, image: FloatArray, prompt: Prompt) -> Look:
        shape = (image.shape[0], image.shape[1])
        first = self.look(image, [(prompt, window) for window in windows.for_points(prompt, shape)])
        masks = [
            only_clicked_islands(paste(look.logits, look.window, shape, OUTSIDE_LOGIT), prompt.positives) > 0
            for look in first
        ]
        agreed = most_agreed(masks, [look.quality for look in first])
        found = Box.of_mask(masks[agreed])
        if found is None or int(masks[agreed].sum()) < MIN_FOUND_PIXELS:
            return first[agreed]
        window = windows.for_mask(prompt, found, windows.SECOND_LOOK_CONTEXT)
        return self._mirrored_look(image, replace(prompt, box=found), window)


def most_agreed(masks: Sequence[BoolArray], certainty: Sequence[float]) -> int:
    """Index of the mask (H, W) that the others agree with most: certainty times the others' Dice with it, weighed.

    Every mask agrees with itself, so that one sure look may stand against two unsure ones.
    """
    seen = np.logical_or.reduce(masks)
    rows, cols = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    sure = np.asarray(certainty, dtype=np.float64)
    if rows.size == 0:
        return int(np.argmax(sure))
    part = np.stack([mask[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1].ravel() for mask in masks])
    both = part.astype(np.float32) @ part.astype(np.float32).T
    sizes = np.diag(both)
    agreement = (2 * both + 1) / (sizes[:, None] + sizes[None, :] + 1)
    return int(np.argmax((agreement @ sure) * sure))


def only_clicked_islands(logits: FloatArray, clicks: Sequence[Point]) -> FloatArray:
    """Keep the islands of ``logits`` > 0 (H, W) that hold a positive click; all of them if none does."""
    count, labels = cv2.connectedComponents((logits > 0).astype(np.uint8), connectivity=8)
    if count <= 2:
        return logits
    clicked = {int(label) for label in (_label_at(labels, click) for click in clicks) if label}
    if not clicked:
        return logits
    stray: BoolArray = (labels > 0) & ~np.isin(labels, sorted(clicked))
    return np.where(stray, np.minimum(-logits, -1.0), logits).astype(np.float32)


def _label_at(labels: NDArray[Any], click: Point) -> int:
    row = min(max(round(click.row), 0), labels.shape[0] - 1)
    col = min(max(round(click.col), 0), labels.shape[1] - 1)
    return int(labels[row, col])
