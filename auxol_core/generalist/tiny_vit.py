"""MobileSAM's image encoder: TinyViT-5M at 1024 px in front of SAM's own prompt encoder and decoder.

Wu et al. 2022, "TinyViT" (the architecture); Zhang et al. 2023, "Faster Segment Anything" (MobileSAM: the third merging
keeps its resolution, so that the last two stages have the 64 x 64 places that SAM's decoder expects; a neck as SAM's).
Written from the papers and from the names and shapes of the published checkpoint, whose names the modules bear;
equality with the published code is a test.

Each convolution is followed by a BatchNorm, which is folded into it when the steps are made. Feature maps stay in
channels-last order throughout: a token is a pixel's channels, so windows are views and nothing is transposed.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from auxol_core.generalist.encoders import DTYPES, Step, from_windows, into_windows
from auxol_core.generalist.folding import folded, last
from auxol_core.options import Precision

WIDTHS, DEPTHS, HEADS, WINDOWS = (64, 128, 160, 320), (2, 2, 6, 2), (2, 4, 5, 10), (7, 7, 14, 7)
SIDE, OUT, EXPANSION = 1024, 256, 4


class TinyVit(nn.Module):
    """The encoder with the published names. ``steps`` runs it; ``img_size`` is what SAM's other parts ask for."""

    patch_embed: Any

    def __init__(self, img_size: int = SIDE, widths: Sequence[int] = WIDTHS, depths: Sequence[int] = DEPTHS) -> None:
        super().__init__()
        self.img_size = img_size
        self.patch_embed = _named(seq=nn.Sequential(_Conv(3, widths[0] // 2, 3, 2), nn.GELU(),
                                                    _Conv(widths[0] // 2, widths[0], 3, 2)))  # fmt: skip
        self.layers = nn.ModuleList(_Stage(number, widths, depths) for number in range(len(widths)))
        # The classifier that the encoder was distilled with: in every checkpoint, used by nobody.
        self.norm_head, self.head = nn.LayerNorm(widths[-1]), nn.Linear(widths[-1], 1000)
        self.neck = nn.Sequential(
            nn.Conv2d(widths[-1], OUT, 1, bias=False), _LayerNorm2d(OUT),
            nn.Conv2d(OUT, OUT, 3, padding=1, bias=False), _LayerNorm2d(OUT),
        )  # fmt: skip

    def steps(self, precision: Precision) -> list[Step]:
        """From the normalised picture (1, 3, side, side) to its features (1, 256, side / 16, side / 16) float32."""
        dtype = DTYPES[precision]
        first = _folded(self.patch_embed.seq, dtype)
        found: list[Step] = [lambda x: last(first(last(x.to(dtype))))]
        stages: list[Any] = list(self.layers)
        for stage in stages:
            found += stage.steps(dtype)
        narrow, norm, wide, final = (
            part.to(dtype) if isinstance(part, nn.Conv2d) else part for part in _copied(self.neck)
        )
        found.append(lambda x: final(wide(norm(narrow(x).float()).to(dtype)).float()).contiguous())
        return found


class _Stage(nn.Module):
    """Blocks, and the merging that leads to the next stage's width; the last one has none."""

    def __init__(self, number: int, widths: Sequence[int], depths: Sequence[int]) -> None:
        super().__init__()
        width = widths[number]
        make = _Inverted if number == 0 else _Windowed
        self.blocks = nn.ModuleList(make(width, HEADS[number], WINDOWS[number]) for _ in range(depths[number]))
        self.downsample = None
        if number + 1 < len(widths):
            # Into the last stage the resolution is kept: MobileSAM's change.
            self.downsample = _Merging(width, widths[number + 1], 1 if number + 2 == len(widths) else 2)

    def steps(self, dtype: torch.dtype) -> list[Step]:
        parts = [*self.blocks, *([] if self.downsample is None else [self.downsample])]
        return [part.step(dtype) for part in parts]


class _Inverted(nn.Module):
    """An inverted bottleneck (MBConv) with its way around."""

    def __init__(self, width: int, _heads: int, _window: int) -> None:
        super().__init__()
        wide = EXPANSION * width
        self.conv1, self.conv2 = _Conv(width, wide, 1), _Conv(wide, wide, 3, groups=wide)
        self.conv3 = _Conv(wide, width, 1)

    def step(self, dtype: torch.dtype) -> Step:
        up, along, down = (_folded(conv, dtype) for conv in (self.conv1, self.conv2, self.conv3))
        return lambda x: functional.gelu(x + down(functional.gelu(along(functional.gelu(up(x))))))


class _Merging(nn.Module):
    """Another width, and half of the resolution where ``stride`` is 2."""

    def __init__(self, width: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = _Conv(width, out, 1), _Conv(out, out, 3, stride, groups=out)
        self.conv3 = _Conv(out, out, 1)

    def step(self, dtype: torch.dtype) -> Step:
        first, along, thin = (_folded(conv, dtype) for conv in (self.conv1, self.conv2, self.conv3))
        return lambda x: thin(functional.gelu(along(functional.gelu(first(x)))))


class _Windowed(nn.Module):
    """Attention inside windows, a convolution from place to place, a perceptron."""

    mlp: Any

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.attn = _Attention(width, heads, window)
        self.local_conv = _Conv(width, width, 3, groups=width)
        self.mlp = _named(norm=nn.LayerNorm(width), fc1=nn.Linear(width, EXPANSION * width),
                          fc2=nn.Linear(EXPANSION * width, width))  # fmt: skip

    def step(self, dtype: torch.dtype) -> Step:
        attention, local = self.attn.step(dtype), _folded(self.local_conv, dtype)
        norm, wide, narrow = self.mlp.norm, _copied(self.mlp.fc1).to(dtype), _copied(self.mlp.fc2).to(dtype)

        def step(x: Tensor) -> Tensor:
            rows, cols = x.shape[2:]
            windows, (down, across) = into_windows(x.permute(0, 2, 3, 1), self.window)
            attended = from_windows(attention(windows), self.window, down, across)[:, :rows, :cols]
            x = last(local(x + attended.permute(0, 3, 1, 2)))
            tokens = x.permute(0, 2, 3, 1)
            seen = functional.layer_norm(tokens.float(), norm.normalized_shape, norm.weight, norm.bias, norm.eps)
            made: Tensor = tokens + narrow(functional.gelu(wide(seen.to(dtype))))
            return made.permute(0, 3, 1, 2)

        return step


class _Attention(nn.Module):
    """Attention in windows (B, side, side, C); the bias of a pair of places depends on how far apart they are."""

    def __init__(self, width: int, heads: int, side: int) -> None:
        super().__init__()
        self.heads, self.side = heads, side
        self.norm, self.qkv, self.proj = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.attention_biases = nn.Parameter(torch.zeros(heads, side * side))

    def step(self, dtype: torch.dtype) -> Step:
        norm, into, out = self.norm, _copied(self.qkv).to(dtype), _copied(self.proj).to(dtype)
        # Distances are numbered row by row, as the published code meets them: (0, 0), (0, 1), ..., (1, 0), ...
        along = torch.arange(self.side, device=self.attention_biases.device)
        apart = (along[:, None] - along[None, :]).abs()
        number = apart[:, None, :, None] * self.side + apart[None, :, None, :]
        bias = self.attention_biases.detach()[:, number.flatten(2).flatten(0, 1)].to(dtype)

        def step(windows: Tensor) -> Tensor:
            tokens = windows.flatten(1, 2)
            seen = functional.layer_norm(tokens.float(), norm.normalized_shape, norm.weight, norm.bias, norm.eps)
            # Each head's query, key and value lie side by side.
            parts = into(seen.to(dtype)).unflatten(2, (self.heads, 3, -1)).permute(3, 0, 2, 1, 4)
            q, k, v = parts.unbind(0)
            answered = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias[None])
            made: Tensor = out(answered.transpose(1, 2).flatten(2))
            return made.view_as(windows)

        return step


class _Conv(nn.Sequential):
    """A convolution without bias, and its BatchNorm; names as published."""

    def __init__(self, into: int, out: int, side: int, stride: int = 1, groups: int = 1) -> None:
        conv = nn.Conv2d(into, out, side, stride, side // 2, groups=groups, bias=False)
        super().__init__(OrderedDict(c=conv, bn=nn.BatchNorm2d(out)))


class _LayerNorm2d(nn.Module):
    """Layer normalisation over the channels of (B, C, h, w), as SAM's neck has it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        places = x.permute(0, 2, 3, 1)
        return functional.layer_norm(places, self.weight.shape, self.weight, self.bias, 1e-6).permute(0, 3, 1, 2)


def _named(**parts: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict(parts)


def _copied(module: Any) -> Any:
    """Its own copy: the steps are in another precision than the weights they are made of."""
    return copy.deepcopy(module)


def _folded(part: Any, dtype: torch.dtype) -> Any:
    """``part`` with every ``_Conv`` as one convolution in ``dtype``, channels last."""
    if isinstance(part, _Conv):
        return folded(part[0], part[1], dtype)
    return nn.Sequential(*(_folded(child, dtype) if isinstance(child, _Conv) else child for child in part.children()))
