"""Train the built-in weights: ``python -m pretrain.train --out runs/builtin --steps 5000``.

Half of every batch is fresh, the other half repairs: a sample of the batch before with a click on what the network
got wrong in it, and its answer as the mask so far. So chains of clicks on the network's own errors are trained at the
price of single prompts, without a second forward pass (the idea of iterative training: Sofiiuk et al. 2021, RITM).

The result depends on the options alone, on one machine with one thread count: every draw comes from the seed and
the step's number, images come in a fixed order (stream.py), and the learning rate follows the step, not the clock.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from auxol_core.promptable.losses import hard_dice, promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Sample, Target, fresh_sample, repaired_sample, stacked
from auxol_core.promptable.weights import to_channels_last
from auxol_core.types import FloatArray
from auxol_core.whole_files import replaced
from pretrain.stream import SyntheticStream

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainOptions:
    """Everything the result depends on."""

    steps: int = 4600
    seed: int = 0
    threads: int = 2
    images_per_step: int = 10
    fresh_per_step: int = 24
    repairs_per_step: int = 8
    max_clicks: int = 7
    learning_rate: float = 2e-3
    warmup: int = 200
    decay_from: float = 0.25
    weight_decay: float = 1e-2
    average: float = 0.998
    clip: float = 3.0


def learning_rate_at(step: int, options: TrainOptions) -> float:
    """Linear warm-up, constant until ``decay_from`` of the steps, then half a cosine down to 2 %."""
    warm = min(1.0, (step + 1) / options.warmup)
    start = options.decay_from * options.steps
    share = 0.0 if step < start else (step - start) / max(1.0, options.steps - start)
    return options.learning_rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))


class Trainer:
    """The state of a run: network, averaged copy, optimiser, the samples that wait for a repair."""

    def __init__(self, options: TrainOptions) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.step = 0
        self.images = 0
        self.network = to_channels_last(PromptableNetwork()).train()
        self.averaged = to_channels_last(PromptableNetwork()).eval()
        self.averaged.load_state_dict(self.network.state_dict())
        decay = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": options.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=options.learning_rate, fused=True)
        self.repairs: list[Sample] = []

    def train_step(self, images: list[list[Target]]) -> dict[str, float]:
        """One optimiser step; returns the batch's means."""
        rng = np.random.default_rng((self.options.seed, 1, self.step))
        batch = self._fresh(images, rng) + self.repairs
        x, truth, outside = (torch.from_numpy(array) for array in stacked(batch))
        x = x.contiguous(memory_format=torch.channels_last)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, quality = self.network(x)
        logits, quality = logits.float(), quality.float()
        loss = promptable_loss(logits, quality, truth, outside).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip)
        self.optimiser.step()
        self._average()
        self.repairs = self._next_repairs(batch, torch.sigmoid(logits.detach())[:, 0].numpy(), rng)
        self.step += 1
        self.images += len(images)
        dice = hard_dice(logits.detach(), truth)
        return _batch_means(batch, float(loss.detach()), dice)

    def _fresh(self, images: list[list[Target]], rng: np.random.Generator) -> list[Sample]:
        targets = [targets[int(rng.integers(len(targets)))] for targets in images]
        while len(targets) < self.options.fresh_per_step:
            chosen = images[int(rng.integers(len(images)))]
            targets.append(chosen[int(rng.integers(len(chosen)))])
        fresh = [_turned(target, rng) for target in targets]
        return [fresh_sample(target, rng) for target in fresh]

    def _next_repairs(self, batch: list[Sample], answers: FloatArray, rng: np.random.Generator) -> list[Sample]:
        """Carry on with samples of this batch, the deeper ones a little more often, so that long chains are seen."""
        able = [i for i, sample in enumerate(batch) if sample.clicks < self.options.max_clicks]
        weight = np.array([1.0 + 0.5 * batch[i].clicks for i in able])
        count = min(self.options.repairs_per_step, len(able))
        chosen = rng.choice(able, size=count, replace=False, p=weight / weight.sum())
        repaired = (repaired_sample(batch[i], answers[i], rng) for i in sorted(int(i) for i in chosen))
        return [sample for sample in repaired if sample is not None]

    @torch.no_grad()
    def _average(self) -> None:
        # The young average follows fast, so that it does not carry the random start along.
        keep = min(self.options.average, (1 + self.step) / (10 + self.step))
        now = self.network.state_dict()
        for name, mean in self.averaged.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(now[name], 1 - keep)

    def save(self, path: Path) -> None:
        """Write everything a later call needs to go on, whole or not at all."""
        state = {
            "options": asdict(self.options),
            "step": self.step,
            "images": self.images,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        with replaced(path) as file:
            torch.save(state, file)

    def load(self, path: Path) -> None:
        """Go on from ``path``. Samples that waited for a repair are not kept: the first batch is fresh."""
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.step, self.images = state["step"], state["images"]
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])


