"""Training samples in parts: fresh prompts on new images, and repairs of what the network answered some steps ago.

A step's batch is made of ``parts``, numbered (step, part). A part is made from its number, the seed, and the network's
answers to the part of the same number ``lag`` steps before: a click on what the network got wrong, its answer as the
mask so far. So chains of clicks on the network's own errors are trained at the price of single prompts, without a
second forward pass (the idea of iterative training: Sofiiuk et al. 2021, RITM), and no draw depends on who makes which
part, or when. Chains end where an era ends: a run that goes on from there is the run that never stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.promptable.sampling import Sample, Target, fresh_sample, repaired_sample
from auxol_core.types import FloatArray
from pretrain.synthetic.generator import SyntheticImage, generate

MIN_OBJECT_PIXELS = 60
# Streams of draws that never meet: images come from (seed, i), the prompts of a part from (seed, PROMPTS, step, part).
PROMPTS = 1


@dataclass(frozen=True)
class ChainPlan:
    """What the samples depend on. A part has ``images`` * ``prompts`` + ``repairs`` samples, always."""

    seed: int
    parts: int
    images: int
    prompts: int
    repairs: int
    max_clicks: int
    lag: int
    era: int

    @property
    def part_size(self) -> int:
        return self.images * self.prompts + self.repairs

    def repairs_step(self, step: int) -> int | None:
        """The step whose answers ``step`` repairs; None at the beginning of an era."""
        earlier = step - self.lag
        return earlier if earlier >= 0 and earlier // self.era == step // self.era else None


class Chains:
    """Makes parts, each step's after the last's, and keeps the samples that may be repaired later."""

    def __init__(self, plan: ChainPlan) -> None:
        self.plan = plan
        self._kept: dict[tuple[int, int], list[Sample]] = {}

    def part(self, step: int, part: int, answers: FloatArray | None) -> list[Sample]:
        """``answers`` (part_size, S, S): foreground probabilities for the part of the same number ``lag`` steps ago.

        They are not read where ``repairs_step`` is None, or where this object did not make that part.
        """
        plan = self.plan
        rng = np.random.default_rng((plan.seed, PROMPTS, step, part))
        earlier = plan.repairs_step(step)
        # Popped in any case: what is not repaired now never will be.
        kept = self._kept.pop((step - plan.lag, part), None)
        repaired = [] if earlier is None or kept is None or answers is None else self._repaired(kept, answers, rng)
        samples = [*self._fresh(step, part, plan.part_size - len(repaired), rng), *repaired]
        self._kept[step, part] = samples
        return samples

    def _repaired(self, kept: list[Sample], answers: FloatArray, rng: np.random.Generator) -> list[Sample]:
        """Carry on with some samples, the deeper ones a little more often, so that long chains are seen."""
        able = [i for i, sample in enumerate(kept) if sample.clicks < self.plan.max_clicks]
        weight = np.array([1.0 + 0.5 * kept[i].clicks for i in able])
        count = min(self.plan.repairs, len(able))
        chosen = rng.choice(able, size=count, replace=False, p=weight / weight.sum()).tolist() if count else []
        repaired = (repaired_sample(kept[i], answers[i], rng) for i in sorted(chosen))
        return [sample for sample in repaired if sample is not None]

    def _fresh(self, step: int, part: int, count: int, rng: np.random.Generator) -> list[Sample]:
        """``count`` prompts, dealt out evenly to the part's images and, in each, to its objects."""
        first = (step * self.plan.parts + part) * self.plan.images
        images = [turned(targets_at(self.plan.seed, first + i), rng) for i in range(self.plan.images)]
        orders = [rng.permutation(len(targets)) for targets in images]
        samples = []
        for number in range(count):
            which, turn = number % len(images), number // len(images)
            order = orders[which]
            samples.append(fresh_sample(images[which][int(order[turn % order.size])], rng))
        return samples


def targets_at(seed: int, index: int) -> list[Target]:
    """The objects of synthetic image ``index``; in the rare case that it has none, of the next from the same draws."""
    rng = np.random.default_rng((seed, index))
    targets: list[Target] = []
    while not targets:
        targets = targets_of(generate(rng))
    return targets


def targets_of(sample: SyntheticImage) -> list[Target]:
    """One target for each labelled object of at least 60 visible pixels."""
    image = sample.image.astype(np.float32) / 255.0
    masks = (sample.labels == label for label in range(1, int(sample.labels.max()) + 1))
    return [Target(image, mask) for mask in masks if int(mask.sum()) >= MIN_OBJECT_PIXELS]


def turned(targets: list[Target], rng: np.random.Generator) -> list[Target]:
    """Quarter turns, flips and now and then inverted grey, for all objects of an image: free variety."""
    turns, mirror, inverted = int(rng.integers(4)), rng.random() < 0.5, rng.random() < 0.1

    def moved(array: NDArray[Any]) -> NDArray[Any]:
        rotated = np.rot90(array, turns)
        return np.ascontiguousarray(rotated[:, ::-1] if mirror else rotated)

    image = moved(targets[0].image)
    if inverted:
        image = 1.0 - image
    return [Target(image, moved(target.truth)) for target in targets]
