"""Downloading a known checkpoint: only when asked, going on where it broke off, checked before it gets its name.

The bytes go to ``NAME.part``. When all are there their SHA-256 is taken; the right file is renamed into place, a wrong
one is removed. A second process that downloads the same file is turned away, since both would write to one ``.part``.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from filelock import FileLock, Timeout

from auxol_core.errors import CheckpointError, CheckpointMissingError
from auxol_core.generalist.checkpoints import file_sha256
from auxol_core.generalist.row import GeneralistRow
from auxol_core.whole_files import put_in_place

Progress = Callable[[int, int | None], None]

# What a broken connection loses at most: a piece is handed on only when it is full.
_PIECE = 1 << 17
_TIMEOUT_S = (10.0, 60.0)
_SPARE_BYTES = 64 << 20


@dataclass(frozen=True)
class Wanted:
    """A published file that can be checked: whose, how large, where its authors tell of it, its address and hash."""

    name: str
    megabytes: int
    page: str
    url: str
    sha256: str


def download(row: GeneralistRow, folder: Path, progress: Progress | None = None) -> Path:
    """Bring the weights of ``row`` into ``folder`` and return its path; a file that is there already is only checked.

    ``progress(done, total)`` is called in bytes, total None where the server does not say; what it raises (to cancel)
    ends the download, and the next one goes on from there. Raises CheckpointMissingError where the file cannot be
    fetched (with what to do by hand) and CheckpointError where it is wrong or the disk is full.
    """
    entry, target = check_can_be_downloaded(row, folder)
    if target.is_file():
        if file_sha256(target) != entry.sha256:
            raise CheckpointError(
                f"{target} is there, but by its SHA-256 is not {entry.name}. Remove it, then download again."
            )
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=0):
            part = target.with_name(f"{target.name}.part")
            _fetch_all(entry, part, target, progress)
            _check(part, entry)
            put_in_place(part, target)
    except Timeout as error:
        raise CheckpointError(f"{target} is being downloaded by another process. Wait for it.") from error
    except requests.RequestException as error:
        raise CheckpointMissingError(_by_hand(entry, target, type(error).__name__)) from error
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise CheckpointError(_disk_full(entry, folder) if full else f"{target} cannot be written: {error}.") from error
    return target


def check_can_be_downloaded(row: GeneralistRow, folder: Path) -> tuple[Wanted, Path]:
    """What is to be fetched and where it will lie in ``folder``; CheckpointMissingError, with what to do by hand,
    where there is nothing to fetch or nothing to check it by. Nobody is asked over the network."""
    file = row.published
    if file is None:
        raise CheckpointMissingError(f"The weights of {row.name} ship with the program; there is nothing to download.")
    target = folder / file.file_name
    if file.url is None or file.sha256 is None:
        raise CheckpointMissingError(
            f"{row.name} is not downloaded by this program, because its publisher names no SHA-256 to check it by. "
            f"Get it from {file.page} and put it at {target}."
        )
    return Wanted(row.name, file.megabytes, file.page, file.url, file.sha256), target


def partly_here(row: GeneralistRow, folder: Path) -> int:
    """Bytes of ``row``'s file that a download which broke off, or was cancelled, has left in ``folder``."""
    if row.published is None:
        return 0
    part = folder / f"{row.published.file_name}.part"
    try:
        return part.stat().st_size
    except OSError:
        return 0


def _check(path: Path, entry: Wanted) -> None:
    """Remove the downloaded ``path`` and raise CheckpointError unless its content has the hash."""
    found = file_sha256(path)
    if found != entry.sha256:
        path.unlink()
        raise CheckpointError(
            f"{path.name} should have the SHA-256 {entry.sha256} of {entry.name} and had {found}: it was damaged on "
            f"the way or is another file, and was removed. Download it again, or get it by hand from {entry.page}."
        )


def _fetch_all(entry: Wanted, part: Path, target: Path, progress: Progress | None) -> None:
    """Fetch until the file is whole. A broken connection is taken up again as long as each try brings something."""
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _fetch(entry, part, target, progress)
            return
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            if not part.exists() or part.stat().st_size <= before:
                raise


def _fetch(entry: Wanted, part: Path, target: Path, progress: Progress | None) -> None:
    start = part.stat().st_size if part.exists() else 0
    # Not "gzip": what is counted, resumed and hashed are the file's own bytes.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(entry.url, headers=headers, stream=True, timeout=_TIMEOUT_S) as response:
        if start and response.status_code == requests.codes.requested_range_not_satisfiable:
            return  # Nothing lies beyond what is here: whole, or wrong, which the hash tells.
        if not response.ok:
            raise CheckpointMissingError(_by_hand(entry, target, f"{response.status_code} {response.reason}"))
        goes_on = response.status_code == requests.codes.partial and _start_of(response) == start
        done = start if goes_on else 0
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        if total is not None and shutil.disk_usage(part.parent).free < total - done + _SPARE_BYTES:
            raise CheckpointError(_disk_full(entry, part.parent))
        with part.open("ab" if goes_on else "wb") as file:
            for piece in response.iter_content(_PIECE):
                file.write(piece)
                done += len(piece)
                if progress is not None:
                    progress(done, total)
            file.flush()
            os.fsync(file.fileno())


def _start_of(response: requests.Response) -> int | None:
    """First byte that a partial answer says it holds ("bytes 100-199/200")."""
    first = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdigit() else None


def _by_hand(entry: Wanted, target: Path, reason: str) -> str:
    return (
        f"{entry.name} could not be downloaded ({reason}). Try again when this machine is online, or fetch {entry.url} "
        f"on another machine and put it at {target}; it is checked when it is opened."
    )


def _disk_full(entry: Wanted, folder: Path) -> str:
    return f"{entry.name} needs {entry.megabytes} MB and {folder} has no room. Free disk space, then download again."
