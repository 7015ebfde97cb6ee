"""The small U-Net as a Locator: learning weights that take the steps, mean weights that look.

The mean of the last weights on the way is better than any of them (Polyak averaging, as the specialist has it). Both
sets are stored in half precision and both go on from what was stored, under a fresh Adam: a reopened task goes on bit
for bit. Without empty slices nobody has told the network what "not there" looks like, so presence says little then.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from auxol_core.prompter.locating import Look, Sight, check_state
from auxol_core.prompter.locator.draw import Known
from auxol_core.prompter.locator.network import LocatorNetwork, new_network
from auxol_core.prompter.locator.thumbnail import Letterbox, encoded, thumbnail_of
from auxol_core.specialist.base import Arrays, Candidate
from auxol_core.steps import driven
from auxol_core.types import BoolArray, FloatArray, probability_of

LEARNING, MEAN, SEEN = "learning/", "mean/", "seen"
RATE = 2e-3
# The share of the learning weights that goes into the mean at each step; more in the beginning, where the weights
# that it started from are worth nothing: of an eighth of the steps so far.
AVERAGE, AVERAGE_OF = 0.03, 8
STEPS, BUDGET_S = 10, 1.0
# On a machine that does something else a second may hold one step, which teaches nothing.
LEAST_STEPS = 4
# With so many slices of the rarer kind, with or without the structure, presence is taken as it is.
ENOUGH = 3
# A structure of fewer pixels of a thumbnail is hardly seen; and one of two opinions must not outvote the other.
SURE_PIXELS, MOST_ODDS = 10, 4.0


class ThumbnailLocator:
    """A Locator on thumbnails of 64 x 64 pixels. ``seed``: of the initial weights."""

    def __init__(self, seed: int, device: str = "cpu") -> None:
        self._device = torch.device(device)
        self._seed = seed
        self._learning, self._looking = self._initial(), self._initial().eval().requires_grad_(False)
        self._state: Arrays = {}

    def _initial(self) -> LocatorNetwork:
        return new_network(self._seed).to(self._device)

    @property
    def state(self) -> Arrays:
        """``learning/<name>`` and ``mean/<name>``, float16, and ``seen`` int64 (3,): steps made, slices known with
        the structure, and without it; empty: nothing was learned."""
        return self._state

    @property
    def fingerprint(self) -> str:
        """The network's arrays, by name and shape, as a short hash."""
        lines = [f"{name}{tuple(value.shape)}" for name, value in self._looking.named_parameters()]
        return f"small-unet-{hashlib.sha256(' '.join(lines).encode()).hexdigest()[:12]}"

    def install(self, state: Arrays) -> None:
        """See Locator; InvalidInputError where names or shapes are not this network's."""
        self._load(self._looking, state, MEAN)
        self._state = dict(state)

    def sight(self, image: FloatArray, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """See Locator: a thumbnail of 64 x 64 pixels, about 4.6 kB of a grey slice."""
        return encoded(image, truth)

    def learn(
        self,
        new: Sequence[str],
        sights: Mapping[str, Sight],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Locator. ``steps`` None: STEPS of them, inside BUDGET_S seconds or LEAST_STEPS."""
        began = time.monotonic()
        run = self._run(Known(new, sights), (seed, len(sights)), start)

        def is_enough(made: int) -> bool:
            return steps is None and made >= LEAST_STEPS and time.monotonic() - began > BUDGET_S

        return (yield from driven(run, STEPS if steps is None else steps, is_enough))

    def rehearsal(
        self, sights: Mapping[str, Sight], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """See Locator."""
        run = self._run(Known((), sights), (seed, len(sights), 1), start)
        next(run)  # the candidate of no steps
        return run

    @torch.inference_mode()
    def look(self, image: FloatArray) -> Look | None:
        """See Locator. Presence is drawn to one half where few slices with or without the structure were learned."""
        if not self._state:
            return None
        x = torch.from_numpy(thumbnail_of(image).transpose(2, 0, 1)[None].copy()).to(self._device)
        mask, presence = self._looking(x.contiguous(memory_format=torch.channels_last))
        logits = mask[0, 0].float().cpu().numpy()
        told = presence_of(float(presence[0]), logits)
        _, filled, empty = (int(each) for each in self._state[SEEN])
        sure = min(1.0, min(filled, empty) / ENOUGH)
        back = Letterbox((image.shape[0], image.shape[1])).back(probability_of(logits))
        return Look(0.5 + sure * (told - 0.5), back)

    def _run(self, known: Known, seeds: tuple[int, ...], start: Arrays | None) -> Iterator[Callable[[], Candidate]]:
        """Steps without end; each item makes the candidate of the steps so far, the first one that of none."""
        start = self._state if start is None else start
        self._load(self._learning, start, LEARNING)
        followed = copy.deepcopy(self._learning)
        self._load(followed, start, MEAN)
        mean = [each.detach() for each in followed.parameters()]
        before = int(start[SEEN][0]) if start else 0
        rng = np.random.default_rng((*seeds, before))
        parameters = list(self._learning.parameters())
        optimiser = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.99), weight_decay=0.0, fused=True)
        for made in itertools.count():
            yield partial(self._candidate, mean, made, (before + made, *known.counts))
            for group in optimiser.param_groups:
                # A fresh Adam's first step is as long as any: half of it before its moments know anything.
                group["lr"] = RATE * min(1.0, (made + 1) / 2)
            self._step(optimiser, known, rng)
            share = max(AVERAGE, 1.0 / (1.0 + (before + made) / AVERAGE_OF))
            torch._foreach_lerp_(mean, [each.detach() for each in parameters], share)

    def _step(self, optimiser: torch.optim.Optimizer, known: Known, rng: np.random.Generator) -> None:
        batch = known.batch(rng)
        x, truth, present = (
            torch.from_numpy(each).to(self._device) for each in (batch.images, batch.truths, batch.present)
        )
        mask, presence = self._learning(x.contiguous(memory_format=torch.channels_last))
        loss = loss_of(mask, presence, truth, present)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learning.parameters(), 1.0)
        optimiser.step()

    @torch.no_grad()
    def _candidate(self, mean: Sequence[Tensor], steps: int, seen: tuple[int, int, int]) -> Candidate:
        state: dict[str, NDArray[np.generic]] = {SEEN: np.array(seen, dtype=np.int64)}
        for (name, weights), average in zip(self._learning.named_parameters(), mean, strict=True):
            state[LEARNING + name] = _half(weights)
            state[MEAN + name] = _half(average)
        return Candidate(state, steps)

    def _load(self, network: LocatorNetwork, state: Arrays, which: str) -> None:
        """The ``which`` weights of ``state`` into ``network``; the initial ones where it is empty."""
        if not state:
            network.load_state_dict(self._initial().state_dict())
            return
        own = dict(network.named_parameters())
        expected = {SEEN: (3,)} | {p + n: tuple(v.shape) for p in (LEARNING, MEAN) for n, v in own.items()}
        check_state(state, expected, self.fingerprint)
        with torch.no_grad():
            for name, weights in own.items():
                weights.copy_(torch.from_numpy(np.array(state[which + name])).to(self._device, torch.float32))


def loss_of(mask: Tensor, presence: Tensor, truth: Tensor, present: Tensor) -> Tensor:
    """Of a batch: binary cross-entropy of the mask, 1 - soft Dice of the slices that show the structure, and binary
    cross-entropy of presence. ``mask`` and ``truth`` (N, 1, S, S), ``presence`` and ``present`` (N,)."""
    pixels = F.binary_cross_entropy_with_logits(mask, truth, reduction="none").mean(dim=(1, 2, 3))
    probability = torch.sigmoid(mask)
    both = (probability * truth).sum(dim=(1, 2, 3))
    dice = (2 * both + 1) / (probability.sum(dim=(1, 2, 3)) + truth.sum(dim=(1, 2, 3)) + 1)
    there = F.binary_cross_entropy_with_logits(presence, present)
    return 4.0 * pixels.mean() + ((1 - dice) * present).mean() + 0.5 * there


def presence_of(presence: float, mask: FloatArray) -> float:
    """How likely the structure is there, 0..1, from the logit of presence and the mask's logits (S, S).

    Both have a say, as the mean of their log-odds: on four livers never seen, at the ends of the structure, presence
    alone misses 11 % of the slices, the mask's surest pixels 5 %, both 7 %; the area under the ROC curve, smoothed
    along the volume, is .989, .983 and .988.
    """
    surest = np.sort(mask, axis=None)[-SURE_PIXELS:]
    odds = [np.clip(each, -MOST_ODDS, MOST_ODDS) for each in (presence, float(surest.mean()))]
    return float(1.0 / (1.0 + np.exp(-np.mean(odds))))


def _half(weights: Tensor) -> NDArray[np.float16]:
    return np.asarray(weights.detach().to(torch.float16).cpu().contiguous().numpy())
