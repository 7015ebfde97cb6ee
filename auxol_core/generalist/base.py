"""The generalist's contract: a frozen promptable model, whatever its size."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from numpy.typing import NDArray

from auxol_core.steps import finish
from auxol_core.types import FloatArray, Prompt, Segmentation


@dataclass(frozen=True, eq=False)
class Embedding:
    """An encoded slice. ``data`` belongs to the model that made it; ``nbytes`` is what a cache counts."""

    shape: tuple[int, int]
    nbytes: int
    data: object = field(repr=False)


class Generalist(Protocol):
    """Segments from prompts and never learns."""

    @property
    def name(self) -> str:
        """What the user chose: a name of the registry, or a checkpoint's file name."""

    @property
    def weights_hash(self) -> str:
        """SHA-256 of the weights' file, hexadecimal: a task remembers beside which generalist it learned."""

    @property
    def preprocessing(self) -> str:
        """How slices are scaled for the encoder, in a word: weights of one hash may be fed in several ways."""

    @property
    def knows(self) -> frozenset[str]:
        """The kinds of prompt that ``decode`` takes (Prompt.kinds); others are lowered to these before it is asked."""

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """Encode ``image`` (H, W, 3) float32 in 0..1. Yields between blocks, so that the caller may do something
        more urgent; the embedding is the generator's return value (see ``encoded``)."""

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """Segment the prompted object: logits (H, W) of the slice's own size and the model's quality estimate.

        Raises InvalidInputError if the prompt lies outside the image.
        """

    @property
    def worth_storing(self) -> bool:
        """Whether there is an encoder to wait for: preparing a slice beforehand saves time, and so does a disk."""

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        """``embedding.data`` as named arrays, which a file can hold. InvalidInputError if another model made it."""

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        """The embedding of a slice of ``shape`` that ``pack`` made ``arrays`` of: decodes to the same logits, bit for
        bit. InvalidInputError if they are not what this model packs."""


@runtime_checkable
class CountsSteps(Protocol):
    """A generalist that can say how far its encoder is."""

    @property
    def encode_steps(self) -> int:
        """How many steps ``encode`` makes for a slice: its yields and the last one."""


@runtime_checkable
class EncodesBatches(Protocol):
    """A generalist whose encoder takes several slices at a time, which a GPU does in little more than one's time."""

    def encode_batch(self, images: Sequence[FloatArray]) -> Generator[None, None, list[Embedding]]:
        """As ``encode``, for images of any sizes; their embeddings in the same order."""


class EmbeddingStore(Protocol):
    """Where embeddings are kept by a key that names slice and intensity window; it may forget any of them."""

    def get(self, key: str) -> Embedding | None:
        """The embedding of ``key``; None if it is not here."""

    def put(self, key: str, embedding: Embedding) -> None:
        """Keep ``embedding`` in place of what ``key`` had."""


def encoded(generalist: Generalist, image: FloatArray) -> Embedding:
    """Run ``encode`` to its end without interruption."""
    return finish(generalist.encode(image))
