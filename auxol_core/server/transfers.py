"""Task files on their way out or in: each in a private folder of its own beside the tasks, gone when it has arrived.

They hold image crops, so they never lie in a folder that others can read; what a killed server left is removed later.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from auxol_core.errors import StorageFullError
from auxol_core.private_files import opener
from auxol_core.server.desk import Desk
from auxol_core.server.requests import visit_of

PREFIX = ".transfer-"
LEFT_S = 24 * 3600.0
COPY_BYTES = 2**20


async def new_folder(desk: Desk) -> Path:
    """A private folder for one file; the caller removes it."""
    return await run_in_threadpool(new_folder_in, await desk.folder())


def new_folder_in(root: Path) -> Path:
    """A private folder for one file in ``root``; what was left there long ago is removed."""
    for left in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_S:  # by a server that was killed
                remove(left)
    with _room():
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))


def remove(folder: Path) -> None:
    """Delete the folder and what is in it."""
    shutil.rmtree(folder, ignore_errors=True)


async def receive_file(request: Request, desk: Desk, path: Path) -> None:
    """Write the request's body to ``path``; StorageFullError where there is no room."""
    visit_of(request).body.limit = desk.household.limits.import_bytes
    with desk.household.bodies.passing(desk.user.name), open(path, "wb", buffering=0, opener=opener) as file:
        await write_body(request.receive, file)


async def write_body(receive: Receive, file: Any) -> None:
    """Write what ``receive`` gives of a request's body to ``file``; ClientDisconnect where it breaks off."""
    waiting: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        waiting.append(message.get("body", b""))
        size += len(waiting[-1])
        more = message.get("more_body", False)
        if size >= COPY_BYTES or not more:
            await run_in_threadpool(_write, file, b"".join(waiting))
            waiting, size = [], 0


def _write(file: Any, data: bytes) -> None:
    with _room():
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFullError(
            f"The file could not be taken in ({error.strerror}); nothing was. Free disk space on the server, then send "
            "it again."
        ) from None
