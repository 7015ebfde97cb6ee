"""Train the built-in weights: ``python -m pretrain.train --out runs/builtin --device cuda --producers 16``.

What the samples are is said in chains.py: fresh prompts and repairs of the network's own mistakes. The result depends
on the options alone, on one machine with one thread count (on a GPU but for the order of its sums): every draw comes
from the seed and the step's number, and the learning rate follows the step, not the clock. ``--resume`` goes on from
``last.pt``. From the end of an era that is exact; elsewhere the chains that were under way begin anew, nothing else is
lost. ``--minutes`` stops the clock, not the schedule: go on later, with other ``--steps`` if the schedule shall end.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.promptable.losses import hard_dice, promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.weights import load_weights, made_by, to_channels_last
from auxol_core.whole_files import replaced
from pretrain.chains import ChainPlan
from pretrain.stream import KINDS, Batch, SyntheticStream

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainOptions:
    """Everything the result depends on."""

    steps: int = 10000
    seed: int = 1
    threads: int = 2
    parts: int = 32
    images_per_part: int = 1
    prompts_per_image: int = 5
    repairs_per_part: int = 4
    lag: int = 6
    era: int = 1000
    max_clicks: int = 7
    learning_rate: float = 2e-3
    warmup: int = 300
    decay_from: float = 0.3
    weight_decay: float = 1e-2
    average: float = 0.999
    clip: float = 3.0

    @property
    def plan(self) -> ChainPlan:
        return ChainPlan(
            self.seed,
            self.parts,
            self.images_per_part,
            self.prompts_per_image,
            self.repairs_per_part,
            self.max_clicks,
            self.lag,
            self.era,
        )


def learning_rate_at(step: int, options: TrainOptions) -> float:
    """Linear warm-up, constant until ``decay_from`` of the steps, then half a cosine down to 2 %."""
    warm = min(1.0, (step + 1) / options.warmup)
    start = options.decay_from * options.steps
    share = 0.0 if step < start else min(1.0, (step - start) / max(1.0, options.steps - start))
    return options.learning_rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))


class Trainer:
    """The state of a run: network, averaged copy, optimiser."""

    def __init__(self, options: TrainOptions, device: str = "cpu") -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.step = 0
        # What is known of how the weights that the run began with were made.
        self.before: dict[str, str] = {}
        self._device = torch.device(device)
        self.network = to_channels_last(PromptableNetwork().to(self._device)).train()
        self.averaged = to_channels_last(PromptableNetwork().to(self._device)).eval()
        self.averaged.load_state_dict(self.network.state_dict())
        decay = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": options.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=options.learning_rate, fused=True)

    @property
    def images(self) -> int:
        """How many synthetic images were used."""
        return self.step * self.options.parts * self.options.images_per_part

    def start_from(self, weights: Path) -> None:
        """Begin with frozen ``weights`` instead of random ones; the optimiser knows nothing of them."""
        network, digest = load_weights(weights)
        known = network.state_dict()
        self.before = {"sha256": digest, **made_by(weights)}
        self.network.load_state_dict(known)
        self.averaged.load_state_dict(known)

    def train_step(self, batch: Batch) -> tuple[NDArray[np.uint8], dict[str, float]]:
        """One optimiser step; returns the answers, (N, S, S) as 0..255, and the batch's means."""
        x, truth, outside = tensors(batch, self._device)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options)
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            logits, quality = self.network(x)
        logits, quality = logits.float(), quality.float()
        loss = promptable_loss(logits, quality, truth, outside).mean()
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip)
        self.optimiser.step()
        self._average()
        self.step += 1
        answers = (torch.sigmoid(logits.detach())[:, 0] * 255).round().to(torch.uint8)
        with torch.no_grad():
            dice = hard_dice(logits, truth)
            told = (torch.sigmoid(quality) - hard_dice(logits, truth, outside)).abs()
        return answers.cpu().numpy(), _means(batch.kinds, loss.detach(), dice, told)

    @torch.no_grad()
    def _average(self) -> None:
        # The young average follows fast, so that it does not carry the random start along.
        keep = min(self.options.average, (1 + self.step) / (10 + self.step))
        now = self.network.state_dict()
        pairs = [(mean, now[name]) for name, mean in self.averaged.state_dict().items() if mean.is_floating_point()]
        torch._foreach_lerp_([mean for mean, _ in pairs], [new for _, new in pairs], 1 - keep)

    def save(self, path: Path) -> None:
        """Write everything a later call needs to go on, whole or not at all."""
        state = {
            "options": asdict(self.options),
            "step": self.step,
            "images": self.images,
            "before": self.before,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        with replaced(path) as file:
            torch.save(state, file)

    def load(self, path: Path) -> None:
        """Go on from ``path``. Samples that waited for a repair are not kept: at an era's end there are none."""
        state = torch.load(path, map_location=self._device, weights_only=True)
        self.step = state["step"]
        self.before = state["before"]
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])


