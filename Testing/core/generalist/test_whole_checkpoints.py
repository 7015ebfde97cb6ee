"""A checkpoint is a whole model of the published shape, or it is said what it is instead, in words of our own."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import torch

from auxol_core.errors import CheckpointError
from auxol_core.generalist.checkpoints import verify
from auxol_core.generalist.registry import find_row
from auxol_core.generalist.sam_shapes import shapes_of

Tensors = dict[str, torch.Tensor]


def arrays(architecture: str = "vit_t") -> Tensors:
    """Everything that a checkpoint holds, each array of a single number repeated: some kilobytes on the disk."""
    return {name: torch.zeros(()).expand(shape) for name, shape in shapes_of(architecture).items()}


def refused(folder: Path, state: Tensors) -> str:
    path = folder / "mine.pth"
    torch.save(state, path)
    with pytest.raises(CheckpointError) as error:
        verify(path)
    text = str(error.value)
    assert "state_dict" not in text and "\x1b" not in text and text.startswith(str(path))
    return text.removeprefix(str(path)).strip()


@pytest.mark.parametrize("architecture", ["vit_t", "vit_l", "vit_h"])
def test_a_whole_model_is_known(tmp_path: Path, architecture: str) -> None:
    path = tmp_path / "mine.pth"
    torch.save(arrays(architecture), path)
    assert verify(path).row.architecture == architecture


def test_of_a_vit_b_the_user_says_which_it_is_and_a_part_of_one_is_refused_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save(arrays("vit_b"), path)
    assert verify(path, find_row("medsam")).row.name == "medsam"
    with pytest.raises(CheckpointError, match="nothing in it says which it is"):
        verify(path)
    encoder = {name: each for name, each in arrays("vit_b").items() if name.startswith("image_encoder.")}
    assert "lacks 137 of 314 arrays (mask_decoder, prompt_encoder)" in refused(tmp_path, encoder)
    torch.save(encoder, path)
    with pytest.raises(CheckpointError, match=r"whole SAM ViT-B and lacks .*mask_decoder, prompt_encoder"):
        verify(path, find_row("vit_b"))


def test_an_adapted_model_is_named_as_one(tmp_path: Path) -> None:
    for name in ("image_encoder.layers.1.blocks.0.attn.qkv.lora_A.weight", "image_encoder.Adapter.0.weight"):
        said = refused(tmp_path, {**arrays(), name: torch.zeros(4, 4)})
        assert said.startswith("is a MobileSAM with what an adapter has added (1 arrays such as ") and name in said


def test_another_size_is_told_with_the_array_that_shows_it(tmp_path: Path) -> None:
    name = "prompt_encoder.mask_downscaling.0.weight"
    said = refused(tmp_path, {**arrays(), name: torch.zeros(8, 1, 2, 2)})
    assert said.startswith(f"is a MobileSAM of another size: {name} should be (4, 1, 2, 2), and is (8, 1, 2, 2)")


def test_what_is_missing_and_what_is_too_much_is_counted(tmp_path: Path) -> None:
    state = arrays()
    del state["prompt_encoder.no_mask_embed.weight"]
    assert "should be a whole MobileSAM and lacks 1 of" in refused(tmp_path, state)
    assert "and has 1 more (classifier.weight)" in refused(tmp_path, {**arrays(), "classifier.weight": torch.zeros(2)})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>Not found</html>", "a web page or a server's answer was saved in its place"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of git-lfs"),
        (b"PK\x03\x04 and no more", "it is no checkpoint, is cut short"),
    ],
)
def test_what_was_saved_in_its_place_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mine.pth"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=said) as error:
        verify(path)
    assert "weights_only" not in str(error.value)


def test_an_object_that_would_run_code_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save({"args": argparse.Namespace(lr=1e-4), "model": arrays()}, path)
    with pytest.raises(CheckpointError, match=r"of the kind argparse\.Namespace, and reading that would run code"):
        verify(path)


def test_a_wrapped_whole_model_is_known(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save({"model": {f"module.{name}": each for name, each in arrays().items()}, "epoch": 7}, path)
    assert verify(path).row.name == "mobile_sam"
