"""The time limits of every client, declared once; each is named for what it protects."""

from __future__ import annotations

from dataclasses import dataclass, fields

from auxol_core.errors import InvalidInputError, UnavailableError

MAX_WAIT_S = 30.0  # what a server waits in one long poll


class NoAnswerError(UnavailableError):
    """The server could not be reached, or did not answer in time. A server that is late is not thereby dead."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds; each is the limit of a whole request, from its first byte to the answer's last.

    ``connect``: until there is a connection. ``quick``: what asks or notes something. ``predict``: a click, with the
    encoder. ``save``: a correction, with the encoder where something was drawn by hand. ``transfer``: a slice on its
    way. ``answer``: until a verb that takes long has answered or said that it is at it (20 s and the way). ``slow``:
    such a verb as a whole. ``file``: a task file on its way. ``poll``: one wait of a long poll. ``retry``: how long a
    server that is gone or not ready is tried again. ``health``: one question whether it lives, which no work delays.
    """

    connect: float = 5.0
    quick: float = 15.0
    predict: float = 120.0
    save: float = 120.0
    transfer: float = 300.0
    answer: float = 40.0
    slow: float = 3600.0
    file: float = 3600.0
    poll: float = 25.0
    retry: float = 10.0
    health: float = 10.0

    def __post_init__(self) -> None:
        for each in fields(self):
            value, least = getattr(self, each.name), 0.0 if each.name == "retry" else 1e-3
            most = MAX_WAIT_S if each.name == "poll" else 86_400.0
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise InvalidInputError(
                    f"The time limit {each.name} must be {least:g} .. {most:g} seconds, got {value!r}. Choose one."
                )
