"""Any error -> one translated sentence and the next step, for the status line.

The engine's own message says what was expected and what came, in English. Where a reader needs those particulars
(which file, which version, which side) they follow in brackets; the rest stays in the log and the diagnostics.
"""

from __future__ import annotations

from slicer.i18n import tr as _

from auxol_core import errors
from auxol_core.errors import AuxolError


def sentence(error: BaseException) -> str:
    """What the status line says of ``error``: never empty, never a traceback."""
    if isinstance(error, errors.NotFoundError):
        return _notFound(error)
    for kind, told in _sentences():
        if isinstance(error, kind):
            return told.format(details=_details(error))
    return _(
        "Something unexpected happened ({details}). Your segments are as they were; copy the diagnostics (Settings) "
        "and send them to the developers."
    ).format(details=_details(error))


def _sentences() -> list[tuple[type[BaseException], str]]:
    """The first that fits counts, so subclasses stand before their base. Made anew: the language may change."""
    return _inputSentences() + _fileSentences() + _connectionSentences()


def _inputSentences() -> list[tuple[type[BaseException], str]]:
    return [
        (errors.InvalidInputError, "{details}"),
        (errors.CancelledError, _("Cancelled.")),
        (
            errors.ProposalChangedError,
            _("What was learned meanwhile has changed this proposal. Look at it again, then accept it ({details})"),
        ),
        (
            errors.CheckpointMissingError,
            _("The chosen generalist is not on this machine. Download it or choose the built-in one ({details})"),
        ),
        (
            errors.CheckpointError,
            _("The chosen generalist cannot be used. Choose another one or download it again ({details})"),
        ),
        (errors.DataError, _("A file could not be read. Check it or choose another one ({details})")),
    ]


def _fileSentences() -> list[tuple[type[BaseException], str]]:
    return [
        (
            errors.TaskFileLockedError,
            _("The task is open in another program. Close it there, then choose the task again ({details})"),
        ),
        (
            errors.TaskFileVersionError,
            _("The task was written by another version of AuxOLSegment. Update the older one ({details})"),
        ),
        (
            errors.TaskFileGeneralistError,
            _("The task was learned with another generalist. Choose that one in Settings, Engine ({details})"),
        ),
        (
            errors.TaskFileCorruptError,
            _("The task file is damaged. Import an export of it or restore a copy ({details})"),
        ),
        (
            errors.StorageFullError,
            _("The disk is full: this was NOT saved. Free some space, then save again ({details})"),
        ),
        (errors.TaskFileError, _("The task file cannot be used. Choose another task ({details})")),
    ]


def _connectionSentences() -> list[tuple[type[BaseException], str]]:
    return [
        (
            errors.ProtocolVersionError,
            _("This AuxOLSegment and the server have different versions. Install the same on both sides ({details})"),
        ),
        # The server's own sentence says whose task it is.
        (errors.RoleError, _("Your role in this shared task does not allow this: {details}")),
        (errors.AccessError, _("The server refused the token. Enter the right one in Settings, Server.")),
        (
            errors.LeaseLostError,
            _("The task went to another process of the server. Nothing saved is lost. Try again ({details})"),
        ),
        (
            errors.UnavailableError,
            _("The engine cannot answer now. Try again in a moment; if it lasts, start the engine again ({details})"),
        ),
        (
            TimeoutError,
            _("The engine took too long to answer. Try again; if it lasts, start the engine again ({details})"),
        ),
        (
            ConnectionError,
            _("The engine cannot be reached. Start it again, or check the server's address in Settings ({details})"),
        ),
        (PermissionError, _("This file or folder may not be written. Choose another place ({details})")),
        (FileNotFoundError, _("A file is not where it was. Choose it again ({details})")),
        (OSError, _("The system refused a file or a connection. Check it, then try again ({details})")),
        (AuxolError, _("The engine refused: {details}")),
    ]


def _notFound(error: errors.NotFoundError) -> str:
    told = {
        "slice": _("The engine no longer has this slice. Prompt or save it once more; it is then sent again."),
        "open task": _("The task is no longer open. Choose it again in the list of tasks."),
        "proposal": _("The engine no longer has this proposal. Prompt the object once more."),
        "job": _("The propagation had ended already. Start it again if slices are missing."),
    }.get(error.missing)
    return told or _("Not found. Choose another one ({details})").format(details=_details(error))


def _details(error: BaseException) -> str:
    """The error's own words on one line; its type where it has none."""
    return " ".join(str(error).split()) or type(error).__name__
