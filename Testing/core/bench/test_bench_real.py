"""`make bench-real` with random weights of SAM's own architecture at a small size: it runs, and says what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_sam import build_tiny_sam
from typer import Typer
from typer.testing import CliRunner

from auxol_core.errors import CheckpointMissingError, InvalidInputError
from auxol_core.generalist import registry
from auxol_core.generalist.base import Generalist
from auxol_core.generalist.checkpoints import load_state
from auxol_core.generalist.measuring import random_checkpoint
from auxol_core.generalist.registry import find_row
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Published, Shapes
from auxol_core.generalist.torchvision_stand_in import import_segment_anything
from auxol_core.options import Precision
from tools.bench.real import __main__ as command
from tools.bench.real.page import NOT_YET, page

DATA = Path(__file__).resolve().parents[2] / "data" / "hippocampus"


def shapes() -> Shapes:
    return {name: tuple(each.shape) for name, each in build_tiny_sam(import_segment_anything()).state_dict().items()}


def load(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    from auxol_core.generalist.sam import SamGeneralist

    sam = build_tiny_sam(import_segment_anything())
    sam.load_state_dict(load_state(checkpoint.path))
    return SamGeneralist(sam, checkpoint.name, checkpoint.sha256, "sam", device, precision)


@pytest.fixture
def row() -> Iterator[GeneralistRow]:
    published = Published("tiny.pth", 1, "https://example.org/tiny")
    made = replace(
        *(find_row("mobile_sam"),), name="tiny_sam", title="Tiny SAM", published=published, load=load, whole=shapes,
        fits=lambda found: found.get("image_encoder.pos_embed", ())[-1:] == (32,), gflop=None,
    )  # fmt: skip
    registry.register(made)
    yield made
    registry.remove("tiny_sam")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def run(weights: Path, data: Path, out: Path) -> object:
    app = Typer()
    app.command()(command.bench_real)
    options = {"--weights": weights, "--data": data, "--out": out, "--limit": 2, "--threads": 1, "--device": "cpu"}
    arguments = [str(word) for option in options.items() for word in option]
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_until_somebody_has_run_it_the_page_says_so_row_by_row() -> None:
    text = page([], {}, [])
    published = [each for each in registry.rows() if each.published is not None]
    assert text.count(NOT_YET) == len(published)


def test_the_page_of_the_documentation_has_a_row_for_every_published_generalist() -> None:
    """Where one is missing: python -m tools.bench.real.page > docs/real-weights.md, unless somebody has run it."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "real-weights.md").read_text(encoding="utf-8")
    missing = [each.title for each in registry.rows() if each.published and f"| {each.title} |" not in text]
    assert missing == []
    assert "RANDOM WEIGHTS" not in text


def test_checkpoints_are_found_by_content_run_and_marked_as_random(row: GeneralistRow, tmp_path: Path) -> None:
    weights, out = tmp_path / "weights", tmp_path / "page.md"
    weights.mkdir()
    made = random_checkpoint(row, weights)
    made.path.rename(weights / "sam_vit_l.safetensors")
    (weights / "readme.txt").write_text("no checkpoint")
    (weights / "page.pth").write_text("<!DOCTYPE html>")
    run(weights, DATA, out)
    text = out.read_text(encoding="utf-8")
    assert "**RANDOM WEIGHTS: this proves that the command runs." in text
    line = next(each for each in text.splitlines() if each.startswith("| Tiny SAM"))
    cells = [each.strip() for each in line.strip("|").split("|")]
    assert cells[1] == "RANDOM WEIGHTS"
    assert cells[2].endswith(" s") and cells[3].endswith(" s")
    assert "2 images" in cells[4]
    assert "- page.pth" in text and "readme" not in text
    assert f"| SAM ViT-B | {NOT_YET} |" in text


def test_random_weights_never_get_into_the_page_of_the_documentation(
    row: GeneralistRow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    random_checkpoint(row, weights)
    monkeypatch.setattr(command, "PAGE", tmp_path / "real-weights.md")
    with pytest.raises(InvalidInputError, match="do not get into"):
        run(weights, DATA, tmp_path / "real-weights.md")
    assert not (tmp_path / "real-weights.md").exists()


def test_a_folder_without_a_checkpoint_or_without_data_is_said(row: GeneralistRow, tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissingError, match="No checkpoint of a known generalist"):
        run(tmp_path, DATA, tmp_path / "page.md")
