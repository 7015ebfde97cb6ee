"""SAM's image encoders as rows of small steps, each as fast as a CPU allows.

An encoder here is a list of callables, from the normalised picture (1, 3, side, side) to its features (1, C, h, w), or
to a tuple of these and of finer maps (fine.py); whoever runs them may do something more urgent between two of them.

segment_anything's ViT (Kirillov et al. 2023; Li et al. 2022, "Exploring plain vision transformer backbones") adds to
each attention a bias that is the sum of a part for the row and one for the column. Its own code writes the whole
attention matrix and then the sum (0.8 GB each for ViT-B's global layers). Here both are made for one head and some rows
of queries at a time: the same numbers, while they fit the cache, and a tenth of the memory. Weights are kept in the
precision of the products, so that none is converted again and again; sums along the way stay float32.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from auxol_core.options import Precision

# From the picture on; what lies between two steps is their own: tokens, a map, or a map and what is kept beside it.
Step = Callable[[Any], Any]
# Query rows of one head whose bias is made at once: 8 of 64 rows of 64 are 512 x 4096 numbers, 8 MB in float32.
QUERY_ROWS = 8
# Places of a window or a small picture, whose bias is made for all heads at once.
SMALL = 1024
DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def run_steps(steps: Sequence[Step], picture: Callable[[], Tensor]) -> Generator[None, None, Any]:
    """Runs ``steps`` from ``picture`` on and returns what the last one made; yields between two of them.

    torch's inference mode is entered anew for each: it belongs to the thread, and whoever runs between two of them (an
    optimiser step, say) must not find it switched on.
    """
    with torch.inference_mode():
        x: Any = picture()
    for number, step in enumerate(steps):
        if number:
            yield
        with torch.inference_mode():
            x = step(x)
    return x


def steps_of(encoder: Any, precision: Precision) -> Sequence[Step]:
    """The steps of an image encoder: its own where it has some (tiny_vit.py), else those of segment_anything's ViT."""
    own = getattr(encoder, "steps", None)
    return VitSteps(encoder, precision) if own is None else own(precision)


class VitSteps(Sequence[Step]):
    """The steps of segment_anything's ImageEncoderViT: patches, each block, neck. Its weights are only read."""

    def __init__(self, encoder: Any, precision: Precision) -> None:
        dtype = DTYPES[precision]
        blocks = [_Block(block, dtype) for block in encoder.blocks]
        self._steps: list[Step] = [_Patches(encoder, dtype), *blocks, _Neck(encoder.neck, dtype)]

    def __getitem__(self, index: Any) -> Any:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)


class _Patches:
    """Picture (1, 3, side, side) -> tokens (1, h, w, C) float32, with their positions."""

    def __init__(self, encoder: Any, dtype: torch.dtype) -> None:
        self._project, self._position = encoder.patch_embed.proj, encoder.pos_embed
        self._weight = self._project.weight.to(dtype)
        self._bias = self._project.bias.to(dtype)

    def __call__(self, x: Tensor) -> Tensor:
        x = functional.conv2d(x.to(self._weight.dtype), self._weight, self._bias, self._project.stride)
        tokens = x.permute(0, 2, 3, 1).float()
        return tokens if self._position is None else tokens + self._position


class CastLinear:
    """A linear layer in ``dtype``; its input is converted, its output stays as it comes."""

    def __init__(self, layer: nn.Linear, dtype: torch.dtype) -> None:
        self._weight = layer.weight.to(dtype)
        self._bias = None if layer.bias is None else layer.bias.to(dtype)

    def __call__(self, x: Tensor) -> Tensor:
        return functional.linear(x.to(self._weight.dtype), self._weight, self._bias)


class _Block:
    """One transformer block on tokens (1, h, w, C)."""

    def __init__(self, block: Any, dtype: torch.dtype) -> None:
        self._before, self._between, self._window = block.norm1, block.norm2, int(block.window_size)
        self._attention = _Attention(block.attn, dtype)
        self._wide, self._narrow = CastLinear(block.mlp.lin1, dtype), CastLinear(block.mlp.lin2, dtype)
        self._act = block.mlp.act

    def __call__(self, x: Tensor) -> Tensor:
        _, rows, cols, _ = x.shape
        seen = self._before(x)
        if self._window:
            windows, (down, across) = into_windows(seen, self._window)
            attended = from_windows(self._attention(windows), self._window, down, across)[:, :rows, :cols]
        else:
            attended = self._attention(seen)
        x = x + attended
        return x + self._narrow(self._act(self._wide(self._between(x))))


