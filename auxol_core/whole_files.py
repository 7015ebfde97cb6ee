"""Files that are there whole or not at all: written beside under a name that ends in ``.partial``, then put in place.

Whatever happens meanwhile, the file is as it was before or as it was meant to be; what is left of a crash is one
``.partial`` file, which nobody takes for anything else. Nothing but the standard library is needed.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from auxol_core.private_files import opener

PARTIAL = ".partial"
# What ``beside`` names, for those who sweep a folder.
UNFINISHED = re.compile(rf"\.[0-9a-f]{{16}}{re.escape(PARTIAL)}")


@contextmanager
def replaced(path: Path, *, private: bool = False, sync: bool = True) -> Iterator[BinaryIO]:
    """A new file to write and read, which takes the place of ``path`` when the block ends well; else that stays.

    ``private``: it is its owner's alone from the first moment. ``sync``: content and name are on the disk when the
    block has ended; else the system writes them when it likes. Raises OSError.
    """
    with written_beside(path, sync=sync) as partial, open(partial, "xb+", opener=opener if private else None) as file:
        yield file


def write_whole(path: Path, data: bytes, *, private: bool = False, sync: bool = True) -> None:
    """``data`` as the content of ``path``, all of it or nothing; see ``replaced``."""
    with replaced(path, private=private, sync=sync) as file:
        file.write(data)


@contextmanager
def written_beside(path: Path, ending: str = "", *, sync: bool = True) -> Iterator[Path]:
    """The name of a file for a library to write that opens files itself; it replaces ``path`` as ``replaced`` does.

    ``ending``: follows ``.partial`` where that library tells a format by it.
    """
    partial = beside(path, ending)
    try:
        yield partial
        put_in_place(partial, path, sync=sync)
    finally:
        with suppress(OSError):  # what is left is known by its name
            partial.unlink(missing_ok=True)


def beside(path: Path, ending: str = "") -> Path:
    """A name that nothing has, in the folder of ``path``."""
    return path.absolute().with_name(f".{secrets.token_hex(8)}{PARTIAL}{ending}")


def put_in_place(partial: Path, path: Path, *, sync: bool = True) -> None:
    """Give the finished file ``partial`` the name ``path``, on the same disk. Raises OSError."""
    if sync:
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
    os.replace(partial, path)
    if sync:
        sync_folder(path.absolute().parent)


def sync_folder(folder: Path) -> None:
    """Put the names in it on the disk too; Windows does that by itself, and some network disks know no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
