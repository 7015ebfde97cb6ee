"""The `auxol` learner: a few short steps on crops of the new correction and of earlier ones, averaged for prediction.

Two sets of weights: the *learning* ones take the optimiser's steps, the *mean* ones follow them slowly and predict.
Both are stored as half-precision differences from the initial weights, and both go on from what was stored: so a
snapshot is small and a reopened task continues bit for bit. BatchNorm is folded into the convolutions beforehand
(fold.py): eight crops of one patient have no statistics worth having. The first layers, which see edges and texture
at half resolution, stay as they are: they cost two fifths of a step and have nothing to learn from one user.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cache, partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.errors import InvalidInputError, TaskFileGeneralistError
from auxol_core.imaging.metrics import dice
from auxol_core.options import AuxolOptions, Precision
from auxol_core.promptable.fold import folded
from auxol_core.promptable.losses import promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Sample, stacked
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.promptable.weights import load_weights, to_channels_last
from auxol_core.specialist.auxol.draw import guard_sample
from auxol_core.specialist.auxol.lesson import decode, encode, looks_inverted, names_of, place_of
from auxol_core.specialist.auxol.opinion import checked, opinion_of
from auxol_core.specialist.auxol.recall import recalled, refitted
from auxol_core.specialist.auxol.schedule import REHEARSAL_AVERAGE, REHEARSAL_RATE, Drawn, steps_for
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, Recollection, View
from auxol_core.steps import driven
from auxol_core.types import PLAIN_KINDS, BoolArray, Box, Segmentation

LEARNING, MEAN, ORIGIN = "learning/", "mean/", "origin"
FROZEN = ("detail.", "stem.", "encoder.0.")


@cache
def initial_network() -> PromptableNetwork:
    """The weights that ship, read once. Nobody may change them: each specialist has copies."""
    return folded(load_weights(WEIGHTS)[0])


class AuxolSpecialist:
    """Online learner on the promptable network; implements the Specialist protocol.

    ``step``: how long a step on these ``initial`` weights may be, as a share of the options' rate (shipped.STEP).
    ``begins_equal``: whether the generalist beside it is such a network, too.
    """

    snapshot_every = 1
    knows = PLAIN_KINDS

    def __init__(
        self,
        initial: PromptableNetwork,
        options: AuxolOptions,
        *,
        step: float = 1.0,
        precision: Precision = "float32",
        device: str = "cpu",
        begins_equal: bool = False,
    ) -> None:
        self.options, self.begins_equal = options, begins_equal
        self._rate = options.learning_rate * step
        self._precision, self._device = precision, torch.device(device)
        self._predicting, self._learning, self._checking = (self._copy_of(initial) for _ in range(3))
        self._parameters = {n: p for n, p in self._learning.named_parameters() if not n.startswith(FROZEN)}
        self._initial = {name: p.detach().clone() for name, p in self._parameters.items()}
        for parameter in self._parameters.values():
            parameter.requires_grad_(True)
        self._origin = _digest(self._predicting)
        self._segmenter = Segmenter(self._predicting, precision=precision, device=device)
        self._state: Arrays = {}

    def _copy_of(self, initial: PromptableNetwork) -> PromptableNetwork:
        return to_channels_last(copy.deepcopy(initial).eval().requires_grad_(False).to(self._device))

    @property
    def state(self) -> Arrays:
        """The differences from the initial weights, ``learning/<name>`` and ``mean/<name>``, float16; empty: none.

        ``origin`` is the SHA-256 (32,) uint8 of the weights they are differences from.
        """
        return self._state

    @property
    def fingerprint(self) -> str:
        """The initial weights: their SHA-256, hexadecimal."""
        return self._origin.tobytes().hex()

    def initial_state(self) -> Arrays:
        """Nothing learned: no differences."""
        return {}

    def install(self, state: Arrays) -> None:
        """Use ``state`` for prediction; InvalidInputError if it is not this network's."""
        self._load(self._predicting, state, MEAN)
        self._state = dict(state)

    def _load(self, network: PromptableNetwork, state: Arrays, which: str) -> None:
        if state and not np.array_equal(state.get(ORIGIN, np.zeros(0)), self._origin):
            raise TaskFileGeneralistError(
                f"Expected a state learned from the initial weights {self._origin.tobytes().hex()[:12]} of this "
                f"program, got one from {np.asarray(state.get(ORIGIN, ())).tobytes().hex()[:12] or 'unknown ones'}. "
                "Open the task with the version of the program that it was learned with, or make a new task."
            )
        expected = {f"{prefix}{name}" for prefix in (LEARNING, MEAN) for name in self._initial}
        if state and set(state) != {ORIGIN, *expected}:
            odd = sorted(set(state) ^ {ORIGIN, *expected})[:3]
            raise InvalidInputError(f"A state must hold this network's {len(expected)} arrays, these differ: {odd}.")
        for name in expected if state else ():
            shape = tuple(self._initial[name.partition("/")[2]].shape)
            if state[name].shape != shape:  # checked before anything is changed; copying would broadcast some of them
                raise InvalidInputError(f"Array {name} of a state must have shape {shape}, got {state[name].shape}.")
        own = dict(network.named_parameters())
        with torch.no_grad():
            for name, weights in self._weights(state, which).items():
                own[name].copy_(weights)

    def _weights(self, state: Arrays, which: str) -> dict[str, Tensor]:
        """The ``which`` weights of ``state``, as new tensors."""
        weights = {name: start.clone() for name, start in self._initial.items()}
        for name, tensor in weights.items() if state else ():
            # Copied, because torch takes no read-only array, and widened by torch: numpy is ten times slower at it.
            tensor.add_(torch.from_numpy(np.array(state[which + name])).to(self._device, torch.float32))
        return weights

    def predict_one(self, view: View) -> Opinion:
        """The mean weights' opinion; before anything was learned it is the initial weights'."""
        return checked(opinion_of(self._segmenter, view, use_proposal=self.options.use_proposal), view)

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """The slice at up to 512 px, the object's surroundings where that shrinks them, prompt and truth."""
        return encode(view, truth)

    def learn(
        self,
        new: Sequence[str],
        lessons: Mapping[str, Lesson],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Specialist.learn. ``steps`` None: what ``steps_for`` says, inside ``options.budget_s``."""
        began = time.monotonic()
        wanted = steps_for(self.options, new, lessons) if steps is None else steps
        rng = np.random.default_rng((seed, len(lessons)))
        run = self._run(Drawn(new, lessons), rng, start, self._rate, self.options.average)
        return (
            yield from driven(
                run, wanted, lambda _: steps is None and time.monotonic() - began > self.options.budget_s
            )
        )

    def rehearsal(
        self, lessons: Mapping[str, Lesson], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """See Rehearses: the steps of ``learn``, smaller, on lessons of which none is new."""
        rng, rate = np.random.default_rng((seed, len(lessons), 1)), self._rate * REHEARSAL_RATE
        run = self._run(Drawn((), lessons), rng, start, rate, min(self.options.average, REHEARSAL_AVERAGE))
        next(run)  # the candidate of no steps
        return run

    def _run(
        self, drawn: Drawn, rng: np.random.Generator, start: Arrays | None, rate: float, average: float
    ) -> Iterator[Callable[[], Candidate]]:
        """Steps without end; each item makes the candidate of the steps so far, the first one that of none."""
        start = self._state if start is None else start
        self._load(self._learning, start, LEARNING)
        mean = list(self._weights(start, MEAN).values())
        optimiser = torch.optim.AdamW(
            self._parameters.values(), lr=rate, betas=(0.9, 0.99), weight_decay=0.0, fused=True
        )
        for made in itertools.count():
            yield partial(self._candidate, mean, made)
            for group in optimiser.param_groups:
                # A fresh Adam's first step is as long as any: half of it is enough before its moments know anything.
                group["lr"] = rate * min(1.0, (made + 1) / 2)
            self._step(optimiser, drawn.batch(self.options, rng))
            self._follow(mean, average)

    def _step(self, optimiser: torch.optim.Optimizer, samples: Sequence[Sample]) -> None:
        x, truth, outside = (torch.from_numpy(array).to(self._device) for array in stacked(samples))
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            logits, quality = self._learning(x.contiguous(memory_format=torch.channels_last))
        loss: Tensor = promptable_loss(logits.float(), quality.float(), truth, outside).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters.values(), 1.0)
        optimiser.step()

    def _candidate(self, mean: list[Tensor], steps: int) -> Candidate:
        return Candidate(self._rounded(mean), steps)

    @torch.no_grad()
    def _follow(self, mean: list[Tensor], average: float) -> None:
        """Decay the learning weights towards the initial ones, the prior, not towards 0; then average."""
        learning = [parameter.detach() for parameter in self._parameters.values()]
        if self.options.weight_decay:
            torch._foreach_lerp_(learning, list(self._initial.values()), self.options.weight_decay)
        torch._foreach_lerp_(mean, learning, average)

    @torch.no_grad()
    def _rounded(self, mean: list[Tensor]) -> dict[str, NDArray[np.generic]]:
        state: dict[str, NDArray[np.generic]] = {ORIGIN: self._origin}
        for (name, start), average in zip(self._initial.items(), mean, strict=True):
            state[LEARNING + name] = (self._parameters[name] - start).to(torch.float16).cpu().numpy()
            state[MEAN + name] = (average - start).to(torch.float16).cpu().numpy()
        return state

    def scores(self, state: Arrays, lessons: Sequence[Lesson]) -> list[float]:
        """Dice on each lesson's own prompt, in one window around prompt and truth.

        Taken under ``state``'s mean weights, the ones that would predict. One crop a lesson, in one batch, because
        this stands between every correction and its publication.
        """
        if not lessons:
            return []
        self._load(self._checking, state, MEAN)
        segmenter = Segmenter(self._checking, precision=self._precision, device=str(self._device))
        samples = [guard_sample(list(decode(lesson.arrays))) for lesson in lessons]
        x, truths, _ = stacked(samples)
        logits, _ = segmenter.forward(x)
        return [dice(crop > 0, truth[0] > 0) for crop, truth in zip(logits, truths, strict=True)]

    def doubts(self, lessons: Sequence[Lesson]) -> str:
        """See Specialist.doubts: object and background may be swapped."""
        swapped = looks_inverted([lesson.arrays for lesson in lessons])
        return "the mask looks inverted, what was proposed is its background" if swapped else ""

    def place(self, lesson: Lesson) -> Box | None:
        """See Specialist.place: the lesson holds the whole slice."""
        return place_of(lesson.arrays)

    def pictures(self, arrays: Arrays) -> list[str]:
        """See Pictured."""
        return [f"image_{name}" for name in names_of(arrays)]

    def recall(self, lesson: Lesson) -> list[Recollection]:
        """See Recalling: the slice at up to 512 px, then the object's surroundings where they were kept."""
        return recalled(lesson.arrays)

    def refit(self, lesson: Lesson, answers: Sequence[Segmentation | None]) -> dict[str, NDArray[np.generic]]:
        """See Recalling."""
        return refitted(lesson.arrays, answers)


def _digest(network: PromptableNetwork) -> NDArray[np.uint8]:
    digest = hashlib.sha256()
    for tensor in network.state_dict().values():
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return np.frombuffer(digest.digest(), dtype=np.uint8)
