"""Names of files as identities: compared in one form of Unicode, told apart in results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

from auxol_core.imaging.names import ODD_NAME, is_utf8

ODD_FOLDER = "the name of its folder is not UTF-8; rename the folder"


def composed(name: str) -> str:
    """A name in NFC, as names are compared: a Mac writes an umlaut as two characters, others as one."""
    return normalize("NFC", name)


def why_odd(path: Path) -> str | None:
    """Why a library in C++ cannot be given this path, which would end the whole process; None if it can."""
    if is_utf8(path):
        return None
    return ODD_FOLDER if is_utf8(Path(path.name)) else ODD_NAME


def own_names(names: Sequence[tuple[str, str]], taken: Sequence[str] = ()) -> list[str]:
    """Of each (short, whole) name of a source the short one, or the whole one where another source, or something
    ``taken``, would have the same. So scan.png and scan.jpg never meet, nor do two forms of one umlaut."""
    chosen = [short for short, _ in names]
    while True:
        counts: dict[str, int] = {composed(name): 1 for name in taken}
        for name in chosen:
            counts[composed(name)] = counts.get(composed(name), 0) + 1
        meeting = [i for i, name in enumerate(chosen) if counts[composed(name)] > 1 and name != names[i][1]]
        if not meeting:
            return chosen
        for i in meeting:
            chosen[i] = names[i][1]
