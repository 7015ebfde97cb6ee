"""SAM-HQ: SAM with one more token in the decoder, whose mask is made on finer features and added to SAM's own.

Ke et al. 2023, "Segment Anything in High Quality": section 3.2. The finer features are the sum of the final ones and of
those after the first global block (of TinyViT: after its second stage), both upscaled; they depend on the picture
alone, so that they are an output of the encoder here. Shown is the sum of SAM's single mask and the token's, as the
published predictor does where it is not asked for the token's alone.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from auxol_core.generalist.decoder import Side, TwoWay, Upscaling, masks
from auxol_core.generalist.encoders import Step, steps_of
from auxol_core.generalist.fine import FineGeneralist, FineModel
from auxol_core.generalist.row import CheckpointFile
from auxol_core.generalist.sam import filled_sam
from auxol_core.generalist.scaling import Scaling
from auxol_core.options import Precision


def load_hq(checkpoint: CheckpointFile, device: str = "cpu", precision: Precision = "float32") -> FineGeneralist:
    """Build the checkpoint's SAM-HQ with its weights. Raises CheckpointError if they do not fit or cannot be read."""
    sam = filled_sam(checkpoint, device)
    return FineGeneralist(hq_model(sam), checkpoint.name, checkpoint.sha256, device, precision)


def hq_model(sam: Any) -> FineModel:
    """Of a ``Sam`` with these parts, frozen and on its device."""
    prompts = sam.prompt_encoder
    side, low, (rows, cols) = sam.image_encoder.img_size, prompts.mask_input_size[0], prompts.image_embedding_size
    shapes = ((1, prompts.embed_dim, rows, cols), (1, prompts.embed_dim // 8, 4 * rows, 4 * cols))
    with torch.inference_mode():
        decoding = HqDecoding(sam)
    scaling = Scaling("sam", side, low, side)
    return FineModel(lambda precision: _steps(sam, precision), decoding, prompts, scaling, shapes)


def _steps(sam: Any, precision: Precision) -> list[Step]:
    """The encoder's, beside which the early features are kept, and what makes the finer ones of them."""
    encoder, decoder = sam.image_encoder, sam.mask_decoder
    steps = list(steps_of(encoder, precision))
    # After the patches; TinyViT's stages end with a merging.
    if tokens := hasattr(encoder, "blocks"):
        after = 1 + next(number for number, block in enumerate(encoder.blocks) if block.window_size == 0)
    else:
        after = sum(len(stage.blocks) + 1 for stage in encoder.layers[:2])
    before, at, behind = steps[:after], steps[after], steps[after + 1 :]

    def finer(both: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        features, early = both
        early = early.permute(0, 3, 1, 2) if tokens else early
        return features, decoder.embedding_encoder(features) + decoder.compress_vit_feat(early.float())

    return [*before, lambda x: _twice(at(x)), *(_beside(step) for step in behind), finer]


def _twice(x: Tensor) -> tuple[Tensor, Tensor]:
    return x, x


def _beside(step: Step) -> Step:
    return lambda both: (step(both[0]), both[1])


class HqDecoding:
    """See fine.FineDecoding. The one finer map: (1, C / 8, 4 h, 4 w)."""

    def __init__(self, sam: Any) -> None:
        self._decoder: Any = sam.mask_decoder
        own = [self._decoder.iou_token.weight, self._decoder.mask_tokens.weight, self._decoder.hf_token.weight]
        self._number = sum(len(each) for each in own) - 1
        self._two_way = TwoWay(self._decoder.transformer, sam.prompt_encoder.get_dense_pe(), torch.cat(own))
        self._upscaling = Upscaling(self._decoder.output_upscaling)
        self.side = self._two_way.side

    def arranged(self, fine: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """See FineDecoding: as they come."""
        return fine

    def decode(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """See FineDecoding."""
        decoder, rows, cols = self._decoder, self._two_way.rows, self._two_way.cols
        tokens, places = self._two_way(side, sparse)
        finest = self._upscaling(places)
        own = decoder.output_hypernetworks_mlps[0](tokens[:, 1:2])
        finer = decoder.hf_mlp(tokens[:, self._number])
        made = masks(finest, own, rows, cols) + self._finer(_grid(finest, rows, cols), finer, side.fine[0])
        return made, decoder.iou_prediction_head(tokens[:, 0])[:, :1]

    def _finer(self, x: Tensor, wanted: Tensor, fine: Tensor) -> Tensor:
        """The token's mask (B, 1, 4 h, 4 w) of SAM's finest map ``x`` (B, C, 4 h, 4 w) and its weights (B, C).

        Its last convolution has 32 outputs, of which one sum is wanted: it is done with the sum of its kernels."""
        first, norm, _, second = self._decoder.embedding_maskfeature
        x = first(x).permute(0, 2, 3, 1)
        x = functional.gelu(functional.layer_norm(x, norm.weight.shape, norm.weight, norm.bias, norm.eps))
        kernels = torch.einsum("bc,cdyx->bdyx", wanted, second.weight)
        batch, channels = kernels.shape[:2]
        # One group for each prompt.
        stacked = x.permute(0, 3, 1, 2).reshape(1, batch * channels, *x.shape[1:3])
        made = functional.conv2d(stacked, kernels, wanted @ second.bias, padding=1, groups=batch)
        return made.transpose(0, 1) + torch.einsum("bc,cyx->byx", wanted, fine[0])[:, None]


def _grid(finest: Tensor, rows: int, cols: int) -> Tensor:
    """(B, h w, 2, 2, 2, 2, C) -> (B, C, 4 h, 4 w), channels last."""
    split: Tensor = finest.unflatten(1, (rows, cols)).permute(0, 1, 3, 5, 2, 4, 6, 7)
    return split.reshape(len(finest), 4 * rows, 4 * cols, -1).permute(0, 3, 1, 2)
