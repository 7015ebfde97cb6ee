"""The published specialist's network: a U-Net (Ronneberger et al. 2015) of widths 64-128-256-512-512.

The bilinear variant: two 3x3 convolutions a level, maximum pooling down, bilinear enlargement up (corners aligned),
skips concatenated, a decoder level's first convolution at half its input's width. InstanceNorm has neither affine
terms nor running statistics, so convolutions in front of it carry no bias, training and prediction see the same
network, and a sample's result does not depend on its batch.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (64, 128, 256, 512, 512)


def _double_conv(inputs: int, middle: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, middle, 3, padding=1, bias=False),
        nn.InstanceNorm2d(middle),
        nn.ReLU(inplace=True),
        nn.Conv2d(middle, outputs, 3, padding=1, bias=False),
        nn.InstanceNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """``forward`` takes (N, channels, S, S), S a multiple of 2^(levels - 1), and returns logits (N, 1, S, S).

    With 4 channels and the published widths it has 17,254,721 parameters.
    """

    def __init__(self, channels: int, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(
            _double_conv(inputs, width, width) for inputs, width in zip((channels, *widths), widths, strict=False)
        )
        # A level's output has the width of the skip that the next one joins to it; the last stays at the first width.
        joined = [(deep + skip, up) for deep, skip, up in _decoder_widths(widths)]
        self.decoder = nn.ModuleList(_double_conv(inputs, inputs // 2, outputs) for inputs, outputs in joined)
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level, encode in enumerate(self.encoder):
            x = encode(x if level == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for decode in self.decoder:
            enlarged = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = decode(torch.cat([skips.pop(), enlarged], dim=1))
        logits: Tensor = self.head(x)
        return logits


def _decoder_widths(widths: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(from below, skip, out) of each decoder level, deepest first."""
    levels = []
    below = widths[-1]
    for level in range(len(widths) - 2, -1, -1):
        out = widths[max(0, level - 1)]
        levels.append((below, widths[level], out))
        below = out
    return levels


def empty_unet(channels: int, widths: tuple[int, ...] = WIDTHS) -> UNet:
    """A U-Net whose weights are whatever was in the memory: for one that is about to be loaded. No random numbers are
    drawn. channels_last halves the time of convolutions on a CPU."""
    with torch.device("meta"):
        network = UNet(channels, widths)
    network.to_empty(device="cpu")
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def random_unet(channels: int, seed: int, widths: tuple[int, ...] = WIDTHS) -> UNet:
    """A U-Net with random weights that depend on ``seed`` alone, not on what drew random numbers before.

    The distribution is that of PyTorch's own convolutions: uniform within 1 / sqrt(inputs of an output value).
    """
    network = empty_unet(channels, widths)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                bound = 1.0 / math.sqrt(module.weight[0].numel())
                for parameter in module.parameters():
                    parameter.uniform_(-bound, bound, generator=generator)
    return network
