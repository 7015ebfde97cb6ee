"""One update of the published specialist: insert a lesson into the online batch, one step of AdamW on all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.errors import InvalidInputError
from auxol_core.options import PaperOptions
from auxol_core.specialist.base import Arrays, Lesson
from auxol_core.specialist.paper.crop import CropInput
from auxol_core.specialist.paper.loss import structure_loss
from auxol_core.specialist.paper.networks import CHANNELS, Networks, has_learned
from auxol_core.specialist.paper.online_batch import Batch, Entry, batch_policy, only, with_losses

# A step on 32 crops takes 25 s on two cores. InstanceNorm knows no batch, so gradients may be summed over a few
# samples at a time, and a waiting prediction goes first after each of these.
MICRO_BATCH = 4


class Trainer:
    """One kind's network, optimiser and online batch while an update runs; a copy, the state it came from stays."""

    def __init__(self, kind: str, networks: Networks, options: PaperOptions, state: Arrays) -> None:
        self._kind, self._nets, self._options = kind, networks, options
        self._policy = batch_policy(options.memory, options.memory_size)
        self._network = networks.load(state, kind)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )
        self._batch: Batch = ()
        self._steps = 0
        if has_learned(state, kind):
            self._batch = read_batch(state, kind)
            self._steps = int(state[f"{kind}/steps"][0])
            self._read_moments(state)

    def _read_moments(self, state: Arrays) -> None:
        for name, parameter in self._network.named_parameters():
            moments: dict[str, Tensor] = {"step": torch.tensor(float(self._steps))}
            for part, theirs in (("first", "exp_avg"), ("second", "exp_avg_sq")):
                moments[theirs] = torch.empty_like(parameter)
                moments[theirs].copy_(torch.from_numpy(np.array(state[f"{self._kind}/{part}/{name}"])))
            self._optimiser.state[parameter] = moments

    def learn_one(self, key: str, lessons: Mapping[str, Lesson]) -> Iterator[None]:
        """Insert a lesson, make one step on the whole batch, bring its losses up to date. Forgotten lessons go first.

        A lesson that the policy turns away still gets its step: it was corrected, and the batch goes on learning.
        """
        self._batch = only(self._batch, lessons)
        loss = 0.0
        if self._policy.ranks_losses and len(self._batch) >= self._policy.size:
            loss = self._losses([lessons[key]])[0]
        self._batch = self._policy.insert(self._batch, Entry(key, loss))
        yield from self._step([lessons[entry.key] for entry in self._batch])
        if self._policy.ranks_losses:
            yield from self._refresh([lessons[entry.key] for entry in self._batch])

    def _step(self, batch: Sequence[Lesson]) -> Iterator[None]:
        self._optimiser.zero_grad(set_to_none=True)
        for start in range(0, len(batch), MICRO_BATCH):
            loss = self._loss(batch[start : start + MICRO_BATCH]).sum() / len(batch)
            loss.backward()
            if start + MICRO_BATCH >= len(batch):
                self._optimiser.step()
                self._steps += 1
            yield

    def _refresh(self, batch: Sequence[Lesson]) -> Iterator[None]:
        losses: list[float] = []
        for start in range(0, len(batch), MICRO_BATCH):
            losses += self._losses(batch[start : start + MICRO_BATCH])
            yield
        self._batch = with_losses(self._batch, losses)

    def _loss(self, lessons: Sequence[Lesson]) -> Tensor:
        x, truth = samples(lessons)
        return structure_loss(self._nets.forward(self._network, x), truth.to(self._nets.device), self._options.bce)

    def _losses(self, lessons: Sequence[Lesson]) -> list[float]:
        with torch.inference_mode():
            return [float(loss) for loss in self._loss(lessons)]

    def state(self) -> dict[str, NDArray[np.generic]]:
        """This kind's arrays; they share nothing with a later update."""
        state = write_batch(self._batch, self._kind)
        state[f"{self._kind}/steps"] = np.array([self._steps], dtype=np.int64)
        for name, parameter in self._network.named_parameters():
            moments = self._optimiser.state[parameter]
            for part, tensor in (
                ("weight", parameter),
                ("first", moments["exp_avg"]),
                ("second", moments["exp_avg_sq"]),
            ):
                state[f"{self._kind}/{part}/{name}"] = np.ascontiguousarray(tensor.detach().cpu().numpy())
        return state


def kind_in(lesson: Lesson) -> str:
    kind = np.asarray(lesson.arrays["kind"], dtype=np.uint8).tobytes().decode("ascii")
    if kind not in CHANNELS:
        raise InvalidInputError(f"A lesson must be of kind {' or '.join(CHANNELS)}, got {kind!r}. Restore the journal.")
    return kind


def samples(lessons: Sequence[Lesson]) -> tuple[Tensor, Tensor]:
    """Inputs (N, 3 or 4, S, S) and truths (N, 1, S, S), float32, of lessons of one kind."""
    crops = [CropInput(np.asarray(one.arrays["image"], np.uint8), one.arrays.get("mask")) for one in lessons]
    inputs = [crop.channels() for crop in crops]
    truths = [np.asarray(one.arrays["truth"], dtype=np.float32)[None] for one in lessons]
    return torch.from_numpy(np.stack(inputs)), torch.from_numpy(np.stack(truths))


def write_batch(batch: Batch, kind: str) -> dict[str, NDArray[np.generic]]:
    keys = [entry.key.encode("utf-8") for entry in batch]
    return {
        f"{kind}/keys": np.frombuffer(b"".join(keys), dtype=np.uint8).copy(),
        f"{kind}/offsets": np.cumsum([0, *(len(key) for key in keys)], dtype=np.int64),
        f"{kind}/losses": np.array([entry.loss for entry in batch], dtype=np.float64),
    }


def read_batch(state: Arrays, kind: str) -> Batch:
    text = np.asarray(state[f"{kind}/keys"], dtype=np.uint8).tobytes()
    offsets = [int(offset) for offset in np.asarray(state[f"{kind}/offsets"])]
    losses = [float(loss) for loss in np.asarray(state[f"{kind}/losses"])]
    keys = [text[start:stop].decode("utf-8") for start, stop in pairwise(offsets)]
    return tuple(Entry(key, loss) for key, loss in zip(keys, losses, strict=True))