def into_windows(x: Tensor, side: int) -> tuple[Tensor, tuple[int, int]]:
    """(B, h, w, C) -> (B windows, side, side, C), padded with 0 below and on the right, and how many each way."""
    batch, rows, cols, channels = x.shape
    down, across = -(-rows // side), -(-cols // side)
    if (down * side, across * side) != (rows, cols):
        x = functional.pad(x, (0, 0, 0, across * side - cols, 0, down * side - rows))
    windows = x.view(batch, down, side, across, side, channels).transpose(2, 3)
    return windows.reshape(batch * down * across, side, side, channels), (down, across)


def from_windows(windows: Tensor, side: int, down: int, across: int) -> Tensor:
    """The inverse of ``into_windows``, with the padding."""
    channels = windows.shape[-1]
    x = windows.view(-1, down, across, side, side, channels).transpose(2, 3)
    return x.reshape(-1, down * side, across * side, channels)


class _Attention:
    """Multi-head attention over tokens (B, h, w, C) with the relative position of segment_anything's Attention."""

    def __init__(self, attention: Any, dtype: torch.dtype) -> None:
        self._in, self._out = CastLinear(attention.qkv, dtype), CastLinear(attention.proj, dtype)
        self._heads, self._scale, self._dtype = int(attention.num_heads), float(attention.scale), dtype
        self._by_row = self._by_col = None
        if attention.use_rel_pos:
            self._by_row, self._by_col = attention.rel_pos_h.to(dtype), attention.rel_pos_w.to(dtype)

    def __call__(self, x: Tensor) -> Tensor:
        batch, rows, cols, _ = x.shape
        parts = self._in(x).view(batch, rows * cols, 3, self._heads, -1)
        q, k, v = (part.transpose(1, 2) for part in parts.unbind(2))
        if self._by_row is None or self._by_col is None:
            answered = functional.scaled_dot_product_attention(q, k, v, scale=self._scale)
        else:
            answered = self._biased(q, k, v, rows, cols)
        return self._out(answered.transpose(1, 2).reshape(batch, rows, cols, -1)).float()

    def _biased(self, q: Tensor, k: Tensor, v: Tensor, rows: int, cols: int) -> Tensor:
        down, across = table(self._by_row, rows), table(self._by_col, cols)  # type: ignore[arg-type]
        places = q.unflatten(2, (rows, cols))
        of_row = torch.einsum("bhyxc,yjc->bhyxj", places, down)
        of_col = torch.einsum("bhyxc,xic->bhyxi", places, across)
        if rows * cols <= SMALL:
            return _attended(
                q, k, v, (of_row[..., :, None] + of_col[..., None, :]).flatten(4).flatten(2, 3), self._scale
            )
        answered = torch.empty_like(q)
        for head in range(self._heads):
            one = slice(head, head + 1)
            for first in range(0, rows, QUERY_ROWS):
                some, asked = slice(first, first + QUERY_ROWS), slice(first * cols, (first + QUERY_ROWS) * cols)
                bias = of_row[:, one, some, :, :, None] + of_col[:, one, some, :, None, :]
                mask = bias.flatten(4).flatten(2, 3)
                answered[:, one, asked] = _attended(q[:, one, asked], k[:, one], v[:, one], mask, self._scale)
        return answered


def _attended(q: Tensor, k: Tensor, v: Tensor, bias: Tensor, scale: float) -> Tensor:
    """Softmax of the biased products, times the values. ``bias`` (B, heads, queries, keys) is overwritten on a CPU.

    There torch's fused attention takes longer with a bias than these three products do while they stay in the cache: a
    global layer of ViT-B, one thread, 0.92 and 0.82 s in float32, 0.89 and 0.48 s in bfloat16.
    """
    if q.device.type != "cpu":
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=scale)
    flat = bias.flatten(0, 1).baddbmm_(q.flatten(0, 1), k.flatten(0, 1).transpose(1, 2), alpha=scale)
    answered: Tensor = torch.bmm(torch.softmax(flat, dim=-1), v.flatten(0, 1)).unflatten(0, q.shape[:2])
    return answered


def table(positions: Tensor, side: int) -> Tensor:
    """(side, side, c): of ``positions`` (2 side - 1, c), by distance, the row for each query and key along one axis.

    As segment_anything's get_rel_pos; a table of another length is resampled linearly to 2 side - 1.
    """
    wanted = 2 * side - 1
    if positions.shape[0] != wanted:
        resampled = functional.interpolate(positions.float().T[None], size=wanted, mode="linear")
        positions = resampled[0].T.to(positions.dtype)
    along = torch.arange(side, device=positions.device)
    return positions[along[:, None] - along[None, :] + side - 1]


class _Neck:
    """Tokens (1, h, w, C) -> features (1, 256, h, w) float32."""

    def __init__(self, neck: Any, dtype: torch.dtype) -> None:
        self._first, self._norm, self._second, self._last = neck
        self._weights = [conv.weight.to(dtype) for conv in (self._first, self._second)]

    def __call__(self, x: Tensor) -> Tensor:
        narrow, wide = self._weights
        x = functional.conv2d(x.permute(0, 3, 1, 2).to(narrow.dtype), narrow).float()
        x = functional.conv2d(self._norm(x).to(wide.dtype), wide, padding=self._second.padding).float()
        features: Tensor = self._last(x)
        return features.contiguous()
