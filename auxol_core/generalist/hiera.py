"""SAM 2's image encoder: Hiera's four stages of windowed attention, and a pyramid of features of the last three.

Ryali et al. 2023, "Hiera"; Bolya et al. 2024 (positions of a window and of the picture are summed); Ravi et al. 2024,
"SAM 2", section 4 and appendix D (the pyramid; the decoder's two projections of its finer levels, which depend on the
picture alone and are done here). Written from the papers and from the names, shapes and settings that the authors
publish; the modules bear their names, and equality with the published code is a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from auxol_core.generalist.encoders import DTYPES, CastLinear, Step, from_windows, into_windows
from auxol_core.options import Precision

SIDE, OUT, STRIDE, MLP_RATIO = 1024, 256, 4, 4


@dataclass(frozen=True)
class HieraShape:
    """A published size. ``whole``: the blocks that look at the whole picture; ``background``: places a side of the
    positions that are resampled to the picture's."""

    width: int
    heads: int
    depths: tuple[int, ...]
    whole: tuple[int, ...]
    background: int = 7
    windows: tuple[int, ...] = (8, 4, 14, 7)


SHAPES = {
    "tiny": HieraShape(96, 1, (1, 2, 7, 2), (5, 7, 9)),
    "small": HieraShape(96, 1, (1, 2, 11, 2), (7, 10, 13)),
    "base_plus": HieraShape(112, 2, (2, 3, 16, 3), (12, 16, 20), background=14),
    "large": HieraShape(144, 2, (2, 6, 36, 4), (23, 33, 43), windows=(8, 4, 16, 8)),
}


class HieraEncoder(nn.Module):
    """The encoder with the published names; ``img_size``: pixels a side."""

    def __init__(self, shape: HieraShape, side: int = SIDE, out: int = OUT) -> None:
        super().__init__()
        self.img_size = side
        self.trunk = _Trunk(shape)
        widths = [shape.width * 2**stage for stage in reversed(range(len(shape.depths)))]
        convs = [nn.ModuleDict({"conv": nn.Conv2d(width, out, 1)}) for width in widths]
        self.neck: Any = nn.ModuleDict({"convs": nn.ModuleList(convs)})

    def steps(self, precision: Precision, middle: nn.Conv2d, finest: nn.Conv2d, remembers: Tensor) -> list[Step]:
        """From the normalised picture (1, 3, side, side) to its features (1, 256, h, w) and two finer maps.

        ``middle`` (to 64 channels, 2 h x 2 w) and ``finest`` (32, 4 h x 4 w): the decoder's projections of the
        pyramid's finer levels; ``remembers`` (1, 1, 256): added to the features of a picture that no earlier one is
        remembered for. Between two steps: tokens (1, h, w, C) float32 and the maps made so far.
        """
        dtype, places = DTYPES[precision], self.img_size // STRIDE
        trunk, pyramid = self.trunk, [each["conv"] for each in reversed(self.neck["convs"])]
        weight, bias = (each.to(dtype) for each in (trunk.patch_embed["proj"].weight, trunk.patch_embed["proj"].bias))
        positions = trunk.positions(places)

        def patches(x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
            x = functional.conv2d(x.to(dtype), weight, bias, stride=STRIDE, padding=3)
            return x.permute(0, 2, 3, 1).float() + positions, ()

        # The pyramid's two finer levels are projected twice in a row, without anything between: one projection is both.
        kept = [_both(pyramid[0], finest, dtype), _both(pyramid[1], middle, dtype), _places(pyramid[2], dtype)]
        found: list[Step] = [patches]
        for number, block in enumerate(trunk.blocks):
            step = _beside(block.step(dtype))
            stage = trunk.ends.index(number) if number in trunk.ends else len(kept)
            found.append(_then_kept(step, kept[stage]) if stage < len(kept) else step)
        lowest = _places(pyramid[3], dtype)

        def features(both: tuple[Tensor, tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
            x, (fine, half, level) = both
            coarse = functional.interpolate(_map(lowest(x)), scale_factor=2.0, mode="nearest")
            made = _map(level) + coarse + remembers.reshape(1, -1, 1, 1)
            return tuple(each.contiguous() for each in (made, _map(half), _map(fine)))

        return [*found, features]


def _map(places: Tensor) -> Tensor:
    """(1, h, w, C) -> (1, C, h, w) float32."""
    return places.permute(0, 3, 1, 2).float()


def _beside(step: Step) -> Step:
    return lambda both: (step(both[0]), both[1])


def _then_kept(step: Step, kept: Step) -> Step:
    def stepped(both: tuple[Tensor, tuple[Tensor, ...]]) -> tuple[Tensor, tuple[Tensor, ...]]:
        x, so_far = step(both)
        return x, (*so_far, kept(x))

    return stepped


def _places(conv: Any, dtype: torch.dtype) -> Step:
    """A convolution of 1 x 1 on tokens (1, h, w, C)."""
    weight, bias = conv.weight.flatten(1).to(dtype), conv.bias.to(dtype)
    return lambda x: functional.linear(x.to(dtype), weight, bias)


def _both(first: Any, second: Any, dtype: torch.dtype) -> Step:
    """Two of them in a row."""
    inner, outer = first.weight.flatten(1), second.weight.flatten(1)
    weight, bias = (outer @ inner).to(dtype), (outer @ first.bias + second.bias).to(dtype)
    return lambda x: functional.linear(x.to(dtype), weight, bias)


class _Trunk(nn.Module):
    patch_embed: Any
    blocks: Any

    def __init__(self, shape: HieraShape) -> None:
        super().__init__()
        width = shape.width
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, 7, STRIDE, 3)})
        self.pos_embed = nn.Parameter(torch.zeros(1, width, shape.background, shape.background))
        self.pos_embed_window = nn.Parameter(torch.zeros(1, width, shape.windows[0], shape.windows[0]))
        blocks: list[nn.Module] = []
        for stage, depth in enumerate(shape.depths):
            wide, heads = width * 2**stage, shape.heads * 2**stage
            for number in range(depth):
                # A stage's first block halves the picture, in windows of the stage before.
                first = stage > 0 and number == 0
                window = shape.windows[stage - 1 if first else stage]
                blocks.append(_Block(wide // 2 if first else wide, wide, heads,
                                     0 if len(blocks) in shape.whole else window, halves=first))  # fmt: skip
        self.blocks = nn.ModuleList(blocks)
        self.ends = [sum(shape.depths[: stage + 1]) - 1 for stage in range(len(shape.depths))]

    def positions(self, places: int) -> Tensor:
        """(1, places, places, C)"""
        background = functional.interpolate(self.pos_embed, (places, places), mode="bicubic")
        times = places // self.pos_embed_window.shape[-1]
        return (background + self.pos_embed_window.tile(1, 1, times, times)).permute(0, 2, 3, 1).contiguous()


