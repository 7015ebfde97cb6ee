"""The built-in generalist: the small promptable network with the weights that ship with the package.

It needs no encoding: a prompt decides where the network looks, so the slice itself is the embedding.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding
from auxol_core.options import DEFAULT_GENERALIST, Precision
from auxol_core.promptable.fold import folded
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.promptable.weights import load_weights
from auxol_core.types import PLAIN_KINDS, FloatArray, Prompt, Segmentation


class BuiltinGeneralist:
    """The promptable network, frozen, as a Generalist."""

    knows = PLAIN_KINDS
    # 3 ms to encode 512 x 512 pixels, 1.5 ms to read their 1.6 MB from a warm disk: storing does not pay.
    worth_storing = False
    preprocessing = "window"

    def __init__(
        self,
        network: PromptableNetwork,
        weights_hash: str,
        *,
        name: str = DEFAULT_GENERALIST,
        precision: Precision = "float32",
        device: str = "cpu",
    ) -> None:
        self.name = name
        self.weights_hash = weights_hash
        self.network = network
        self._segmenter = Segmenter(network, precision=precision, device=device)

    def encode(self, image: FloatArray) -> Generator[None, None, Embedding]:
        """Keep ``image`` (H, W, 3) in 0..1 as it is, in half precision: grey steps of 1/2048 are finer than 8 bit."""
        yield
        return Embedding((image.shape[0], image.shape[1]), image.nbytes // 2, image.astype(np.float16))

    def decode(self, embedding: Embedding, prompt: Prompt) -> Segmentation:
        """Segment the prompted object; InvalidInputError if the prompt lies outside the image."""
        image = np.asarray(embedding.data, dtype=np.float32)
        return self._segmenter.segment(image, prompt)

    def pack(self, embedding: Embedding) -> dict[str, NDArray[Any]]:
        """``image`` (H, W, 3) float16."""
        return {"image": np.asarray(embedding.data)}

    def unpack(self, arrays: Mapping[str, NDArray[Any]], shape: tuple[int, int]) -> Embedding:
        """The inverse of ``pack``; InvalidInputError if there is no such image."""
        image = arrays.get("image")
        if image is None or image.dtype != np.float16 or image.shape != (*shape, 3):
            raise InvalidInputError(
                f"The built-in generalist keeps a float16 image of {(*shape, 3)}, got {_kinds(arrays)}. "
                "Encode the slice anew."
            )
        return Embedding(shape, image.nbytes, image)


def load_builtin(
    path: Path = WEIGHTS,
    *,
    name: str = DEFAULT_GENERALIST,
    precision: Precision = "float32",
    device: str = "cpu",
) -> BuiltinGeneralist:
    """The generalist with the weights at ``path``; CheckpointError if they cannot be used."""
    network, digest = load_weights(path)
    return BuiltinGeneralist(folded(network).to(device), digest, name=name, precision=precision, device=device)


def _kinds(arrays: Mapping[str, NDArray[Any]]) -> str:
    return ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in arrays.items()) or "nothing"
