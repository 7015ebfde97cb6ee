"""Task files on their way: an export is whole or not there, an import is streamed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from stand_in_server import STATUS, StandIn, broken_in_the_middle

from auxol_core.client.blocking import EngineClient
from auxol_core.errors import (
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    TaskFileCorruptError,
    TaskFileError,
    TaskFileLockedError,
    UnavailableError,
)

FILE = "/tasks/liver/file"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_export_is_written_beside_and_takes_the_place(server: StandIn, client: EngineClient, tmp_path: Path) -> None:
    server.answers[f"GET {FILE}"] = [broken_in_the_middle, b"new" * 100_000]
    target = tmp_path / "für Köln.auxol"
    target.write_bytes(b"old")
    client.export_task("liver", target)
    assert target.read_bytes() == b"new" * 100_000
    assert names(tmp_path) == ["für Köln.auxol"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_an_export_is_its_owners_alone_also_where_it_replaces_an_open_file(
    server: StandIn, client: EngineClient, tmp_path: Path
) -> None:
    server.answers[f"GET {FILE}"] = [b"crops"]
    (tmp_path / "copy.auxol").touch(0o644)
    client.export_task("liver", tmp_path / "copy.auxol")
    assert (tmp_path / "copy.auxol").stat().st_mode & 0o777 == 0o600


def test_an_export_that_takes_long_comes_as_the_jobs_answer(
    server: StandIn, client: EngineClient, tmp_path: Path
) -> None:
    server.answers[f"GET {FILE}"] = [(202, {"job": "j"})]
    server.answers["GET /jobs/j"] = [(202, {"job": "j"}), b"late"]
    client.export_task("liver", tmp_path / "copy.auxol")
    assert (tmp_path / "copy.auxol").read_bytes() == b"late"


@pytest.mark.parametrize("answer", [broken_in_the_middle, NotFoundError("There is no such task. Name another.")])
def test_an_export_that_fails_leaves_what_was_there(
    server: StandIn, client: EngineClient, tmp_path: Path, answer: Any
) -> None:
    server.answers[f"GET {FILE}"] = [answer]
    (tmp_path / "copy.auxol").write_bytes(b"old")
    for name in ("copy.auxol", "new.auxol"):
        with pytest.raises((UnavailableError, NotFoundError)):
            client.export_task("liver", tmp_path / name)
    assert names(tmp_path) == ["copy.auxol"] and (tmp_path / "copy.auxol").read_bytes() == b"old"


def test_an_export_never_replaces_a_task_that_some_engine_has_open(
    server: StandIn, client: EngineClient, tmp_path: Path
) -> None:
    (tmp_path / "open.auxol.owner").write_text("{}")
    with pytest.raises(TaskFileLockedError, match=r"open\.auxol"):
        client.export_task("liver", tmp_path / "open.auxol")
    (tmp_path / "open.auxol").write_bytes(b"a task")
    with pytest.raises(TaskFileLockedError, match=r"open\.auxol"):
        client.import_task(tmp_path / "open.auxol", "copy")
    assert server.requests == []


def test_a_full_disk_and_a_folder_that_is_not_there_are_told(
    server: StandIn, client: EngineClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers[f"GET {FILE}"] = [b"new"]
    with pytest.raises(TaskFileError, match=r"copy\.auxol"):
        client.export_task("liver", tmp_path / "missing" / "copy.auxol")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFullError, match="Free disk space"):
        client.export_task("liver", tmp_path / "copy.auxol")
    assert names(tmp_path) == []


def test_an_import_sends_the_file_and_opens_the_task(server: StandIn, client: EngineClient, tmp_path: Path) -> None:
    (tmp_path / "copy.auxol").write_bytes(b"task" * 200_000)
    server.answers[f"PUT {FILE}"] = [503, (201, STATUS)]
    assert client.import_task(tmp_path / "copy.auxol", "liver").name == "liver"
    first, second = server.of(f"PUT {FILE}")
    assert first.body == second.body == b"task" * 200_000
    assert second.headers["content-type"] == "application/octet-stream"


def test_an_import_that_is_refused_names_the_callers_file(
    server: StandIn, client: EngineClient, tmp_path: Path
) -> None:
    (tmp_path / "photo.auxol").write_bytes(b"\x89PNG")
    server.answers[f"PUT {FILE}"] = [TaskFileCorruptError("Expected a task file, got tmp123. Choose another.")]
    with pytest.raises(TaskFileCorruptError, match=r"photo\.auxol"):
        client.import_task(tmp_path / "photo.auxol", "liver")


def test_what_is_no_file_or_no_name_is_refused_at_once(server: StandIn, client: EngineClient, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.auxol"):
        client.import_task(tmp_path / "nothing.auxol", "liver")
    (tmp_path / "copy.auxol").write_bytes(b"task")
    with pytest.raises(InvalidInputError, match="name"):
        client.import_task(tmp_path / "copy.auxol", "..")
    assert server.requests == []
