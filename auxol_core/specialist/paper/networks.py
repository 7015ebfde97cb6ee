"""The published specialist's two networks: made from the seed or from a state, run in the machine's precision."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from auxol_core.errors import InvalidInputError
from auxol_core.options import Precision
from auxol_core.specialist.base import Arrays
from auxol_core.specialist.paper.unet import UNet, empty_unet, random_unet

CHANNELS = {"box": 4, "point": 3}


class Networks:
    """Makes networks, from the seed or from a state, and runs them in the machine's precision."""

    def __init__(self, seed: int, widths: tuple[int, ...], device: torch.device, precision: Precision) -> None:
        self._seed, self._widths = seed, widths
        self.device, self._half = device, precision == "bfloat16"
        with torch.device("meta"):
            self._shapes = {
                kind: {name: tuple(p.shape) for name, p in UNet(channels, widths).named_parameters()}
                for kind, channels in CHANNELS.items()
            }

    def check(self, state: Arrays) -> None:
        """InvalidInputError unless ``state`` holds each kind's arrays whole or not at all, and nothing else."""
        expected = {
            name: shape for kind in CHANNELS if has_learned(state, kind) for name, shape in self._expected(kind)
        }
        odd = sorted(set(state) ^ {*expected})
        odd += [name for name, shape in expected.items() if shape and name in state and state[name].shape != shape]
        if odd:
            raise InvalidInputError(
                f"A state must hold the {len(expected)} arrays of these networks (widths {self._widths}), these "
                f"differ: {odd[:3]}. It belongs to another preset or version: open it with that."
            )

    def _expected(self, kind: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Names and shapes; () where any length will do."""
        for name, shape in self._shapes[kind].items():
            for part in ("weight", "first", "second"):
                yield f"{kind}/{part}/{name}", shape
        yield f"{kind}/steps", (1,)
        for part in ("keys", "offsets", "losses"):
            yield f"{kind}/{part}", ()

    def load(self, state: Arrays, kind: str) -> UNet:
        """A network of its own with the weights of ``state``, or the seed's where that kind has learned nothing."""
        if not has_learned(state, kind):
            # Two networks of one seed must not share their first weights.
            seed = 2 * self._seed + list(CHANNELS).index(kind)
            return random_unet(CHANNELS[kind], seed, self._widths).to(self.device)
        network = empty_unet(CHANNELS[kind], self._widths).to(self.device)
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                parameter.copy_(torch.from_numpy(np.array(state[f"{kind}/weight/{name}"])))
        return network

    def forward(self, network: UNet, x: Tensor) -> Tensor:
        """Logits (N, 1, S, S) float32 on the networks' device."""
        x = x.to(self.device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            logits: Tensor = network(x)
        return logits.float()

    def logits(self, network: UNet, x: Tensor) -> Tensor:
        """The same on the CPU, without gradients."""
        with torch.inference_mode():
            return self.forward(network, x).cpu()


def has_learned(state: Arrays, kind: str) -> bool:
    return any(name.startswith(f"{kind}/") for name in state)
