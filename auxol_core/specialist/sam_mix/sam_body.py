"""SAM-Mix in a SAM: matrices on q and v of each encoder block, a decoder that learns, the best of its three masks.

The mask of a prompt (the classifier's map, thresholded, where the prompter made it) does not go through SAM's prompt
encoder, but is averaged down to the embedding's size and added to it, as published. At what weight is not: 1 here, on
every channel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.decoding import HasMaskDecoder, Shown
from auxol_core.options import Precision
from auxol_core.specialist.base import Opinion, View
from auxol_core.specialist.low_rank import Place, shell_of
from auxol_core.specialist.sam_mix.body import Example
from auxol_core.types import BoolArray, FloatArray, Prompt

ENCODER, DECODER = "encoder", "decoder"


@dataclass(frozen=True, eq=False)
class SamSeen:
    """``pixels`` (1, 3, side, side) of which ``inside`` (rows, columns) at low resolution are the slice."""

    pixels: Tensor
    shown: Shown
    inside: tuple[int, int]


class SamBody:
    """See body.Body. ``precision``: of the encoder; the decoder, which is cheap, stays in float32."""

    def __init__(self, generalist: HasMaskDecoder, *, precision: Precision = "float32", device: str = "cpu") -> None:
        self._generalist, self._precision, self._device = generalist, precision, torch.device(device)
        self.identity = f"{generalist.weights_hash} {generalist.preprocessing}"
        sam = generalist.sam
        self.module = nn.ModuleDict({ENCODER: shell_of(sam.image_encoder), DECODER: shell_of(sam.mask_decoder)})
        self._encoder: Any = self.module[ENCODER]
        self.places = places_in(self.module)
        if not self.places or not hasattr(self._encoder, "blocks"):
            raise InvalidInputError(
                "SAM-Mix learns in the attention of SAM's ViT encoders, got another one. Choose vit_b, vit_l, vit_h or "
                "medsam as the generalist, or another preset."
            )
        self.whole = [name for name, _ in self.module.named_parameters() if name.startswith(f"{DECODER}.")]
        self._side, self._low = int(sam.image_encoder.img_size), int(sam.prompt_encoder.mask_input_size[0])
        with torch.no_grad():
            self._positions = sam.prompt_encoder.get_dense_pe()
        self._installed: Mapping[str, Tensor] | None = None
        # The installed weights' own embedding of the slice that was asked about last, by the hash of its pixels. The
        # engine's cache holds the frozen encoder's embeddings, which are others.
        self._remembered: tuple[bytes, Tensor] | None = None

    def example(self, image: FloatArray, prompt: Prompt, truth: BoolArray) -> Example[SamSeen]:
        """See Body."""
        small = self._generalist.small_truth(truth)
        rows, cols = small.inside
        shown = self._generalist.shown(prompt, (image.shape[0], image.shape[1]))
        target = torch.from_numpy(small.truth[:rows, :cols].astype(np.float32)).to(self._device)
        return Example(SamSeen(self._generalist.pixels(image), shown, small.inside), target[None, None])

    def mirrored(self, example: Example[SamSeen]) -> Example[SamSeen]:
        """See Body. The slice's part of the square is mirrored in its place, padding stays at the right."""
        seen, pixel = example.seen, self._side // self._low
        width = seen.inside[1] * pixel
        pixels = seen.pixels.clone()
        pixels[..., :width] = pixels[..., :width].flip(-1)
        points, box, mask = seen.shown.points.copy(), seen.shown.box, seen.shown.mask
        points[:, 0] = width - 1 - points[:, 0]
        if box is not None:
            box = np.array([width - 1 - box[2], box[1], width - 1 - box[0], box[3]], dtype=np.float32)
        if mask is not None:
            mask = mask.copy()
            mask[:, : seen.inside[1]] = mask[:, : seen.inside[1]][:, ::-1].copy()
        return Example(SamSeen(pixels, Shown(points, box, mask), seen.inside), example.truth.flip(-1))

    def answer(self, weights: Mapping[str, Tensor], example: Example[SamSeen]) -> Tensor:
        """See Body: the mask of the highest predicted IoU, without the padding."""
        seen = example.seen
        logits, _ = self._best(weights, self._encoded(weights, seen.pixels), seen.shown)
        return logits[:, :, : seen.inside[0], : seen.inside[1]]

    def install(self, weights: Mapping[str, Tensor] | None) -> None:
        """See Body."""
        self._installed, self._remembered = weights, None

    def opinion(self, view: View) -> Opinion:
        """See Body. The encoder runs once a slice; where nothing is learned, on the embedding that is there."""
        shape = (view.image.shape[0], view.image.shape[1])
        shown = self._generalist.shown(view.prompt, shape)
        with torch.no_grad():
            small, iou = self._best(self._installed or {}, self._embedded(view), shown)
            logits = self._generalist.on_slice(small, shape)[0, 0].cpu().numpy()
        expected = min(max(iou, 0.0), 1.0)
        return Opinion(logits, 2 * expected / (1 + expected))

    def _embedded(self, view: View) -> Tensor:
        if self._installed is None and view.embedding is not None:
            return self._generalist.features(view.embedding)
        key = hashlib.sha256(np.ascontiguousarray(view.image).tobytes()).digest()
        if self._remembered is None or self._remembered[0] != key:
            made = self._encoded(self._installed or {}, self._generalist.pixels(view.image))
            self._remembered = (key, made)
        return self._remembered[1]

    def _encoded(self, weights: Mapping[str, Tensor], pixels: Tensor) -> Tensor:
        """The embedding (1, C, h, w). Between blocks nothing but the tokens is kept for the pass back: a block of
        ViT-B over the whole slice would keep 1.6 GB of attention."""
        encoder = self._encoder
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"):
            tokens = encoder.patch_embed(pixels)
            if encoder.pos_embed is not None:
                tokens = tokens + encoder.pos_embed
            for number, block in enumerate(encoder.blocks):
                run = partial(functional_call, block, _under(weights, f"{ENCODER}.blocks.{number}."))
                tokens = checkpoint(run, tokens, use_reentrant=False) if torch.is_grad_enabled() else run(tokens)
            features: Tensor = encoder.neck(tokens.permute(0, 3, 1, 2))
        return features.float()

    def _best(self, weights: Mapping[str, Tensor], features: Tensor, shown: Shown) -> tuple[Tensor, float]:
        """Logits (1, 1, S, S) of the best of three masks, and the IoU that is predicted for it."""
        with torch.no_grad():
            sparse, dense = self._generalist.prompted(replace(shown, mask=None))
        if shown.mask is not None:
            mask = torch.from_numpy((shown.mask > 0.5).astype(np.float32)).to(self._device)
            features = features + F.adaptive_avg_pool2d(mask[None, None], features.shape[-1])
        arguments = {
            "image_embeddings": features,
            "image_pe": self._positions,
            "sparse_prompt_embeddings": sparse,
            "dense_prompt_embeddings": dense,
            "multimask_output": True,
        }
        masks, iou = functional_call(self.module[DECODER], _under(weights, f"{DECODER}."), kwargs=arguments)
        iou = iou.detach()
        best = int(iou[0].argmax())
        return masks[:, best : best + 1], float(iou[0, best])


def places_in(module: nn.Module) -> list[Place]:
    """q and v in the fused qkv of every block: its first and its last third of rows."""
    places = []
    for name, weight in module.named_parameters():
        if name.endswith(".attn.qkv.weight"):
            width = weight.shape[0] // 3
            places += [Place(name, 0, width), Place(name, 2 * width, 3 * width)]
    return places


def _under(weights: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): weight for name, weight in weights.items() if name.startswith(prefix)}
