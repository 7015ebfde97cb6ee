"""The classifier of SAM-Mix as a Locator: is the structure on the slice (presence), and where by its Grad-CAM.

It learns from nothing but whether the structure is there, as published; the corrected masks are the specialist's. A
state is the network's arrays in half precision, and learning goes on from these under a fresh Adam.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from auxol_core.options import Precision
from auxol_core.prompter.cam.network import features_of, focal_loss, grad_cam, logits_of, new_classifier
from auxol_core.prompter.locating import Look, Sight, check_state
from auxol_core.specialist.base import Arrays, Candidate
from auxol_core.steps import driven
from auxol_core.types import BoolArray, FloatArray

# SAM-Mix: slices of 256 x 256.
SIDE = 256
# SAM-Mix's relative ADA-SAM: what is above 0.4 of the map's range is where.
THRESHOLD = 0.4
GREY = 127.5
# ADA-SAM takes 1e-4 with batches of one, over epochs; a save has a second. Ours.
RATE, BATCH, STEPS, BUDGET_S = 1e-3, 8, 3, 1.0
# The share of a save's batch that is of its own slices.
OF_NEW = 0.25


class CamLocator:
    """A Locator; see the module's head. ``seed``: of the initial weights. InvalidInputError where MONAI is missing."""

    def __init__(self, seed: int, precision: Precision = "float32", device: str = "cpu") -> None:
        self._device, self._precision = torch.device(device), precision
        self._initial = _arrays_of(new_classifier(seed))
        self._learning, self._looking = (new_classifier(seed).to(self._device) for _ in range(2))
        self._looking.eval().requires_grad_(False)
        self._state: Arrays = {}

    @property
    def state(self) -> Arrays:
        """The network's weights and statistics by name, float16; empty: nothing was learned."""
        return self._state

    @property
    def fingerprint(self) -> str:
        """The network's arrays, by name and shape, as a short hash."""
        lines = [f"{name}{tuple(value.shape)}" for name, value in self._initial.items()]
        return f"cam-{hashlib.sha256(' '.join(lines).encode()).hexdigest()[:12]}"

    def install(self, state: Arrays) -> None:
        """See Locator; InvalidInputError where names or shapes are not this network's."""
        self._load(self._looking, state)
        self._state = dict(state)

    def sight(self, image: FloatArray, truth: BoolArray) -> dict[str, NDArray[np.generic]]:
        """See Locator: the slice stretched to 256 x 256 in 8 bits, as a picture of some 30 kB, and ``present``."""
        small = _small(image)
        grey = bool((small[..., 0] == small[..., 1]).all() and (small[..., 0] == small[..., 2]).all())
        return {"image": small[..., 0].copy() if grey else small, "present": np.array([bool(truth.any())])}

    def learn(
        self,
        new: Sequence[str],
        sights: Mapping[str, Sight],
        *,
        seed: int,
        steps: int | None,
        start: Arrays | None = None,
    ) -> Generator[None, None, Candidate]:
        """See Locator. ``steps`` None: STEPS of them, inside BUDGET_S seconds."""
        began = time.monotonic()
        run = self._run(list(new), sights, np.random.default_rng((seed, len(sights))), start)
        wanted = STEPS if steps is None else steps
        return (yield from driven(run, wanted, lambda _: steps is None and time.monotonic() - began > BUDGET_S))

    def rehearsal(
        self, sights: Mapping[str, Sight], *, seed: int, start: Arrays | None = None
    ) -> Iterator[Callable[[], Candidate]]:
        """See Locator."""
        run = self._run([], sights, np.random.default_rng((seed, len(sights), 1)), start)
        next(run)  # the candidate of no steps
        return run

    @torch.inference_mode()
    def look(self, image: FloatArray) -> Look | None:
        """See Locator: ``probability`` is over 0.5 exactly where the map is over 0.4 of its range. As published the
        map is stretched to its range whatever the presence: on a slice without the structure it points somewhere."""
        if not self._state:
            return None
        with self._mixed():
            features = features_of(self._looking, self._batch([_small(image)]))
        features = features.float()
        presence = float(torch.sigmoid(logits_of(self._looking, features))[0])
        small = grad_cam(self._looking, features)[0].cpu().numpy()
        whole = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        return Look(presence, in_range(np.asarray(whole, dtype=np.float32)))

    def _run(
        self, new: list[str], sights: Mapping[str, Sight], rng: np.random.Generator, start: Arrays | None
    ) -> Iterator[Callable[[], Candidate]]:
        """Steps without end; each item makes the candidate of the steps so far, the first one that of none."""
        self._load(self._learning, self._state if start is None else start)
        parameters = list(self._learning.parameters())
        optimiser = torch.optim.Adam(parameters, lr=RATE, fused=True)
        kinds: dict[bool, list[str]] = {True: [], False: []}
        for key, sight in sights.items():
            kinds[bool(np.asarray(sight.arrays["present"])[0])].append(key)
        for made in itertools.count():
            yield partial(self._candidate, made)
            for group in optimiser.param_groups:
                # A fresh Adam's first step is as long as any: half of it before its moments know anything.
                group["lr"] = RATE * min(1.0, (made + 1) / 2)
            drawn = [sights[key].arrays for key in _drawn(new, kinds, rng)]
            present = torch.tensor([float(np.asarray(arrays["present"])[0]) for arrays in drawn], device=self._device)
            x = self._batch([np.asarray(arrays["image"]) for arrays in drawn])
            with self._mixed():
                features = features_of(self._learning, x)
            loss = focal_loss(logits_of(self._learning, features.float()), present)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()

    def _mixed(self) -> torch.autocast:
        return torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16")

    def _batch(self, images: Sequence[NDArray[np.generic]]) -> torch.Tensor:
        """Stored pictures -> (N, 3, SIDE, SIDE) in -1..1, all in the same way: a map that is to say where must not see
        a bright object darken the rest of its slice."""
        channels = [np.repeat(each[..., None], 3, axis=2) if each.ndim == 2 else each for each in images]
        x = torch.from_numpy(np.stack(channels)).to(self._device).float().permute(0, 3, 1, 2)
        x = (x - GREY) / GREY
        # Not channels last: with these few channels the pass back of torch 2.13 writes where it must not, on a CPU.
        return x.contiguous()

    def _candidate(self, steps: int) -> Candidate:
        named = _arrays_of(self._learning).items()
        state = {name: np.asarray(value.detach().half().cpu().contiguous().numpy()) for name, value in named}
        return Candidate(state, steps)

    def _load(self, network: nn.Module, state: Arrays) -> None:
        """``state`` into ``network``; the initial weights where it is empty."""
        own = _arrays_of(network)
        if state:
            check_state(state, {name: tuple(value.shape) for name, value in own.items()}, self.fingerprint)
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(torch.from_numpy(np.array(state[name])) if state else self._initial[name])


