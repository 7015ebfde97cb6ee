"""The old file of a task, kept beside it while a newer program changes its format or learns it again.

``<file>.before`` is the file as the older program left it: that program opens it under its own name. It goes when the
task knows again what it knew, and with every correction that is forgotten, because it still holds it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from auxol_core.private_files import make_empty
from auxol_core.taskfile.connections import connect
from auxol_core.taskfile.owner import remove_quietly
from auxol_core.taskfile.places import beside, sync, sync_folder


def kept_path(path: Path) -> Path:
    """Where the old file of ``path`` lies, if there is one."""
    return path.with_name(path.name + ".before")


def keep(connection: sqlite3.Connection, path: Path) -> None:
    """Copy the open file ``path`` page by page to its kept one, on the disk on return. One that is there stays: it is
    from before something that has not ended yet."""
    if kept_path(path).exists():
        return
    partial = beside(path)
    try:
        make_empty(partial)
        with closing(connect(partial)) as copy:
            connection.backup(copy)
        sync(partial)
        os.replace(partial, kept_path(path))
        sync_folder(path)
    finally:
        remove_quietly(partial)


def drop(path: Path) -> None:
    """The old file of ``path`` is needed no longer; harmless where there is none."""
    remove_quietly(kept_path(path))
