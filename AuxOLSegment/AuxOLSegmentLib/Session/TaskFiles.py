"""A task's file outside the engine's folder: what is exported and imported."""

from pathlib import Path

from slicer.i18n import tr as _

from auxol_core.errors import InvalidInputError, StorageFullError
from auxol_core.whole_files import write_whole


def writeTaskFile(path: Path, data: bytes) -> None:
    """It holds parts of images: the user's alone. Not synced: a slow disk would hold Slicer's main thread."""
    if path.with_name(path.name + ".owner").exists():  # an engine's note: it writes on into the file that was there
        text = _("{path} is a task that an engine has open; nothing was written. Choose another place or name.")
        raise InvalidInputError(text.format(path=path))
    try:
        write_whole(path, data, private=True, sync=False)
    except OSError as error:
        raise StorageFullError(
            _("The task could not be written to {path} ({reason}). Choose another place.").format(
                path=path, reason=error.strerror
            )
        ) from None


def readTaskFile(path: Path) -> bytes:
    """Its bytes; whether they are a task's is the engine's to say."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInputError(
            _("A task file was expected at {path}, but it cannot be read ({reason}).").format(
                path=path, reason=error.strerror
            )
        ) from None
