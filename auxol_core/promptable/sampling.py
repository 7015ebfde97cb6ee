"""Training samples: an object of an image, a prompt for it, and a window as inference would choose it.

The same sampler serves the training of the built-in weights and the learning from corrections, so that one network
learns every prompt kind and every zoom at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from auxol_core.imaging.crops import Window, extent, extract, paste
from auxol_core.promptable import windows
from auxol_core.promptable.network import CROP_SIDE
from auxol_core.promptable.prompt_maps import network_input
from auxol_core.promptable.simulate import (
    correcting_click,
    jittered,
    just_outside,
    neighbouring_mask,
    random_interior,
)
from auxol_core.types import BoolArray, Box, FloatArray, Point, Prompt

BOX_JITTER = 0.15
LOOSE_BOX_JITTER = 0.30


@dataclass(frozen=True, eq=False)
class Target:
    """One object to learn: ``image`` (H, W, 3) float32 in 0..1 and its ``truth`` (H, W) bool."""

    image: FloatArray
    truth: BoolArray


@dataclass(frozen=True, eq=False)
class Sample:
    """A target with a prompt and the window it is seen through; ``clicks`` counts the repairs made so far."""

    target: Target
    prompt: Prompt
    window: Window
    clicks: int = 0

    def arrays(self) -> tuple[FloatArray, FloatArray, float]:
        """Network input (7, S, S), truth in the crop (1, S, S), 0 or 1, and how much of it lies outside the window.

        The last is in crop pixels, as an area.
        """
        whole = self.target.truth
        x = network_input(self.target.image, self.prompt, self.window, CROP_SIDE)
        truth = extract(whole, self.window, CROP_SIDE)
        rows, cols, *_ = self.window.overlap((whole.shape[0], whole.shape[1]))
        missed = int(whole.sum()) - int(whole[rows, cols].sum())
        return x, (truth > 0.5).astype(np.float32)[None], missed * (CROP_SIDE / self.window.side) ** 2


def fresh_sample(target: Target, rng: np.random.Generator) -> Sample:
    """A first prompt for ``target``: 44 % box, 34 % points, 14 % point with or without a loose box, 8 % a mask."""
    box = Box.of_mask(target.truth)
    if box is None:
        raise ValueError("a fresh sample needs a truth that is not empty")
    kind = rng.choice(4, p=(0.44, 0.34, 0.14, 0.08))
    if kind == 0:
        prompt = Prompt(box=jittered(box, BOX_JITTER, rng), points=_extra_points(target.truth, rng, 0.1, 0.1))
        window = windows.for_box(prompt, rng.uniform(1.35, 1.65))
    elif kind == 1:
        points = (random_interior(target.truth, rng), *_extra_points(target.truth, rng, 0.2, 0.2))
        prompt = Prompt(points=points)
        window = _any_zoom(box, points, target.truth.shape, rng)
    elif kind == 2:
        points = (random_interior(target.truth, rng), *_extra_points(target.truth, rng, 0.25, 0.25))
        loose = jittered(box, LOOSE_BOX_JITTER, rng)
        prompt = Prompt(box=loose if rng.random() < 0.5 else None, points=points)
        window = windows.around_extent(extent(points, (loose,)), rng.uniform(1.35, 2.0))
    else:
        prompt, window = _mask_prompt(target, box, rng)
    return Sample(target, prompt, window)


def _mask_prompt(target: Target, box: Box, rng: np.random.Generator) -> tuple[Prompt, Window]:
    mask = neighbouring_mask(target.truth, rng)
    loose = jittered(box, BOX_JITTER, rng) if rng.random() < 0.3 else None
    points = _extra_points(target.truth, rng, 0.2, 0.1)
    seen = Box.of_mask(mask > 0.5) or box
    prompt = Prompt(box=loose, points=points, mask=mask)
    return prompt, windows.around_extent(extent(points, (seen, loose) if loose else (seen,)), rng.uniform(1.35, 1.9))


def stacked(samples: Sequence[Sample]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The arrays of ``samples`` as one batch: (N, 7, S, S), (N, 1, S, S) and (N,), float32."""
    x, truth, outside = zip(*(sample.arrays() for sample in samples), strict=True)
    return np.stack(x), np.stack(truth), np.array(outside, dtype=np.float32)


def _extra_points(truth: BoolArray, rng: np.random.Generator, positive: float, negative: float) -> tuple[Point, ...]:
    points: list[Point] = []
    if rng.random() < positive:
        points += [random_interior(truth, rng) for _ in range(int(rng.integers(1, 4)))]
    if rng.random() < negative:
        drawn = [just_outside(truth, rng) for _ in range(int(rng.integers(1, 4)))]
        points += [p for p in drawn if p is not None]
    return tuple(points)


def _any_zoom(box: Box, points: tuple[Point, ...], shape: tuple[int, ...], rng: np.random.Generator) -> Window:
    """A zoom log-uniform from 0.6 times the object to the whole image, and where that zoom could have looked.

    Inference does not know the object's size either: some of its looks are too close, and have to be known as such.
    """
    longest = max(box.height, box.width)
    whole = float(max(shape))
    side = float(np.exp(rng.uniform(np.log(min(0.6 * longest, whole)), np.log(whole))))
    if side > 0.95 * whole:
        return Window.whole((shape[0], shape[1]))
    middle = np.array([points[0].row + 0.5, points[0].col + 0.5])
    if rng.random() < 0.3:  # a second look is centred on what was found, a first one on the click
        share = rng.uniform(0, 1)
        middle = share * middle + (1 - share) * np.array(box.centre)
    return Window.around((float(middle[0]), float(middle[1])), side)


def repaired_sample(sample: Sample, probability: FloatArray, rng: np.random.Generator) -> Sample | None:
    """The next sample of a user who clicks on what is wrong with ``probability`` (S, S), the network's answer.

    None if nothing is left to repair. The mask so far travels with it, except now and then, so that clicks alone
    are understood too; the window is cut again around what is known, as inference does.
    """
    window, target = sample.window, sample.target
    so_far = paste(probability, window, (target.truth.shape[0], target.truth.shape[1]), outside=0.0)
    proposed = so_far > 0.5
    click = correcting_click(proposed, target.truth, None if rng.random() < 0.5 else rng)
    if click is None:
        return None
    points = (*sample.prompt.points, click)
    box = sample.prompt.box
    keep_mask = rng.random() < 0.85
    if not (keep_mask or box or any(p.positive for p in points)):
        keep_mask = True
    prompt = replace(sample.prompt, points=points, mask=so_far if keep_mask else None)
    known = [b for b in (box, Box.of_mask(proposed)) if b is not None]
    if rng.random() < 0.25 and click.inside(target.truth.shape):
        next_window = window
    else:
        next_window = windows.around_extent(extent(points, tuple(known)), rng.uniform(1.35, 1.9))
    return Sample(target, prompt, next_window, sample.clicks + 1)
