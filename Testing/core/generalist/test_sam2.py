"""SAM 2.1 gives the masks of its own image predictor (the package sam2), from features to the unstable single mask."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from published_code import apart, imported, randomised, run

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import encoded
from auxol_core.generalist.checkpoints import verify
from auxol_core.generalist.fine import FineGeneralist
from auxol_core.generalist.hiera import SHAPES, HieraShape
from auxol_core.generalist.row import CheckpointFile
from auxol_core.generalist.sam2 import Sam2, load_sam2, whole_shapes
from auxol_core.options import Precision
from auxol_core.types import Box, Point, Prompt

# Of the same make as the large one, with every kind of block: windows with and without padding, halving, global.
SMALL = HieraShape(16, 1, (1, 2, 3, 2), (4,))


@pytest.fixture(scope="module")
def published() -> Any:
    names = ["modeling.sam2_base", "sam2_image_predictor", "modeling.backbones.hieradet",
             "modeling.backbones.image_encoder", "modeling.position_encoding", "modeling.memory_attention",
             "modeling.memory_encoder", "modeling.sam.transformer"]  # fmt: skip
    found = imported("sam2", "1.1.0", *names)
    merged: dict[str, Any] = {}
    for module in found:
        merged.update(vars(module))
    return SimpleNamespace(**merged)


def theirs_of(published: Any, shape: HieraShape) -> Any:
    """As the published configurations of 2.1 have it, dynamic multimask as their builder sets it."""
    trunk = published.Hiera(
        embed_dim=shape.width, num_heads=shape.heads, stages=shape.depths, global_att_blocks=shape.whole,
        window_pos_embed_bkg_spatial_size=(shape.background,) * 2, window_spec=shape.windows,
    )  # fmt: skip

    def sine(channels: int) -> Any:
        return published.PositionEmbeddingSine(num_pos_feats=channels, normalize=True, scale=None, temperature=10000)

    neck = published.FpnNeck(sine(256), 256, trunk.channel_list, fpn_interp_model="nearest", fpn_top_down_levels=[2, 3])

    def rope(**more: Any) -> Any:
        return published.RoPEAttention(256, num_heads=1, downsample_rate=1, dropout=0.1, **more)

    layer = published.MemoryAttentionLayer(
        "relu", rope(rope_k_repeat=True, kv_in_dim=64), 256, 2048, 0.1, False, True, False, rope()
    )
    memory = published.MemoryEncoder(
        64, published.MaskDownSampler(kernel_size=3, stride=2, padding=1),
        published.Fuser(published.CXBlock(256, 7, 3, layer_scale_init_value=1e-6, use_dwconv=True), 2), sine(64),
    )  # fmt: skip
    return published.SAM2Base(
        published.ImageEncoder(trunk, neck, scalp=1),
        published.MemoryAttention(256, True, layer, 4), memory, image_size=1024, directly_add_no_mem_embed=True,
        no_obj_embed_spatial=True, use_high_res_features_in_sam=True, multimask_output_in_sam=True,
        iou_prediction_use_sigmoid=True, use_obj_ptrs_in_encoder=True, proj_tpos_enc_in_obj_ptrs=True,
        pred_obj_scores=True, pred_obj_scores_mlp=True, fixed_no_obj_ptr=True, use_mlp_for_obj_ptr_proj=True,
        use_multimask_token_for_obj_ptr=True, multimask_output_for_tracking=True,
        sam_mask_decoder_extra_args={"dynamic_multimask_via_stability": True},
    )  # fmt: skip


def predictor_of(published: Any, model: Any, x: torch.Tensor) -> Any:
    """Their predictor with ``x`` as its picture; how it scales pictures needs torchvision, so ``x`` is scaled."""
    made = object.__new__(published.SAM2ImagePredictor)
    made.model, made.mask_threshold, made._is_batch = model, 0.0, False
    made._bb_feat_sizes = [(256, 256), (128, 128), (64, 64)]

    class Scaled:
        def __call__(self, _: Any) -> torch.Tensor:
            return x[0]

        def postprocess_masks(self, masks: torch.Tensor, _: Any) -> torch.Tensor:
            return masks

    made._transforms = Scaled()
    made.set_image(np.zeros((1024, 1024, 3), dtype=np.uint8))
    return made


def ours_of(shape: HieraShape, state: Any) -> Sam2:
    made = Sam2(shape).eval().requires_grad_(False)
    own = made.state_dict()
    made.load_state_dict({name: each for name, each in state.items() if name in own})
    return made


def compared(published: Any, shape: HieraShape, precision: Precision, least: float) -> None:
    torch.manual_seed(0)
    theirs = randomised(theirs_of(published, shape))
    x = torch.randn(1, 3, 1024, 1024)
    predictor = predictor_of(published, theirs, x)
    model = ours_of(shape, theirs.state_dict()).model()
    maps = run(model.encoder(precision), x)
    assert tuple(tuple(each.shape) for each in maps) == model.shapes
    features = predictor._features
    for found, expected in zip(maps, (features["image_embed"], *reversed(features["high_res_feats"])), strict=True):
        assert apart(found, expected) < least
    if precision == "float32":
        masks_compared(theirs, predictor, model, maps, least)


def masks_compared(theirs: Any, predictor: Any, model: Any, maps: Any, least: float) -> None:
    """For a box, points, and points with a mask; stable and not, which the offset decides."""
    generalist = FineGeneralist(model, "SAM 2.1", "0" * 64)
    embedding = generalist._embedding(maps, (1024, 1024))
    mask = np.zeros((1024, 1024), dtype=np.float32)
    mask[300:500, 200:700] = 1
    low = torch.full((1, 1, 256, 256), -10.0)
    low[..., 75:125, 50:175] = 10
    points = (torch.tensor([[[30.0, 40.0], [500.0, 90.0]]]), torch.tensor([[1, 0]], dtype=torch.int32))
    clicks = (Point(40, 30), Point(90, 500, positive=False))
    box, ours_box = torch.tensor([[100.0, 80.0, 499.0, 599.0]]), Box(80, 100, 600, 500)
    for (points_theirs, box_theirs, mask_theirs), prompt in (
        ((None, box, None), Prompt(box=ours_box)),
        ((points, None, None), Prompt(points=clicks)),
        ((points, box, None), Prompt(box=ours_box, points=clicks)),
        ((points, None, low), Prompt(points=clicks, mask=mask)),
    ):
        given = (None, None) if points_theirs is None else points_theirs
        expected, iou, _ = predictor._predict(*given, box_theirs, mask_theirs, False, return_logits=True)
        found = generalist.decode(embedding, prompt)
        assert found.low_resolution is not None
        assert apart(torch.from_numpy(found.low_resolution)[None, None], expected) < least
        share = float(iou[0, 0])
        assert found.quality == pytest.approx(2 * share / (1 + share), abs=1e-4)


@pytest.mark.parametrize(("precision", "least"), [("float32", 1e-4), ("bfloat16", 0.04)])
def test_a_small_one_gives_the_maps_and_masks_of_the_published_code(
    published: Any, precision: Precision, least: float
) -> None:
    compared(published, SMALL, precision, least)


@pytest.mark.slow
@pytest.mark.parametrize("size", SHAPES)
def test_a_whole_one_gives_the_maps_and_masks_of_the_published_code(published: Any, size: str) -> None:
    compared(published, SHAPES[size], "float32", 1e-4)


@pytest.mark.parametrize("size", SHAPES)
def test_the_published_arrays_are_those_of_the_published_code(published: Any, size: str) -> None:
    shape = SHAPES[size]
    trunk = published.Hiera(embed_dim=shape.width, num_heads=shape.heads, stages=shape.depths,
                            global_att_blocks=shape.whole, window_pos_embed_bkg_spatial_size=(shape.background,) * 2,
                            window_spec=shape.windows)  # fmt: skip
    encoder = {f"image_encoder.trunk.{name}": tuple(each.shape) for name, each in trunk.state_dict().items()}
    found = {name: each for name, each in whole_shapes(size).items() if name.startswith("image_encoder.trunk.")}
    assert found == encoder


def test_the_whole_of_a_checkpoint_with_its_memory_is_known(published: Any) -> None:
    theirs = {name: tuple(each.shape) for name, each in theirs_of(published, SHAPES["tiny"]).state_dict().items()}
    assert dict(whole_shapes("tiny")) == theirs


def test_a_stable_mask_is_shown_and_of_an_unstable_one_the_best_of_three(published: Any) -> None:
    torch.manual_seed(0)
    theirs = randomised(theirs_of(published, SMALL))
    model = ours_of(SMALL, theirs.state_dict()).model()
    decoder: Any = theirs.sam_mask_decoder
    maps = [torch.randn(shape) for shape in model.shapes]
    sparse, dense = theirs.sam_prompt_encoder(
        points=(torch.rand(6, 2, 2) * 1024, torch.ones(6, 2, dtype=torch.int32)), boxes=None, masks=None
    )
    shown = set()
    for gain in (1.0, 0.05, 2000.0):
        with torch.inference_mode():
            scaled = [network.layers[-1] for network in decoder.output_hypernetworks_mlps]
            for ours, layer in zip(model.decoding._decoder.output_hypernetworks_mlps, scaled, strict=True):  # type: ignore[attr-defined]
                layer.weight.copy_(gain * ours.layers[-1].weight)
                layer.bias.copy_(gain * ours.layers[-1].bias)
                ours.layers[-1].load_state_dict(layer.state_dict())
            arguments = (maps[0], theirs.sam_prompt_encoder.get_dense_pe(), sparse, dense, False, True)
            expected, iou, _, _ = decoder(*arguments, high_res_features=[maps[2], maps[1]])
            every, _, _, _ = decoder.predict_masks(*arguments[:4], True, [maps[2], maps[1]])
            side = model.decoding.side(maps[0], dense[:1], model.decoding.arranged(tuple(maps[1:])))
            logits, quality = model.decoding.decode(side, sparse)
        shown |= {bool(torch.equal(each[0], all_[0])) for each, all_ in zip(expected, every, strict=True)}
        assert apart(logits, expected) < 1e-4
        assert torch.allclose(quality, iou, atol=1e-4)
    assert shown == {True, False}


def test_a_checkpoint_is_known_by_its_content_and_segments_from_a_box(tmp_path: Path) -> None:
    torch.manual_seed(3)
    made = randomised(Sam2(SHAPES["tiny"])).state_dict()
    state = {name: made.get(name, torch.zeros(shape)) for name, shape in whole_shapes("tiny").items()}
    path = tmp_path / "anything.pt"
    torch.save({"model": state}, path)
    checkpoint = verify(path)
    assert (checkpoint.row.name, checkpoint.name) == ("sam21_tiny", "anything.pt")
    generalist = load_sam2(checkpoint)
    image = np.random.default_rng(0).random((40, 60, 3), dtype=np.float32)
    embedding = encoded(generalist, image)
    assert embedding.nbytes == 4 * (256 * 64 * 64 + 64 * 128 * 128 + 32 * 256 * 256)
    found = generalist.decode(embedding, Prompt(box=Box(8, 10, 30, 40)))
    assert found.logits.shape == (40, 60) and np.isfinite(found.logits).all() and 0 <= found.quality <= 1
    with pytest.raises(InvalidInputError, match="outside"):
        generalist.decode(embedding, Prompt(box=Box(50, 70, 60, 80)))
    assert isinstance(checkpoint, CheckpointFile) and isinstance(generalist, FineGeneralist)


def test_a_slice_is_stretched_to_the_square_without_padding() -> None:
    generalist = FineGeneralist(Sam2(SMALL).eval().requires_grad_(False).model(), "small", "0" * 64)
    scaling = generalist._model.scaling
    pixels = scaling.pixels(np.full((30, 70, 3), 0.5, dtype=np.float32), torch.device("cpu"))
    # Their mean and deviation are in shares of 255.
    grey = (0.5 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.229, 0.224, 0.225])
    assert torch.allclose(pixels, grey[None, :, None, None].expand(1, 3, 1024, 1024), atol=1e-5)
    assert scaling.on_slice(torch.zeros(1, 1, 256, 256), (30, 70)).shape == (1, 1, 30, 70)
