"""SAM-HQ gives the masks of its own code (the package segment_anything_hq): ViT and TinyViT, single and in a batch."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from published_code import apart, imported, randomised, run
from torch import nn

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Embedding, encoded
from auxol_core.generalist.fine import FineGeneralist
from auxol_core.generalist.hq import hq_model
from auxol_core.generalist.hq_parts import add_hq_parts
from auxol_core.generalist.sam_shapes import builder_of, mask_decoder, prompt_encoder
from auxol_core.generalist.tiny_vit import TinyVit
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision, TaskOptions
from auxol_core.specialist.lora.preset import LORA
from auxol_core.specialist.preset import Setting
from auxol_core.specialist.sam_mix.preset import SAM_MIX
from auxol_core.types import Box, Point, Prompt

SIZES = {"vit_b": (768, 12, 12, (2, 5, 8, 11)), "vit_l": (1024, 24, 16, (5, 11, 17, 23)),
         "vit_h": (1280, 32, 16, (7, 15, 23, 31))}  # fmt: skip


@pytest.fixture(scope="module")
def published() -> ModuleType:
    found: ModuleType = imported("segment_anything_hq", "0.3", "modeling")
    return found


def encoder_of(parts: Any, width: int = 32, depth: int = 3, heads: int = 2, whole: tuple[int, ...] = (1, 2)) -> Any:
    """A ViT of either package; the smallest has two global blocks, of which the first gives the early features."""
    norm = partial(nn.LayerNorm, eps=1e-6)
    return parts.ImageEncoderViT(
        depth=depth, embed_dim=width, img_size=1024, num_heads=heads, norm_layer=norm, use_rel_pos=True,
        global_attn_indexes=whole, window_size=14, out_chans=256,
    )  # fmt: skip


def theirs_of(published: Any, encoder: Any, width: int) -> Any:
    transformer = published.TwoWayTransformer(depth=2, embedding_dim=256, mlp_dim=2048, num_heads=8)
    decoder = published.MaskDecoderHQ(transformer_dim=256, transformer=transformer, vit_dim=width)
    prompts = published.PromptEncoder(256, (64, 64), (1024, 1024), mask_in_chans=16)
    return randomised(published.Sam(encoder, prompts, decoder))


def ours_of(encoder: Any, width: int, state: Any) -> Any:
    package = import_segment_anything()
    made = package.modeling.Sam(encoder, prompt_encoder(package), mask_decoder(package))
    sam = add_hq_parts(made, width).eval().requires_grad_(False)
    sam.load_state_dict(state)
    return sam


def their_mask(sam: Any, x: torch.Tensor, prompt: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    features, early = sam.image_encoder(x)
    sparse, dense = sam.prompt_encoder(**prompt)
    made = sam.mask_decoder(
        image_embeddings=features, image_pe=sam.prompt_encoder.get_dense_pe(), sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense, multimask_output=False, hq_token_only=False, interm_embeddings=early,
    )  # fmt: skip
    found: tuple[torch.Tensor, torch.Tensor] = made
    return found


PROMPTS: list[dict[str, Any]] = [
    {"points": None, "boxes": torch.tensor([[100.0, 80.0, 500.0, 600.0]]), "masks": None},
    {"points": (torch.tensor([[[30.0, 40.0], [500.0, 90.0]]]), torch.tensor([[1, 0]])), "boxes": None,
     "masks": torch.linspace(-8, 8, 256 * 256).view(1, 1, 256, 256)},
]  # fmt: skip


def compared(theirs: Any, ours: Any, precision: Precision, least: float) -> None:
    x = torch.randn(1, 3, 1024, 1024)
    model = hq_model(ours)
    maps = run(model.encoder(precision), x)
    assert tuple(tuple(each.shape) for each in maps) == model.shapes
    with torch.inference_mode():
        for prompt in PROMPTS:
            expected, iou = their_mask(theirs, x, prompt)
            sparse, dense = ours.prompt_encoder(**prompt)
            side = model.decoding.side(maps[0], dense, model.decoding.arranged(maps[1:]))
            logits, quality = model.decoding.decode(side, sparse)
            assert logits.shape == expected.shape == (1, 1, 256, 256)
            assert apart(logits, expected) < least
            assert torch.allclose(quality, iou, atol=10 * least)


@pytest.mark.parametrize(("precision", "least"), [("float32", 1e-4), ("bfloat16", 0.05)])
def test_a_small_vit_gives_the_mask_of_the_published_code(
    published: ModuleType, precision: Precision, least: float
) -> None:
    torch.manual_seed(0)
    theirs = theirs_of(published, encoder_of(published), 32)
    ours = ours_of(encoder_of(import_segment_anything().modeling), 32, theirs.state_dict())
    compared(theirs, ours, precision, least)


def test_the_tiny_one_gives_the_mask_of_the_published_code(published: ModuleType) -> None:
    torch.manual_seed(0)
    encoder = published.TinyViT(
        img_size=1024, num_classes=1000, embed_dims=[64, 128, 160, 320], depths=[2, 2, 6, 2],
        num_heads=[2, 4, 5, 10], window_sizes=[7, 7, 14, 7], drop_path_rate=0.0,
    )  # fmt: skip
    theirs = theirs_of(published, encoder, 160)
    ours = ours_of(TinyVit(), 160, theirs.state_dict())
    theirs.image_encoder.train(False)  # it makes its table of biases here
    compared(theirs, ours, "float32", 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("size", ["vit_b", "vit_l"])
def test_a_whole_one_gives_the_mask_of_the_published_code(published: ModuleType, size: str) -> None:
    torch.manual_seed(0)
    width, depth, heads, whole = SIZES[size]
    theirs = theirs_of(published, encoder_of(published, width, depth, heads, whole), width)
    ours = builder_of(f"hq_{size}")().eval().requires_grad_(False)
    ours.load_state_dict(theirs.state_dict())
    compared(theirs, ours, "float32", 1e-4)


@pytest.mark.parametrize("size", SIZES)
def test_the_published_arrays_are_those_of_the_published_code(published: ModuleType, size: str) -> None:
    registry = imported("segment_anything_hq", "0.3", "build_sam").sam_model_registry
    with torch.device("meta"):
        theirs = registry[size]().state_dict()
        ours = builder_of(f"hq_{size}")().state_dict()
    assert {name: each.shape for name, each in ours.items()} == {name: each.shape for name, each in theirs.items()}


@pytest.fixture(scope="module")
def generalist() -> FineGeneralist:
    torch.manual_seed(1)
    package = import_segment_anything()
    sam = package.modeling.Sam(encoder_of(package.modeling), prompt_encoder(package), mask_decoder(package))
    return FineGeneralist(hq_model(randomised(add_hq_parts(sam, 32))), "small HQ", "5a" * 32)


@pytest.fixture(scope="module")
def embedding(generalist: FineGeneralist) -> Embedding:
    return encoded(generalist, np.random.default_rng(0).random((40, 60, 3), dtype=np.float32))


def test_several_prompts_at_once_get_what_each_gets_alone(generalist: FineGeneralist, embedding: Embedding) -> None:
    mask = np.zeros((40, 60), dtype=np.float32)
    mask[10:20, 10:30] = 1
    prompts = [
        Prompt(box=Box(8, 10, 30, 40)), Prompt(points=(Point(3, 4),)), Prompt(box=Box(0, 0, 9, 9)),
        Prompt(box=Box(8, 10, 30, 40), mask=mask), Prompt(points=(Point(30, 50),)), Prompt(mask=1 - mask),
    ]  # fmt: skip
    together = generalist.decode_all(embedding, prompts)
    assert len({float(each.logits.mean()) for each in together}) == len(prompts)
    for prompt, found in zip(prompts, together, strict=True):
        alone = generalist.decode(embedding, prompt)
        assert apart(torch.from_numpy(found.logits), torch.from_numpy(alone.logits)) < 1e-5
        assert found.quality == pytest.approx(alone.quality, abs=1e-5)


@pytest.mark.parametrize("preset", [LORA, SAM_MIX])
def test_presets_that_learn_in_sams_own_parts_are_refused_in_words(generalist: FineGeneralist, preset: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"must be a SAM.*got small HQ"):
        preset.learner(TaskOptions(preset=preset.name), Setting(generalist, 0, "float32", "cpu"))


def test_what_was_packed_decodes_to_the_same_logits(generalist: FineGeneralist, embedding: Embedding) -> None:
    packed = generalist.pack(embedding)
    assert {name: each.shape for name, each in packed.items()} == {
        "features": (1, 256, 64, 64), "fine1": (1, 32, 256, 256)
    }  # fmt: skip
    assert embedding.nbytes == sum(each.nbytes for each in packed.values())
    again = generalist.unpack(packed, (40, 60))
    prompt = Prompt(box=Box(8, 10, 30, 40))
    assert np.array_equal(generalist.decode(again, prompt).logits, generalist.decode(embedding, prompt).logits)
    with pytest.raises(InvalidInputError, match="small HQ keeps float32 maps of"):
        generalist.unpack({"features": packed["features"]}, (40, 60))
    with pytest.raises(InvalidInputError, match="was not made by small HQ"):
        generalist.decode(Embedding((40, 60), 0, packed), prompt)
    with pytest.raises(InvalidInputError, match="SAM takes an image"):
        generalist.encode(np.zeros((4, 4), dtype=np.float32))
