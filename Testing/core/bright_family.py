"""A small family of generalists for tests of the registry: what is brighter than a level, inside the box.

Its checkpoint is one number, ``bright.level`` (1,); two of its rows scale images differently, as SAM and MedSAM do.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from auxol_core.generalist import registry
from auxol_core.generalist.base import Embedding, Generalist
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Published, Shapes
from auxol_core.options import Precision
from auxol_core.types import PLAIN_KINDS, FloatArray, Prompt, Segmentation


class BrightGeneralist:
    """Bright pixels in the box of the prompt. It counts how often it encodes."""

    worth_storing = True
    knows = PLAIN_KINDS

    def __init__(self, name: str, weights_hash: str, level: float, preprocessing: str) -> None:
        self.name, self.weights_hash, self.preprocessing = name, weights_hash, preprocessing
        self._level = level
        self.encoded = 0

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        self.encoded += 1
        yield
        grey = np.asarray(image.mean(axis=2), dtype=np.float32)
        return Embedding((image.shape[0], image.shape[1]), grey.nbytes, grey)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        prompt.check_against(embedding.shape)
        logits = np.full(embedding.shape, -5.0, dtype=np.float32)
        if prompt.box is not None:
            inside = tuple(slice(round(a), round(b)) for a, b in zip(_low(prompt), _high(prompt), strict=True))
            logits[inside] = 20 * (np.asarray(embedding.data)[inside] - self._level)
        return Segmentation(logits, 0.9)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        return {"grey": np.asarray(embedding.data)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        return Embedding(shape, arrays["grey"].nbytes, arrays["grey"])


def _low(prompt: Prompt) -> tuple[float, float]:
    assert prompt.box is not None
    return max(0.0, prompt.box.row0), max(0.0, prompt.box.col0)


def _high(prompt: Prompt) -> tuple[float, float]:
    assert prompt.box is not None
    return prompt.box.row1, prompt.box.col1


def _fits(shapes: Shapes) -> bool:
    return dict(shapes) == {"bright.level": (1,)}


def _load(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    level = float(load_file(checkpoint.path)["bright.level"][0])
    return BrightGeneralist(checkpoint.name, checkpoint.sha256, level, checkpoint.row.preprocessing)


BRIGHT = GeneralistRow(
    name="bright",
    title="Bright pixels",
    family="bright",
    licence="Free for tests.",
    architecture="level",
    preprocessing="plain",
    has_encoder=True,
    fits=_fits,
    load=_load,
    published=Published("bright.safetensors", 1, "https://example.org/bright"),
)
DIM = replace(
    BRIGHT, name="dim", title="Dim pixels", preprocessing="dim", published=Published("dim.safetensors", 1, "nowhere")
)


def write_checkpoint(path: Path, level: float = 0.4, **said: str) -> Path:
    save_file({"bright.level": np.array([level], dtype=np.float32)}, path, metadata=said or None)
    return path


@contextmanager
def registered(*rows: GeneralistRow) -> Iterator[None]:
    """Offer ``rows`` for the time of a test."""
    for row in rows:
        registry.register(row)
    try:
        yield
    finally:
        for row in rows:
            registry.remove(row.name)
