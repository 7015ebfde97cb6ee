"""SAMs whose decoder also looks at finer maps of the picture, behind the Generalist Protocol: SAM-HQ and SAM 2.1.

Their encoders make, beside the features, maps of four (and two) times as many places a side, which are kept with the
features: 12.6 MB (SAM-HQ) or 16.8 MB (SAM 2.1) a slice instead of SAM's 4.2. The presets that learn inside SAM's own
decoder (decoding.HasMaskDecoder) are not offered: these decoders are others.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding
from auxol_core.generalist.decoder import Side
from auxol_core.generalist.decoding import Shown
from auxol_core.generalist.encoders import Step, run_steps
from auxol_core.generalist.prompting import decoded, prompted, segmentations
from auxol_core.generalist.scaling import Scaling, check_image
from auxol_core.options import Precision
from auxol_core.types import PLAIN_KINDS, FloatArray, Prompt, Segmentation


class FineDecoding(Protocol):
    """One mask of each prompt, of features and finer maps."""

    def arranged(self, fine: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The encoder's finer maps as ``decode`` takes them; made once for a picture."""

    def side(self, features: Tensor, dense: Tensor, fine: tuple[Tensor, ...]) -> Side:
        """What is kept of a picture; ``features`` (1, C, h, w), ``dense`` (B, C, h, w), ``fine`` as arranged."""

    def decode(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, 1, 4 h, 4 w) and expected IoU (B, 1) of prompts ``sparse`` (B, N, C)."""


@dataclass(frozen=True, eq=False)
class FineModel:
    """The parts of such a SAM, of modules that are frozen and on their device.

    ``encoder``: its steps, to a tuple of features and finer maps of ``shapes`` (1, C, h, w) each; ``decoding``;
    ``prompts``: a segment_anything ``PromptEncoder``; ``ends``: see prompting.prompted.
    """

    encoder: Callable[[Precision], Sequence[Step]] = field(repr=False)
    decoding: FineDecoding = field(repr=False)
    prompts: Any = field(repr=False)
    scaling: Scaling
    shapes: tuple[tuple[int, ...], ...]
    ends: bool = False


@dataclass(frozen=True, eq=False)
class _Maps:
    """What the encoder made, of ``owner``: features and finer maps, float32, on the model's device."""

    owner: str
    maps: tuple[Tensor, ...] = field(repr=False)


class FineGeneralist:
    """A frozen SAM-HQ or SAM 2.1: ``encode`` once per slice, ``decode`` once per prompt. For one thread.

    ``precision``: what the image encoder's matrix products are done in; the decoder stays in float32.
    """

    knows = PLAIN_KINDS
    worth_storing = True

    def __init__(
        self, model: FineModel, name: str, weights_hash: str, device: str = "cpu", precision: Precision = "float32"
    ) -> None:
        self.name, self.weights_hash, self.preprocessing = name, weights_hash, model.scaling.word
        self._model, self._device = model, torch.device(device)
        self._remembered: tuple[_Maps, Side] | None = None
        with torch.inference_mode():
            self._steps = model.encoder(precision)

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """See Generalist; InvalidInputError, at once, for an image of another shape."""
        check_image(image)
        return self._encode(image)

    @property
    def encode_steps(self) -> int:
        """See CountsSteps."""
        return len(self._steps)

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """See SamGeneralist.decode, which takes the same prompts; ``low_resolution`` lies in the square of prompts."""
        return self.decode_all(embedding, [prompt])[0]

    def decode_all(self, embedding: Embedding, prompts: Sequence[Prompt]) -> list[Segmentation]:
        """What ``decode`` answers to each prompt of a slice, in one pass for those with the same parts."""
        maps, frame = self._maps(embedding), self._model.scaling.frame(embedding.shape)
        for prompt in prompts:
            prompt.check_against(embedding.shape)
        shown = [frame.shown(prompt) for prompt in prompts]
        with torch.inference_mode():
            return decoded(shown, lambda some: self._several(maps, some, embedding.shape), self._device)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        """``features``, ``fine1`` and so on, (1, C, h, w) float32; InvalidInputError if another model made it."""
        return {name: each.cpu().numpy() for name, each in zip(self._names(), self._maps(embedding).maps, strict=True)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        """The inverse of ``pack``, on this model's device; InvalidInputError if they are not such maps."""
        found = [arrays.get(name) for name in self._names()]
        told = [None if each is None else (str(each.dtype), each.shape) for each in found]
        if told != [("float32", wanted) for wanted in self._model.shapes]:
            raise InvalidInputError(
                f"{self.name} keeps float32 maps of {self._model.shapes}, got {told}. Encode the slice anew."
            )
        return self._embedding(tuple(torch.tensor(each, device=self._device) for each in found), shape)

    def _names(self) -> list[str]:
        return [f"fine{number}" if number else "features" for number in range(len(self._model.shapes))]

    def _encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        made = yield from run_steps(self._steps, lambda: self._model.scaling.pixels(image, self._device))
        return self._embedding(made, (int(image.shape[0]), int(image.shape[1])))

    def _embedding(self, maps: tuple[Tensor, ...], shape: tuple[int, int]) -> Embedding:
        nbytes = sum(each.element_size() * each.nelement() for each in maps)
        return Embedding(shape, nbytes, _Maps(f"{self.weights_hash} {self.preprocessing}", maps))

    def _maps(self, embedding: Embedding) -> _Maps:
        maps = embedding.data
        if not isinstance(maps, _Maps) or maps.owner != f"{self.weights_hash} {self.preprocessing}":
            raise InvalidInputError(f"The embedding was not made by {self.name}. Encode the slice with it first.")
        return maps

    def _several(self, maps: _Maps, shown: list[Shown], shape: tuple[int, int]) -> list[Segmentation]:
        model = self._model
        sparse, dense = prompted(model.prompts, shown, self._device, model.ends)
        low, iou = model.decoding.decode(self._side(maps, dense, shown[0].mask is not None), sparse)
        return segmentations(low, iou, model.scaling.on_slice(low, shape))

    def _side(self, maps: _Maps, dense: Tensor, masked: bool) -> Side:
        """Kept from click to click on a slice, the finer maps' part of it always."""
        decoding = self._model.decoding
        if self._remembered is None or self._remembered[0] is not maps:
            plain = self._model.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1).expand_as(maps.maps[0])
            self._remembered = (maps, decoding.side(maps.maps[0], plain, decoding.arranged(maps.maps[1:])))
        kept = self._remembered[1]
        return decoding.side(maps.maps[0], dense, kept.fine) if masked else kept
