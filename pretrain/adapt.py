"""Go on training frozen weights on episodes, either so that they adapt well or plainly, at the same compute.

``python -m pretrain.adapt --start FILE --arm fomaml|plain --episodes 600 --out FILE``

Both arms see the same samples of the same episodes (episodes.py), as many forward and backward passes, and the same
outer optimiser. ``plain`` takes all samples' gradients at the shared weights. ``fomaml`` (first-order MAML, Finn et
al. 2017) takes steps on the lessons as the online learner does, and then the test picture's gradient at the weights
that came of it, which moves the shared ones. BatchNorm keeps its statistics, as in the learner, where it is folded.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import torch
import typer
from torch import Tensor

from auxol_core.promptable.losses import promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Sample, Target, fresh_sample, stacked
from auxol_core.promptable.weights import load_weights, save_weights
from auxol_core.specialist.auxol.learner import FROZEN
from pretrain.episodes import episode

log = logging.getLogger(__name__)
DRAWS = 5


@dataclass(frozen=True)
class AdaptOptions:
    """``steps`` of ``batch`` samples on the lessons, then one on the test picture; ``group`` episodes an outer step.

    The inner rate and its first step are the online learner's (AuxolOptions).
    """

    arm: str = "fomaml"
    episodes: int = 600
    seed: int = 3
    pictures: int = 5
    steps: int = 3
    batch: int = 8
    group: int = 4
    inner_rate: float = 5e-4
    outer_rate: float = 1e-4


def lessons_and_test(options: AdaptOptions, index: int) -> list[list[Sample]] | None:
    """``steps`` batches of samples of all pictures but the last, and one of the last; None if there is no episode."""
    targets = episode(options.seed, index, options.pictures)
    if not targets:
        return None
    rng = np.random.default_rng((options.seed, DRAWS, index))
    lessons, test = targets[:-1], targets[-1:]
    return [_drawn(part, options.batch, rng) for part in (*[lessons] * options.steps, test)]


def _drawn(targets: list[Target], count: int, rng: np.random.Generator) -> list[Sample]:
    return [fresh_sample(targets[int(rng.integers(len(targets)))], rng) for _ in range(count)]


def _loss(network: PromptableNetwork, samples: list[Sample], device: torch.device) -> Tensor:
    x, truth, outside = (torch.from_numpy(array).to(device) for array in stacked(samples))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        logits, quality = network(x.contiguous(memory_format=torch.channels_last))
    return promptable_loss(logits.float(), quality.float(), truth, outside).mean()


class Adapter:
    """The shared weights, their optimiser, and what one episode does to them."""

    def __init__(self, network: PromptableNetwork, options: AdaptOptions, device: str = "cpu") -> None:
        self.network = network.to(device).eval().requires_grad_(True)
        self.options = options
        self._device = torch.device(device)
        self._all = list(self.network.parameters())
        self._inner = [p for n, p in self.network.named_parameters() if not n.startswith(FROZEN)]
        self._outer = torch.optim.AdamW(self._all, lr=options.outer_rate, weight_decay=0.0)
        self._sum = [torch.zeros_like(p) for p in self._all]

    def gather(self, batches: list[list[Sample]]) -> float:
        """Add one episode's gradient to the sum; returns the test picture's loss."""
        loss = self._plain(batches) if self.options.arm == "plain" else self._adapted(batches)
        for total, parameter in zip(self._sum, self._all, strict=True):
            if parameter.grad is not None:
                total.add_(parameter.grad)
        self.network.zero_grad(set_to_none=True)
        return loss

    def _plain(self, batches: list[list[Sample]]) -> float:
        loss = torch.zeros(())
        for batch in batches:
            loss = _loss(self.network, batch, self._device)
            (loss / len(batches)).backward()
        return float(loss.detach())

    def _adapted(self, batches: list[list[Sample]]) -> float:
        before = [parameter.detach().clone() for parameter in self._inner]
        optimiser = torch.optim.AdamW(self._inner, lr=self.options.inner_rate, betas=(0.9, 0.99), weight_decay=0.0)
        for number, batch in enumerate(batches[:-1], start=1):
            optimiser.param_groups[0]["lr"] = self.options.inner_rate * min(1.0, number / 2)
            self.network.zero_grad(set_to_none=True)
            _loss(self.network, batch, self._device).backward()
            torch.nn.utils.clip_grad_norm_(self._inner, 1.0)
            optimiser.step()
        self.network.zero_grad(set_to_none=True)
        loss = _loss(self.network, batches[-1], self._device)
        loss.backward()
        with torch.no_grad():
            for parameter, start in zip(self._inner, before, strict=True):
                parameter.copy_(start)
        return float(loss.detach())

    def step(self, share: float) -> None:
        """Move the shared weights by what was gathered; the rate falls linearly with ``share`` of the run done."""
        self._outer.param_groups[0]["lr"] = self.options.outer_rate * (1 - share)
        for total, parameter in zip(self._sum, self._all, strict=True):
            parameter.grad = total.clone() / self.options.group
            total.zero_()
        torch.nn.utils.clip_grad_norm_(self._all, 1.0)
        self._outer.step()
        self.network.zero_grad(set_to_none=True)


def _episodes(options: AdaptOptions) -> Iterator[list[list[Sample]]]:
    index = 0
    while True:
        batches = lessons_and_test(options, index)
        if batches is not None:
            yield batches
        index += 1


def trained(start: Path, options: AdaptOptions, device: str = "cpu") -> PromptableNetwork:
    """The weights at ``start`` after ``options.episodes`` of one arm."""
    adapter = Adapter(load_weights(start)[0], options, device)
    began, losses = time.monotonic(), []
    for done, batches in enumerate(islice(_episodes(options), options.episodes)):
        losses.append(adapter.gather(batches))
        if (done + 1) % options.group == 0:
            adapter.step((done + 1 - options.group) / options.episodes)
        if (done + 1) % 50 == 0:
            log.info("%d episodes, %.0f s, loss %.4f", done + 1, time.monotonic() - began, np.mean(losses[-50:]))
    return adapter.network


def adapt(
    start: Annotated[Path, typer.Option(help="Frozen weights to begin with.")],
    out: Annotated[Path, typer.Option(help="Where the weights go.")],
    arm: Annotated[str, typer.Option(help="fomaml or plain.")] = AdaptOptions.arm,
    episodes: Annotated[int, typer.Option(help="How many.")] = AdaptOptions.episodes,
    group: Annotated[int, typer.Option(help="Episodes an outer step.")] = AdaptOptions.group,
    outer_rate: Annotated[float, typer.Option(help="Of the shared weights.")] = AdaptOptions.outer_rate,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
) -> None:
    """Train one arm and freeze it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    options = AdaptOptions(arm=arm, episodes=episodes, group=group, outer_rate=outer_rate)
    save_weights(trained(start, options, device), out, {"options": json.dumps(asdict(options)), "start": start.name})


if __name__ == "__main__":
    typer.run(adapt)
