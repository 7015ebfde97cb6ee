"""The promptable network: one square crop and its prompt maps in, the logits of one object out.

A residual U-Net (Ronneberger et al. 2015; He et al. 2016) that works on 128x128 crops cut around the prompt. The
trunk begins at half resolution because a crop shows the object at least 80 px wide: full resolution is needed for
the boundary only, where a thin branch joins the last decoder step. Widths are multiples of 32, which AMX and
AVX512-BF16 tiles want: 32 channels cost less there than 24.

Tensors are (N, C, H, W). Input channels, in this order:

====  =====================================================================================
0-2   image, standardised by the crop's own mean and deviation
3     box: 1 inside the prompted box, 0 outside; all 0 without a box
4     positive points: discs of 1
5     negative points: discs of 1
6     the mask so far: 2 p - 1 for a foreground probability p, so -1 .. 1; all 0 without one
====  =====================================================================================
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

INPUT_CHANNELS = 7
CROP_SIDE = 128
WIDTHS = (64, 96, 160, 192)
BLOCKS = (1, 2, 2, 1)
DETAIL_WIDTH = 16
MASK_NUMBERS = 4


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with BatchNorm and a shortcut; the channel count stays."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm1: nn.Module = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2: nn.Module = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        return F.relu(x + self.norm2(self.conv2(y)), inplace=True)


def _conv_norm_relu(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class PromptableNetwork(nn.Module):
    """Segments the prompted object of a crop.

    ``forward(x)`` takes (N, 7, 128, 128) and returns ``(logits, quality)``: logits (N, 1, 128, 128), mask where
    above 0, and the logit of the Dice with the whole object that the network expects its mask to have, (N,).
    """

    def __init__(self) -> None:
        super().__init__()
        self.detail = _conv_norm_relu(INPUT_CHANNELS, DETAIL_WIDTH)
        self.stem = _conv_norm_relu(INPUT_CHANNELS * 4, WIDTHS[0])
        self.down = nn.ModuleList(_conv_norm_relu(a, b, stride=2) for a, b in pairwise(WIDTHS))
        self.encoder = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(width) for _ in range(count)))
            for width, count in zip(WIDTHS, BLOCKS, strict=True)
        )
        self.context = nn.Linear(WIDTHS[-1], WIDTHS[-1])
        self.quality = nn.Sequential(
            nn.Linear(WIDTHS[-1] + 2 * WIDTHS[0] + MASK_NUMBERS, 64), nn.ReLU(inplace=True), nn.Linear(64, 1)
        )
        self.lateral = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(WIDTHS))
        self.decoder = nn.ModuleList(ResidualBlock(width) for width in WIDTHS[:-1])
        self.to_detail = nn.Conv2d(WIDTHS[0], DETAIL_WIDTH, 1)
        self.fine = _conv_norm_relu(DETAIL_WIDTH, DETAIL_WIDTH)
        self.head = nn.Conv2d(DETAIL_WIDTH, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        detail = self.detail(x)
        y = self.stem(F.pixel_unshuffle(x, 2))
        skips = []
        for level, encode in enumerate(self.encoder):
            if level:
                y = self.down[level - 1](y)
            y = encode(y)
            skips.append(y)
        pooled = y.mean(dim=(2, 3))
        y = y + self.context(pooled)[:, :, None, None]
        for level in reversed(range(len(self.decoder))):
            y = F.interpolate(self.lateral[level](y), scale_factor=2.0, mode="bilinear", align_corners=False)
            y = self.decoder[level](y + skips[level])
        decoded = y
        y = F.interpolate(self.to_detail(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        logits = self.head(self.fine(y + detail))
        return logits, self.quality(torch.cat([pooled, _evidence(decoded, logits)], dim=1))[:, 0]


def _evidence(decoded: Tensor, logits: Tensor) -> Tensor:
    """What the quality estimate reads of the answer itself, (N, 2 * 64 + 4).

    The decoded features under the mask and along its boundary, and four numbers: the mask's area, its boundary's
    share, how much of the window's frame it touches (then the object goes on outside) and whether it is empty. No
    gradient: the estimate judges the mask and must not bend it.
    """
    features = decoded.detach().float()
    p = F.avg_pool2d(torch.sigmoid(logits.detach().float()), 2)
    edge = 4 * p * (1 - p)
    under = (features * p).sum(dim=(2, 3)) / (p.sum(dim=(2, 3)) + 1)
    along = (features * edge).sum(dim=(2, 3)) / (edge.sum(dim=(2, 3)) + 1)
    frame = torch.cat([p[:, :, 0], p[:, :, -1], p[:, :, :, 0], p[:, :, :, -1]], dim=2).mean(dim=2)
    area = p.mean(dim=(2, 3))
    numbers = torch.cat([area, edge.mean(dim=(2, 3)) / (area + 0.01), frame, (area < 0.002).float()], dim=1)
    return torch.cat([under, along, numbers], dim=1)
