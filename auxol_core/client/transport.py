"""Requests to an engine's server: time limits, repetition, versions, errors as types, verbs that take long.

What may be repeated: a request that never reached the server, always; one that the server turned away because it was
not ready (503), always; one that broke off on the way, only if doing it twice is harmless. It is repeated with growing
pauses for ``Timeouts.retry`` seconds, a restart of a worker, and never beyond the limit of the request itself.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlencode, urlsplit

from auxol_core import protocol
from auxol_core.client.http_line import Answer, Body, BrokenError, Line
from auxol_core.errors import InvalidInputError, NotFoundError, UnavailableError
from auxol_core.protocol import Message

log = logging.getLogger(__name__)

Result = TypeVar("Result")

JSON_TYPE = "application/json"
FILE_TYPE = "application/octet-stream"
NO_NAMES = ("", ".", "..")  # what a path cannot hold
MAX_WAIT_S = 30.0  # what a server waits in one long poll
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.05, 1.0


class NoAnswerError(UnavailableError):
    """The server could not be reached, or did not answer in time."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds; each is the limit of a whole request, from its first byte to the answer's last.

    ``connect``: until there is a connection. ``quick``: what asks or notes something. ``predict``: a click, with the
    encoder. ``save``: a correction, with the encoder where something was drawn by hand. ``transfer``: a slice on its
    way. ``answer``: until a verb that takes long has answered or said that it is at it (20 s and the way). ``slow``:
    such a verb as a whole. ``file``: a task file on its way. ``poll``: one wait of a long poll. ``retry``: how long a
    server that is gone or not ready is tried again.
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

    def __post_init__(self) -> None:
        for each in fields(self):
            value, least = getattr(self, each.name), 0.0 if each.name == "retry" else 1e-3
            most = MAX_WAIT_S if each.name == "poll" else 86_400.0
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise InvalidInputError(
                    f"The time limit {each.name} must be {least:g} .. {most:g} seconds, got {value!r}. Choose one."
                )


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address, is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


