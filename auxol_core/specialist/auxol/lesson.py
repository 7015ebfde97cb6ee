"""What the `auxol` learner keeps of a corrected object, and how it becomes something to learn from again.

A lesson holds the whole slice, because clicks are answered from the whole slice down: a crop alone would teach the
learner nothing about finding the object. A slice over 512 px is kept at 512 px on its longer side, and then the
object's surroundings are kept a second time, larger, for the closer looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.imaging.crops import MAX_SIDE, Window
from auxol_core.imaging.metrics import dice
from auxol_core.promptable.sampling import Target
from auxol_core.promptable.windows import clipped
from auxol_core.specialist.base import Arrays, View
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt, probability_of

WHOLE_SIDE = 512
CLOSE_SIDE = 384
CLOSE_CONTEXT = 3.0
INVERTED_DICE = 0.6


@dataclass(frozen=True, eq=False)
class Scene:
    """A stored picture of the object: target, the user's prompt in its pixels, the generalist's probability."""

    target: Target
    prompt: Prompt
    proposal: FloatArray


def encode(view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
    """Arrays of the whole slice and, where that had to shrink, of the object's surroundings."""
    arrays: dict[str, NDArray[np.generic]] = {}
    longest = max(truth.shape)
    everything = (slice(0, truth.shape[0]), slice(0, truth.shape[1]))
    _put(arrays, "whole", view, truth, everything, min(1.0, WHOLE_SIDE / longest))
    centre = Box.of_mask(truth) or Box.of_mask(view.generalist.mask) or view.prompt.box
    if longest > WHOLE_SIDE and centre is not None:
        side = max(128.0, CLOSE_CONTEXT * max(centre.height, centre.width))
        window = Window.around(centre.centre, min(side, longest, MAX_SIDE))
        rows, cols, *_ = window.overlap(truth.shape)
        if rows.stop > rows.start and cols.stop > cols.start:
            _put(arrays, "close", view, truth, (rows, cols), min(1.0, CLOSE_SIDE / window.side))
    return arrays


def _put(
    arrays: dict[str, NDArray[np.generic]],
    name: str,
    view: View,
    truth: BoolArray,
    region: tuple[slice, slice],
    scale: float,
) -> None:
    part = view.image[region]
    shape = (max(2, round(part.shape[0] * scale)), max(2, round(part.shape[1] * scale)))
    if (part[..., 0] == part[..., 1]).all() and (part[..., 0] == part[..., 2]).all():
        part = part[..., :1]
    probability = probability_of(view.generalist.logits[region])
    arrays[f"image_{name}"] = _bytes(_resized(part, shape))
    arrays[f"image_{name}_generalist"] = _bytes(_resized(probability, shape))
    arrays[f"truth_{name}"] = _resized(truth[region].astype(np.float32), shape) > 0.5
    scales = (shape[0] / part.shape[0], shape[1] / part.shape[1])
    box = None if view.prompt.box is None else clipped(view.prompt.box, (truth.shape[0], truth.shape[1]))
    prompt = replace(view.prompt, box=box) if box else view.prompt
    arrays[f"prompt_{name}"] = _prompt_numbers(prompt, (region[0].start, region[1].start), scales)


def _resized(array: FloatArray, shape: tuple[int, int]) -> FloatArray:
    if array.shape[:2] == shape:
        return array
    return np.asarray(cv2.resize(array, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), dtype=np.float32)


def _bytes(array: FloatArray) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(array * 255.0), 0, 255), dtype=np.uint8)


def _prompt_numbers(prompt: Prompt, origin: tuple[int, int], scale: tuple[float, float]) -> NDArray[np.float32]:
    """The prompt as rows of (kind, row, col): kind 2 and 3 are a box's corners, 1 and 0 points in and out."""
    rows = []
    if prompt.box is not None:
        rows = [(2.0, prompt.box.row0, prompt.box.col0), (3.0, prompt.box.row1, prompt.box.col1)]
    rows += [(float(p.positive), p.row + 0.5, p.col + 0.5) for p in prompt.points]
    numbers = np.array(rows, dtype=np.float64).reshape(-1, 3)
    numbers[:, 1:] = (numbers[:, 1:] - np.array(origin)) * np.array(scale)
    return numbers.astype(np.float32)


def decode(arrays: Arrays) -> Iterator[Scene]:
    """The scenes of a lesson: whole slice first, then the surroundings if there are any."""
    for name in names_of(arrays):
        image = np.asarray(arrays[f"image_{name}"], dtype=np.float32) / 255.0
        image = image[:, :, None] if image.ndim == 2 else image
        image = np.broadcast_to(image, (*image.shape[:2], 3))  # grey stays one channel in memory
        truth = np.asarray(arrays[f"truth_{name}"], dtype=bool)
        proposal = np.asarray(arrays[f"image_{name}_generalist"], dtype=np.float32).reshape(truth.shape) / 255.0
        prompt = _prompt_of(np.asarray(arrays[f"prompt_{name}"], dtype=np.float32), proposal)
        yield Scene(Target(image, truth), prompt, proposal)


def names_of(arrays: Arrays) -> list[str]:
    """Which pictures a lesson holds, the whole slice first."""
    return [name for name in ("whole", "close") if f"image_{name}" in arrays]


def with_answer(arrays: Arrays, name: str, probability: FloatArray) -> dict[str, NDArray[np.generic]]:
    """``arrays`` with another generalist's ``probability`` (H, W) on picture ``name``."""
    return {**arrays, f"image_{name}_generalist": _bytes(probability)}


def place_of(arrays: Arrays) -> Box | None:
    """The object's box in shares 0..1 of the slice's rows and columns; None where nothing is there."""
    truth = np.asarray(arrays["truth_whole"], dtype=bool)
    box = Box.of_mask(truth)
    return None if box is None else box.in_shares_of(truth.shape)


def looks_inverted(lessons: Sequence[Arrays]) -> bool:
    """Whether the complement of one correction's ``lessons`` is what was proposed: object and background swapped.

    One or two such lessons change little that was learned before, so that no score of earlier objects tells them.
    """
    scenes = [next(decode(arrays)) for arrays in lessons]
    if not scenes:
        return False
    truth = np.logical_or.reduce([scene.target.truth for scene in scenes])
    rest = ~truth
    # A mask without object or without background says something else: nothing is there, or all of it.
    if not truth.any() or not rest.any():
        return False
    return any(dice(scene.proposal > 0.5, rest) > INVERTED_DICE for scene in scenes)


def _prompt_of(numbers: NDArray[np.float32], proposal: FloatArray) -> Prompt:
    corners = {int(kind): (float(row), float(col)) for kind, row, col in numbers if kind >= 2}
    box = Box(*corners[2], *corners[3]) if corners else None
    points = tuple(Point(float(r) - 0.5, float(c) - 0.5, bool(kind)) for kind, r, c in numbers if kind < 2)
    # A prompt that was a mask alone (a neighbour's) is told by what the generalist made of it.
    mask = None if box is not None or any(p.positive for p in points) else proposal
    return Prompt(box=box, points=points, mask=mask)
