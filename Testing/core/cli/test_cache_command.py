"""``auxol cache``: what a person and a program are told, and what is left on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from auxol_core.cli.cache_command import cache_app
from auxol_core.generalist.disk_cache import DEFAULT_MAX_BYTES, DiskCache


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder, with two embeddings in it."""
    monkeypatch.setenv("AUXOL_CACHE_DIR", str(tmp_path))
    cache = DiskCache()
    for key in ("slice 1", "slice 2"):
        cache.write(key, {"a": np.zeros(500_000, dtype=np.uint8)})
    return tmp_path / "embeddings"


def told(*arguments: str) -> str:
    result = CliRunner().invoke(cache_app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_info_says_where_how_many_and_how_much_of_what(folder: Path) -> None:
    sentence = told("info")
    assert sentence == f"2 embeddings, 1.0 MB of at most 4,295.0 MB, in {folder}\n"


def test_info_for_a_program_holds_the_same_in_bytes(folder: Path) -> None:
    nbytes = sum(path.stat().st_size for path in folder.iterdir())
    assert json.loads(told("info", "--json")) == {
        "path": str(folder),
        "embeddings": 2,
        "nbytes": nbytes,
        "max_bytes": DEFAULT_MAX_BYTES,
    }


def test_clear_removes_all_and_says_so(folder: Path) -> None:
    assert told("clear") == f"Removed 2 embeddings from {folder}\n"
    assert not folder.exists()
    assert told("clear") == f"Removed 0 embeddings from {folder}\n"
    assert told("info").startswith("0 embeddings, 0.0 MB")


def test_clear_for_a_program_counts_what_it_freed(folder: Path) -> None:
    nbytes = sum(path.stat().st_size for path in folder.iterdir())
    assert json.loads(told("clear", "--json")) == {
        "path": str(folder),
        "removed": 2,
        "freed_bytes": nbytes,
        "left": 0,
    }


def test_what_could_not_be_removed_is_said_and_the_exit_code_is_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "unlink", refuse)
    result = CliRunner().invoke(cache_app, ["clear"])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"Removed 0 embeddings from {folder}",
        "2 could not be removed or were made meanwhile: stop the engine, clear again.",
    ]