def _arrays_of(network: nn.Module) -> dict[str, torch.Tensor]:
    """What a state holds of ``network``, as it lies there: all but the counts of batches."""
    return {n: each.detach() for n, each in network.state_dict().items() if each.is_floating_point()}


def in_range(cam: FloatArray) -> FloatArray:
    """A map (H, W) as shares 0..1 of its range, bent so that THRESHOLD becomes 0.5; 0 everywhere if it is flat."""
    low, high = float(cam.min()), float(cam.max())
    if high <= low:
        return np.zeros(cam.shape, dtype=np.float32)
    share = (cam - low) / (high - low)
    return np.asarray(np.interp(share, (0.0, THRESHOLD, 1.0), (0.0, 0.5, 1.0)), dtype=np.float32)


def _small(image: FloatArray) -> NDArray[np.uint8]:
    small = cv2.resize(np.ascontiguousarray(image), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(np.rint(small * 255.0), 0, 255), dtype=np.uint8)


def _drawn(new: Sequence[str], kinds: Mapping[bool, Sequence[str]], rng: np.random.Generator) -> list[str]:
    """BATCH keys: some new ones, then slices with and without the structure in turn, as far as there are any."""
    keys = [new[int(rng.integers(len(new)))] for _ in range(round(BATCH * OF_NEW))] if new else []
    there = [kind for kind in (True, False) if kinds[kind]]
    while len(keys) < BATCH:
        of_kind = kinds[there[len(keys) % len(there)]]
        keys.append(of_kind[int(rng.integers(len(of_kind)))])
    return keys
