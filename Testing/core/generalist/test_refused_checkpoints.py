"""Thirty checkpoints that are broken or somebody else's, each refused in a sentence that says what it is.

In test_whole_checkpoints.py and test_checkpoints.py stand those that are read, and those of a MobileSAM.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save

from auxol_core.errors import CheckpointError
from auxol_core.generalist.checkpoints import verify
from auxol_core.generalist.registry import find_row

Arrays = dict[str, torch.Tensor]


@cache
def whole(name: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    shapes = find_row(name).whole
    assert shapes is not None
    return tuple((each, tuple(shape)) for each, shape in shapes().items())


def arrays(name: str) -> Arrays:
    """Everything that a checkpoint of ``name`` holds, each array of a single number repeated."""
    return {each: torch.zeros(()).expand(shape) for each, shape in whole(name)}


def without(name: str, *parts: str) -> Arrays:
    return {each: array for each, array in arrays(name).items() if not any(part in each for part in parts)}


def only(name: str, part: str) -> Arrays:
    return {each: array for each, array in arrays(name).items() if each.startswith(part)}


def zeros(*shape: int) -> torch.Tensor:
    return torch.zeros(()).expand(shape)


def saved(state: Any) -> bytes:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, weight=np.zeros(3))
    return buffer.getvalue()


# What it is, what makes its bytes, the end of its name, and what is said.
CASES: list[tuple[str, Callable[[], bytes], str, str]] = [
    # Files that are no checkpoint.
    ("nothing", lambda: b"", ".pt", "it is empty"),
    ("a web page", lambda: b"<html>404</html>", ".pt", "a web page or a server's answer"),
    ("an answer in JSON", lambda: b'{"error": "not found"}', ".pth", "a web page or a server's answer"),
    ("a pointer of git-lfs", lambda: b"version https://git-lfs.github.com/spec/v1\n", ".pt", "a pointer of git-lfs"),
    ("noise", lambda: bytes(range(256)) * 40, ".pt", "is no checkpoint, is cut short"),
    ("half of a file", lambda: saved(arrays("sam21_tiny"))[:9000], ".pt", "is no checkpoint, is cut short"),
    ("arrays of numpy", npz, ".pt", "is no checkpoint, is cut short"),
    ("a safetensors file, cut", lambda: save({"a": torch.zeros(9)})[:40], ".safetensors", "is no checkpoint"),
    ("a torch file called safetensors", lambda: saved({"a": zeros(1)}), ".safetensors", "is no checkpoint"),
    ("pickled code", lambda: saved({"model": arrays("sam21_tiny"), "args": argparse.Namespace()}), ".pt",
     r"an object of the kind argparse\.Namespace"),
    # Tensors, but no model.
    ("one tensor", lambda: saved(zeros(3, 3)), ".pt", "should hold tensors by name"),
    ("a list", lambda: saved([zeros(3)]), ".pt", "should hold tensors by name"),
    ("an optimiser's state", lambda: saved({"optimizer": {"lr": 0.1}}), ".pt", "should hold tensors by name"),
    ("no arrays", lambda: saved({}), ".pt", "holds no arrays"),
    ("a model within nothing", lambda: saved({"model": {}}), ".pt", "holds no arrays"),
    # Other people's models.
    ("a classifier", lambda: saved({"conv1.weight": zeros(64, 3, 7, 7), "fc.weight": zeros(1000, 512)}), ".pth",
     r"holds 2 arrays such as conv1\.weight"),
    ("a backbone for classes", lambda: saved({"backbone.stages.0.op_list.0.conv.weight": zeros(32, 3, 3, 3)}), ".pt",
     "should hold one of"),
    ("Hiera alone, for classes", lambda: saved({"model_state": {"blocks.0.norm1.weight": zeros(96)}}), ".pth",
     "should hold tensors by name"),
    ("a low-rank adapter alone", lambda: saved({"w_a_000.weight": zeros(4, 768)}), ".pt", "should hold one of"),
    # Parts and relatives of the families.
    ("an encoder alone, SAM 2.1", lambda: saved(only("sam21_tiny", "image_encoder.")), ".pt",
     r"whole SAM 2\.1 tiny and lacks \d+ of \d+ arrays \(.*sam_mask_decoder, sam_prompt_encoder\)"),
    ("SAM 2 of before 2.1", lambda: saved({"model": without("sam21_small", "no_obj_embed_spatial", "obj_ptr_tpos")}),
     ".pt", r"whole SAM 2\.1 small and lacks 3 of \d+ arrays \(no_obj_embed_spatial, obj_ptr_tpos_proj\)"),
    ("SAM 2.1 without its decoder", lambda: saved({"model": without("sam21_large", "sam_mask_decoder.")}), ".pt",
     r"whole SAM 2\.1 large and lacks"),
    ("SAM 2.1 at another size", lambda: saved({**arrays("sam21_base_plus"),
     "image_encoder.trunk.pos_embed": zeros(1, 112, 7, 7)}), ".pt", r"a SAM 2\.1 base plus of another size"),
    ("SAM 2.1 with an adapter", lambda: saved({**arrays("sam21_tiny"),
     "image_encoder.trunk.blocks.0.adapter.down.weight": zeros(4, 96)}), ".pt",
     r"a SAM 2\.1 tiny with what an adapter has added"),
    ("SAM-HQ's own parts alone", lambda: saved({name: each for name, each in arrays("sam_hq_vit_b").items()
     if "hf_" in name}), ".pth", "should hold one of"),
    ("SAM-HQ without its finer features", lambda: saved(without("sam_hq_vit_l", "compress_vit_feat")), ".pth",
     "whole SAM-HQ ViT-L and lacks 6 of"),
    ("SAM-HQ tiny with more", lambda: saved({**arrays("sam_hq_vit_t"), "head.weight": zeros(2)}), ".pth",
     r"whole SAM-HQ tiny and has 1 more \(head\.weight\)"),
    ("EfficientViT-SAM with an adapter", lambda: saved({**arrays("efficientvit_sam_l0"),
     "image_encoder.lora_a.weight": zeros(4, 4)}), ".pt", "an EfficientViT-SAM L0 with what an adapter"),
    ("EfficientViT-SAM without prompts", lambda: saved({"state_dict": without("efficientvit_sam_l1", "prompt_enc")}),
     ".pt", r"whole EfficientViT-SAM L1 and lacks \d+ of \d+ arrays \(prompt_encoder\)"),
    ("EfficientViT-SAM of another width", lambda: saved({**arrays("efficientvit_sam_xl0"),
     "image_encoder.norm.weight": zeros(128)}), ".pt", "an EfficientViT-SAM XL0 of another size"),
    ("EfficientViT-SAM with fewer blocks", lambda: saved(without("efficientvit_sam_l0", "stages.4.op_list.4.")), ".pt",
     "should hold one of"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "end", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_is_refused_in_a_sentence(tmp_path: Path, make: Callable[[], bytes], end: str, said: str) -> None:
    path = tmp_path / f"mine{end}"
    path.write_bytes(make())
    with pytest.raises(CheckpointError, match=said) as error:
        verify(path)
    text = str(error.value)
    assert text.startswith(str(path)) and text.endswith(".") and "\x1b" not in text
    assert not any(word in text for word in ("weights_only", "Traceback", "Unpickl", "Missing key"))


def test_there_are_thirty() -> None:
    assert len(CASES) >= 30


@pytest.mark.parametrize(
    "name",
    [
        "efficientvit_sam_l0",
        "efficientvit_sam_l2",
        "efficientvit_sam_xl1",
        "sam_hq_vit_b",
        "sam_hq_vit_t",
        "sam21_small",
    ],
)
def test_a_whole_one_is_known_whatever_its_file_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / "medsam_vit_b_copy.pth"
    torch.save({"model": {f"module.{each}": array for each, array in arrays(name).items()}}, path)
    assert verify(path).row.name == name
