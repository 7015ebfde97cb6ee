"""One mask saved under one id, and saved again after it was undone.

An undo sets a correction aside: the versions of that branch still stand on it, so it stays as it was journaled, and a
save that comes again under its id is journaled beside it, with its own lessons and scores, under an id made of the
first. While a save of an id stands in the current line, waits to be learned or was refused by the guard, the id is
taken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from auxol_core.taskfile.schema import CorrectionRow

_AGAIN = re.compile(r"(.+) \(again [0-9]+\)", re.DOTALL)
_ROOM = 180  # an id may have 200 characters


def saves_of(correction_id: str, rows: Iterable[CorrectionRow]) -> list[CorrectionRow]:
    """Those of ``rows`` that were saved under ``correction_id``, in order."""
    short = _short(correction_id)
    return [row for row in rows if row.correction_id == correction_id or _first_id(row.correction_id) == short]


def standing(saves: Sequence[CorrectionRow]) -> CorrectionRow | None:
    """The save that was not set aside; None: the id may be saved under."""
    return next((row for row in reversed(saves) if row.state != "set_aside"), None)


def next_id(correction_id: str, saves: Sequence[CorrectionRow]) -> str:
    """Under which id the next save is journaled."""
    taken, number = {row.correction_id for row in saves}, len(saves) + 1
    if not saves:
        return correction_id
    while (name := f"{_short(correction_id)} (again {number})") in taken:
        number += 1
    return name


def _first_id(stored: str) -> str | None:
    found = _AGAIN.fullmatch(stored)
    return None if found is None else found[1]


def _short(correction_id: str) -> str:
    return correction_id if len(correction_id) <= _ROOM else hashlib.sha256(correction_id.encode()).hexdigest()
