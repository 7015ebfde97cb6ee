"""Files that appear whole: written under a name of their own beside the wanted one, then put in its place.

A crash leaves a ``.partial`` file, never half a task.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from auxol_core import whole_files
from auxol_core.errors import InvalidInputError


def refuse_existing(path: Path) -> None:
    """Raise InvalidInputError where there is a file at ``path``."""
    if path.exists():
        raise InvalidInputError(f"Expected a new file, but {path.name} exists. Choose another name for the task.")


def beside(path: Path) -> Path:
    """A name that nobody has, in the folder of ``path``."""
    return path.resolve().with_name(f".{secrets.token_hex(8)}.partial")


def put_in_place(partial: Path, path: Path, *, replace: bool = False) -> None:
    """Give the whole file its name; over another file only where it is to ``replace`` that."""
    if replace:
        os.replace(partial, path)
        sync_folder(path)
        return
    try:
        os.link(partial, path)
    except FileExistsError:
        refuse_existing(path)
        raise
    except OSError:  # no hard links there (exFAT, some network shares)
        refuse_existing(path)
        os.replace(partial, path)
    sync_folder(path)


def sync(path: Path) -> None:
    """Put the file's bytes on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Put the name of ``path`` on the disk too."""
    whole_files.sync_folder(path.resolve().parent)
