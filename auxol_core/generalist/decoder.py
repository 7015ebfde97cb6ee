"""SAM's mask decoder for one mask of one prompt: segment_anything's numbers in little over half of its time.

segment_anything decodes four masks, of which one is shown, and moves the picture's features between two layouts. Here
they stay a row of places (h w, C) throughout: a transposed convolution of two by two with a stride of two is a matrix
product for each place. What of the first layer depends on the picture alone is kept from prompt to prompt (``Side``),
and what depends on the places alone is computed once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class Side:
    """What decoding needs of a picture before any prompt: its ``places`` (h w, C) and the first layer's projections of
    them, for what looks at them (``keys``, ``values``) and for what they look at (``asking``), (h w, C / 2) each."""

    places: Tensor = field(repr=False)
    keys: Tensor = field(repr=False)
    values: Tensor = field(repr=False)
    asking: Tensor = field(repr=False)


class MaskDecoding:
    """The decoder of a segment_anything ``Sam``, whose weights are only read. For one thread."""

    def __init__(self, sam: Any) -> None:
        self._decoder: Any = sam.mask_decoder
        transformer = self._decoder.transformer
        self._layers: list[Any] = list(transformer.layers)
        self._last, self._norm = transformer.final_attn_token_to_image, transformer.norm_final_attn
        positions: Tensor = sam.prompt_encoder.get_dense_pe()
        self._rows, self._cols = (int(side) for side in positions.shape[2:])
        flat = _row(positions)
        # A projection of places and positions is the sum of both; the latter's, without the bias, never changes.
        self._key_positions = [_without_bias(each.cross_attn_token_to_image.k_proj, flat) for each in self._layers]
        self._asking_positions = [_without_bias(each.cross_attn_image_to_token.q_proj, flat) for each in self._layers]
        self._last_positions = _without_bias(self._last.k_proj, flat)
        first, self._upscaled_norm, _, second, _ = self._decoder.output_upscaling
        self._up, self._up_again = _Upscaling(first), _Upscaling(second)

    def side(self, features: Tensor, dense: Tensor) -> Side:
        """Of ``features`` (1, C, h, w) and the prompt's ``dense`` embedding of that shape."""
        places, layer = _row(features + dense), self._layers[0]
        looked_at, looking = layer.cross_attn_token_to_image, layer.cross_attn_image_to_token
        return Side(
            places,
            looked_at.k_proj(places) + self._key_positions[0],
            looked_at.v_proj(places),
            looking.q_proj(places) + self._asking_positions[0],
        )

    def decode(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (1, 1, 4 h, 4 w) of the single mask, and its expected IoU (1, 1). ``sparse``: the prompt (1, N, C)."""
        own = torch.cat([self._decoder.iou_token.weight, self._decoder.mask_tokens.weight])
        prompt = torch.cat([own, sparse[0]])
        tokens, places = prompt, side.places
        for number, layer in enumerate(self._layers):
            tokens, places = self._layer(number, layer, side if number == 0 else None, tokens, prompt, places)
        keys = self._last.k_proj(places) + self._last_positions
        asking, values = self._last.q_proj(tokens + prompt), self._last.v_proj(places)
        tokens = self._norm(tokens + _attended(self._last, asking, keys, values))
        wanted = self._decoder.output_hypernetworks_mlps[0](tokens[1:2])
        iou = self._decoder.iou_prediction_head(tokens[:1])[:, :1]
        return self._mask(places, wanted), iou

    def _layer(
        self, number: int, layer: Any, side: Side | None, tokens: Tensor, prompt: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        if layer.skip_first_layer_pe:
            tokens = layer.self_attn(q=tokens[None], k=tokens[None], v=tokens[None])[0]
        else:
            placed = (tokens + prompt)[None]
            tokens = tokens + layer.self_attn(q=placed, k=placed, v=tokens[None])[0]
        tokens = layer.norm1(tokens)
        look = layer.cross_attn_token_to_image
        keys = look.k_proj(places) + self._key_positions[number] if side is None else side.keys
        values = look.v_proj(places) if side is None else side.values
        tokens = layer.norm2(tokens + _attended(look, look.q_proj(tokens + prompt), keys, values))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        look = layer.cross_attn_image_to_token
        asking = look.q_proj(places) + self._asking_positions[number] if side is None else side.asking
        answered = _attended(look, asking, look.k_proj(tokens + prompt), look.v_proj(tokens))
        return tokens, layer.norm4(places + answered)

    def _mask(self, places: Tensor, wanted: Tensor) -> Tensor:
        """(h w, C) and the mask's own weights (1, C / 8) -> logits (1, 1, 4 h, 4 w)."""
        norm = self._upscaled_norm
        finer = self._up(places)
        finer = functional.gelu(functional.layer_norm(finer, norm.weight.shape, norm.weight, norm.bias, norm.eps))
        finest = functional.gelu(self._up_again(finer))
        grid = (finest @ wanted[0]).view(self._rows, self._cols, 2, 2, 2, 2)
        return grid.permute(0, 2, 4, 1, 3, 5).reshape(1, 1, 4 * self._rows, 4 * self._cols)


class _Upscaling:
    """A transposed convolution of 2 x 2 with a stride of 2 on rows of places: (..., C) -> (..., 2, 2, C')."""

    def __init__(self, layer: nn.ConvTranspose2d) -> None:
        self._weight = layer.weight.permute(2, 3, 1, 0).reshape(-1, layer.in_channels).contiguous()
        self._bias = None if layer.bias is None else layer.bias.repeat(4)
        self._out = layer.out_channels

    def __call__(self, x: Tensor) -> Tensor:
        made: Tensor = functional.linear(x, self._weight, self._bias).unflatten(-1, (2, 2, self._out))
        return made


def _attended(attention: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """What ``attention`` answers to projected queries, keys and values, (N, C / 2) each; (N of queries, C)."""
    q, k, v = (each.unflatten(1, (attention.num_heads, -1)).transpose(0, 1)[None] for each in (q, k, v))
    answered = functional.scaled_dot_product_attention(q, k, v)[0]
    made: Tensor = attention.out_proj(answered.transpose(0, 1).flatten(1))
    return made


def _row(features: Tensor) -> Tensor:
    """(1, C, h, w) -> (h w, C)."""
    return features[0].flatten(1).transpose(0, 1).contiguous()


def _without_bias(layer: nn.Linear, x: Tensor) -> Tensor:
    return functional.linear(x, layer.weight)
