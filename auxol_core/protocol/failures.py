"""Errors <-> HTTP statuses and JSON bodies."""

from __future__ import annotations

import json

from auxol_core import errors
from auxol_core.errors import AuxolError, NotFoundError, UnavailableError

_STATUS: tuple[tuple[type[AuxolError], int], ...] = (  # the first that fits
    (errors.ProtocolVersionError, 426),
    (errors.RoleError, 403),
    (errors.AccessError, 401),
    (errors.InvalidInputError, 422),
    (errors.NotFoundError, 404),
    (errors.TaskFileLockedError, 423),
    (errors.StorageFullError, 507),
    (errors.UnavailableError, 503),
    (AuxolError, 409),
)


def error_answer(error: AuxolError) -> tuple[int, dict[str, str]]:
    """HTTP status and JSON body of an error."""
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    body = {"error": type(error).__name__, "message": str(error)}
    return status, {**body, "missing": error.missing} if isinstance(error, NotFoundError) else body


def error_of(status: int, body: bytes) -> AuxolError:
    """The error that an answer with a status of 400 or more tells; UnavailableError where it is no server of ours."""
    try:
        told = json.loads(body)
        kind, text = getattr(errors, told["error"]), str(told["message"])
        if isinstance(kind, type) and issubclass(kind, AuxolError):
            return kind(text, str(told.get("missing", ""))) if issubclass(kind, NotFoundError) else kind(text)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return UnavailableError(
        f"The engine's answer was expected, got HTTP status {status} and {len(body)} bytes that are not one. "
        "See whether the address is that of an AuxOL server, and what its log says."
    )
