"""What a request may cost: bytes, seconds, and how many at a time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import HTTPException
from starlette.types import Message, Receive

from auxol_core.errors import UnavailableError
from auxol_core.protocol import MAX_MESSAGE_BYTES
from auxol_core.taskfile.importing import MAX_IMPORT_BYTES


@dataclass(frozen=True)
class Limits:
    """``body_s`` and ``body_rate``: a body may take that many seconds, and one more for each ``body_rate`` bytes that
    came. ``answer_s``: a verb that takes longer is answered by a job. ``poll_s``: the longest a client may ask to wait.
    ``polls``, ``bodies``, ``jobs``: long polls, bodies of more than ``json_bytes`` and jobs of one user at a time.
    ``job_keep_s``: a job that nobody asked after for so long is forgotten."""

    json_bytes: int = 2**20
    message_bytes: int = MAX_MESSAGE_BYTES
    import_bytes: int = MAX_IMPORT_BYTES
    body_s: float = 30.0
    body_rate: float = 65536.0
    answer_s: float = 20.0
    poll_s: float = 30.0
    polls: int = 64
    bodies: int = 8
    jobs: int = 64
    job_keep_s: float = 600.0


class Refusal(HTTPException):
    """An HTTP status of its own, with a sentence; everything else is an AuxolError."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, sentence, headers)


class MeasuredBody:
    """A request's ``receive`` that counts: Refusal 413 for a body beyond ``limit``, 408 for one that comes too slowly.

    The limit is that of a JSON body until a handler that takes more says so, before it reads.
    """

    def __init__(self, receive: Receive, announced: int, limits: Limits) -> None:
        self._receive, self._announced, self._limits = receive, announced, limits
        self.limit = limits.json_bytes
        self._came = 0
        self._began: float | None = None
        self._whole = False

    @property
    def large(self) -> bool:
        """Whether it takes more than a JSON body may, or does not say."""
        return not 0 < self._announced <= self._limits.json_bytes

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()  # what comes now is that the client has gone
        self._check(max(self._announced, self._came))
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        allowed = self._limits.body_s + self._came / self._limits.body_rate
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, self._began + allowed - now))
        except asyncio.TimeoutError:
            raise Refusal(
                408,
                f"A body was expected within {allowed:.0f} seconds, got {self._came:,} bytes of it. Send it again.",
                {"Connection": "close"},
            ) from None
        self._came += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        self._check(self._came)
        return message

    def _check(self, size: int) -> None:
        if size > self.limit:
            raise Refusal(
                413, f"A body of at most {self.limit:,} bytes was expected, got {size:,}. Send less at a time."
            )


class Turnstile:
    """So many of a kind for each user at a time. For the event loop's thread."""

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what = most, what
        self._inside: Counter[str] = Counter()

    @contextmanager
    def passing(self, user: str) -> Iterator[None]:
        """UnavailableError where as many as may be are inside."""
        if self._inside[user] >= self._most:
            raise UnavailableError(
                f"At most {self._most} {self._what} of one user are answered at a time, and so many are under way. "
                "Wait for one of them, then try again."
            )
        self._inside[user] += 1
        try:
            yield
        finally:
            self._inside[user] -= 1
            if not self._inside[user]:
                del self._inside[user]
