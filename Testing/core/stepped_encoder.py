"""A generalist whose encoder takes counted steps, as a large model does, and says what it did: for scheduling tests."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray
from tiny_network import tiny_generalist

from auxol_core.generalist.base import Embedding, encoded
from auxol_core.types import PLAIN_KINDS, FloatArray, Prompt, Segmentation

BLOCKS = 12


class SteppedEncoder:
    """The tiny generalist behind an encoder of BLOCKS steps. ``steps`` grows by the mean of the picture with each step;
    ``at_step(number)`` is called in each, counted over all; ``batches``: the sizes of those that came together."""

    worth_storing = True
    knows = PLAIN_KINDS
    encode_steps = BLOCKS

    def __init__(self, nbytes: int | None = None) -> None:
        self._tiny = tiny_generalist()
        self.name, self.weights_hash, self.preprocessing = "stepped", self._tiny.weights_hash, "stepped"
        self.steps: list[float] = []
        self.closed = 0
        self.batches: list[int] = []
        self.at_step: Callable[[int], None] = lambda number: None
        self._nbytes = nbytes

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        yield from self._stepped(float(image.mean()))
        return self._made(image)

    def encode_batch(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        self.batches.append(len(images))
        yield from self._stepped(float(images[0].mean()))
        return [self._made(image) for image in images]

    def _stepped(self, mean: float) -> Generator[None, None, None]:
        try:
            for number in range(BLOCKS):
                self.steps.append(mean)
                self.at_step(len(self.steps))
                if number < BLOCKS - 1:
                    yield
        except GeneratorExit:
            self.closed += 1
            raise

    def _made(self, image: FloatArray) -> Embedding:
        made = encoded(self._tiny, image)
        return made if self._nbytes is None else Embedding(made.shape, self._nbytes, made.data)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        return self._tiny.decode(embedding, prompt)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        return self._tiny.pack(embedding)

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        return self._tiny.unpack(arrays, shape)
