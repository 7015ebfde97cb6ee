"""A generalist whose encoder can be held in the middle of one step: a large model on a slow machine."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from typing import Any

from numpy.typing import NDArray
from tiny_network import tiny_generalist

from auxol_core.generalist.base import Embedding
from auxol_core.types import PLAIN_KINDS, FloatArray, Prompt, Segmentation

SOON = 20.0  # seconds; only what waits for the encoder takes so long


class HeldEncoder:
    """The tiny generalist. After ``hold`` its next encoding does not yield until ``let_go``."""

    worth_storing = False
    knows = PLAIN_KINDS

    def __init__(self) -> None:
        self._tiny = tiny_generalist()
        self.name, self.weights_hash = self._tiny.name, self._tiny.weights_hash
        self.entered, self._free = threading.Event(), threading.Event()
        self._free.set()

    @property
    def held(self) -> bool:
        """Whether an encoding would wait, or does."""
        return not self._free.is_set()

    def hold(self) -> None:
        self.entered.clear()
        self._free.clear()

    def let_go(self) -> None:
        self._free.set()

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        self.entered.set()
        self._free.wait(3 * SOON)
        return (yield from self._tiny.encode(image))

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        return self._tiny.decode(embedding, prompt)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        return self._tiny.pack(embedding)

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        return self._tiny.unpack(arrays, shape)
