"""The network's shapes and size, and its weights' way to disk and back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch_setting import one_thread  # noqa: F401 - an autouse fixture

from auxol_core.errors import CheckpointError
from auxol_core.promptable.network import CROP_SIDE, INPUT_CHANNELS, PromptableNetwork
from auxol_core.promptable.weights import FORMAT, load_weights, save_weights, to_channels_last


def _network(seed: int = 0) -> PromptableNetwork:
    torch.manual_seed(seed)
    return PromptableNetwork().eval().requires_grad_(False)


def _input(count: int = 1) -> torch.Tensor:
    return torch.randn(count, INPUT_CHANNELS, CROP_SIDE, CROP_SIDE, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_weights(_network(), path, {"steps": "3", "images": "30"})
    return path


def test_a_batch_of_crops_gives_logits_of_the_crop_s_size_and_one_quality_each() -> None:
    with torch.inference_mode():
        logits, quality = _network()(_input(2))
    assert logits.shape == (2, 1, CROP_SIDE, CROP_SIDE) and quality.shape == (2,)
    assert logits.isfinite().all() and quality.isfinite().all()


def test_the_network_has_fewer_than_four_million_numbers() -> None:
    assert 1_000_000 < sum(each.numel() for each in _network().parameters()) < 4_000_000


def test_the_same_crop_gives_the_same_bits_and_a_batch_does_not_mix_its_crops() -> None:
    network, x = _network(), _input(2)
    with torch.inference_mode():
        first, again, alone = network(x), network(x), network(x[:1])
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])
    assert torch.allclose(first[0][:1], alone[0], atol=1e-4) and torch.allclose(first[1][:1], alone[1], atol=1e-4)


def test_channels_last_answers_as_the_plain_layout_does() -> None:
    x = _input()
    with torch.inference_mode():
        plain = _network()(x)
        last = to_channels_last(_network())(x.contiguous(memory_format=torch.channels_last))
    assert torch.allclose(plain[0], last[0], atol=1e-4) and torch.allclose(plain[1], last[1], atol=1e-4)


def test_every_parameter_learns_and_the_quality_alone_does_not_reach_the_decoder() -> None:
    torch.manual_seed(0)
    network = PromptableNetwork().train()
    logits, quality = network(_input(2))
    quality.sum().backward(retain_graph=True)
    bent = {name for name, p in network.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    assert not [name for name in bent if name.startswith(("decoder", "head", "fine", "detail", "to_detail", "lateral"))]
    logits.sum().backward()
    assert [name for name, p in network.named_parameters() if p.grad is None] == []


def test_weights_come_back_from_disk_in_half_precision(saved: Path) -> None:
    network, _ = load_weights(saved)
    kept, original = network.state_dict(), _network().state_dict()
    assert set(kept) == set(original)
    weights = {name: tensor for name, tensor in original.items() if tensor.is_floating_point()}
    assert all(torch.equal(kept[name], tensor.half().float()) for name, tensor in weights.items())
    assert not network.training and not any(p.requires_grad for p in network.parameters())


def test_the_file_is_below_eight_megabytes_and_says_how_it_was_made(saved: Path) -> None:
    assert saved.stat().st_size < 8_000_000
    header = saved.read_bytes()[:2000]
    assert FORMAT.encode() in header and b'"steps":"3"' in header


def test_the_hash_is_the_file_s_sha256_and_equal_weights_give_equal_files(saved: Path, tmp_path: Path) -> None:
    _, digest = load_weights(saved)
    assert digest == hashlib.sha256(saved.read_bytes()).hexdigest()
    for number in range(6):  # an unsorted header is equal by chance every other time
        again = tmp_path / f"{number}.safetensors"
        save_weights(_network(), again, {"images": "30", "steps": "3"})
        assert hashlib.sha256(again.read_bytes()).hexdigest() == digest


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"Expected a promptable network's weights at none\.safetensors"):
        load_weights(tmp_path / "none.safetensors")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\xff" * 4000])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="Reinstall"):
        load_weights(path)


def test_a_cut_off_file_is_refused(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="Reinstall"):
        load_weights(path)


def test_weights_of_another_format_are_refused(saved: Path, tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file(load_file(saved), path, metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=f"format {FORMAT}.* got pt"):
        load_weights(path)


@pytest.mark.parametrize("change", ["missing", "unknown", "shape"])
def test_weights_of_another_network_are_refused_and_named(saved: Path, tmp_path: Path, change: str) -> None:
    tensors = load_file(saved)
    name = "quality.0.weight"
    if change == "missing":
        del tensors[name]
    elif change == "unknown":
        tensors["extra"] = torch.zeros(3)
    else:
        tensors[name] = tensors[name][:, 1:].clone()
    path = tmp_path / "other.safetensors"
    save_file(tensors, path, metadata={"format": FORMAT})
    with pytest.raises(CheckpointError, match="extra" if change == "unknown" else name):
        load_weights(path)
