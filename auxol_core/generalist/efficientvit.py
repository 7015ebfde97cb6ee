"""EfficientViT-SAM's image encoder: convolutions and linear attention in front of SAM's prompt encoder and decoder.

Cai et al. 2023, "EfficientViT" (multi-scale linear attention: section 3); Zhang et al. 2024, "EfficientViT-SAM" (the
large backbones, and a neck that sums the last three stages at 64 x 64 places). Written from the papers and from the
names, shapes and settings that the authors publish; the modules bear their names. What it was held against stands in
docs/bench-sam.md.

Each BatchNorm is folded into its convolution when the steps are made; maps stay in channels-last order. The attention
itself, a small share of the whole, is done in float32 in either precision.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from auxol_core.generalist.encoders import DTYPES, Step
from auxol_core.generalist.folding import folded, last
from auxol_core.options import Precision

# Every normalisation of the published models has this, the decoder's too.
EPS = 1e-6
SIDE, PLACES, OUT, HEAD = 1024, 64, 256, 32


@dataclass(frozen=True)
class EfficientVitShape:
    """A published size. ``blocks``: the kind of each stage's blocks, res, fmb (fused inverted bottleneck), mb, or the
    width of the attention's second scale; ``bare``: stages whose first convolutions have a bias and no BatchNorm;
    ``taken``: pixels a side; the neck has ``neck`` blocks that widen ``neck_widens`` times."""

    depths: tuple[int, ...]
    neck: int
    taken: int = 512
    widths: tuple[int, ...] = (32, 64, 128, 256, 512)
    blocks: tuple[str, ...] = ("res", "fmb", "fmb", "mb", "5")
    widens: tuple[int, ...] = (1, 4, 4, 4, 6)
    bare: tuple[bool, ...] = (False, False, False, True, True)
    neck_widens: int = 1


def _extra_large(depths: tuple[int, ...], neck: int) -> EfficientVitShape:
    return EfficientVitShape(
        depths, neck, 1024, (32, 64, 128, 256, 512, 1024), ("res", "fmb", "fmb", "fmb", "3", "3"),
        (1, 4, 4, 4, 4, 6), (False, False, False, False, True, True), 4,
    )  # fmt: skip


SHAPES = {
    "l0": EfficientVitShape((1, 1, 1, 4, 4), 4),
    "l1": EfficientVitShape((1, 1, 1, 6, 6), 8),
    "l2": EfficientVitShape((1, 2, 2, 8, 8), 12),
    "xl0": _extra_large((0, 1, 1, 2, 3, 3), 6),
    "xl1": _extra_large((1, 2, 2, 4, 6, 6), 12),
}


class EfficientVit(nn.Module):
    """The encoder with the published names. ``steps`` runs it; ``img_size`` is the square that prompts are told in,
    ``taken`` what the encoder itself takes."""

    backbone: Any
    neck: Any

    def __init__(self, shape: EfficientVitShape) -> None:
        super().__init__()
        self.img_size, self.taken = SIDE, shape.taken
        self.backbone = nn.ModuleDict({"stages": nn.ModuleList(_stage(shape, at) for at in range(len(shape.widths)))})
        # The coarsest stage comes first.
        inputs = [_listed(_Conv(width, OUT, 1, act=False)) for width in shape.widths[:-4:-1]]
        middle = [_Around(_fused(OUT, OUT, 1, shape.neck_widens, bare=False)) for _ in range(shape.neck)]
        output = _Conv(OUT, OUT, 1, norm=False, bias=True, act=False)
        self.neck = nn.ModuleDict(
            {"input_ops": nn.ModuleList(inputs), "middle": _listed(*middle),
             "output_ops": nn.ModuleList([_listed(output)])}
        )  # fmt: skip
        self.norm = nn.LayerNorm(OUT, eps=EPS)

    def steps(self, precision: Precision) -> list[Step]:
        """From the normalised picture (1, 3, taken, taken) to its features (1, 256, 64, 64) float32.

        Between two steps: the map so far, and the sum of what the neck has taken of earlier stages."""
        dtype = DTYPES[precision]
        found: list[Step] = [lambda x: (last(x.to(dtype)), None)]
        stages, inputs = list(self.backbone["stages"]), list(self.neck["input_ops"])
        for number, stage in enumerate(stages):
            found += [_beside(block.step(dtype)) for block in stage["op_list"]]
            if (back := len(stages) - 1 - number) < len(inputs):
                found[-1] = _then_summed(found[-1], inputs[back]["op_list"][0].step(dtype))
        found.append(lambda both: last(both[1].to(dtype)))
        found += [block.step(dtype) for block in self.neck["middle"]["op_list"]]
        output, norm = self.neck["output_ops"][0]["op_list"][0].step(dtype), self.norm
        found.append(lambda x: _normed(output(x).float(), norm))
        return found


def _normed(x: Tensor, norm: nn.LayerNorm) -> Tensor:
    return norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2).contiguous()  # type: ignore[no-any-return]


def _beside(step: Step) -> Step:
    return lambda both: (step(both[0]), both[1])


def _then_summed(step: Step, taken: Step) -> Step:
    def stepped(both: tuple[Tensor, Tensor | None]) -> tuple[Tensor, Tensor]:
        x, summed = step(both)
        part = taken(x).float()
        if part.shape[-1] != PLACES:
            part = functional.interpolate(part, (PLACES, PLACES), mode="bicubic", align_corners=False)
        return x, part if summed is None else summed + part

    return stepped


def _stage(shape: EfficientVitShape, at: int) -> nn.Module:
    width, kind, widens, bare = shape.widths[at], shape.blocks[at], shape.widens[at], shape.bare[at]
    if at == 0:
        first: nn.Module = _Conv(3, width, 3, 2)
    else:
        make = _fused if kind == "fmb" else _inverted
        first = _Around(make(shape.widths[at - 1], width, 2, 4 * widens, bare=bare), around=False)
    return _listed(first, *(_block(kind, width, widens, bare) for _ in range(shape.depths[at])))


def _block(kind: str, width: int, widens: int, bare: bool) -> nn.Module:
    if kind == "res":
        pair: OrderedDict[str, nn.Module] = OrderedDict(
            conv1=_Conv(width, width, 3), conv2=_Conv(width, width, 3, act=False)
        )
        return _Around(nn.Sequential(pair))
    if kind in ("fmb", "mb"):
        return _Around((_fused if kind == "fmb" else _inverted)(width, width, 1, widens, bare=bare))
    return _AttentionBlock(width, widens, int(kind))


def _inverted(into: int, out: int, stride: int, widens: int, *, bare: bool) -> nn.Sequential:
    wide = into * widens
    return nn.Sequential(OrderedDict(
        inverted_conv=_Conv(into, wide, 1, norm=not bare, bias=bare),
        depth_conv=_Conv(wide, wide, 3, stride, groups=wide, norm=not bare, bias=bare),
        point_conv=_Conv(wide, out, 1, act=False),
    ))  # fmt: skip


def _fused(into: int, out: int, stride: int, widens: int, *, bare: bool) -> nn.Sequential:
    wide = into * widens
    return nn.Sequential(OrderedDict(
        spatial_conv=_Conv(into, wide, 3, stride, norm=not bare, bias=bare), point_conv=_Conv(wide, out, 1, act=False)
    ))  # fmt: skip


class _Conv(nn.Module):
    """A convolution, then perhaps a BatchNorm, then perhaps GELU in its tanh form."""

    def __init__(
        self, into: int, out: int, side: int, stride: int = 1, *, groups: int = 1, norm: bool = True,
        bias: bool = False, act: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.conv = nn.Conv2d(into, out, side, stride, side // 2, groups=groups, bias=bias)
        self.norm = nn.BatchNorm2d(out, eps=EPS) if norm else None
        self.act = act

    def step(self, dtype: torch.dtype) -> Step:
        conv = folded(self.conv, self.norm, dtype)
        return (lambda x: functional.gelu(conv(x), approximate="tanh")) if self.act else conv


class _Around(nn.Module):
    """``main``, and the way around it where nothing changes size."""

    def __init__(self, main: nn.Module, *, around: bool = True) -> None:
        super().__init__()
        self.main: Any = main
        self.around = around

    def step(self, dtype: torch.dtype) -> Step:
        parts = [part.step(dtype) for part in ([self.main] if hasattr(self.main, "step") else self.main)]
        around = self.around

        def step(x: Tensor) -> Tensor:
            y = x
            for part in parts:
                y = part(y)
            return x + y if around else y

        return step


class _AttentionBlock(nn.Module):
    def __init__(self, width: int, widens: int, scale: int) -> None:
        super().__init__()
        self.context_module = _Around(_LinearAttention(width, scale))
        self.local_module = _Around(_inverted(width, width, 1, widens, bare=True))

    def step(self, dtype: torch.dtype) -> Step:
        context, local = self.context_module.step(dtype), self.local_module.step(dtype)
        return lambda x: local(context(x))


class _LinearAttention(nn.Module):
    """Attention with relu(q) relu(k) in place of the softmax, over places and over sums of their neighbourhoods."""

    def __init__(self, width: int, scale: int) -> None:
        super().__init__()
        three = 3 * width
        self.qkv = _Conv(width, three, 1, norm=False, act=False)
        self.aggreg: Any = nn.ModuleList([nn.Sequential(
            nn.Conv2d(three, three, scale, padding=scale // 2, groups=three, bias=False),
            nn.Conv2d(three, three, 1, groups=three // HEAD, bias=False),
        )])  # fmt: skip
        self.proj = _Conv(2 * width, width, 1, act=False)

    def step(self, dtype: torch.dtype) -> Step:
        into, out = self.qkv.step(dtype), self.proj.step(dtype)
        around, mixed = (folded(conv, None, dtype) for conv in self.aggreg[0])

        def step(x: Tensor) -> Tensor:
            near = into(x)
            both = torch.cat([near, mixed(around(near))], dim=1).float()
            # Each head's query, key and value lie side by side.
            q, k, v = both.flatten(2).unflatten(1, (-1, 3, HEAD)).unbind(2)
            q, k = functional.relu(q), functional.relu(k)
            answered = (v @ k.transpose(2, 3)) @ q
            weight = k.sum(dim=3)[:, :, None] @ q
            made = (answered / (weight + 1e-15)).flatten(1, 2).view(x.shape[0], -1, *x.shape[2:])
            return out(last(made.to(dtype)))  # type: ignore[no-any-return]

        return step


def _listed(*parts: nn.Module) -> nn.ModuleDict:
    return nn.ModuleDict({"op_list": nn.ModuleList(parts)})
