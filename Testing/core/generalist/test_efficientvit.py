"""EfficientViT-SAM's encoder in steps gives what the same backbone in timm gives, and a neck that is written out.

The authors' own code is in no registry. timm has their backbone, of the large kind (L0 to L2) with attention of the
scale 5; XL0 and XL1 differ by a stage and by attention of the scale 3, which timm's attention can be asked for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from published_code import apart, imported, randomised, run
from torch import nn
from torch.nn import functional

from auxol_core.generalist.base import encoded
from auxol_core.generalist.checkpoints import verify
from auxol_core.generalist.efficientvit import EPS, SHAPES, EfficientVit, _LinearAttention
from auxol_core.generalist.sam import SamGeneralist, load_sam
from auxol_core.generalist.sam_shapes import efficientvit_sam
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision
from auxol_core.specialist.base import View
from auxol_core.specialist.lora.learner import LoraSpecialist
from auxol_core.specialist.lora.preset import LoraOptions
from auxol_core.types import Box, Prompt

timm = imported("timm", "1.0.31", "models.efficientvit_mit")

SMALL = replace(SHAPES["l0"], depths=(1, 1, 1, 1, 1), neck=1, widths=(8, 16, 32, 64, 128))


def filled(ours: Any, theirs: Any) -> Any:
    """``ours`` with the weights of ``theirs``, in which they come in the same order under other names."""
    values = list(theirs.state_dict().values())
    names = list(ours.state_dict())
    assert len(values) == len(names)
    ours.load_state_dict(dict(zip(names, values, strict=True)))
    return ours.eval().requires_grad_(False)


def backbone(widths: tuple[int, ...], depths: tuple[int, ...]) -> Any:
    made = timm.EfficientVitLarge(widths=widths, depths=depths, norm_eps=EPS, head_widths=(8, 8))
    for part in made.modules():
        if isinstance(part, timm.LiteMLA):
            part.eps = 1e-15
    return randomised(made)


def stages(theirs: Any, x: torch.Tensor) -> list[torch.Tensor]:
    x = theirs.stem(x)
    found = [x]
    for stage in theirs.stages:
        found.append(stage(found[-1]))
    return found


def plain_neck(encoder: Any, maps: list[torch.Tensor]) -> torch.Tensor:
    """The neck as the paper's figure has it, on modules that are called as they stand: coarsest stage first, bicubic
    to 64 x 64, their sum, fused bottlenecks, a convolution, a norm over channels."""

    def conv(part: Any, x: torch.Tensor) -> torch.Tensor:
        x = part.conv(x) if part.norm is None else part.norm(part.conv(x))
        return functional.gelu(x, approximate="tanh") if part.act else x

    summed = torch.zeros(())
    for taken, x in zip(encoder.neck["input_ops"], reversed(maps), strict=True):
        narrow = conv(taken["op_list"][0], x)
        summed = summed + functional.interpolate(narrow, size=(64, 64), mode="bicubic", align_corners=False)
    for block in encoder.neck["middle"]["op_list"]:
        summed = summed + conv(block.main.point_conv, conv(block.main.spatial_conv, summed))
    x = conv(encoder.neck["output_ops"][0]["op_list"][0], summed)
    mean, variance = x.mean(1, keepdim=True), x.var(1, keepdim=True, unbiased=False)
    scaled = (x - mean) / torch.sqrt(variance + EPS)
    return scaled * encoder.norm.weight[:, None, None] + encoder.norm.bias[:, None, None]


@pytest.mark.parametrize(
    ("shape", "precision", "least"),
    [
        (SMALL, "float32", 1e-4),
        (SMALL, "bfloat16", 0.04),
        pytest.param(SHAPES["l0"], "float32", 1e-4, marks=pytest.mark.slow),
        pytest.param(SHAPES["l1"], "float32", 1e-4, marks=pytest.mark.slow),
        pytest.param(SHAPES["l2"], "float32", 1e-4, marks=pytest.mark.slow),
    ],
    ids=["small", "small, bfloat16", "L0", "L1", "L2"],
)
def test_the_encoder_gives_timms_backbone_and_the_neck_of_the_paper(
    shape: Any, precision: Precision, least: float
) -> None:
    torch.manual_seed(0)
    theirs = backbone(shape.widths, shape.depths)
    encoder: Any = randomised(EfficientVit(shape))
    filled(encoder.backbone, nn.ModuleList([theirs.stem, theirs.stages]))
    x = torch.randn(1, 3, 512, 512)
    with torch.inference_mode():
        expected = plain_neck(encoder, stages(theirs, x)[-3:])
    found = run(encoder.steps(precision), x)
    assert found.shape == (1, 256, 64, 64) and found.dtype == torch.float32
    assert apart(found, expected) < least


@pytest.mark.parametrize("scale", [3, 5])
def test_attention_of_either_scale_gives_timms(scale: int) -> None:
    torch.manual_seed(1)
    norms = (None, partial(nn.BatchNorm2d, eps=EPS))
    theirs = randomised(timm.LiteMLA(64, 64, dim=32, norm_layer=norms, scales=(scale,), eps=1e-15))
    ours = filled(_LinearAttention(64, scale), theirs)
    x = torch.randn(1, 64, 12, 9)
    with torch.inference_mode():
        assert apart(ours.step(torch.float32)(x), theirs(x)) < 1e-5


def test_an_extra_large_one_has_another_stage_whose_neck_takes_the_last_three() -> None:
    torch.manual_seed(2)
    shape = replace(
        SHAPES["xl0"], widths=(4, 8, 16, 32, 32, 32), depths=(0, 1, 1, 1, 1, 1), neck=1, neck_widens=1, taken=128
    )
    encoder: Any = randomised(EfficientVit(shape))
    x = torch.randn(1, 3, 128, 128)
    maps = [x]
    for stage in encoder.backbone["stages"]:
        x_stage = maps[-1]
        for block in stage["op_list"]:
            x_stage = block.step(torch.float32)(x_stage)
        maps.append(x_stage)
    assert [tuple(each.shape[1:]) for each in maps[-3:]] == [(32, 8, 8), (32, 4, 4), (32, 2, 2)]
    assert apart(run(encoder.steps("float32"), x), plain_neck(encoder, maps[-3:])) < 1e-4


# Million parameters of the whole model, as the authors' table has them.
PARAMETERS = {"l0": 34.8, "l1": 47.7, "l2": 61.3, "xl0": 117.0, "xl1": 203.3}


@pytest.mark.parametrize("size", SHAPES)
def test_a_model_has_as_many_parameters_as_its_authors_say(size: str) -> None:
    with torch.device("meta"):
        sam = efficientvit_sam(import_segment_anything(), size)
    assert sum(each.numel() for each in sam.parameters()) / 1e6 == pytest.approx(PARAMETERS[size], abs=0.06)


def test_it_takes_512_pixels_while_prompts_are_told_in_1024() -> None:
    sam = efficientvit_sam(import_segment_anything(), "l0")
    generalist = SamGeneralist(sam, "L0", "0" * 64)
    image = np.full((100, 50, 3), 0.5, dtype=np.float32)
    pixels = generalist.pixels(image)
    assert pixels.shape == (1, 3, 512, 512)
    grey = (127.5 - torch.tensor([123.675, 116.28, 103.53])) / torch.tensor([58.395, 57.12, 57.375])
    assert torch.allclose(pixels[0, :, :, :256], grey[:, None, None].expand(3, 512, 256), atol=1e-5)
    assert not pixels[..., 256:].any()
    shown = generalist.shown(Prompt(box=Box(0, 0, 100, 50)), (100, 50))
    assert shown.box is not None and shown.box.tolist() == [0.0, 0.0, 511.0, 1023.0]


def test_a_checkpoint_is_known_by_its_content_and_segments_from_a_box(tmp_path: Path) -> None:
    torch.manual_seed(3)
    sam = randomised(efficientvit_sam(import_segment_anything(), "l0"))
    path = tmp_path / "anything.pt"
    torch.save({"state_dict": {f"module.{name}": each for name, each in sam.state_dict().items()}}, path)
    checkpoint = verify(path)
    assert checkpoint.row.name == "efficientvit_sam_l0"
    generalist = load_sam(checkpoint)
    image = np.random.default_rng(0).random((40, 60, 3), dtype=np.float32)
    found = generalist.decode(encoded(generalist, image), Prompt(box=Box(8, 10, 30, 40)))
    assert found.logits.shape == (40, 60) and np.isfinite(found.logits).all() and 0 <= found.quality <= 1
    # The preset lora learns in its decoder, which is SAM's; before it has, it says the same.
    embedding, prompt = encoded(generalist, image), Prompt(box=Box(8, 10, 30, 40))
    learner = LoraSpecialist(generalist, LoraOptions(rank=2), 0)
    opinion = learner.predict_one(View(image, prompt, found, embedding))
    np.testing.assert_allclose(opinion.logits, found.logits, atol=1e-4 * np.ptp(found.logits))
    # The decoder's norms have the authors' epsilon.
    assert {part.eps for part in generalist.sam.mask_decoder.modules() if isinstance(part, nn.LayerNorm)} == {EPS}
