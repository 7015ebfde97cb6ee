"""Requests to one server, free of any transport: greeting, repetition, versions, errors as types, jobs.

What may be repeated: a request that never reached the server, always; one that the server turned away because it was
not ready (503), always; one that broke off on the way, or before which a proxy found no server (502), only if doing it
twice is harmless. It is repeated with growing
pauses for ``Timeouts.retry`` seconds, a restart of a worker, and never beyond the limit of the request itself. One that
was late is not repeated: the server may be at it.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlencode

from auxol_core import protocol
from auxol_core.client.address import Address
from auxol_core.client.effects import Answer, Body, BrokenError, Exchange, Flow, Pause
from auxol_core.client.limits import NoAnswerError, Timeouts
from auxol_core.errors import InvalidInputError, NotFoundError, UnavailableError
from auxol_core.protocol import Message
from auxol_core.verbs import Lane, Method, Verb

Result = TypeVar("Result")

JSON_TYPE = "application/json"
FILE_TYPE = "application/octet-stream"
NO_NAMES = ("", ".", "..")  # what a path cannot hold
_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.05, 1.0
_ALIVE_TRIES = 3


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked, of whichever server: the path of ``parts``, ``within`` so many seconds, repetitions included.

    ``retry``: instead of ``Timeouts.retry``. ``gone_is_done``: after a try that broke off, 404 is an answer, for verbs
    that delete. ``authorized``: whether the token goes with it, which only /health does without.
    """

    method: Method
    parts: tuple[str, ...]
    within: float
    query: Mapping[str, object] = field(default_factory=dict)
    body: Body = field(default=None, repr=False)
    media: str = JSON_TYPE
    into: BinaryIO | None = None
    lane: Lane = "work"
    repeatable: bool = True
    retry: float | None = None
    gone_is_done: bool = False
    authorized: bool = True

    @property
    def path(self) -> str:
        """The path; NotFoundError where a part is no name: "." and ".." would lead elsewhere."""
        for part in self.parts:
            if not isinstance(part, str) or part in NO_NAMES or part.encode(errors="replace").decode() != part:
                raise NotFoundError(
                    f"A name or an id was expected, got {part!r:.100}, which names nothing. Give another."
                )
        return protocol.path(*self.parts)


