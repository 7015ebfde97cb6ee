"""The files beside a text header that hold its voxels: who knows the header alone does not know the volume.

NRRD and MetaImage name one file, list several, or give a pattern with a range of numbers (text_headers.py).
"""

from __future__ import annotations

from pathlib import Path

from auxol_core.imaging.text_headers import MOST_HEADER, meta_header, nrrd_header

_PATTERN_NUMBERS = 3  # first, last, step


def files_with(path: Path) -> list[Path]:
    """``path``, and behind it the files that its header names, as far as they are there. Raises OSError."""
    name = path.name.lower()
    if not name.endswith((".mhd", ".nrrd")):
        return [path]
    header = nrrd_header(path) if name.endswith(".nrrd") else meta_header(path)
    beside = [path.parent / each for each in _named(path, header.data_named)]
    return [path, *(each for each in beside if each.is_file() and each != path)]


def _named(header: Path, named: str) -> list[str]:
    word = named.split()[0].upper() if named.split() else "LOCAL"
    if word == "LOCAL":
        return []
    if word == "LIST":
        with header.open("rb") as stream:
            lines = stream.read(MOST_HEADER).decode("utf-8", "replace").splitlines()
        at = next((i for i, line in enumerate(lines) if "LIST" in line.upper() and "DATA" in line.upper()), len(lines))
        return [line.strip() for line in lines[at + 1 :] if line.strip()]
    if "%" in named:
        pattern, *numbers = named.split()
        try:
            first, last, step = (int(each) for each in numbers[:_PATTERN_NUMBERS])
            return [pattern % number for number in range(first, last + 1, step or 1)]
        except (ValueError, TypeError):
            return []
    return [named]