class _Block(nn.Module):
    attn: Any
    mlp: Any

    def __init__(self, into: int, out: int, heads: int, window: int, *, halves: bool) -> None:
        super().__init__()
        self.heads, self.window, self.halves = heads, window, halves
        self.norm1, self.norm2 = nn.LayerNorm(into, eps=1e-6), nn.LayerNorm(out, eps=1e-6)
        self.attn = nn.ModuleDict({"qkv": nn.Linear(into, 3 * out), "proj": nn.Linear(out, out)})
        layers = [nn.Linear(out, MLP_RATIO * out), nn.Linear(MLP_RATIO * out, out)]
        self.mlp = nn.ModuleDict({"layers": nn.ModuleList(layers)})
        self.proj = nn.Linear(into, out) if into != out else None

    def step(self, dtype: torch.dtype) -> Step:
        """Tokens (1, h, w, C) float32 -> the same, or of half the size."""
        into, leave = CastLinear(self.attn["qkv"], dtype), CastLinear(self.attn["proj"], dtype)
        wide, narrow = (CastLinear(layer, dtype) for layer in self.mlp["layers"])
        around = None if self.proj is None else CastLinear(self.proj, dtype)

        def attended(windows: Tensor) -> Tensor:
            q, k, v = into(windows).unflatten(3, (3, self.heads, -1)).unbind(3)
            q = _halved(q.flatten(3)).unflatten(3, (self.heads, -1)) if self.halves else q
            parts = (each.flatten(1, 2).transpose(1, 2) for each in (q, k, v))
            answered = functional.scaled_dot_product_attention(*parts)
            made: Tensor = leave(answered.transpose(1, 2).flatten(2)).unflatten(1, q.shape[1:3])
            return made

        def step(x: Tensor) -> Tensor:
            seen = self.norm1(x)
            if around is not None:
                x = around(seen).float()
            if self.halves:
                x = _halved(x)
            if self.window:
                windows, (down, across) = into_windows(seen, self.window)
                side = self.window // 2 if self.halves else self.window
                made = from_windows(attended(windows), side, down, across)[:, : x.shape[1], : x.shape[2]]
            else:
                made = attended(seen)
            x = x + made.float()
            return x + narrow(functional.gelu(wide(self.norm2(x)))).float()

        return step


def _halved(x: Tensor) -> Tensor:
    """The largest of each 2 x 2 places, (B, h, w, C)."""
    pooled = functional.max_pool2d(x.permute(0, 3, 1, 2), 2, 2)
    return pooled.permute(0, 2, 3, 1)
