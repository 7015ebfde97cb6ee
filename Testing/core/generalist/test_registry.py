"""A generalist is a row: what is registered is offered, recognised by its content, built, used, listed and told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bright_family import BRIGHT, DIM, registered, write_checkpoint
from tiny_network import MACHINE
from torch_setting import torch_of_the_engine
from typer.testing import CliRunner

from auxol_core.build import make_engine, make_parts
from auxol_core.cli.checkpoint_command import checkpoint_app
from auxol_core.cli.doctor_compute import check_checkpoints
from auxol_core.errors import CheckpointError, CheckpointMissingError, InvalidInputError
from auxol_core.generalist import registry
from auxol_core.generalist.base import Embedding, Generalist, encoded
from auxol_core.generalist.builtin import BuiltinGeneralist
from auxol_core.generalist.checkpoints import find
from auxol_core.generalist.disk_cache import DiskCache, StoredEmbeddings
from auxol_core.generalist.fine import FineGeneralist
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.generalist.scaling import PREPROCESSING
from auxol_core.server.told import told_of
from auxol_core.types import Box, IntensityWindow, Prompt, SliceImage

__all__ = ["torch_of_the_engine"]  # an autouse fixture


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "checkpoints").mkdir()
    monkeypatch.setenv("AUXOL_CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    monkeypatch.delenv("AUXOL_CHECKPOINT_DIR_SHARED", raising=False)
    return tmp_path / "checkpoints"


@pytest.fixture
def bright() -> Iterator[None]:
    with registered(BRIGHT):
        yield


def square() -> tuple[SliceImage, np.ndarray]:
    mask = np.zeros((32, 32), dtype=bool)
    mask[8:20, 10:22] = True
    return SliceImage(np.where(mask, 200, 20).astype(np.uint8)), mask


def embedding_of(generalist: Generalist, image: SliceImage) -> Embedding:
    return encoded(generalist, IntensityWindow(0.0, 255.0).apply(image))


@pytest.mark.usefixtures("bright")
@pytest.mark.parametrize("asked", ["bright", "mine.safetensors", "{own}/mine.safetensors", "bright:mine.safetensors"])
def test_a_registered_one_is_built_and_predicts_by_name_and_by_its_content(
    tmp_path: Path, own: Path, asked: str
) -> None:
    write_checkpoint(own / "bright.safetensors")
    write_checkpoint(own / "mine.safetensors")
    image, mask = square()
    with closing(make_engine(asked.format(own=own), tmp_path / "tasks", MACHINE)) as engine:
        status = engine.create_task("squares")
        assert status.generalist == ("bright" if asked == "bright" else "mine.safetensors")
        proposal = engine.predict("squares", engine.put_slice(image), Prompt(box=Box(6, 8, 22, 24)))
        assert proposal.mask.any()
        alone = engine.generalist.decode(embedding_of(engine.generalist, image), Prompt(box=Box(6, 8, 22, 24)))
    assert np.array_equal(alone.mask, mask)
    assert find(asked.format(own=own)).row is BRIGHT


@pytest.mark.usefixtures("bright")
def test_it_is_listed_verified_and_named_by_the_doctor(own: Path) -> None:
    def listed() -> dict[str, object]:
        result = CliRunner().invoke(checkpoint_app, ["list", "--json"])
        return {row["name"]: row for row in json.loads(result.stdout)}["bright"]

    assert listed()["path"] is None
    with pytest.raises(CheckpointMissingError, match=r"Get it from https://example.org/bright and put the file bright"):
        find("bright")
    path = write_checkpoint(own / "bright.safetensors")
    assert (listed()["path"], listed()["licence"], listed()["family"]) == (str(path), "Free for tests.", "bright")
    assert "Bright pixels" in CliRunner().invoke(checkpoint_app, ["list"], env={"COLUMNS": "200"}).stdout
    said = CliRunner().invoke(checkpoint_app, ["verify", "bright"]).stdout
    assert "right. Bright pixels, images scaled as plain, SHA-256" in said
    assert check_checkpoints(full=True).details["bright"] == {"present": True, "verified": True}


@pytest.mark.usefixtures("bright")
def test_the_server_tells_its_name_and_whether_preparing_slices_is_worth_it(own: Path) -> None:
    write_checkpoint(own / "bright.safetensors")
    told = told_of(make_parts("bright", MACHINE))
    assert (told["generalist"], told["prefetch"]) == ({"name": "bright", "title": "Bright pixels"}, True)
    assert {"name": "bright", "title": "Bright pixels"} in told["generalists"]
    told = told_of(make_parts("builtin", MACHINE))
    assert (told["generalist"], told["prefetch"]) == ({"name": "builtin", "title": "built-in"}, False)


def test_of_two_that_one_file_fits_the_user_or_the_file_says_which(own: Path, tmp_path: Path) -> None:
    with registered(BRIGHT, DIM):
        write_checkpoint(own / "dim_and_grey.safetensors")
        both = r"Bright pixels \(bright\) and of Dim pixels \(dim\).* Choose bright:"
        with pytest.raises(CheckpointError, match=both):
            find("dim_and_grey.safetensors")
        assert find("dim:dim_and_grey.safetensors").row is DIM
        write_checkpoint(own / "sure.safetensors", preprocessing="plain")
        assert find("sure.safetensors").row is BRIGHT
        # Embeddings of one file fed in two ways are two.
        cache = DiskCache(tmp_path / "cache")
        one, other = (make_parts(f"{name}:dim_and_grey.safetensors", MACHINE).generalist for name in ("bright", "dim"))
        StoredEmbeddings(cache, one, "float32").put("key", embedding_of(one, square()[0]))
        assert StoredEmbeddings(cache, one, "float32").get("key") is not None
        assert StoredEmbeddings(cache, other, "float32").get("key") is None


@pytest.mark.usefixtures("bright")
def test_a_task_that_knows_nothing_goes_on_beside_other_weights(own: Path, tmp_path: Path) -> None:
    for level in (0.4, 0.5):
        write_checkpoint(own / "bright.safetensors", level)
        with closing(make_engine("bright", tmp_path / "tasks", MACHINE)) as engine:
            status = engine.create_task("squares") if level == 0.4 else engine.open_task("squares")
            assert status.relearning is None
            assert status.generalist_hash == engine._sessions["squares"].file.generalist_hash


def test_a_row_that_cannot_be_offered_is_refused() -> None:
    for name in ("builtin", "", "a", "a:b", "a/b", "a\\b"):
        with pytest.raises(InvalidInputError, match="A generalist needs a name of two or more characters without"):
            registry.register(replace(BRIGHT, name=name))
    with pytest.raises(InvalidInputError, match="must be published or shipped"):
        registry.register(replace(BRIGHT, published=None))
    with pytest.raises(CheckpointMissingError, match=r"No generalist is named 'bright'\. Choose one of builtin, vit_b"):
        registry.remove("bright")


def test_rows_say_of_their_models_what_the_models_say() -> None:
    for row in registry.rows():
        kind = {"promptable": BuiltinGeneralist, "sam": SamGeneralist}.get(row.family, FineGeneralist)
        assert row.has_encoder == kind.worth_storing
        known = (BuiltinGeneralist.preprocessing,) if row.family == "promptable" else PREPROCESSING
        assert row.preprocessing in known
        assert row.licence.endswith(".")
