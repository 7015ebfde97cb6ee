"""SAM-Mix in the built-in network, where no SAM is: matrices on its encoder's convolutions, its decoder learned whole.

It has no attention: the matrices stand at every convolution of its trunk, each a weight of (out, in x 9). It has no
embedding that a mask could be added to: that of a prompt goes to its channel for the mask so far.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from auxol_core.generalist.decoding import HasPromptableNetwork
from auxol_core.imaging.crops import Window
from auxol_core.options import Precision
from auxol_core.promptable import windows
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.sampling import Sample, Target
from auxol_core.promptable.segmenter import Segmenter
from auxol_core.specialist.base import Opinion, View
from auxol_core.specialist.low_rank import Place, shell_of
from auxol_core.specialist.sam_mix.body import Example
from auxol_core.types import BoolArray, Box, FloatArray, Prompt

TRUNK = re.compile(r"(stem\.0|down\.\d+\.0|encoder\.\d+\.\d+\.conv[12])\.weight")
DECODER = re.compile(r"(context|lateral|decoder|to_detail|fine|head)\..*")


class BuiltinBody:
    """See body.Body; an example is what the network takes, (1, 7, 128, 128)."""

    def __init__(
        self, generalist: HasPromptableNetwork, *, precision: Precision = "float32", device: str = "cpu"
    ) -> None:
        self._device, self._precision = torch.device(device), precision
        self.identity = f"{generalist.weights_hash} {generalist.preprocessing}"
        self.module: PromptableNetwork = shell_of(generalist.network)
        named = dict(self.module.named_parameters())
        self.places = [Place(name, 0, int(w.shape[0])) for name, w in named.items() if TRUNK.fullmatch(name)]
        self.whole = [name for name in named if DECODER.fullmatch(name)]
        self._predicting = copy.deepcopy(self.module)
        self._segmenter = Segmenter(self._predicting, precision=precision, device=device)

    def example(self, image: FloatArray, prompt: Prompt, truth: BoolArray) -> Example[Tensor]:
        """See Body: through the one window that a first look at the prompt has, the widest for clicks alone."""
        sample = Sample(Target(image, truth), prompt, _window(prompt, (truth.shape[0], truth.shape[1])))
        x, target, _ = sample.arrays()
        seen = torch.from_numpy(x[None]).to(self._device).contiguous(memory_format=torch.channels_last)
        return Example(seen, torch.from_numpy(target[None]).to(self._device))

    def mirrored(self, example: Example[Tensor]) -> Example[Tensor]:
        """See Body."""
        return Example(example.seen.flip(-1), example.truth.flip(-1))

    def answer(self, weights: Mapping[str, Tensor], example: Example[Tensor]) -> Tensor:
        """See Body."""
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            logits, _ = functional_call(self.module, dict(weights), (example.seen,))
        answered: Tensor = logits.float()
        return answered

    def install(self, weights: Mapping[str, Tensor] | None) -> None:
        """See Body."""
        frozen = dict(self.module.named_parameters())
        with torch.no_grad():
            for name, parameter in self._predicting.named_parameters():
                parameter.copy_((weights or {}).get(name, frozen[name]))

    def opinion(self, view: View) -> Opinion:
        """See Body."""
        answer = self._segmenter.segment(view.image, view.prompt)
        return Opinion(answer.logits, answer.quality)


def _window(prompt: Prompt, shape: tuple[int, int]) -> Window:
    if prompt.box is not None:
        return windows.for_box(prompt)
    found = None if prompt.mask is None else Box.of_mask(np.asarray(prompt.mask > 0.5, dtype=bool))
    return windows.for_points(prompt, shape)[0] if found is None else windows.for_mask(prompt, found)
