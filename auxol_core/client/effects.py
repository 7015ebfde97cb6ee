"""What a client's verbs ask of whoever runs them, free of any transport.

A verb is a generator (a ``Flow``). It yields effects, one at a time, is sent the answer of each, and returns the verb's
result. A driver carries effects out: with requests and blocking (blocking.py), or on Qt's event loop. What goes wrong
while it does is thrown into the flow at the place where it waits: BrokenError for an exchange, OSError for the outbox.

| effect | what is sent back |
|---|---|
| Exchange | an Answer, whatever its status |
| Pause | None |
| Keep | None, once it is on the disk |
| Waiting | names of what is kept, oldest first |
| Fetch | the KeptCorrection of that name, None where it is gone or cannot be read |
| Unkeep | whether it was there |
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar

from auxol_core.client.kept import KeptCorrection
from auxol_core.verbs import Lane, Method

Body = bytes | BinaryIO | None
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Exchange:
    """One request to the server and its answer. No redirection is followed: the token is for this server alone.

    ``body``: a file is sent from its begin. ``into``: where a body with status 200 goes, from its begin; any other is
    part of the Answer. ``within``, ``connect``, ``silence``: seconds for all of it, until there is a connection, and
    between one byte and the next. ``lane``: exchanges of one lane may hold up one another, and no other lane's.
    ``loopback``: the server is this machine, so that no proxy is to be used.
    """

    method: Method
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Body = field(default=None, repr=False)
    into: BinaryIO | None = None
    within: float = 15.0
    connect: float = 5.0
    silence: float = 15.0
    lane: Lane = "work"
    loopback: bool = True


@dataclass(frozen=True)
class Answer:
    """What came: the HTTP status, the version of the protocol that the server named, and the body in memory.

    ``uncertain``: an earlier try of the same request broke off and may have been carried out.
    """

    status: int
    version: str | None
    body: bytes = field(repr=False)
    uncertain: bool = False


class BrokenError(Exception):
    """There was no whole answer. ``arrived``: the server may have got the request. ``late``: the time was over.

    ``anew``: the driver has found the server gone and has another one ready, so that patience begins anew.
    """

    def __init__(self, reason: str, *, arrived: bool, late: bool, anew: bool = False) -> None:
        super().__init__(reason)
        self.arrived, self.late, self.anew = arrived, late, anew


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, eq=False)
class Keep:
    """Put a correction into the outbox; go on when it is on the disk."""

    kept: KeptCorrection


@dataclass(frozen=True)
class Waiting:
    """What is in the outbox?"""


@dataclass(frozen=True)
class Fetch:
    """Read one from the outbox."""

    name: str


@dataclass(frozen=True)
class Unkeep:
    """Take one out of the outbox: it was delivered, or is not wanted. ``refused``: put it aside for a person."""

    name: str
    refused: bool = False


OutboxEffect = Keep | Waiting | Fetch | Unkeep
Effect = Exchange | Pause | OutboxEffect
Flow = Generator[Effect, Any, Result]
