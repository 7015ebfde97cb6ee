"""Checkpoints are found, checked, refused in one sentence, downloaded from a server on this machine, and listed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from auxol_core.cli.checkpoint_command import checkpoint_app
from auxol_core.errors import CancelledError, CheckpointError, CheckpointMissingError
from auxol_core.generalist import checkpoints, registry
from auxol_core.generalist import download as download_module
from auxol_core.generalist.checkpoints import find, load_state, own_folder, verify
from auxol_core.generalist.download import download, partly_here
from auxol_core.generalist.registry import find_row
from auxol_core.generalist.row import GeneralistRow, Published
from auxol_core.promptable.shipped import WEIGHTS


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, empty, and the administrator's beside it."""
    for name, variable in (("own", "AUXOL_CHECKPOINT_DIR"), ("shared", "AUXOL_CHECKPOINT_DIR_SHARED")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # The files here hold as much of a model as tells which it is; that they are whole is another module's subject.
    monkeypatch.setattr(checkpoints, "_complete", lambda path, row, shapes: row)
    return tmp_path / "own"


def state(width: int = 768, depth: int = 12) -> dict[str, torch.Tensor]:
    """As much of a SAM as tells its architecture."""
    blocks = {f"image_encoder.blocks.{i}.norm1.weight": torch.ones(2) for i in range(depth)}
    return {"image_encoder.pos_embed": torch.zeros(1, 1, 1, width)} | blocks


LARGE = state(1024, 24)


def saved(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path


def entry_of(content: bytes, url: str | None = None) -> GeneralistRow:
    file = Published("small.pth", 1, "https://example.org/page", url, hashlib.sha256(content).hexdigest())
    return replace(find_row("vit_b"), name="small", published=file)


@pytest.mark.parametrize(("width", "depth", "name"), [(1024, 24, "vit_l"), (1280, 32, "vit_h")])
def test_a_users_own_checkpoint_is_known_by_its_shapes(tmp_path: Path, width: int, depth: int, name: str) -> None:
    path = saved(tmp_path / "mine.pth", state(width, depth))
    found = find(str(path))
    assert (found.name, found.path, found.row.name) == ("mine.pth", path, name)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_checkpoint_in_a_folder_is_found_by_its_files_name_the_users_first(tmp_path: Path, own: Path) -> None:
    shared = saved(tmp_path / "shared" / "mine.pth", LARGE)
    assert find("mine.pth").path == shared
    users = saved(own / "mine.pth", LARGE)
    assert find("mine.pth").path == users


def test_without_a_variable_the_folder_is_the_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUXOL_CHECKPOINT_DIR")
    assert own_folder().parts[-2:] == ("auxol", "checkpoints")


def test_the_old_format_that_cannot_be_mapped_is_read_too(tmp_path: Path) -> None:
    torch.save(LARGE, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert find(str(tmp_path / "old.pth")).row.name == "vit_l"


def test_medsam_is_what_the_user_calls_so(own: Path) -> None:
    path = saved(own / "medsam_vit_b.pth", state())
    found = find("medsam")
    assert (found.name, found.row.name, found.row.preprocessing) == ("medsam", "medsam", "medsam")
    assert find(f"medsam:{path}").row.name == "medsam"


@pytest.mark.parametrize("name", ["my_liver_best.pth", "compare_medsam_vs_sam.pth", "medsam_vit_b.pth", "sam.pth"])
def test_a_vit_b_of_ones_own_is_never_judged_by_its_name_and_the_user_is_asked(own: Path, name: str) -> None:
    path = saved(own / name, state())
    for asked in (name, str(path)):
        with pytest.raises(CheckpointError, match=r"SAM ViT-B .* MedSAM .* Choose vit_b:.* or medsam:.*"):
            find(asked)
    for chosen in ("vit_b", "medsam"):
        for asked in (f"{chosen}:{name}", f"{chosen}:{path}"):
            found = find(asked)
            assert (found.name, found.path, found.row.name) == (name, path, chosen)


def test_what_a_file_was_declared_to_be_must_fit_it(tmp_path: Path) -> None:
    path = saved(tmp_path / "mine.pth", LARGE)
    with pytest.raises(CheckpointError, match="should be medsam, of the architecture vit_b, and holds vit_l"):
        find(f"medsam:{path}")
    with pytest.raises(CheckpointMissingError, match="neither a known generalist"):
        find(f"nobody:{path}")


def test_safetensors_say_their_preprocessing_themselves(tmp_path: Path) -> None:
    save_file(state(), tmp_path / "mine.safetensors", metadata={"preprocessing": "medsam"})
    save_file(state(), tmp_path / "from_medsam.safetensors", metadata={"preprocessing": "sam"})
    assert find(str(tmp_path / "mine.safetensors")).row.name == "medsam"
    assert find(str(tmp_path / "from_medsam.safetensors")).row.name == "vit_b"


def test_a_preprocessing_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    save_file(state(), tmp_path / "mine.safetensors", metadata={"preprocessing": "clahe"})
    with pytest.raises(CheckpointError, match="'clahe'; it must be sam or medsam"):
        find(str(tmp_path / "mine.safetensors"))


def test_a_known_file_with_another_hash_is_refused_by_name_and_by_path(own: Path) -> None:
    path = saved(own / "sam_vit_b_01ec64.pth", state())
    for asked in ("vit_b", str(path)):
        with pytest.raises(
            CheckpointError, match=r"should have the SHA-256 ec2df6.* damaged, cut short or another file"
        ):
            find(asked)


def test_a_known_file_is_known_by_its_hash_whatever_it_is_called_and_not_opened(own: Path) -> None:
    registry.register(entry_of(b"right"))
    try:
        for path in (own / "small.pth", own / "renamed.pth"):
            path.write_bytes(b"right")
        for asked in ("small", "renamed.pth", str(own / "renamed.pth"), "small:renamed.pth"):
            found = find(asked)
            assert (found.name, found.row.name) == ("small", "small")
            assert found.sha256 == hashlib.sha256(b"right").hexdigest()
        with pytest.raises(CheckpointError, match=r"is small by its SHA-256\. Choose it by"):
            find("medsam:renamed.pth")
    finally:
        registry.remove("small")


def test_a_medsam_of_another_architecture_is_refused(own: Path) -> None:
    saved(own / "medsam_vit_b.pth", state(1280, 32))
    with pytest.raises(CheckpointError, match=r"should be medsam, .* vit_b, and holds vit_h\. Get it from https"):
        find("medsam")


class Evil:
    """Unpickling it would make a folder: code in a checkpoint."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("evil_was_here",)


def test_pickled_code_is_refused_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path / "evil.pth", {"image_encoder.pos_embed": Evil()})
    with pytest.raises(CheckpointError, match="would run code, which is never done"):
        find(str(path))
    assert not (tmp_path / "evil_was_here").exists()


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"no checkpoint at all", b"PK\x03\x04 half a zip", b"\x80\x02}q\x00."])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"wrong{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="wrong"):
        find(str(path))


@pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("cut.safetensors" if kind == "safetensors" else "cut.pth")
    if kind == "safetensors":
        save_file(state(), path)
    else:
        torch.save(state(), path, _use_new_zipfile_serialization=kind == "zip")
    whole = path.read_bytes()
    # The old format is torn in the middle of a number where few lengths are: each of its first bytes, then some.
    for length in [*range(64), *range(64, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="cut short" if length else "it is empty"):
            load_state(path)


def test_a_reader_that_stumbles_over_flipped_bytes_is_a_refusal_too(tmp_path: Path) -> None:
    torch.save(state(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    whole = (tmp_path / "old.pth").read_bytes()
    name_of_storage = whole.rindex(b"X\x0e")  # The second list of names must agree with the first.
    flipped = bytearray(whole)
    flipped[name_of_storage + 6] ^= 0x01
    (tmp_path / "old.pth").write_bytes(flipped)
    with pytest.raises(CheckpointError, match="cannot be opened as weights"):
        load_state(tmp_path / "old.pth")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (torch.zeros(3), "holds something else. Save the model's state_dict"),
        ({"weights": state(), "epoch": 3}, "holds something else. Save the model's state_dict"),
        ({"conv.weight": torch.zeros(3)}, r"should hold one of builtin, vit_b.* 1 arrays such as conv.weight \(3,\)"),
        (state(384, 12), r"13 arrays such as image_encoder.pos_embed \(1, 1, 1, 384\)"),
        (state(768, 24), r"25 arrays such as image_encoder.pos_embed \(1, 1, 1, 768\)"),
    ],
)
def test_weights_of_something_else_are_refused(tmp_path: Path, content: object, sentence: str) -> None:
    with pytest.raises(CheckpointError, match=sentence):
        find(str(saved(tmp_path / "other.pth", content)))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("vit_h", r"Download it \(2565 MB\), or put the file sam_vit_h_4b8939.pth into .*own; it comes from https"),
        ("medsam", "Get it from https://github.com/bowang-lab/MedSAM and put the file medsam_vit_b.pth into"),
        (
            "vit_x",
            r"known generalist \(builtin, vit_b, vit_l, vit_h, medsam, mobile_sam, .*sam21_large\) nor a file, here",
        ),
    ],
)
def test_a_missing_checkpoint_says_how_to_get_it(asked: str, sentence: str) -> None:
    with pytest.raises(CheckpointMissingError, match=sentence):
        find(asked)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"cannot be read .* Check permissions and disk"):
        verify(tmp_path)


CONTENT = bytes(range(256)) * 4096


class Server(ThreadingHTTPServer):
    """Serves CONTENT on the loopback; ``cut`` bytes at most an answer, then the connection breaks; logs ranges."""

    daemon_threads = True
    cut: int | None = None
    ranges: bool = True
    status: int = 200
    asked: list[str | None]


class Handler(BaseHTTPRequestHandler):
    """GET with Range, as a file server does it."""

    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.ranges else 0
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as served:
        served.asked = []
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.fixture
def entry(server: Server) -> GeneralistRow:
    return entry_of(CONTENT, f"http://127.0.0.1:{server.server_port}/small.pth")


def test_a_download_lies_checked_under_its_name_and_leaves_nothing_else(entry: GeneralistRow, own: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = download(entry, own / "made", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [left.name for left in path.parent.iterdir() if left.suffix != ".lock"] == ["small.pth"]


def test_what_is_there_already_is_checked_and_not_fetched_again(
    entry: GeneralistRow, server: Server, own: Path
) -> None:
    (own / "small.pth").write_bytes(CONTENT)
    assert download(entry, own) == own / "small.pth"
    (own / "small.pth").write_bytes(b"other")
    with pytest.raises(CheckpointError, match=r"by its SHA-256 is not small\. Remove it"):
        download(entry, own)
    assert server.asked == []


def test_a_broken_connection_is_taken_up_where_it_broke(entry: GeneralistRow, server: Server, own: Path) -> None:
    server.cut = 3 << 17
    assert download(entry, own).read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={3 << 17}-", f"bytes={6 << 17}-"]


def test_the_next_download_goes_on_where_a_cancelled_one_stopped(
    entry: GeneralistRow, server: Server, own: Path
) -> None:
    def cancel(done: int, total: int | None) -> None:
        raise CancelledError(f"{done} of {total}")

    server.cut = 3 << 17
    with pytest.raises(CancelledError):
        download(entry, own, cancel)
    there = (own / "small.pth.part").stat().st_size
    server.cut = None
    assert download(entry, own).read_bytes() == CONTENT
    assert there > 0
    assert server.asked[1:] == [f"bytes={there}-"]


@pytest.mark.parametrize("there", [b"wrong bytes of an older try", CONTENT + b"and more"])
def test_a_server_without_ranges_or_a_part_too_long_does_not_go_wrong(
    entry: GeneralistRow, server: Server, own: Path, there: bytes
) -> None:
    (own / "small.pth.part").write_bytes(there)
    server.ranges = False
    seen: list[tuple[int, int | None]] = []
    path = download(entry, own, lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_part_that_is_whole_already_only_gets_its_name(entry: GeneralistRow, own: Path) -> None:
    (own / "small.pth.part").write_bytes(CONTENT)
    assert download(entry, own).read_bytes() == CONTENT


def test_a_wrong_hash_removes_the_file(entry: GeneralistRow, own: Path) -> None:
    assert entry.published is not None
    changed = replace(entry, published=replace(entry.published, sha256="0" * 64))
    with pytest.raises(CheckpointError, match=r"should have the SHA-256 0000.*and was removed. Download it again"):
        download(changed, own)
    assert [left.name for left in own.iterdir() if left.suffix != ".lock"] == []


def test_offline_says_what_to_put_where_by_hand(own: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/small.pth"
    with pytest.raises(
        CheckpointMissingError, match=rf"online, or fetch {url} on another machine and put it at .*small"
    ):
        download(entry_of(CONTENT, url), own)


def test_a_server_that_says_no_is_quoted(entry: GeneralistRow, server: Server, own: Path) -> None:
    server.status = 403
    with pytest.raises(CheckpointMissingError, match=r"could not be downloaded \(403 Forbidden\)"):
        download(entry, own)


def test_a_disk_without_room_is_noticed_before_the_download(
    entry: GeneralistRow, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_module, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(CheckpointError, match=r"needs 1 MB and .* has no room"):
        download(entry, own)


def test_a_folder_that_cannot_be_made_is_said(entry: GeneralistRow, own: Path) -> None:
    (own / "file").write_bytes(b"")
    with pytest.raises(CheckpointError, match="cannot be written"):
        download(entry, own / "file" / "below")


def test_a_disk_that_fills_on_the_way_keeps_what_came_for_the_next_download(
    entry: GeneralistRow, own: Path
) -> None:
    def fill(done: int, total: int | None) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CheckpointError, match=r"has no room\. Free disk space"):
        download(entry, own, fill)
    assert 0 < partly_here(entry, own) < len(CONTENT)
    assert download(entry, own).read_bytes() == CONTENT
    assert partly_here(entry, own) == 0


def test_medsam_is_not_downloaded_because_it_could_not_be_checked(own: Path) -> None:
    with pytest.raises(
        CheckpointMissingError, match=r"names no SHA-256 to check it by. Get it from .*MedSAM and put it"
    ):
        download(find_row("medsam"), own)


def test_list_says_what_is_here_and_where(own: Path) -> None:
    saved(own / "medsam_vit_b.pth", state())
    result = CliRunner().invoke(checkpoint_app, ["list", "--json"])
    assert result.exit_code == 0
    assert {row["name"]: row["path"] for row in json.loads(result.stdout)} == {
        **dict.fromkeys(registry.names()),
        "builtin": str(WEIGHTS),
        "medsam": str(own / "medsam_vit_b.pth"),
    }
    assert "vit_h" in CliRunner().invoke(checkpoint_app, ["list"]).stdout
    table = CliRunner().invoke(checkpoint_app, ["list", "--markdown"]).stdout
    assert "| vit_h | SAM ViT-H | 2565 MB | download |" in table


def test_verify_checks_all_that_is_here_and_fails_where_one_is_wrong(own: Path) -> None:
    path = saved(own / "medsam_vit_b.pth", state())
    result = CliRunner().invoke(checkpoint_app, ["verify"])
    assert (result.exit_code, hashlib.sha256(path.read_bytes()).hexdigest() in result.stdout) == (0, True)
    saved(own / "sam_vit_b_01ec64.pth", state())
    result = CliRunner().invoke(checkpoint_app, ["verify", "--json"])
    assert result.exit_code == 1
    assert {row["name"]: row["right"] for row in json.loads(result.stdout)} == {
        "builtin": True,
        "vit_b": False,
        "medsam": True,
    }


def test_verify_takes_a_path(tmp_path: Path) -> None:
    path = saved(tmp_path / "mine.pth", state(1024, 24))
    result = CliRunner().invoke(checkpoint_app, ["verify", str(path), "--json"])
    assert json.loads(result.stdout)[0]["architecture"] == "vit_l"


def test_remove_deletes_the_users_file_and_never_a_shared_one(tmp_path: Path, own: Path) -> None:
    shared = saved(tmp_path / "shared" / "medsam_vit_b.pth", state())
    saved(own / "medsam_vit_b.pth", state())
    (own / "medsam_vit_b.pth.part").write_bytes(b"half")
    assert CliRunner().invoke(checkpoint_app, ["remove", "medsam"], input="n\n").exit_code == 1
    assert len(list(own.iterdir())) == 2
    assert CliRunner().invoke(checkpoint_app, ["remove", "medsam", "--yes"]).exit_code == 0
    assert list(own.iterdir()) == []
    again = CliRunner().invoke(checkpoint_app, ["remove", "medsam", "--yes"])
    assert isinstance(again.exception, CheckpointMissingError)
    assert shared.is_file()


@pytest.mark.parametrize("command", [["download"], ["remove", "--yes"]])
def test_what_ships_with_the_program_is_neither_fetched_nor_removed(command: list[str]) -> None:
    result = CliRunner().invoke(checkpoint_app, [*command, "builtin"])
    assert isinstance(result.exception, CheckpointMissingError)
    assert "builtin ship with the program" in str(result.exception)
    assert WEIGHTS.is_file()


def test_download_of_a_name_nobody_knows_names_the_known_ones() -> None:
    result = CliRunner().invoke(checkpoint_app, ["download", "vit_x"])
    assert isinstance(result.exception, CheckpointMissingError)
    assert all(entry.name in str(result.exception) for entry in registry.rows())


def test_download_puts_the_file_into_the_users_folder(
    entry: GeneralistRow, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "find_row", lambda _: entry)
    refused = CliRunner().invoke(checkpoint_app, ["download", "small"], input="n\n")
    assert refused.exit_code == 1 and "Licence: Apache-2.0 of Meta" in refused.stdout
    assert not own.exists() or list(own.iterdir()) == []
    result = CliRunner().invoke(checkpoint_app, ["download", "small"], input="y\n")
    assert result.exit_code == 0
    assert str(own / "small.pth") in result.stdout
    assert (own / "small.pth").read_bytes() == CONTENT
