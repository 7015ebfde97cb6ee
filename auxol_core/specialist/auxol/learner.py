"""The `auxol` learner: a few short steps on crops of the new correction and of earlier ones, averaged for prediction.

Two sets of weights: the *learning* ones take the optimiser's steps, the *mean* ones follow them slowly and predict.
Both are stored as half-precision differences from the initial weights, and both go on from what was stored: so a
snapshot is small and a reopened task continues bit for bit. BatchNorm keeps the statistics it was trained with: eight
crops of one patient would replace them by that patient's.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.errors import InvalidInputError
from auxol_core.metrics import dice
from auxol_core.options import AuxolOptions, Precision
from auxol_core.promptable.losses import promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import stacked
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.weights import to_channels_last
from auxol_core.specialist.auxol.draw import draw_sample, guard_sample
from auxol_core.specialist.auxol.lesson import Scene, decode, encode
from auxol_core.specialist.auxol.opinion import opinion_of
from auxol_core.specialist.base import Arrays, Candidate, Lesson, Opinion, View
from auxol_core.types import BoolArray, FloatArray

LEARNING, MEAN = "learning/", "mean/"


class AuxolSpecialist:
    """Online learner on the promptable network; implements the Specialist protocol."""

    snapshot_every = 1

    def __init__(
        self,
        initial: PromptableNetwork,
        options: AuxolOptions,
        *,
        precision: Precision = "float32",
        device: str = "cpu",
    ) -> None:
        self.options = options
        self._precision, self._device = precision, torch.device(device)
        self._initial = {name: p.detach().clone() for name, p in initial.named_parameters()}
        self._predicting = self._copy_of(initial)
        self._learning = self._copy_of(initial).requires_grad_(True)
        self._checking = self._copy_of(initial)
        self._segmenter = Segmenter(self._predicting, precision=precision, device=device)
        self._state: Arrays = {}

    def _copy_of(self, initial: PromptableNetwork) -> PromptableNetwork:
        network = PromptableNetwork()
        network.load_state_dict(initial.state_dict())
        return to_channels_last(network.eval().requires_grad_(False).to(self._device))

    @property
    def state(self) -> Arrays:
        """The differences from the initial weights, ``learning/<name>`` and ``mean/<name>``, float16; empty: none."""
        return self._state

    def initial_state(self) -> Arrays:
        """Nothing learned: no differences."""
        return {}

    def install(self, state: Arrays) -> None:
        """Use ``state`` for prediction; InvalidInputError if it is not this network's."""
        self._load(self._predicting, state, MEAN)
        self._state = dict(state)

    def _load(self, network: PromptableNetwork, state: Arrays, which: str) -> None:
        expected = {f"{prefix}{name}" for prefix in (LEARNING, MEAN) for name in self._initial}
        if state and set(state) != expected:
            odd = sorted(set(state) ^ expected)[:3]
            raise InvalidInputError(f"A state must hold this network's {len(expected)} arrays, these differ: {odd}.")
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(self._initial[name])
                if state:
                    parameter.add_(torch.from_numpy(np.asarray(state[which + name], dtype=np.float32)))

    def predict_one(self, view: View) -> Opinion:
        """The mean weights' opinion; before anything was learned it is the initial weights'."""
        return opinion_of(self._segmenter, view, use_proposal=self.options.use_proposal)

    def lesson(self, view: View, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """The slice at up to 512 px, the object's surroundings where that shrinks them, prompt and truth."""
        return encode(view, truth)

    def learn(
        self, new: Sequence[str], lessons: Mapping[str, Lesson], *, seed: int, steps: int | None
    ) -> Generator[None, None, Candidate]:
        """See Specialist.learn. ``steps`` None: ``options.steps`` for each new lesson, inside ``options.budget_s``."""
        began = time.monotonic()
        wanted = self.options.steps if steps is None else steps
        rng = np.random.default_rng((seed, len(lessons)))
        self._load(self._learning, self._state, LEARNING)
        mean = {n: torch.from_numpy(np.asarray(a, dtype=np.float32)) for n, a in self._differences(MEAN).items()}
        optimiser = torch.optim.AdamW(
            self._learning.parameters(),
            lr=self.options.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=0.0,
        )
        drawn = _Scenes(new, lessons)
        made = 0
        while made < wanted:
            self._step(optimiser, drawn, rng, made)
            self._follow(mean)
            made += 1
            yield
            if steps is None and time.monotonic() - began > self.options.budget_s:
                break
        return Candidate(self._rounded(mean), made)

    def _differences(self, which: str) -> dict[str, NDArray[np.generic]]:
        if not self._state:
            return {name: np.zeros(tuple(p.shape), np.float16) for name, p in self._initial.items()}
        return {name: self._state[which + name] for name in self._initial}

    def _step(self, optimiser: torch.optim.Optimizer, drawn: _Scenes, rng: np.random.Generator, made: int) -> None:
        x, truth, outside = (torch.from_numpy(array).to(self._device) for array in drawn.batch(self.options, rng))
        for group in optimiser.param_groups:
            # A fresh Adam's first step is as long as any: half of it is enough before its moments know anything.
            group["lr"] = self.options.learning_rate * min(1.0, (made + 1) / 2)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            logits, quality = self._learning(x.contiguous(memory_format=torch.channels_last))
        loss: Tensor = promptable_loss(logits.float(), quality.float(), truth, outside).mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learning.parameters(), 1.0)
        optimiser.step()
        self._pull_back()

    @torch.no_grad()
    def _pull_back(self) -> None:
        """Weight decay towards the initial weights, not towards 0: what was trained for hours is the prior."""
        if self.options.weight_decay:
            for name, parameter in self._learning.named_parameters():
                parameter.lerp_(self._initial[name].to(parameter.device), self.options.weight_decay)

    @torch.no_grad()
    def _follow(self, mean: dict[str, Tensor]) -> None:
        for name, parameter in self._learning.named_parameters():
            mean[name].lerp_((parameter - self._initial[name]).cpu(), self.options.average)

    def _rounded(self, mean: Mapping[str, Tensor]) -> dict[str, NDArray[np.generic]]:
        state: dict[str, NDArray[np.generic]] = {}
        for name, parameter in self._learning.named_parameters():
            difference = parameter.detach() - self._initial[name]
            state[LEARNING + name] = difference.cpu().to(torch.float16).numpy()
            state[MEAN + name] = mean[name].to(torch.float16).numpy()
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
        samples = [guard_sample(next(decode(lesson.arrays))) for lesson in lessons]
        x, truths, _ = stacked(samples)
        logits, _ = segmenter.forward(x)
        return [dice(crop > 0, truth[0] > 0) for crop, truth in zip(logits, truths, strict=True)]


class _Scenes:
    """The new and the earlier lessons to draw from; each is decoded when it is first drawn."""

    def __init__(self, new: Sequence[str], lessons: Mapping[str, Lesson]) -> None:
        self._lessons = lessons
        self._new = list(new)
        self._earlier = [key for key in lessons if key not in set(new)]
        self._decoded: dict[str, list[Scene]] = {}

    def batch(
        self, options: AuxolOptions, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """A batch (see ``stacked``), ``new_share`` of it of new lessons."""
        of_new = options.batch if not self._earlier else max(1, round(options.batch * options.new_share))
        keys = [self._new[int(rng.integers(len(self._new)))] for _ in range(of_new)]
        keys += [self._earlier[int(rng.integers(len(self._earlier)))] for _ in range(options.batch - of_new)]
        return stacked([draw_sample(self._scenes(key), options.use_proposal, rng) for key in keys])

    def _scenes(self, key: str) -> list[Scene]:
        if key not in self._decoded:
            self._decoded[key] = list(decode(self._lessons[key].arrays))
        return self._decoded[key]
