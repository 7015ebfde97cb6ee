"""The streams that every table of this project reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.replay.sources import Structure, open_set, structures

CORE_STREAMS = ("kvasir", "lgg", "lgg_volumes", "hc18", "jsrt/heart", "curvas_ct/liver", "curvas_ct/kidneys")


def core_structures(data: Path, names: Sequence[str] = CORE_STREAMS) -> list[Structure]:
    """The named streams' structures from the sets in the folder ``data``; DataError names a set that is not there."""
    found = []
    for name in names:
        folder, _, label = name.partition("/")
        if not (data / folder).is_dir():
            raise DataError(f"Expected the set {folder} in {data}, found no such folder. Point --data at the sets.")
        source = open_set(data / folder)
        found += structures([source], [label] if label else [])
    return found