class Calls:
    """Requests to the server at ``address``, which may move: a worker that was started anew has another one.

    ``clock``: seconds. Any thread may run the flows.
    """

    def __init__(self, address: Address, limits: Timeouts, clock: Callable[[], float] = time.monotonic) -> None:
        self.address, self.limits, self._clock = address, limits, clock
        self._client_id = str(uuid.uuid4())
        self._greeted: Address | None = None

    def move(self, address: Address) -> None:
        """The server is there now; it is greeted again before it is given the token."""
        self.address = address

    def request(self, verb: Verb, arguments: Mapping[str, Any], **more: Any) -> Request:
        """What the declaration of ``verb`` says; ``more``: fields of Request that it leaves open."""
        about: dict[str, Any] = {
            "within": getattr(self.limits, verb.limit),
            "lane": verb.lane,
            "repeatable": verb.repeatable,
            "gone_is_done": verb.gone_is_done,
        }
        return Request(verb.method, verb.parts(arguments), **{**about, **more})

    # Flows

    def call(self, request: Request) -> Flow[Answer]:
        """The answer; raises the error that the server tells, UnavailableError where it tells none."""
        answer = yield from self._tried(request)
        if answer.status == 404 and answer.uncertain and request.gone_is_done:
            return answer
        if answer.version is not None:  # one that was replaced by another version since the greeting says so first
            protocol.check_version(answer.version, here="client")
        return self._accepted(answer)

    def slow_call(self, request: Request) -> Flow[Answer]:
        """As ``call``, for a verb that may take long: where the server says that it is at it, ask until it is done."""
        answer = yield from self.call(request)
        ends, poll = self._clock() + self.limits.slow, self.limits.poll
        lane: Lane = "events" if request.lane == "work" else request.lane  # a wait must not hold up a click
        while answer.status == 202:
            job = job_of(answer)
            if self._clock() > ends:
                raise NoAnswerError(
                    f"An end was expected within {self.limits.slow:g} s, but the engine is still at it "
                    f"({request.method} {request.path}). It goes on; ask for the task's status later."
                )
            within = (self.limits.quick if request.into is None else self.limits.file) + poll
            asked = Request("GET", ("jobs", job), within, query={"wait": poll}, into=request.into, lane=lane)
            answer = yield from self.call(asked)
        return answer

    def greet(self) -> Flow[dict[str, Any]]:
        """Ask who is there, without a token; what it says of itself. Raises UnavailableError, ProtocolVersionError."""
        address = self.address
        answer = self._accepted((yield from self._tried(self._health(self.limits.quick))))
        about = understood(lambda: dict(json_of(answer)))
        if about.get("program") != "auxol":
            raise UnavailableError(
                f"An AuxOL server was expected at {address.url}, got another program. See whether the address is right."
            )
        protocol.check_version(str(about.get("protocol")), here="client")
        self._greeted = address
        return about

    def alive(self) -> Flow[bool]:
        """Whether anything answers there. /health waits for no work, so that only a dead server stays silent."""
        for _ in range(_ALIVE_TRIES):
            try:
                yield self._exchange(self._health(self.limits.health), self.limits.health)
            except BrokenError as error:
                if not error.late:
                    yield Pause(_LAST_PAUSE_S)
            else:
                return True
        return False

    def _health(self, within: float) -> Request:
        return Request("GET", ("health",), within, lane="events", authorized=False)

    def _accepted(self, answer: Answer) -> Answer:
        if answer.status >= 400:
            raise protocol.error_of(answer.status, answer.body)
        if answer.status >= 300:
            raise UnavailableError(
                f"An answer of the engine was expected from {self.address.url}, got a redirection ({answer.status}), "
                "which is not followed. Give the server's own address."
            )
        return answer

    def _tried(self, request: Request) -> Flow[Answer]:
        """The answer of the first try that had one which counts."""
        request.path  # noqa: B018 - what is no name is refused before anybody is asked
        begun, pause, uncertain = self._clock(), _FIRST_PAUSE_S, False
        patience = min(self.limits.retry if request.retry is None else request.retry, request.within)
        while True:
            if request.authorized and self._greeted is not self.address:
                yield from self.greet()
                begun = self._clock()
            try:
                answer: Answer = yield self._exchange(request, request.within - (self._clock() - begun))
            except BrokenError as error:
                uncertain = uncertain or error.arrived
                if error.anew:
                    begun = self._clock()
                hopeless = error.late or (error.arrived and not request.repeatable)
                if hopeless or self._clock() - begun + pause > patience:
                    raise self._no_answer(request, error) from error
            else:
                # 502 without our header is a proxy's: the server behind it starts again, and may have got the request.
                behind = answer.status == 502 and answer.version is None and request.repeatable
                uncertain = uncertain or behind
                if not (behind or answer.status == 503) or self._clock() - begun + pause > patience:
                    return replace(answer, uncertain=uncertain)
            yield Pause(pause)
            pause = min(2 * pause, _LAST_PAUSE_S)

    def _exchange(self, request: Request, left: float) -> Exchange:
        address, headers = self.address, dict[str, str]()
        if request.authorized:
            headers = protocol.request_headers(address.token, self._client_id)
        if request.body is not None:
            headers["Content-Type"] = request.media
        # A file may take an hour, and a connection on which nothing comes is not waited for that long.
        is_file = request.into is not None or not (request.body is None or isinstance(request.body, bytes))
        return Exchange(
            request.method,
            address.url + request.path + (f"?{urlencode(request.query)}" if request.query else ""),
            headers,
            request.body,
            request.into,
            within=max(1e-3, left),
            connect=self.limits.connect,
            silence=self.limits.answer if is_file else request.within,
            lane=request.lane,
            loopback=address.loopback,
        )

    def _no_answer(self, request: Request, broken: BrokenError) -> NoAnswerError:
        if broken.late:
            came, advice = f"none within {request.within:g} s", "Try again later, or see what its log says"
        elif broken.arrived:
            came, advice = f"a connection that broke off ({broken})", "See whether it still runs, then try again"
        else:
            came, advice = f"no connection ({broken})", "See whether it runs, and start it again"
        return NoAnswerError(
            f"An answer of the engine at {self.address.url} was expected to {request.method} {request.path}, got "
            f"{came}. {advice}."
        )


# What an answer holds


def json_of(answer: Answer) -> Any:
    """The JSON value of a body."""
    return json.loads(answer.body)


def message_of(answer: Answer) -> Message:
    """The message of a body."""
    return protocol.decode(answer.body)


def job_of(answer: Answer) -> str:
    """The id of the job that an answer names."""
    return understood(lambda: str(json_of(answer)["job"]))


def understood(read: Callable[[], Result]) -> Result:
    """``read()``, which reads an answer; UnavailableError where that is not what the protocol says."""
    try:
        return read()
    except (InvalidInputError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise UnavailableError(
            f"An answer of protocol {protocol.PROTOCOL_VERSION} was expected, got one that does not fit it "
            f"({type(error).__name__}: {str(error)[:200]}). See whether the address is that of an AuxOL server."
        ) from error
