"""How long a generalist takes here: its checkpoint where it is on this machine, else random weights of its shape.

Neither the encoder's time nor the decoder's depends on what the weights are. Random ones are written to a temporary
file and loaded by the row's own ``load``, so that whatever a family does to its weights is measured, too. Work goes in
small steps; only the time in the steps counts, not what a host does in between.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from auxol_core.errors import CheckpointMissingError
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.generalist.checkpoints import find, locate
from auxol_core.generalist.figures import Figures
from auxol_core.generalist.row import CheckpointFile, GeneralistRow
from auxol_core.options import Precision
from auxol_core.types import Box, Prompt

RANDOM = "random"
SIDE = 512
BOX = Box(100, 120, 300, 380)
# An encoder that is quicker than this is timed once more: the first time pays for what torch sets up.
QUICK_S = 3.0
DECODES = 4
# Without having been named a larger one is not measured, but estimated: its random weights alone take seconds to write.
SMALL_MB = 200


def worth_measuring(row: GeneralistRow) -> bool:
    """Whether ``row`` is measured when nobody has named it: its weights are here or can be made, and are small."""
    if row.shipped is not None:
        return True
    return row.published is not None and row.whole is not None and row.published.megabytes <= SMALL_MB


def random_checkpoint(row: GeneralistRow, folder: Path, seed: int = 0) -> CheckpointFile:
    """A checkpoint of ``row``'s names and shapes with random weights, in ``folder``; its hash is all zeros, so that it
    is never taken for one that somebody has trained. CheckpointMissingError where the row does not tell its shapes."""
    if row.whole is None:
        raise CheckpointMissingError(
            f"The shapes of {row.name} are not known beforehand, so that it is measured once its weights are here."
        )
    chance = torch.Generator().manual_seed(seed)
    state = {name: _values(shape, chance) for name, shape in row.whole().items()}
    path = folder / f"{row.name}-random.safetensors"
    save_file(state, path, {"preprocessing": row.preprocessing, "weights": RANDOM})
    return CheckpointFile(row.name, path, "0" * 64, row)


def is_random(path: Path) -> bool:
    """Whether a file says that its weights are random ones (``random_checkpoint``), which nobody has trained."""
    if path.suffix != ".safetensors":
        return False
    with safe_open(path, framework="pt") as file:
        return (file.metadata() or {}).get("weights") == RANDOM


def _values(shape: tuple[int, ...], chance: torch.Generator) -> torch.Tensor:
    """Small numbers for what is multiplied; about 1 for a row, which may be a variance or scale and must not be 0."""
    if len(shape) == 0:
        return torch.zeros(shape)
    if len(shape) == 1:
        return 0.5 + torch.rand(shape, generator=chance)
    return 0.02 * torch.randn(shape, generator=chance)


def measuring(
    row: GeneralistRow, device: str, precision: Precision, *, random: bool = False
) -> Generator[None, None, Figures]:
    """Measure ``row`` on a slice of 512 x 512; yields between small steps. ``random``: also where its weights are here.

    CheckpointMissingError where neither weights nor shapes are known, CheckpointError where the file is not right.
    """
    with tempfile.TemporaryDirectory(prefix="auxol-measure-", ignore_cleanup_errors=True) as folder:
        real = not random and locate(row) is not None
        checkpoint = find(row.name) if real else random_checkpoint(row, Path(folder))
        yield
        return (yield from measuring_file(checkpoint, device, precision))


def measuring_file(
    checkpoint: CheckpointFile, device: str, precision: Precision
) -> Generator[None, None, Figures]:
    """As ``measuring``, of a checkpoint that was found."""
    generalist = checkpoint.row.load(checkpoint, device, precision)
    yield
    encode, embedding = yield from _encoded(generalist)
    if encode < QUICK_S:
        again, embedding = yield from _encoded(generalist)
        encode = min(encode, again)
    decodes = []
    for _ in range(DECODES):
        began = time.perf_counter()
        generalist.decode(embedding, Prompt(box=BOX))
        decodes.append(time.perf_counter() - began)
        yield
    weights = RANDOM if is_random(checkpoint.path) else "real"
    threads = torch.get_num_threads()
    return Figures(encode, float(np.median(decodes[1:])), weights, threads, str(precision), device)


def _encoded(generalist: Generalist) -> Generator[None, None, tuple[float, Embedding]]:
    image = np.random.default_rng(0).random((SIDE, SIDE, 3), dtype=np.float32)
    took, steps = 0.0, generalist.encode(image)
    while True:
        began = time.perf_counter()
        try:
            next(steps)
        except StopIteration as end:
            embedding: Embedding = end.value
            return took + time.perf_counter() - began, embedding
        took += time.perf_counter() - began
        yield
