"""From a training run to the weights that ship: half precision, the averaged ones, never too large."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import typer

from auxol_core.promptable.network import PromptableNetwork
from auxol_core.promptable.weights import load_weights, made_by
from pretrain import freeze as freezing
from pretrain.freeze import freeze


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a training leaves behind: last weights and averaged ones that differ from them."""
    torch.manual_seed(0)
    last, averaged = PromptableNetwork(), PromptableNetwork()
    path = tmp_path_factory.mktemp("run") / "last.pt"
    state = {"options": {"seed": 3}, "step": 70, "images": 700, "before": {"steps": "9000"}}
    torch.save({**state, "network": last.state_dict(), "averaged": averaged.state_dict()}, path)
    return path


def test_the_averaged_weights_are_frozen_in_at_most_eight_megabytes(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "weights.safetensors"
    freeze(run, out)
    network, digest = load_weights(out)
    averaged = torch.load(run, weights_only=True)["averaged"]
    assert torch.equal(network.state_dict()["head.weight"], averaged["head.weight"].half().float())
    assert out.stat().st_size <= 8_000_000
    assert digest in capsys.readouterr().out
    made = made_by(out)
    assert (made["images"], made["steps"], made["before"]) == ("700", "70", '{"steps": "9000"}')


def test_freezing_twice_gives_the_same_hash(run: Path, tmp_path: Path) -> None:
    hashes = set()
    for number in range(3):
        out = tmp_path / f"{number}.safetensors"
        freeze(run, out)
        hashes.add(load_weights(out)[1])
    assert len(hashes) == 1


def test_weights_that_are_too_large_do_not_replace_what_was_there(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "weights.safetensors"
    out.write_bytes(b"the ones that ship")
    monkeypatch.setattr(freezing, "MAX_BYTES", 1_000_000)
    with pytest.raises(typer.BadParameter, match="1,000,000 bytes, these take"):
        freeze(run, out)
    assert out.read_bytes() == b"the ones that ship"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
