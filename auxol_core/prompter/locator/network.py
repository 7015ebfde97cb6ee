"""The locator's network: a thumbnail in, where the structure is and whether it is there at all.

A U-Net (Ronneberger et al. 2015) of four levels, small enough that a task file holds two sets of its weights in half
precision under 1 MB. GroupNorm (Wu and He 2018) instead of BatchNorm: a handful of slices has no statistics worth
having, and there is nothing to keep beside the weights. Presence is read from the coarsest level, pooled by its mean
and by its maximum: a small structure is a maximum, a whole region a mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (16, 32, 48, 64)
GROUPS = 8
# A share of a slice's pixels is the structure, a few in a hundred: so begins the mask.
FIRST_SHARE = 0.03


def _conv(inputs: int, outputs: int) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.GroupNorm(GROUPS, outputs), nn.ReLU(inplace=True))


def _level(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(_conv(inputs, outputs), _conv(outputs, outputs))


class LocatorNetwork(nn.Module):
    """``forward(x)`` takes (N, 3, S, S) float32 in 0..1 and returns the mask's logits (N, 1, S, S) and the logit of
    the structure's presence (N,)."""

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        inputs = (3, *widths[:-1])
        self.down = nn.ModuleList([_level(i, o) for i, o in zip(inputs, widths, strict=True)])
        pairs = list(pairwise(widths))
        self.up = nn.ModuleList([_level(fine + coarse, fine) for fine, coarse in reversed(pairs)])
        self.mask = nn.Conv2d(widths[0], 1, 1)
        self.presence = nn.Linear(2 * widths[-1], 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = (x - 0.5) * 4.0
        kept: list[Tensor] = []
        for depth, level in enumerate(self.down):
            x = level(x if depth == 0 else F.max_pool2d(x, 2))
            kept.append(x)
        pooled = torch.cat((x.mean(dim=(2, 3)), x.amax(dim=(2, 3))), dim=1)
        for level, fine in zip(self.up, reversed(kept[:-1]), strict=True):
            x = level(torch.cat((fine, F.interpolate(x, scale_factor=2.0, mode="nearest")), dim=1))
        return self.mask(x), self.presence(pooled).squeeze(1)


def new_network(seed: int) -> LocatorNetwork:
    """Initial weights by ``seed``, the same on every machine: He et al. 2015 for the convolutions."""
    network, rng = LocatorNetwork(), np.random.default_rng((seed, 12))
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                fan_in = module.weight[0].numel()
                drawn = rng.standard_normal(tuple(module.weight.shape)) * np.sqrt(2.0 / fan_in)
                module.weight.copy_(torch.from_numpy(drawn.astype(np.float32)))
        network.mask.weight.mul_(0.1)
        for name, parameter in network.named_parameters():
            if name == "mask.bias":
                parameter.fill_(float(np.log(FIRST_SHARE / (1 - FIRST_SHARE))))
            elif name.startswith("presence."):
                parameter.zero_()
    # Laid out as (N, H, W, C): quicker on a CPU.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]