class Transport:
    """Requests to the server at ``url`` in the name of ``token``. Any thread may use it: each has a line of its own.

    To this machine nothing of the system's settings is used, no proxy ever. A .netrc is never used.
    """

    def __init__(self, url: str, token: str, timeouts: Timeouts) -> None:
        self.url, self.loopback = _checked(url)
        if not token or not token.isascii() or not token.isprintable():
            raise InvalidInputError(
                f"A token must be printable ASCII characters, got {len(token)} characters that are not. Copy it anew."
            )
        if not self.loopback and self.url.startswith("http:"):
            log.warning("Images and token travel to %s unencrypted. Put TLS in front of that server.", self.url)
        self.timeouts = timeouts
        self._headers = protocol.request_headers(token, str(uuid.uuid4()))
        self._greeted = self._closed = False
        self._mine = threading.local()
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._mutex = threading.Lock()

    # One request

    def call(
        self,
        method: str,
        *parts: str,
        within: float,
        repeatable: bool = True,
        query: Mapping[str, object] | None = None,
        body: Body = None,
        media: str = JSON_TYPE,
        into: BinaryIO | None = None,
        retry: float | None = None,
        gone_is_done: bool = False,
    ) -> Answer:
        """The answer to a request to the path of ``parts``, ``within`` so many seconds, repetitions included.

        Raises the error that the server tells, UnavailableError where it tells none, ProtocolVersionError.
        ``into``: where a body with status 200 goes. ``retry``: instead of ``Timeouts.retry``. ``gone_is_done``: after
        a try that broke off, 404 is an answer, for verbs that delete.
        """
        if not self._greeted:
            self._greet()
        path = _path(parts) + (f"?{urlencode(query)}" if query else "")
        headers = self._headers if body is None else {**self._headers, "Content-Type": media}
        patience = self.timeouts.retry if retry is None else retry
        answer = self._tried(method, path, headers, body, within, repeatable, patience, into)
        if answer.status == 404 and answer.uncertain and gone_is_done:
            return answer
        if answer.version is not None:  # one that was replaced by another version since the greeting says so first
            protocol.check_version(answer.version, here="client")
        if answer.status >= 400:
            raise protocol.error_of(answer.status, answer.body)
        if answer.status >= 300:
            raise UnavailableError(
                f"An answer of the engine was expected from {self.url}, got a redirection ({answer.status}), which is "
                "not followed. Give the server's own address."
            )
        return answer

    def slow_call(self, method: str, *parts: str, **more: Any) -> Answer:
        """As ``call``, for a verb that may take long: where the server says that it is at it, ask until it is done."""
        answer = self.call(method, *parts, **{"within": self.timeouts.answer, **more})
        into, ends = more.get("into"), time.monotonic() + self.timeouts.slow
        poll = self.timeouts.poll
        while answer.status == 202:
            job = str(understood(lambda got=answer: json_of(got)["job"]))  # type: ignore[misc]
            if time.monotonic() > ends:
                raise NoAnswerError(
                    f"An end was expected within {self.timeouts.slow:g} s, but the engine is still at it "
                    f"({method} {protocol.path(*parts)}). It goes on; ask for the task's status later."
                )
            within = (self.timeouts.quick if into is None else self.timeouts.file) + poll
            answer = self.call("GET", "jobs", job, query={"wait": poll}, within=within, into=into)
        return answer

    def _greet(self) -> None:
        """Ask who is there, once, before a token is sent."""
        answer = self._tried("GET", "/health", {}, None, self.timeouts.quick, True, self.timeouts.retry, None)
        if answer.status >= 400:
            raise protocol.error_of(answer.status, answer.body)
        about = understood(lambda: dict(json_of(answer)))
        if about.get("program") != "auxol":
            raise UnavailableError(
                f"An AuxOL server was expected at {self.url}, got another program. See whether the address is right."
            )
        protocol.check_version(str(about.get("protocol")), here="client")
        self._greeted = True

    def _tried(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Body,
        within: float,
        repeatable: bool,
        patience: float,
        into: BinaryIO | None,
    ) -> Answer:
        begin = time.monotonic()
        pause, uncertain = _FIRST_PAUSE_S, False
        # A file may take an hour, and a connection on which nothing comes is not waited for that long.
        is_file = into is not None or not (body is None or isinstance(body, bytes))
        while True:
            left = max(1e-3, within - (time.monotonic() - begin))
            if body is not None and not isinstance(body, bytes):
                body.seek(0)  # an earlier try may have read it
            try:
                answer = self._line().exchange(
                    method,
                    self.url + path,
                    headers,
                    body,
                    within=left,
                    connect=self.timeouts.connect,
                    silence=self.timeouts.answer if is_file else within,
                    into=into,
                )
            except BrokenError as error:
                hopeless = error.late or (error.arrived and not repeatable)
                if hopeless or time.monotonic() - begin + pause > min(patience, within):
                    raise self._no_answer(method, path, within, error) from error
                uncertain = uncertain or error.arrived
            else:
                if answer.status != 503 or time.monotonic() - begin + pause > min(patience, within):
                    return replace(answer, uncertain=uncertain)
            time.sleep(pause)
            pause = min(2 * pause, _LAST_PAUSE_S)

    def _no_answer(self, method: str, path: str, within: float, broken: BrokenError) -> NoAnswerError:
        what = f"{method} {path.partition('?')[0]}"
        if broken.late:
            came, advice = f"none within {within:g} s", "Try again later, or see what its log says"
        elif broken.arrived:
            came, advice = f"a connection that broke off ({broken})", "See whether it still runs, then try again"
        else:
            came, advice = f"no connection ({broken})", "See whether it runs, and start it again"
        return NoAnswerError(f"An answer of the engine at {self.url} was expected to {what}, got {came}. {advice}.")

    def _line(self) -> Line:
        if self._closed:
            raise UnavailableError("This client is closed and takes no more calls. Make a new one.")
        line = getattr(self._mine, "line", None)
        if line is None:
            line = self._mine.line = Line(system=not self.loopback)
            with self._mutex:
                self._lines.add(line)
        return line

    def close(self) -> None:
        """Close all lines; harmless twice."""
        self._closed = True
        with self._mutex:
            for line in self._lines:
                line.close()


def _path(parts: tuple[str, ...]) -> str:
    """The path; NotFoundError where a part is no name: "." and ".." would lead elsewhere."""
    for part in parts:
        if not isinstance(part, str) or part in NO_NAMES or part.encode(errors="replace").decode() != part:
            raise NotFoundError(f"A name or an id was expected, got {part!r:.100}, which names nothing. Give another.")
    return protocol.path(*parts)


# What an answer holds


def json_of(answer: Answer) -> Any:
    """The JSON value of a body."""
    return json.loads(answer.body)


def message_of(answer: Answer) -> Message:
    """The message of a body."""
    return protocol.decode(answer.body)


def understood(read: Callable[[], Result]) -> Result:
    """``read()``, which reads an answer; UnavailableError where that is not what the protocol says."""
    try:
        return read()
    except (InvalidInputError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise UnavailableError(
            f"An answer of protocol {protocol.PROTOCOL_VERSION} was expected, got one that does not fit it "
            f"({type(error).__name__}: {str(error)[:200]}). See whether the address is that of an AuxOL server."
        ) from error


def _checked(url: str) -> tuple[str, bool]:
    """The address without a slash at its end, and whether it is this machine."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInputError(
            f"A server's address must be http://HOST:PORT or https://HOST:PORT, got {url!r:.100}. "
            "Write it like that; the token is given apart."
        )
    return url.rstrip("/"), is_loopback(str(parts.hostname))
