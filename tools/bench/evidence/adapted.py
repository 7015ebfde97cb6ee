"""An adapted generalist underneath: the published paper puts its learner on MedSAM, too, which was taught medical
images before.

The built-in network is taught pictures of other patients of the same set beforehand, with the samples and the loss of
the online learner, and then stands frozen in the generalist's place; the learner beside it begins as it ships. So the
generalist knows the structure already, and the question is what learning from the user still adds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from auxol_core.imaging.files import file_hash
from auxol_core.promptable.losses import promptable_loss
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Target, fresh_sample, stacked
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.promptable.weights import load_weights, save_weights
from auxol_core.replay.core_streams import core_structures
from auxol_core.replay.options import PlanOptions
from auxol_core.replay.rows import Row, read_rows, write_rows
from auxol_core.replay.runner import Workshop
from auxol_core.replay.streams import Sample, Stream, plan_stream
from auxol_core.types import IntensityWindow, SliceImage
from tools.bench.learn.kept import Kept, key_of
from tools.bench.learn.stream_runs import KeptRuns, StreamRun, replayed, word_of

PICTURES, STEPS, BATCH, RATE = 32, 200, 8, 1e-4


@dataclass(frozen=True)
class Adapted:
    """Runs over an adapted generalist, kept in ``folder`` as those of ``runs`` are; its weights lie there, too."""

    folder: Path
    data: Path
    runs: KeptRuns
    workshop: Workshop

    def name(self, wanted: StreamRun) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        return f"adapted-{self.runs.name(wanted)}-{self._key(wanted)}"

    def has(self, wanted: StreamRun) -> bool:
        """Whether a run is finished."""
        return self._kept.has(self.name(wanted))

    def rows(self, wanted: StreamRun) -> list[Row]:
        """The rows of a run, from its file or made now."""

        def made() -> Iterable[Row]:
            # One that a user names as a file of the built-in network.
            own = replace(self.workshop, generalist=f"builtin:{self._weights(wanted)}")
            return replayed(self.runs.stream(wanted), wanted, wanted.method, own)

        return self._kept.rows(self.name(wanted), made, lambda: {"run": asdict(wanted), "pictures": PICTURES})

    @property
    def _kept(self) -> Kept[Row]:
        return Kept(self.folder, write_rows, read_rows)

    def _key(self, wanted: StreamRun) -> str:
        return key_of(wanted.stream, file_hash(WEIGHTS), Path(__file__).read_text(encoding="utf-8"))

    def _weights(self, wanted: StreamRun) -> Path:
        """Made once a stream."""
        path = self.folder / f"adapted-{word_of(wanted.stream)}-{self._key(wanted)}.safetensors"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            tried = self.runs.stream(wanted)
            (structure,) = core_structures(self.data, [wanted.stream])
            everything = plan_stream(structure, PlanOptions(limit=None, seed=wanted.seed))
            network = taught(load_weights(WEIGHTS)[0], targets(others(everything, tried)))
            save_weights(network, path, {"pictures": wanted.stream})
        return path


def others(everything: Stream, tried: Stream) -> list[Sample]:
    """At most PICTURES of those whose patient is not in ``tried``, in the order of ``everything``."""
    patients = {sample.patient for sample in tried.samples()}
    return list(islice((each for each in everything.samples() if each.patient not in patients), PICTURES))


def targets(samples: Iterable[Sample]) -> list[Target]:
    """Every object of every picture, each picture in the grey window that it has by itself."""
    found: list[Target] = []
    for sample in samples:
        image = SliceImage(sample.pixels, sample.spacing_mm)
        pixels = IntensityWindow.of(image).apply(image)
        found += [Target(pixels, part.mask) for part in sample.components]
    return found


def taught(network: PromptableNetwork, lessons: list[Target], steps: int = STEPS, seed: int = 0) -> PromptableNetwork:
    """``network`` after ``steps`` of BATCH samples of ``lessons``; BatchNorm keeps its statistics."""
    network = network.eval().requires_grad_(True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.0)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = RATE * (1 - step / steps)
        samples = [fresh_sample(lessons[int(rng.integers(len(lessons)))], rng) for _ in range(BATCH)]
        x, truth, outside = (torch.from_numpy(array) for array in stacked(samples))
        logits, quality = network(x)
        optimiser.zero_grad(set_to_none=True)
        promptable_loss(logits, quality, truth, outside).mean().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    return network.requires_grad_(False)
