"""The built-in generalist: the small promptable network with the weights that ship with the package.

It needs no encoding: a prompt decides where the network looks, so the slice itself is the embedding.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np

from auxol_core.generalist.base import Embedding
from auxol_core.options import Precision
from auxol_core.promptable.fold import folded
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.promptable.weights import load_weights
from auxol_core.types import FloatArray, Prompt, Segmentation

WEIGHTS = Path(__file__).parent / "weights" / "builtin.safetensors"


class BuiltinGeneralist:
    """The promptable network, frozen, as a Generalist."""

    name = "builtin"

    def __init__(
        self, network: PromptableNetwork, weights_hash: str, *, precision: Precision = "float32", device: str = "cpu"
    ) -> None:
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


def load_builtin(path: Path = WEIGHTS, *, precision: Precision = "float32", device: str = "cpu") -> BuiltinGeneralist:
    """The generalist with the weights at ``path``; CheckpointError if they cannot be used."""
    network, digest = load_weights(path)
    return BuiltinGeneralist(folded(network).to(device), digest, precision=precision, device=device)
