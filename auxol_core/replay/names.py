"""Names of files as identities: compared in one form of Unicode, told apart in results, shown whatever they hold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

from auxol_core.imaging import files

ODD_NAME = "its name is not UTF-8, as names from old archives are not. Rename it"
ODD_FOLDER = "the name of its folder is not UTF-8. Rename the folder"


def composed(name: str) -> str:
    """A name in NFC, as names are compared: a Mac writes an umlaut as two characters, others as one."""
    return normalize("NFC", name)


def shown(path: Path | str) -> str:
    """A name or path as it can be printed and written anywhere; bytes that are not UTF-8 as ``\\xfc``."""
    return os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def why_odd(path: Path) -> str | None:
    """Why a library in C++ cannot be given this path, which would end the whole process; None if it can."""
    for part, reason in ((path.name, ODD_NAME), (os.fspath(path), ODD_FOLDER)):
        try:
            part.encode("utf-8")
        except UnicodeEncodeError:
            return reason
    return None


def own_names(paths: Sequence[Path], taken: Sequence[str] = ()) -> list[str]:
    """A name for each file of one folder: its own without its ending; its whole name where another file, or something
    ``taken``, would have the same. So scan.png and scan.jpg never meet, nor do two forms of one umlaut."""
    names = {path: files.stem(path) for path in paths}
    while True:
        counts: dict[str, int] = {composed(name): 1 for name in taken}
        for name in names.values():
            counts[composed(name)] = counts.get(composed(name), 0) + 1
        meeting = [p for p, name in names.items() if counts[composed(name)] > 1 and name != p.name]
        if not meeting:
            return [names[path] for path in paths]
        for path in meeting:
            names[path] = path.name
