"""Which files are pictures, volumes and segmentations by their names, and names that no reader can be given."""

from __future__ import annotations

import os
from pathlib import Path

from auxol_core.errors import DataError

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
VOLUME_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")
SEGMENTATION = ".seg.nrrd"  # Slicer's own, one ending
LABEL_ENDINGS = (SEGMENTATION, *VOLUME_ENDINGS)
ALL_ENDINGS = (*LABEL_ENDINGS, *IMAGE_ENDINGS)
STRUCTURE = "structure"  # what a segment is called of which nobody said more


def ending(path: Path, endings: tuple[str, ...]) -> str | None:
    """Which of ``endings`` the file's name has, in lower case; None if none, or if a longer known one fits."""
    name = path.name.lower()
    fitting = [e for e in {*ALL_ENDINGS, *endings} if name.endswith(e) and len(name) > len(e)]
    longest = max(fitting, key=len, default=None)
    return longest if longest in endings else None


def stem(path: Path, endings: tuple[str, ...] = ALL_ENDINGS) -> str:
    """The file's name without its ending, ``.nii.gz`` and ``.seg.nrrd`` being one ending each."""
    found = ending(path, endings)
    return path.name[: -len(found)] if found else path.stem


def files_of(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """The files of ``folder`` with one of ``endings``, in order of their names.

    Hidden ones are left out, and those whose names are not UTF-8: ``odd_names`` has these.
    """
    return [path for path in _present(folder, endings) if is_utf8(path)]


def odd_names(folder: Path, endings: tuple[str, ...]) -> list[str]:
    """The names, odd bytes shown as ``\\xfc``, of the files that ``files_of`` leaves out because of their names."""
    return [shown(path) for path in _present(folder, endings) if not is_utf8(path)]


def is_utf8(path: Path) -> bool:
    """Whether the whole path can be handed to C++, which ends the process at anything but UTF-8."""
    try:
        os.fspath(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(path: Path | str) -> str:
    """A whole path as it can be printed and written anywhere; bytes that are not UTF-8 as ``\\xfc``."""
    return os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shown(path: Path) -> str:
    """The file's name alone, printable."""
    return printable(path.name)


ODD_NAME = "its name is not UTF-8, as one from an old archive; rename it"


def check_name(path: Path) -> None:
    """Raise DataError where the path is not UTF-8."""
    if not is_utf8(path):
        raise DataError(f"{shown(path)}: {ODD_NAME} or the folder that it lies in.")


def _present(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and ending(p, endings))
