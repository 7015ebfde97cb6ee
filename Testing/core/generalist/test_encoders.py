"""SAM's encoders in steps give what their own code gives: segment_anything's ViT, MobileSAM's TinyViT."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from published_code import apart, randomised, run
from torch import nn

from auxol_core.errors import CheckpointError
from auxol_core.generalist.base import encoded
from auxol_core.generalist.checkpoints import unwrapped, verify
from auxol_core.generalist.decoder import MaskDecoding
from auxol_core.generalist.encoders import SMALL, steps_of, table
from auxol_core.generalist.sam import load_sam
from auxol_core.generalist.sam_shapes import mobile_sam
from auxol_core.generalist.tiny_vit import TinyVit
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision
from auxol_core.types import Box, Prompt


@pytest.fixture(scope="module")
def vit() -> Any:
    """32 narrow blocks' worth of everything in four: windows that need padding, a global layer of over SMALL places."""
    torch.manual_seed(0)
    side = 16 * 34
    assert (side // 16) ** 2 > SMALL
    make = import_segment_anything().modeling.ImageEncoderViT
    norm = partial(nn.LayerNorm, eps=1e-6)
    return randomised(make(depth=3, embed_dim=32, img_size=side, num_heads=2, norm_layer=norm, use_rel_pos=True,
                           global_attn_indexes=(1,), window_size=7, out_chans=16))  # fmt: skip


@pytest.mark.parametrize(("precision", "least"), [("float32", 1e-5), ("bfloat16", 0.02)])
def test_a_vit_in_steps_gives_the_features_of_its_own_code(vit: Any, precision: Precision, least: float) -> None:
    x = torch.randn(1, 3, vit.img_size, vit.img_size)
    with torch.inference_mode():
        theirs = vit(x)
    ours = run(steps_of(vit, precision), x)
    assert ours.dtype == torch.float32 and ours.shape == theirs.shape
    assert apart(ours, theirs) < least


def test_a_vit_without_relative_positions_is_answered_too() -> None:
    torch.manual_seed(0)
    make = import_segment_anything().modeling.ImageEncoderViT
    vit = randomised(make(depth=1, embed_dim=16, img_size=64, num_heads=2, out_chans=8, use_abs_pos=False))
    x = torch.randn(1, 3, 64, 64)
    assert apart(run(steps_of(vit, "float32"), x), vit(x)) < 1e-5


def test_a_table_of_positions_for_another_size_is_resampled_as_their_code_does() -> None:
    get = import_segment_anything().modeling.image_encoder.get_rel_pos
    for length in (13, 27):
        positions = torch.randn(length, 4)
        assert torch.allclose(table(positions, 7), get(7, 7, positions), atol=1e-6)


@pytest.fixture(scope="module")
def published() -> Iterator[ModuleType]:
    """MobileSAM's own encoder, from the package mobilesam-mirror (test extra), without what it needs of timm."""
    found = importlib.util.find_spec("mobile_sam")
    if found is None or found.origin is None:
        pytest.skip("mobilesam-mirror is not installed (pip install --no-deps mobilesam-mirror==1.0.0)")

    class DropPath(nn.Identity):
        def __init__(self, drop_prob: float | None = None) -> None:
            super().__init__()

    contents: dict[str, dict[str, Any]] = {
        "timm": {},
        "timm.models": {},
        "timm.models.layers": {"DropPath": DropPath, "to_2tuple": lambda x: (x, x),
                               "trunc_normal_": nn.init.trunc_normal_},
        "timm.models.registry": {"register_model": lambda made: made},
    }  # fmt: skip
    displaced = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "timm"}
    for name, names in contents.items():
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__.update(names)
    try:
        path = Path(found.origin).parent / "modeling" / "tiny_vit_sam.py"
        spec = importlib.util.spec_from_file_location("tiny_vit_sam", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        for name in contents:
            del sys.modules[name]
        sys.modules.update(displaced)


@pytest.mark.parametrize(("precision", "least"), [("float32", 1e-4), ("bfloat16", 0.02)])
def test_mobile_sams_encoder_gives_the_features_of_the_published_code(
    published: ModuleType, precision: Precision, least: float
) -> None:
    torch.manual_seed(0)
    theirs = published.TinyViT(
        img_size=1024, num_classes=1000, embed_dims=[64, 128, 160, 320], depths=[2, 2, 6, 2],
        num_heads=[2, 4, 5, 10], window_sizes=[7, 7, 14, 7], drop_path_rate=0.0,
    )  # fmt: skip
    randomised(theirs)
    ours = TinyVit().eval().requires_grad_(False)
    ours.load_state_dict(theirs.state_dict())
    theirs.train(False)  # it makes its table of biases here
    x = torch.randn(1, 3, 1024, 1024)
    with torch.inference_mode():
        features = theirs(x)
    assert apart(run(ours.steps(precision), x), features) < least


@pytest.fixture(scope="module")
def mobile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("checkpoints") / "anything.pt"
    torch.save(randomised(mobile_sam(import_segment_anything())).state_dict(), path)
    return path


def test_a_mobile_sam_is_known_by_its_content_and_segments_from_a_box(mobile: Path) -> None:
    checkpoint = verify(mobile)
    assert (checkpoint.row.name, checkpoint.name) == ("mobile_sam", "anything.pt")
    generalist = load_sam(checkpoint)
    image = np.random.default_rng(0).random((40, 60, 3), dtype=np.float32)
    found = generalist.decode(encoded(generalist, image), Prompt(box=Box(8, 10, 30, 40)))
    assert found.logits.shape == (40, 60) and np.isfinite(found.logits).all() and 0 <= found.quality <= 1


@pytest.mark.parametrize("wrapper", ["module.", "model.", "sam.", "module.model.", "state_dict", "model"])
def test_what_training_scripts_put_around_weights_is_taken_off(mobile: Path, tmp_path: Path, wrapper: str) -> None:
    state = torch.load(mobile, weights_only=True)
    wrapped = {wrapper + name: value for name, value in state.items()} if wrapper.endswith(".") else {wrapper: state}
    path = tmp_path / "wrapped.pt"
    torch.save({**wrapped, "epoch": 3} if wrapper == "state_dict" else wrapped, path)
    assert verify(path).row.name == "mobile_sam"


def test_a_prefix_of_some_names_alone_is_part_of_them() -> None:
    some = {"sam.a": 1, "b": 2}
    assert unwrapped(some) == some
    assert unwrapped({"sam": 1}) == {"sam": 1}


def test_an_encoder_alone_is_refused(mobile: Path, tmp_path: Path) -> None:
    state = torch.load(mobile, weights_only=True)
    path = tmp_path / "encoder.pt"
    torch.save({name: value for name, value in state.items() if name.startswith("image_encoder.")}, path)
    with pytest.raises(CheckpointError, match="should hold one of"):
        verify(path)


def test_the_decoder_gives_the_mask_of_its_own_code_where_tokens_are_many() -> None:
    torch.manual_seed(4)
    sam = randomised(mobile_sam(import_segment_anything()))
    features, points = torch.randn(1, 256, 64, 64), torch.rand(1, 30, 2) * 1024
    with torch.inference_mode():
        sparse, dense = sam.prompt_encoder(points=(points, torch.arange(30)[None] % 2), boxes=None, masks=None)
        positions = sam.prompt_encoder.get_dense_pe()
        expected, iou = sam.mask_decoder(features, positions, sparse, dense, multimask_output=False)
        ours = MaskDecoding(sam)
        logits, quality = ours.decode(ours.side(features, dense), sparse)
    assert apart(logits, expected) < 1e-5 and torch.allclose(quality, iou, atol=1e-5)


@pytest.mark.parametrize("masked", [False, True])
def test_the_decoder_gives_the_mask_and_the_quality_of_its_own_code(masked: bool) -> None:
    torch.manual_seed(3)
    sam = randomised(mobile_sam(import_segment_anything()))
    features = torch.randn(1, 256, 64, 64)
    mask = torch.randn(1, 1, 256, 256) if masked else None
    with torch.inference_mode():
        ours = MaskDecoding(sam)
        for box in ((100.0, 80.0, 500.0, 600.0), (0.0, 0.0, 90.0, 30.0)):
            sparse, dense = sam.prompt_encoder(points=None, boxes=torch.tensor([box]), masks=mask)
            expected, iou = sam.mask_decoder(
                image_embeddings=features,
                image_pe=sam.prompt_encoder.get_dense_pe(),
                sparse_prompt_embeddings=sparse,
                dense_prompt_embeddings=dense,
                multimask_output=False,
            )
            logits, quality = ours.decode(ours.side(features, dense), sparse)
            assert logits.shape == expected.shape and apart(logits, expected) < 1e-5
            assert torch.allclose(quality, iou, atol=1e-5)
