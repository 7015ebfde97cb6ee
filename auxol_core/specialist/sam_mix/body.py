"""What SAM-Mix learns in: a SAM, or the built-in network in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from torch import Tensor, nn

from auxol_core.specialist.base import Opinion, View
from auxol_core.specialist.low_rank import Place
from auxol_core.types import BoolArray, FloatArray, Prompt

Input = TypeVar("Input")


@dataclass(frozen=True, eq=False)
class Example(Generic[Input]):
    """An object as the body takes it; ``truth`` (1, 1, h, w), 0 or 1, as its answer will be."""

    seen: Input = field(repr=False)
    truth: Tensor = field(repr=False)


class Body(Protocol[Input]):
    """A frozen network, and what of it may be learned: matrices at ``places`` and the parameters ``whole``."""

    @property
    def identity(self) -> str:
        """Which weights it is of, and how slices are scaled for them."""

    @property
    def module(self) -> nn.Module:
        """The network; its tensors are another's and never written to."""

    @property
    def places(self) -> Sequence[Place]:
        """Where low-rank matrices stand: the encoder."""

    @property
    def whole(self) -> Sequence[str]:
        """The parameters that are learned whole: the decoder."""

    def example(self, image: FloatArray, prompt: Prompt, truth: BoolArray) -> Example[Input]:
        """``image`` (H, W, 3) in 0..1 with a prompt on it, and its ``truth`` (H, W)."""

    def mirrored(self, example: Example[Input]) -> Example[Input]:
        """``example`` with left and right exchanged; the answer to it lies mirrored on the other's."""

    def answer(self, weights: Mapping[str, Tensor], example: Example[Input]) -> Tensor:
        """Logits (1, 1, h, w) under ``weights``, with their gradients."""

    def install(self, weights: Mapping[str, Tensor] | None) -> None:
        """Answer with ``weights`` from now on; None: with the frozen ones."""

    def opinion(self, view: View) -> Opinion:
        """What is shown of ``view``, under the weights that are installed."""
