"""SAM 2.1 for single images: its encoder (hiera.py), SAM's prompt encoder, and a decoder that looks at finer maps too.

Ravi et al. 2024, "SAM 2": section 4 and appendix D. Of the published model the memory of earlier frames is left out; a
single image has none, which the features are told by one vector that is added to them. Its decoder has a token for
whether there is an object at all, which takes part and is not asked here, as in the published image predictor. Where
the single mask is unstable, the best of the other three is shown instead, as there (its default since 2.0: an area
that shrinks by over 2 % where the threshold rises by 0.1).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from auxol_core.errors import CheckpointError
from auxol_core.generalist.checkpoints import load_state
from auxol_core.generalist.decoder import Side, TwoWay, Upscaling, in_quarters, masks
from auxol_core.generalist.fine import FineGeneralist, FineModel
from auxol_core.generalist.hiera import SHAPES, HieraEncoder, HieraShape
from auxol_core.generalist.row import CheckpointFile, Shapes
from auxol_core.generalist.sam_shapes import mask_decoder, prompt_encoder
from auxol_core.generalist.scaling import Scaling
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision

STABILITY_OFFSET, STABLE = 0.05, 0.98


class Sam2(nn.Module):
    """What of SAM 2.1 a single image needs, with the published names. ``shape``: hiera.SHAPES' or a test's."""

    def __init__(self, shape: HieraShape) -> None:
        super().__init__()
        package = import_segment_anything()
        self.image_encoder = HieraEncoder(shape)
        self.sam_prompt_encoder = prompt_encoder(package)
        self.sam_mask_decoder = decoder = mask_decoder(package)
        perceptron, wide = type(decoder.iou_prediction_head), decoder.transformer_dim
        for layer in decoder.transformer.layers:
            layer.mlp = perceptron(wide, 2048, wide, 2)
        decoder.iou_prediction_head = perceptron(wide, 256, decoder.num_mask_tokens, 3, sigmoid_output=True)
        decoder.obj_score_token, decoder.pred_obj_score_head = nn.Embedding(1, wide), perceptron(wide, wide, 1, 3)
        decoder.conv_s0, decoder.conv_s1 = nn.Conv2d(wide, wide // 8, 1), nn.Conv2d(wide, wide // 4, 1)
        self.no_mem_embed = nn.Parameter(torch.zeros(1, 1, wide))

    def model(self) -> FineModel:
        """Its parts, frozen and on its device."""
        encoder, decoder, prompts = self.image_encoder, self.sam_mask_decoder, self.sam_prompt_encoder
        rows, cols = prompts.image_embedding_size
        wide = prompts.embed_dim
        shapes = ((1, wide, rows, cols), (1, wide // 4, 2 * rows, 2 * cols), (1, wide // 8, 4 * rows, 4 * cols))
        with torch.inference_mode():
            decoding = Sam2Decoding(decoder, prompts.get_dense_pe())
        return FineModel(
            lambda precision: encoder.steps(precision, decoder.conv_s1, decoder.conv_s0, self.no_mem_embed),
            decoding, prompts, Scaling("sam2", encoder.img_size, 4 * rows, encoder.img_size), shapes, ends=True,
        )  # fmt: skip


class Sam2Decoding:
    """See fine.FineDecoding. Finer maps: (1, C / 4, 2 h, 2 w) and (1, C / 8, 4 h, 4 w)."""

    def __init__(self, decoder: Any, positions: Tensor) -> None:
        self._decoder = decoder
        own = torch.cat([decoder.obj_score_token.weight, decoder.iou_token.weight, decoder.mask_tokens.weight])
        self._two_way = TwoWay(decoder.transformer, positions, own)
        self._upscaling = Upscaling(decoder.output_upscaling)
        self.side = self._two_way.side

    def arranged(self, fine: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """See FineDecoding: in rows of places."""
        return tuple(in_quarters(each, self._two_way.rows, self._two_way.cols) for each in fine)

    def decode(self, side: Side, sparse: Tensor) -> tuple[Tensor, Tensor]:
        """See FineDecoding."""
        decoder, rows, cols = self._decoder, self._two_way.rows, self._two_way.cols
        tokens, places = self._two_way(side, sparse)
        finest = self._upscaling(places, *side.fine)
        iou = decoder.iou_prediction_head(tokens[:, 1])
        networks = list(decoder.output_hypernetworks_mlps)
        made, expected = masks(finest, networks[0](tokens[:, 2:3]), rows, cols), iou[:, :1]
        unstable = [number for number, each in enumerate(made) if not _is_stable(each)]
        if unstable:
            made, expected = made.clone(), expected.clone()
        for number in unstable:
            best = 1 + int(iou[number, 1:].argmax())
            wanted = networks[best](tokens[number : number + 1, 2 + best : 3 + best])
            made[number] = masks(finest[number : number + 1], wanted, rows, cols)[0]
            expected[number] = iou[number, best]
        return made, expected


def _is_stable(logits: Tensor) -> bool:
    certain, possible = int((logits > STABILITY_OFFSET).sum()), int((logits > -STABILITY_OFFSET).sum())
    # As in float32 there, so that the same masks count as stable.
    return possible == 0 or bool(torch.tensor(certain).float() / torch.tensor(possible).float() >= STABLE)


def whole_shapes(size: str) -> Shapes:
    """Names and shapes of everything in a published checkpoint, with the memory that a single image does not need."""
    with torch.device("meta"):
        own = Sam2(SHAPES[size]).state_dict()
    return {**{name: tuple(each.shape) for name, each in own.items()}, **_memory_shapes()}


def load_sam2(checkpoint: CheckpointFile, device: str = "cpu", precision: Precision = "float32") -> FineGeneralist:
    """Build the checkpoint's SAM 2.1 with its weights. Raises CheckpointError if they do not fit or cannot be read."""
    state, size = load_state(checkpoint.path), checkpoint.row.architecture.removeprefix("sam2_")
    with torch.device("meta"):
        made = Sam2(SHAPES[size])
    made = made.to_empty(device=device).eval().requires_grad_(False)
    own = made.state_dict()
    try:
        made.load_state_dict({name: each for name, each in state.items() if name in own})
    except RuntimeError as error:
        raise CheckpointError(
            f"{checkpoint.path} does not hold the weights of a {checkpoint.row.title}: "
            f"{'; '.join(line.strip() for line in str(error).splitlines()[1:3])[:300]} Choose another file."
        ) from error
    return FineGeneralist(made.model(), checkpoint.name, checkpoint.sha256, device, precision)


