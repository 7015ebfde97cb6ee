"""The `sam_mix` learner: LoRA in the generalist's encoder and a decoder that learns (Ward & Imran 2025, SAM-Mix).

It keeps the same lessons as `auxol`: the slice, because the encoder learns. A step is one object, as in the published
relative ADA-SAM, whose loss it has, too: cross-entropy + 0.5 (1 - Dice), under Adam. It is shown the object's true box,
and the mask that its prompt held (the classifier's, where *Find* made it). New and earlier objects take turns.

A state: the matrices, ``<weight>/<first row>/down`` and ``.../up``, and ``whole/<parameter>``, the decoder's difference
from the frozen one, all float16; and ``origin`` (32,) uint8, which frozen weights these are beside. Learning goes on
from exactly these. Empty: nothing was learned.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.imaging.metrics import dice
from auxol_core.promptable.losses import soft_dice
from auxol_core.specialist.auxol.lesson import decode, encode, names_of, place_of
from auxol_core.specialist.auxol.recall import recalled, refitted
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, Recollection, View, correction_of
from auxol_core.specialist.low_rank import initial, merged
from auxol_core.specialist.sam_mix.body import Body, Example
from auxol_core.specialist.sam_mix.preset import SamMixOptions
from auxol_core.steps import driven
from auxol_core.types import PLAIN_KINDS, BoolArray, Box, Segmentation

ORIGIN, WHOLE = "origin", "whole/"
MIN_TRUTH_PIXELS = 4


class SamMixSpecialist:
    """Online learner in ``body``; implements the Specialist protocol. ``seed``: of the matrices' first values.

    ``unlabelled``: slices with a prompt that a prompter made and nobody checked; each step takes one of them in turn
    where ``options.consistency`` is not 0.
    """

    snapshot_every = 1
    knows = PLAIN_KINDS

    def __init__(
        self,
        body: Body[Any],
        options: SamMixOptions,
        seed: int,
        *,
        device: str = "cpu",
        unlabelled: Sequence[View] = (),
    ) -> None:
        self.options = options
        self._body, self._device, self._unlabelled = body, torch.device(device), unlabelled
        self._matrices = initial(body.module, body.places, options.rank, seed)
        frozen = dict(body.module.named_parameters())
        self._frozen = {WHOLE + name: frozen[name].detach() for name in body.whole}
        self._origin = np.frombuffer(hashlib.sha256(body.identity.encode()).digest(), dtype=np.uint8)
        self._state: Arrays = {}

    @property
    def state(self) -> Arrays:
        """See the module's head."""
        return self._state

    @property
    def fingerprint(self) -> str:
        """Which frozen weights it learns beside, hexadecimal."""
        return self._origin.tobytes().hex()

    def initial_state(self) -> Arrays:
        """Nothing learned: the frozen weights."""
        return {}

    def install(self, state: Arrays) -> None:
        """Use ``state`` for prediction; InvalidInputError or TaskFileGeneralistError if it is not of this network."""
        with torch.no_grad():
            self._body.install(self._weights(self._values(state)) if state else None)
        self._state = dict(state)

    def _values(self, state: Arrays) -> dict[str, Tensor]:
        """What is learned under ``state``, as new tensors: matrices, and decoder weights under ``whole/``."""
        first = {**self._matrices, **self._frozen}
        if not state:
            return {name: tensor.clone() for name, tensor in first.items()}
        if not np.array_equal(state.get(ORIGIN, np.zeros(0)), self._origin):
            raise TaskFileGeneralistError(
                "Expected a state that was learned in this generalist's weights, got one of others. Open the task with "
                "the generalist that it was learned with, or make a new task."
            )
        expected = {ORIGIN: (32,)} | {name: tuple(tensor.shape) for name, tensor in first.items()}
        given = {name: array.shape for name, array in state.items()}
        if given != expected:
            odd = sorted(name for name in expected.keys() | given.keys() if expected.get(name) != given.get(name))
            raise InvalidInputError(
                f"A state must hold {len(expected)} arrays of this network, these differ: {odd[:3]}."
            )
        # Copied, because torch takes no read-only array.
        kept = {n: torch.from_numpy(np.array(state[n])).to(self._device, torch.float32) for n in first}
        return {n: kept[n] + self._frozen[n] if n in self._frozen else kept[n] for n in first}

    def _weights(self, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The body's weights under ``values``, by their own names."""
        whole = {name.removeprefix(WHOLE): values[name] for name in self._frozen}
        return {**merged(self._body.module, self._body.places, values), **whole}

    def predict_one(self, view: View) -> Opinion:
        """What the body says; a SAM's own encoder runs for it, once a slice, where something was learned."""
        return self._body.opinion(view)

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """The slice at up to 512 px, prompt and truth, as `auxol` keeps them; and ``map`` (h, w) bool on it, the
        prompt's mask, if there is one: the classifier's, or the mask so far."""
        arrays = encode(view, truth)
        if view.prompt.mask is not None:
            rows, cols = arrays["truth_whole"].shape
            arrays["map"] = cv2.resize(view.prompt.mask, (cols, rows), interpolation=cv2.INTER_AREA) > 0.5
        return arrays

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Specialist.learn. ``steps`` None: the options', times the new corrections."""
        wanted = self.options.steps * len({correction_of(key) for key in new}) if steps is None else steps
        run = self._run(list(new), lessons, np.random.default_rng((seed, len(lessons))), start)
        return (yield from driven(run, wanted))

    def rehearsal(
        self, lessons: Mapping[str, Lesson], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """See Rehearses: the same steps, of which none is of a new lesson."""
        run = self._run([], lessons, np.random.default_rng((seed, len(lessons), 1)), start)
        next(run)  # the candidate of no steps
        return run

    def _run(
        self, new: list[str], lessons: Mapping[str, Lesson], rng: np.random.Generator, start: Arrays | None
    ) -> Iterator[Callable[[], Candidate]]:
        """Steps without end; each item makes the candidate of the steps so far, the first one that of none."""
        values = {n: v.requires_grad_(True) for n, v in self._values(self._state if start is None else start).items()}
        optimiser = torch.optim.Adam(values.values(), lr=self.options.learning_rate)
        earlier = [key for key in lessons if key not in set(new)]
        for made in itertools.count():
            yield partial(self._candidate, values, made)
            if new and (made % 2 == 0 or not earlier):
                key = new[made // (2 if earlier else 1) % len(new)]
            else:
                key = earlier[int(rng.integers(len(earlier)))]
            weights = self._weights(values)
            example = self._example(lessons[key], true_box=True)
            loss = mask_loss(self._body.answer(weights, example), example.truth, self.options.dice_weight)
            if self.options.consistency and self._unlabelled:
                view = self._unlabelled[made % len(self._unlabelled)]
                loss = loss + self.options.consistency * self._inconsistency(weights, view)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()

    def _example(self, lesson: Lesson, *, true_box: bool) -> Example[Any]:
        """The whole slice of ``lesson`` with its own prompt, or with the object's true box where there is an object."""
        scene = next(decode(lesson.arrays))
        prompt, truth = scene.prompt, scene.target.truth
        box = Box.of_mask(truth) if true_box and int(truth.sum()) >= MIN_TRUTH_PIXELS else None
        kept = lesson.arrays.get("map")
        mask = None if kept is None else np.asarray(kept, dtype=np.float32)
        if box is not None:
            prompt = replace(prompt, box=box, points=(), mask=mask)
        elif mask is not None:
            prompt = replace(prompt, mask=mask)
        return self._body.example(np.ascontiguousarray(scene.target.image), prompt, truth)

    def _inconsistency(self, weights: Mapping[str, Tensor], view: View) -> Tensor:
        """Mean squared difference of the probabilities that a slice and its mirror image get."""
        example = self._body.example(view.image, view.prompt, np.zeros(view.image.shape[:2], dtype=bool))
        one, other = (self._body.answer(weights, each) for each in (example, self._body.mirrored(example)))
        return (torch.sigmoid(one) - torch.sigmoid(other).flip(-1)).square().mean()

    @torch.no_grad()
    def _candidate(self, values: Mapping[str, Tensor], steps: int) -> Candidate:
        state: dict[str, NDArray[np.generic]] = {ORIGIN: self._origin}
        for name, tensor in values.items():
            change = tensor - self._frozen[name] if name in self._frozen else tensor
            state[name] = change.detach().to(torch.float16).cpu().contiguous().numpy()
        return Candidate(state, steps)

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        """Dice on each lesson's own prompt, at the body's resolution."""
        with torch.no_grad():
            weights = self._weights(self._values(state))
            examples = (self._example(lesson, true_box=False) for lesson in lessons)
            pairs = [(self._body.answer(weights, each), each.truth) for each in examples]
        return [dice((logits > 0).cpu().numpy(), (truth > 0).cpu().numpy()) for logits, truth in pairs]

    def doubts(self, lessons: Sequence[Lesson]) -> str:  # noqa: ARG002 (the Protocol's)
        """None: the published method learns what it is given."""
        return ""

    def place(self, lesson: Lesson) -> Box | None:
        """See Specialist.place."""
        return place_of(lesson.arrays)

    def pictures(self, arrays: Arrays) -> list[str]:
        """See Pictured."""
        return [f"image_{name}" for name in names_of(arrays)]

    def recall(self, lesson: Lesson) -> list[Recollection]:
        """See Recalling."""
        return recalled(lesson.arrays)

    def refit(self, lesson: Lesson, answers: Sequence[Segmentation | None]) -> dict[str, NDArray[np.generic]]:
        """See Recalling."""
        return refitted(lesson.arrays, answers)


def mask_loss(logits: Tensor, truth: Tensor, dice_weight: float) -> Tensor:
    """Mean cross-entropy + ``dice_weight`` (1 - soft Dice) of (1, 1, h, w) each."""
    return F.binary_cross_entropy_with_logits(logits, truth) + dice_weight * (
        1 - soft_dice(torch.sigmoid(logits), truth).mean()
    )
