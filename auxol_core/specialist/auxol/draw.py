"""What a step of the `auxol` learner is shown of a stored object: a prompt and a window, drawn as in pretraining.

Prompts are drawn anew each time, of every kind and at every zoom, whatever the user prompted with: one corrected box
teaches the clicks too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from auxol_core.imaging.crops import Window, extent
from auxol_core.promptable import windows
from auxol_core.promptable.sampling import Sample, Target, fresh_sample
from auxol_core.promptable.simulate import jittered
from auxol_core.specialist.auxol.lesson import Scene
from auxol_core.types import Box, FloatArray

MIN_TRUTH_PIXELS = 4


def draw_sample(scenes: Sequence[Scene], use_proposal: bool, rng: np.random.Generator) -> Sample:
    """A sample of one of ``scenes`` (whole slice; surroundings), its contrast a little changed."""
    shown = _that_show_it(scenes)
    scene = shown[int(rng.integers(len(shown)))]
    if int(scene.target.truth.sum()) < MIN_TRUTH_PIXELS:
        sample = _nothing_there(scene, rng)
    elif use_proposal and rng.random() < 0.25:
        sample = _beside_the_proposal(scene, rng)
    else:
        sample = fresh_sample(scene.target, rng)
    return _varied(sample, rng)


def _that_show_it(scenes: Sequence[Scene]) -> Sequence[Scene]:
    """The scenes in which the object has pixels; all of them if it has none anywhere.

    A small object of a large slice is lost where the slice had to shrink: that one must not teach "nothing there".
    """
    return [scene for scene in scenes if int(scene.target.truth.sum()) >= MIN_TRUTH_PIXELS] or scenes


def guard_sample(scenes: Sequence[Scene]) -> Sample:
    """The user's own prompt, seen through one window around it and the truth; nothing is drawn."""
    scene = _that_show_it(scenes)[0]
    box = Box.of_mask(scene.target.truth)
    boxes = tuple(b for b in (box, scene.prompt.box) if b is not None)
    around = extent(scene.prompt.points, boxes)
    shape = (scene.target.truth.shape[0], scene.target.truth.shape[1])
    window = Window.whole(shape) if around is None else windows.around_extent(around, windows.BOX_CONTEXT)
    return Sample(scene.target, scene.prompt, window)


def _nothing_there(scene: Scene, rng: np.random.Generator) -> Sample:
    """The user's own prompt, answered by an empty mask."""
    prompt = scene.prompt
    if prompt.box is not None:
        prompt = replace(prompt, box=jittered(prompt.box, 0.1, rng))
        return Sample(scene.target, prompt, windows.for_box(prompt, rng.uniform(1.35, 1.65)))
    if prompt.mask is not None:
        found = Box.of_mask(prompt.mask > 0.5)
        if found is not None:
            return Sample(scene.target, prompt, windows.for_mask(prompt, found))
    looks = windows.for_points(prompt, (scene.target.truth.shape[0], scene.target.truth.shape[1]))
    return Sample(scene.target, prompt, looks[int(rng.integers(len(looks)))])


def _beside_the_proposal(scene: Scene, rng: np.random.Generator) -> Sample:
    """The user's prompt with the generalist's answer as the mask so far, as prediction shows it to the specialist."""
    found = Box.of_mask(scene.proposal > 0.5)
    if found is None:
        return fresh_sample(scene.target, rng)
    prompt = replace(scene.prompt, mask=scene.proposal)
    return Sample(scene.target, prompt, windows.for_mask(prompt, found, rng.uniform(1.4, 1.8)))


def _varied(sample: Sample, rng: np.random.Generator) -> Sample:
    """Small changes of contrast and brightness; what is left of the range is not clipped, the crop is standardised."""
    whole: FloatArray = sample.target.image
    gamma = float(np.exp(rng.normal(0, 0.15)))
    shift = np.float32(rng.normal(0, 0.02))
    # Only what the window sees, and grey (a view of one channel) once: a power costs more than the rest of a sample.
    rows, cols, *_ = sample.window.overlap((whole.shape[0], whole.shape[1]))
    channels = whole[..., :1] if whole.strides[2] == 0 else whole
    changed = np.zeros(channels.shape, dtype=np.float32)
    changed[rows, cols] = np.power(channels[rows, cols], gamma, dtype=np.float32) + shift
    image = np.broadcast_to(changed, whole.shape)
    return replace(sample, target=Target(image, sample.target.truth))