def _turned(target: Target, rng: np.random.Generator) -> Target:
    """Quarter turns, flips and now and then inverted grey: free variety."""
    turns = int(rng.integers(4))
    image, truth = np.rot90(target.image, turns), np.rot90(target.truth, turns)
    if rng.random() < 0.5:
        image, truth = image[:, ::-1], truth[:, ::-1]
    if rng.random() < 0.1:
        image = 1.0 - image
    return Target(np.ascontiguousarray(image), np.ascontiguousarray(truth))


def _batch_means(batch: list[Sample], loss: float, dice: Tensor) -> dict[str, float]:
    kinds: dict[str, list[float]] = {"box": [], "point": [], "mask": [], "repair": []}
    for sample, value in zip(batch, dice.tolist(), strict=True):
        prompt = sample.prompt
        kind = "repair" if sample.clicks else "box" if prompt.box else "mask" if prompt.mask is not None else "point"
        kinds[kind].append(value)
    return {"loss": loss, **{k: float(np.mean(v)) for k, v in kinds.items() if v}}


def batches(stream: Iterator[list[Target]], count: int) -> Iterator[list[list[Target]]]:
    """Lists of ``count`` images' targets; images without an object are passed over."""
    images: list[list[Target]] = []
    for targets in stream:
        if targets:
            images.append(targets)
        if len(images) == count:
            yield images
            images = []


def run(options: TrainOptions, out: Path, resume: bool, log_every: int = 50, save_every: int = 250) -> Trainer:
    """Train and leave ``out``/last.pt and ``out``/log.jsonl."""
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options)
    if resume:
        trainer.load(out / "last.pt")
    sums: dict[str, list[float]] = {}
    began = time.monotonic()
    with SyntheticStream(options.seed, trainer.images) as stream, (out / "log.jsonl").open("a") as lines:
        for images in batches(iter(stream), options.images_per_step):
            for name, value in trainer.train_step(images).items():
                sums.setdefault(name, []).append(value)
            if trainer.step % log_every == 0:
                means = {name: round(float(np.mean(values)), 4) for name, values in sums.items()}
                row = {"step": trainer.step, "seconds": round(time.monotonic() - began, 1), **means}
                lines.write(json.dumps(row) + "\n")
                lines.flush()
                log.info("%s", row)
                sums = {}
            if trainer.step % save_every == 0 or trainer.step == options.steps:
                trainer.save(out / "last.pt")
            if trainer.step >= options.steps:
                break
    return trainer


def main() -> None:
    """Parse the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", action="store_true")
    for name, default in asdict(TrainOptions()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    given = vars(parser.parse_args())
    out, resume = given.pop("out"), given.pop("resume")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info("torch %s on %s", torch.__version__, platform.processor() or platform.machine())
    run(TrainOptions(**given), out, resume)


if __name__ == "__main__":
    main()
