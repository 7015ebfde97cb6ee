"""The doors to a generalist's own parts, for specialists that learn inside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from auxol_core.generalist.base import Embedding
from auxol_core.types import BoolArray, FloatArray, Prompt

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Shown:
    """A prompt as SAM's prompt encoder takes it, in pixels of the encoder's square.

    ``points`` (N, 3) float32: x, y and 1 for the object or 0 for not the object; ``box`` (4,) float32: x0, y0, x1, y1
    of its first and last pixel; ``mask`` (S, S) float32: probability 0..1 of the object so far, at low resolution.
    """

    points: FloatArray = field(repr=False)
    box: FloatArray | None = None
    mask: FloatArray | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class SmallTruth:
    """A correction at the decoder's own resolution: ``truth`` (S, S) in the padded square, of which the first
    ``inside`` (rows, columns) lie on the slice."""

    truth: BoolArray = field(repr=False)
    inside: tuple[int, int]


@runtime_checkable
class HasMaskDecoder(Protocol):
    """A generalist with SAM's mask decoder. Nothing that is got from here may be changed: share it or copy it."""

    @property
    def weights_hash(self) -> str:
        """See Generalist."""

    @property
    def preprocessing(self) -> str:
        """See Generalist."""

    @property
    def sam(self) -> Any:
        """The model, frozen: a segment_anything ``Sam``."""

    def pixels(self, image: FloatArray) -> Tensor:
        """What the encoder takes, (1, 3, side, side), of ``image`` (H, W, 3) in 0..1."""

    def features(self, embedding: Embedding) -> Tensor:
        """What the encoder made, (1, C, h, w) float32; InvalidInputError if the embedding is another model's."""

    def shown(self, prompt: Prompt, shape: tuple[int, int]) -> Shown:
        """``prompt`` of a slice of ``shape``; InvalidInputError where it lies outside or is an empty mask alone."""

    def prompted(self, shown: Shown) -> tuple[Tensor, Tensor]:
        """The prompt encoder's sparse (1, N, C) and dense (1, C, h, w) embeddings."""

    def small_truth(self, truth: BoolArray) -> SmallTruth:
        """``truth`` (H, W) at the decoder's own resolution; a pixel of it is the object where half of it is."""

    def on_slice(self, low_resolution: Tensor, shape: tuple[int, int]) -> Tensor:
        """The decoder's logits (1, 1, S, S) as logits (1, 1, H, W) of a slice of ``shape``."""


@runtime_checkable
class HasPromptableNetwork(Protocol):
    """A generalist that is one promptable network, as the built-in one. Nothing of it may be changed: copy it."""

    @property
    def weights_hash(self) -> str:
        """See Generalist."""

    @property
    def preprocessing(self) -> str:
        """See Generalist."""

    @property
    def network(self) -> Any:
        """A promptable.network ``PromptableNetwork`` whose BatchNorm is folded, frozen."""