def tensors(batch: Batch, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Network input (N, 7, S, S), truth (N, 1, S, S) and what lies outside (N,), float32, on ``device``."""
    pixels, maps, truth, outside = (
        torch.from_numpy(array).to(device) for array in (batch.pixels, batch.maps, batch.truth, batch.outside)
    )
    x = torch.cat([pixels.float(), maps.float() / 127 - 1], dim=1)
    return x.contiguous(memory_format=torch.channels_last), truth.float(), outside.clone()


def _means(kinds: NDArray[np.uint8], loss: Tensor, dice: Tensor, told: Tensor) -> dict[str, float]:
    """Mean loss, Dice by kind of prompt, and how far the told quality is from the Dice."""
    values = dice.cpu().numpy()
    means = {"loss": float(loss), "told": float(told.mean())}
    for index, kind in enumerate(KINDS):
        if (kinds == index).any():
            means[kind] = float(values[kinds == index].mean())
    return means


class _Log:
    """Means of ``every`` steps to a file and to the log."""

    def __init__(self, path: Path, every: int) -> None:
        self._path, self._every = path, every
        self._began = time.monotonic()
        self._sums: dict[str, list[float]] = {}

    def add(self, step: int, means: dict[str, float]) -> None:
        for name, value in means.items():
            self._sums.setdefault(name, []).append(value)
        if step % self._every:
            return
        rounded = {name: round(float(np.mean(values)), 4) for name, values in self._sums.items()}
        row = {"step": step, "seconds": round(time.monotonic() - self._began, 1), **rounded}
        with self._path.open("a") as lines:
            lines.write(json.dumps(row) + "\n")
        log.info("%s", row)
        self._sums = {}


@dataclass(frozen=True)
class RunOptions:
    """How a run is made; the result does not depend on it, but for ``minutes`` or ``stop_at`` (a step) stop it."""

    out: Path
    resume: bool = False
    start: Path | None = None
    device: str = "cpu"
    producers: int = 1
    minutes: float = math.inf
    stop_at: int = 0
    log_every: int = 50


def run(options: TrainOptions, how: RunOptions) -> Trainer:
    """Train and leave ``out``/last.pt, written at the end of every era and of the run, and ``out``/log.jsonl."""
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.backends.cudnn.benchmark = True
    cv2.setNumThreads(1)
    how.out.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * how.minutes
    trainer = Trainer(options, how.device)
    if how.resume:
        trainer.load(how.out / "last.pt")
    elif how.start is not None:
        trainer.start_from(how.start)
    lines = _Log(how.out / "log.jsonl", how.log_every)
    with SyntheticStream(options.plan, trainer.step, how.producers) as stream:
        for step, batch in stream:
            answers, means = trainer.train_step(batch)
            stream.answer(step, answers)
            lines.add(trainer.step, means)
            over = trainer.step in (options.steps, how.stop_at) or time.monotonic() > until
            if over or trainer.step % options.era == 0:
                trainer.save(how.out / "last.pt")
            if over:
                break
    return trainer


def main() -> None:
    """Parse the options and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--start", type=Path, help="Weights to begin with.")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--producers", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--stop-at", type=int, default=0)
    for name, default in asdict(TrainOptions()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    given = vars(parser.parse_args())
    names = ("out", "resume", "start", "device", "producers", "minutes", "stop_at")
    how = RunOptions(**{name: given.pop(name) for name in names})
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info("torch %s on %s", torch.__version__, platform.processor() or platform.machine())
    run(TrainOptions(**given), how)


if __name__ == "__main__":
    main()