def _memory_shapes() -> dict[str, tuple[int, ...]]:
    """The arrays of the memory of earlier frames."""
    found: dict[str, tuple[int, ...]] = {
        "maskmem_tpos_enc": (7, 1, 1, 64), "no_mem_pos_enc": (1, 1, 256), "no_obj_ptr": (1, 256),
        "no_obj_embed_spatial": (1, 64),
    }  # fmt: skip

    def layer(name: str, *shape: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = shape, shape[:1]

    for number in range(4):
        name = f"memory_attention.layers.{number}"
        for attention, seen in (("self_attn", 256), ("cross_attn_image", 64)):
            for part, into in (("q_proj", 256), ("k_proj", seen), ("v_proj", seen), ("out_proj", 256)):
                layer(f"{name}.{attention}.{part}", 256, into)
        layer(f"{name}.linear1", 2048, 256)
        layer(f"{name}.linear2", 256, 2048)
        for norm in ("norm1", "norm2", "norm3"):
            layer(f"{name}.{norm}", 256)
    layer("memory_attention.norm", 256)
    for number, (into, out) in enumerate(((1, 4), (4, 16), (16, 64), (64, 256))):
        layer(f"memory_encoder.mask_downsampler.encoder.{3 * number}", out, into, 3, 3)
        layer(f"memory_encoder.mask_downsampler.encoder.{3 * number + 1}", out)
    layer("memory_encoder.mask_downsampler.encoder.12", 256, 256, 1, 1)
    layer("memory_encoder.pix_feat_proj", 256, 256, 1, 1)
    for number in range(2):
        name = f"memory_encoder.fuser.layers.{number}"
        found[f"{name}.gamma"] = (256,)
        layer(f"{name}.dwconv", 256, 1, 7, 7)
        layer(f"{name}.norm", 256)
        layer(f"{name}.pwconv1", 1024, 256)
        layer(f"{name}.pwconv2", 256, 1024)
    layer("memory_encoder.out_proj", 64, 256, 1, 1)
    layer("mask_downsample", 1, 1, 4, 4)
    for number in range(3):
        layer(f"obj_ptr_proj.layers.{number}", 256, 256)
    layer("obj_ptr_tpos_proj", 64, 256)
    return found
