"""Writes corrections to the disk for a program that must not wait for one: a process that Slicer starts beside itself.

``python keeper.py FOLDER``, by the file's path and with nothing but the standard library. On its input come frames: a
line of JSON with ``name`` and ``bytes``, then so many bytes. Each is answered by one line on its output once it is on
the disk: ``kept NAME``, or ``failed NAME REASON``. When the input ends, what came whole is finished and the program
leaves; half a frame is dropped. Killed, it leaves at most a file ``.partial``, which nobody takes for a correction.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".partial"
NAME_BYTES, MAX_BYTES = 255, 2**30


def write_whole(folder: Path, name: str, data: bytes, *, sync: bool = True) -> None:
    """``data`` as the file ``name`` of ``folder``: all of it or nothing, its owner's alone. OSError where it cannot.

    ``sync``: it is on the disk when this returns; else the system writes it when it likes, also after this process.
    """
    partial = folder / f".{secrets.token_hex(8)}{PARTIAL}"
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        os.replace(partial, folder / name)
        if sync:
            sync_folder(folder)
    except BaseException:
        with suppress(OSError):  # it is dropped after an hour
            partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Put the names in it on the disk too; Windows does that by itself and knows no such call."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some network disks know no such call for a folder
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def frame(name: str, data: bytes) -> bytes:
    """What is written to a keeper's input."""
    return json.dumps({"name": name, "bytes": len(data)}).encode() + b"\n" + data


def _frame_from(source: BinaryIO) -> tuple[str, bytes] | None:
    """The next frame; None where there is none, or no whole one. ValueError where it is something else."""
    line = source.readline(4096)
    if not line.endswith(b"\n"):
        return None
    told = json.loads(line)
    name, size = told["name"], told["bytes"]
    if type(size) is not int or not 0 <= size <= MAX_BYTES:
        raise ValueError(f"a size was expected, got {size!r}")
    if type(name) is not str or os.path.basename(name) != name or not 0 < len(name.encode()) <= NAME_BYTES:
        raise ValueError(f"the name of a file was expected, got {name!r}")
    data = source.read(size)
    return (name, data) if len(data) == size else None


def keep(folder: Path, source: BinaryIO, answers: BinaryIO) -> None:
    """Take frames from ``source`` until it ends."""
    while (came := _frame_from(source)) is not None:
        name, data = came
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(folder, name, data)
        except OSError as error:
            answer = f"failed {name} {error.strerror or error}"
        else:
            answer = f"kept {name}"
        with suppress(OSError):  # nobody is there to be told; what is under way is kept all the same
            answers.write(answer.replace("\n", " ").encode("utf-8", "replace") + b"\n")
            answers.flush()


def main() -> None:
    """Run as a program."""
    os.umask(0o077)
    for name in ("SIGINT", "SIGHUP", "SIGPIPE"):  # they are meant for the program that started this one
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    keep(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # what the interpreter would flush now has nobody to read it


if __name__ == "__main__":
    main()
