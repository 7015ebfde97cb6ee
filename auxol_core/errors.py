"""Every error of the package, one type for each thing a caller can do about it.

AuxolError
    InvalidInputError        correct the argument (shape, type, range, a prompt outside the image)
    NotFoundError            name another slice, task, proposal or version
    DataError                mend or leave out the file that cannot be read
    CheckpointError          choose or download another checkpoint
        CheckpointMissingError   download it or put the file there by hand
    TaskFileError            open another task file; the message names the remedy
        TaskFileLockedError      close the other program that has it open
        TaskFileVersionError     update the program, or export with the other one
        TaskFileGeneralistError  choose the generalist the task was learned with, or have it learned again
        TaskFileCorruptError     restore a copy or an export
        StorageFullError         free disk space and send the correction again; nothing was taken for saved
    ProposalChangedError     ask for the proposal as it is now, show it, and let the user decide again
    CancelledError           nothing: the caller asked for it
    UnavailableError         try again later, or restart the worker
        ProtocolVersionError     update the program or the server: the message names both versions
        LeaseLostError           open the task again and repeat what was asked
    AccessError              give the right token
        RoleError                ask the owner of the shared task, or choose a task of your own
"""

from __future__ import annotations


class AuxolError(Exception):
    """Base of all errors of this package. The message says what was expected, what came, what to do next."""


class InvalidInputError(AuxolError, ValueError):
    """An argument is not what the call takes."""


class NotFoundError(AuxolError, LookupError):
    """The named slice, task, proposal, correction or version is not here.

    ``missing`` says which of these, for a caller that can bring it: ``slice``, ``open task``, ``proposal``, ``job``;
    empty for anything else.
    """

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


class DataError(AuxolError):
    """A file of the user's could not be read or does not fit its partner."""


class CheckpointError(AuxolError):
    """A generalist's checkpoint cannot be used."""


class CheckpointMissingError(CheckpointError):
    """A checkpoint is not on this machine."""


class TaskFileError(AuxolError):
    """A task file cannot be used."""


class TaskFileLockedError(TaskFileError):
    """Another process owns the task file."""


class TaskFileVersionError(TaskFileError):
    """The task file has another format version."""


class TaskFileGeneralistError(TaskFileError):
    """The task was learned beside another generalist."""


class TaskFileCorruptError(TaskFileError):
    """The task file is damaged."""


class StorageFullError(TaskFileError):
    """The disk is full; what was asked for did not become durable."""


class ProposalChangedError(AuxolError):
    """The proposal is no longer the one that the user saw: it was or will be made anew under another version."""


class CancelledError(AuxolError):
    """The caller cancelled the work."""


class UnavailableError(AuxolError):
    """The engine cannot answer now."""


class ProtocolVersionError(UnavailableError):
    """Client and server speak different versions of the protocol."""


class LeaseLostError(UnavailableError):
    """Another process has taken the task file over, or may have: this opening of it neither reads nor writes any more.

    What was to be saved was not, or the message says that this is not known.
    """


class AccessError(AuxolError):
    """The token is missing or wrong."""


class RoleError(AccessError):
    """Whose the token is may not do this with a task that several users share."""
