"""SAM's mask decoder for one mask of each prompt: segment_anything's numbers in under half of its time.

segment_anything decodes four masks, of which one is shown, and moves the picture's features between two layouts. Here
they stay rows of places (B, h w, C) throughout: a transposed convolution of two by two with a stride of two is a matrix
product for each place. What of the first layer depends on the picture alone is kept from prompt to prompt (``Side``),
and what depends on the places alone is computed once. Several prompts of a picture are decoded at once.

A prompt is some seven tokens, a picture 4096 places. Where an attention projects places, its products with the tokens
are the same with the projection done to the tokens instead: q (W p) = (W' q) p. That is less to do as long as tokens
times heads are fewer than what is projected to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Side:
    """What decoding needs of a picture before any prompt: its ``places`` (B, h w, C) and the first layer's projections
    of them, for what looks at them (``keys``, ``values``) and for what they look at (``asking``), (B, h w, C / 2)
    each. B is 1, or one for each prompt with a mask so far. ``fine``: finer maps, arranged for a family's own decoder.
    """

    places: Tensor = field(repr=False)
    keys: Tensor = field(repr=False)
    values: Tensor = field(repr=False)
    asking: Tensor = field(repr=False)
    fine: tuple[Tensor, ...] = field(default=(), repr=False)


class TwoWay:
    """The transformer that lets ``own`` tokens (T, C) and a prompt's look at places and back. For one thread.

    ``transformer``: a segment_anything ``TwoWayTransformer``, whose weights are only read; ``positions`` (1, C, h, w).
    """

    def __init__(self, transformer: Any, positions: Tensor, own: Tensor) -> None:
        self._layers: list[Any] = list(transformer.layers)
        self._last, self._norm = transformer.final_attn_token_to_image, transformer.norm_final_attn
        self._own = own
        self.rows, self.cols = (int(side) for side in positions.shape[2:])
        flat = in_places(positions)
        # A projection of places and positions is the sum of both; the latter's, without the bias, never changes.
        looking = [*(each.cross_attn_token_to_image for each in self._layers), self._last]
        self._key_positions = [_without_bias(each.k_proj, flat) for each in looking]
        self._asking_positions = [_without_bias(each.cross_attn_image_to_token.q_proj, flat) for each in self._layers]

    def side(self, features: Tensor, dense: Tensor, fine: tuple[Tensor, ...] = ()) -> Side:
        """Of ``features`` (1, C, h, w) and the prompts' ``dense`` embeddings (B, C, h, w)."""
        places, layer = in_places(features + dense), self._layers[0]
        looked_at, looking = layer.cross_attn_token_to_image, layer.cross_attn_image_to_token
        return Side(
            places,
            looked_at.k_proj(places) + self._key_positions[0],
            looked_at.v_proj(places),
            looking.q_proj(places) + self._asking_positions[0],
            fine,
        )

    def __call__(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (B, T + N, C), own ones first, and places (B, h w, C), for prompts ``sparse`` (B, N, C)."""
        prompt = torch.cat([self._own.expand(sparse.shape[0], -1, -1), sparse], dim=1)
        tokens, places = prompt, side.places
        for number, layer in enumerate(self._layers):
            tokens, places = self._layer(number, layer, side if number == 0 else None, tokens, prompt, places)
        seen = _looked(self._last, self._last.q_proj(tokens + prompt), places, self._key_positions[-1])
        return self._norm(tokens + seen), places

    def _layer(
        self, number: int, layer: Any, side: Side | None, tokens: Tensor, prompt: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        if layer.skip_first_layer_pe:
            tokens = layer.self_attn(q=tokens, k=tokens, v=tokens)
        else:
            placed = tokens + prompt
            tokens = tokens + layer.self_attn(q=placed, k=placed, v=tokens)
        tokens = layer.norm1(tokens)
        look = layer.cross_attn_token_to_image
        asking = look.q_proj(tokens + prompt)
        if side is None:
            tokens = layer.norm2(tokens + _looked(look, asking, places, self._key_positions[number]))
        else:
            tokens = layer.norm2(tokens + _attended(look, asking, side.keys, side.values))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        look, kept = layer.cross_attn_image_to_token, None if side is None else side.asking
        answered = _answered(look, places, self._asking_positions[number], kept, tokens + prompt, tokens)
        return tokens, layer.norm4(places + answered)


class Upscaling:
    """SAM's two upscalings on rows of places: (B, h w, C) -> (B, h w, 2, 2, 2, 2, C / 8), places in places.

    ``layers``: the published five; finer maps are added in that arrangement (``in_quarters``) where a family has some.
    """

    def __init__(self, layers: Sequence[Any]) -> None:
        first, self._norm, _, second, _ = layers
        self._up, self._up_again = _Doubling(first), _Doubling(second)

    def __call__(self, places: Tensor, middle: Tensor | None = None, finest: Tensor | None = None) -> Tensor:
        norm, x = self._norm, self._up(places)
        if middle is not None:
            x = x + middle
        x = functional.gelu(functional.layer_norm(x, norm.weight.shape, norm.weight, norm.bias, norm.eps))
        x = self._up_again(x)
        return functional.gelu(x if finest is None else x + finest)


class MaskDecoding:
    """The decoder of a segment_anything ``Sam``, whose weights are only read. For one thread."""

    def __init__(self, sam: Any) -> None:
        self._decoder: Any = sam.mask_decoder
        own = torch.cat([self._decoder.iou_token.weight, self._decoder.mask_tokens.weight])
        self._two_way = TwoWay(self._decoder.transformer, sam.prompt_encoder.get_dense_pe(), own)
        self._upscaling = Upscaling(self._decoder.output_upscaling)
        self.side = self._two_way.side

    def decode(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, 1, 4 h, 4 w) of the single mask, and its expected IoU (B, 1). ``sparse``: prompts (B, N, C)."""
        tokens, places = self._two_way(side, sparse)
        wanted = self._decoder.output_hypernetworks_mlps[0](tokens[:, 1:2])
        iou = self._decoder.iou_prediction_head(tokens[:, 0])[:, :1]
        return masks(self._upscaling(places), wanted, self._two_way.rows, self._two_way.cols), iou


def masks(finest: Tensor, wanted: Tensor, rows: int, cols: int) -> Tensor:
    """(B, h w, 2, 2, 2, 2, C) and M masks' own weights (B, M, C) -> logits (B, M, 4 h, 4 w)."""
    made = finest.flatten(1, -2) @ wanted.transpose(1, 2)
    grid: Tensor = made.view(-1, rows, cols, 2, 2, 2, 2, wanted.shape[1]).permute(0, 7, 1, 3, 5, 2, 4, 6)
    return grid.reshape(-1, wanted.shape[1], 4 * rows, 4 * cols)


def in_quarters(fine: Tensor, rows: int, cols: int) -> Tensor:
    """(B, C, 2^n rows, 2^n cols) -> (B, rows cols, 2, 2, ..., C), each place with the places in it."""
    times = (fine.shape[-1] // cols).bit_length() - 1
    split: Tensor = fine.unflatten(3, (cols, *[2] * times)).unflatten(2, (rows, *[2] * times))
    inner = [axis for step in range(times) for axis in (3 + step, 4 + times + step)]
    return split.permute(0, 2, 3 + times, *inner, 1).flatten(1, 2).contiguous()


def in_places(features: Tensor) -> Tensor:
    """(B, C, h, w) -> (B, h w, C)."""
    return features.flatten(2).transpose(1, 2).contiguous()


class _Doubling:
    """A transposed convolution of 2 x 2 with a stride of 2 on rows of places: (..., C) -> (..., 2, 2, C')."""

    def __init__(self, layer: nn.ConvTranspose2d) -> None:
        self._weight = layer.weight.permute(2, 3, 1, 0).reshape(-1, layer.in_channels).contiguous()
        self._bias = None if layer.bias is None else layer.bias.repeat(4)
        self._out = layer.out_channels

    def __call__(self, x: Tensor) -> Tensor:
        made: Tensor = functional.linear(x, self._weight, self._bias).unflatten(-1, (2, 2, self._out))
        return made


def _attended(attention: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """What ``attention`` answers to projected queries, keys and values, (B or 1, N, C / 2) each; (B, N, C)."""
    batch = max(q.shape[0], k.shape[0])
    q, k, v = (
        each.unflatten(2, (attention.num_heads, -1)).transpose(1, 2).expand(batch, -1, -1, -1) for each in (q, k, v)
    )
    answered = functional.scaled_dot_product_attention(q, k, v)
    made: Tensor = attention.out_proj(answered.transpose(1, 2).flatten(2))
    return made


def _looked(attention: Any, q: Tensor, places: Tensor, positions: Tensor) -> Tensor:
    """What tokens that ask ``q`` (B, N, c) see of ``places`` (B or 1, h w, C), whose ``positions`` (1, h w, c) are
    projected; (B, N, C)."""
    heads = attention.num_heads
    if q.shape[1] * heads > q.shape[2]:
        return _attended(attention, q, attention.k_proj(places) + positions, attention.v_proj(places))
    asked = q.unflatten(2, (heads, -1)).transpose(1, 2)
    # The bias of the keys adds the same to each of a token's products, which the softmax takes out again.
    scores = (asked @ _by_head(attention.k_proj.weight, heads)).flatten(1, 2) @ places.transpose(1, 2)
    scores = scores.unflatten(1, (heads, -1)) + asked @ positions.unflatten(2, (heads, -1)).permute(0, 2, 3, 1)
    shares = torch.softmax(scores * asked.shape[-1] ** -0.5, dim=-1)
    seen = (shares.flatten(1, 2) @ places).unflatten(1, (heads, -1))
    values = seen @ _by_head(attention.v_proj.weight, heads).transpose(1, 2)
    made: Tensor = attention.out_proj(values.transpose(1, 2).flatten(2) + attention.v_proj.bias)
    return made


def _answered(
    attention: Any, places: Tensor, positions: Tensor, asking: Tensor | None, told: Tensor, tokens: Tensor
) -> Tensor:
    """What ``places`` (B or 1, h w, C) get from ``tokens`` (B, N, C) by the keys of ``told``; (B, h w, C). ``asking``:
    the places' projection with that of their ``positions``, where it is kept."""
    heads, k, v = attention.num_heads, attention.k_proj(told), attention.v_proj(tokens)
    if k.shape[1] * heads > k.shape[2]:
        q = attention.q_proj(places) + positions if asking is None else asking
        return _attended(attention, q, k, v)
    keys = k.unflatten(2, (heads, -1)).transpose(1, 2)
    kept = positions if asking is None else asking
    scores = keys @ kept.unflatten(2, (heads, -1)).permute(0, 2, 3, 1)
    if asking is None:
        projected = (keys @ _by_head(attention.q_proj.weight, heads)).flatten(1, 2) @ places.transpose(1, 2)
        bias = keys @ attention.q_proj.bias.view(heads, -1, 1)
        scores = scores + projected.unflatten(1, (heads, -1)) + bias
    # Over the tokens, with the places last: a softmax over a last axis of seven takes several times as long.
    shares = torch.softmax(scores * keys.shape[-1] ** -0.5, dim=2)
    out = attention.out_proj
    given = v.unflatten(2, (heads, -1)).transpose(1, 2) @ out.weight.T.unflatten(0, (heads, -1))
    by_place = shares.flatten(1, 2).transpose(1, 2)
    made: Tensor = torch.baddbmm(out.bias.expand(len(k), 1, -1), by_place, given.flatten(1, 2))
    return made


def _by_head(weight: Tensor, heads: int) -> Tensor:
    """(c, C) -> (heads, c / heads, C)"""
    made: Tensor = weight.unflatten(0, (heads, -1))
    return made


def _without_bias(layer: nn.Linear, x: Tensor) -> Tensor:
    return functional.linear(x, layer.weight)
