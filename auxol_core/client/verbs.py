"""The verbs of EngineApi on the way to a server, written once for every transport.

``ask(EngineApi.undo, "liver")`` is the flow of any verb. Most are made of their declarations (api.py, verbs.py); those
that need more care stand below, each marked with the verb that it is. Streams and files are flows of their own,
because an iterator and a path are nothing that a flow could be sent.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import NoneType
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, get_args

import numpy as np

from auxol_core import protocol
from auxol_core.api import EngineApi, VerbOf
from auxol_core.client.calls import FILE_TYPE, NO_NAMES, Calls, json_of, message_of, understood
from auxol_core.client.corrections import Corrections
from auxol_core.client.effects import Answer, Flow
from auxol_core.client.limits import NoAnswerError
from auxol_core.client.mending import Mending, status_of
from auxol_core.client.streams import Stream, send_missing
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.plain_numbers import plain_json
from auxol_core.protocol import MEDIA_TYPE, encode, plain
from auxol_core.types import BoolArray, Event, Prompt, Propagated, Proposal, Receipt, SliceImage, TaskStatus
from auxol_core.verbs import Lane, Verb, declared

log = logging.getLogger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")
Own = Callable[Concatenate["ClientVerbs", P], Flow[Result]]

# Below this, asking whether the server has a slice takes as long as sending it.
ASK_FIRST_BYTES = 128 * 2**10

_OWN: dict[str, Callable[..., Flow[Any]]] = {}


def _is(verb: VerbOf[P, Result]) -> Callable[[Own[P, Result]], Own[P, Result]]:
    """Marks the flow of a verb that its declaration alone does not make; mypy compares the two."""

    def mark(flow: Own[P, Result]) -> Own[P, Result]:
        _OWN[verb.__name__] = flow
        return flow

    return mark


class ClientVerbs:
    """Flows of one client. ``keeps``: whether whoever runs them has an outbox."""

    def __init__(self, mending: Mending, *, keeps: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._mending, self._clock = mending, clock
        self._memory, self._limits = mending.memory, mending.calls.limits
        self.corrections = Corrections(mending, keeps=keeps)

    @property
    def mending(self) -> Mending:
        """Through which what is asked beside the verbs finds its task open."""
        return self._mending

    @property
    def calls(self) -> Calls:
        """What the verbs go through: where the server is, who is there, whether it lives."""
        return self._mending.calls

    def ask(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Flow[Result]:
        """The flow of ``verb``, a method of EngineApi."""
        own = _OWN.get(verb.__name__)
        return self._plain(declared(verb), args, kwargs) if own is None else own(self, *args, **kwargs)

    def _plain(self, verb: Verb, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Flow[Any]:
        """A verb whose values JSON can hold."""
        given = verb.arguments(*args, **kwargs)
        if verb.paged:
            return (yield from self._pages(verb, given))
        return (yield from self._asked(verb, given))

    def _pages(self, verb: Verb, given: dict[str, Any]) -> Flow[list[Any]]:
        """A list behind the first ``after``, at most ``limit`` of it, fetched page by page."""
        rows: list[Any] = []
        first, limit = given["after"], given["limit"]
        while True:
            size = protocol.PAGE_ROWS if limit is None else min(protocol.PAGE_ROWS, limit - len(rows))
            page = yield from self._asked(verb, {**given, "after": first + len(rows), "limit": size})
            rows += page
            if len(page) < size or len(rows) == limit:
                return rows

    def _asked(self, verb: Verb, given: dict[str, Any]) -> Flow[Any]:
        values = {name: _value(given[name]) for name in verb.beside_path}
        more: dict[str, Any] = {}
        if values:
            body = json.dumps(values, default=plain_json).encode()
            more = {"query": values} if verb.method == "GET" else {"body": body}
        answer = yield from self._mending.ask(verb, given, **more)
        return understood(lambda: _result(verb, answer))

    # Slices and proposals

    @_is(EngineApi.put_slice)
    def put_slice(self, image: SliceImage) -> Flow[str]:
        slice_id = image.slice_id
        # First: what is drawn on it while the server cannot be reached waits in the outbox with its pixels.
        self._memory.keep_slice(slice_id, image)
        if image.pixels.nbytes < ASK_FIRST_BYTES or not (yield from self.has_slice(slice_id)):
            yield from self._mending.send_slice(slice_id, image)
        return slice_id

    def put_slices(self, images: Sequence[SliceImage], lane: Lane = "volume") -> Flow[list[str]]:
        """Make several slices known, sending those that the server lacks; their ids in order."""
        known = {image.slice_id: image for image in images}
        for slice_id, image in known.items():
            self._memory.keep_slice(slice_id, image)
        yield from send_missing(self._mending, list(known), known.get, lane)
        return list(known)

    @_is(EngineApi.has_slice)
    def has_slice(self, slice_id: str) -> Flow[bool]:
        try:
            yield from self._mending.ask(declared(EngineApi.has_slice), {"slice_id": slice_id})
        except (NotFoundError, InvalidInputError):  # what is no slice's id is no slice
            return False
        return True

    @_is(EngineApi.predict)
    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Flow[Proposal]:
        asked, named = prompt, previous

        def call() -> Flow[Answer]:
            body = encode(protocol.prompt_message(asked, slice_id=slice_id, previous=named))
            verb = declared(EngineApi.predict)
            return self.calls.call(self.calls.request(verb, {"task": task}, body=body, media=MEDIA_TYPE))

        def use_its_mask() -> bool:
            nonlocal asked, named
            mask = None if previous is None else self._memory.shown(previous, task, slice_id)
            if mask is not None:
                asked, named = replace(prompt, mask=mask.astype(np.float32)), None
            return mask is not None

        answer = yield from self._mending.mended(call, task, self._mending.held([slice_id]), use_its_mask)
        self._memory.drop_masks([] if previous is None else [previous])
        proposal = self._one_proposal(answer)
        if proposal.warning:  # a script that does not look at it has it in its log
            log.warning("%s", proposal.warning)
        return proposal

    @_is(EngineApi.proposal)
    def proposal(self, proposal_id: str) -> Flow[Proposal]:
        verb = declared(EngineApi.proposal)
        return self._one_proposal((yield from self._mending.ask(verb, {"proposal_id": proposal_id})))

    def _one_proposal(self, answer: Answer) -> Proposal:
        proposals = self._mending.proposals_of(answer)
        return understood(lambda: proposals[0])

    @_is(EngineApi.dismiss)
    def dismiss(self, proposal_id: str) -> Flow[None]:
        yield from self._mending.ask(declared(EngineApi.dismiss), {"proposal_id": proposal_id})
        self._memory.drop_masks([proposal_id])

    @_is(EngineApi.refresh)
    def refresh(self, task: str) -> Flow[list[Proposal]]:
        # Not twice: what changed is told once.
        return self._mending.proposals_of((yield from self._mending.ask(declared(EngineApi.refresh), {"task": task})))

    def stream(self, verb: VerbOf[P, Iterator[Propagated]], *args: P.args, **kwargs: P.kwargs) -> Stream:
        """A verb that is a stream, in flows: its begin, the slices as they come, its end."""
        about = declared(verb)
        return Stream(self._mending, about, about.arguments(*args, **kwargs))

    # Teaching

    @_is(EngineApi.correct)
    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Flow[Receipt]:
        return self.corrections.correct(task, slice_id, mask, correction_id, proposals)

    @_is(EngineApi.pause)
    def pause(self, task: str) -> Flow[None]:
        yield from self._mending.ask(declared(EngineApi.pause), {"task": task})
        self._memory.paused(task, True)

    @_is(EngineApi.resume)
    def resume(self, task: str) -> Flow[None]:
        yield from self._mending.ask(declared(EngineApi.resume), {"task": task})
        self._memory.paused(task, False)

    @_is(EngineApi.forget)
    def forget(self, task: str, correction_id: str) -> Flow[TaskStatus]:
        verb = declared(EngineApi.forget)
        try:
            answer = yield from self._mending.ask(verb, {"task": task, "correction_id": correction_id})
        except NotFoundError as error:
            if error.missing or not (yield from self.corrections.remove(task, correction_id)):
                raise
            return (yield from self.ask(EngineApi.status, task))  # it had never arrived
        yield from self.corrections.remove(task, correction_id)
        return (yield from self.ask(EngineApi.status, task)) if answer.status == 404 else status_of(answer)

    @_is(EngineApi.reset)
    def reset(self, task: str) -> Flow[TaskStatus]:
        status = status_of((yield from self._mending.ask(declared(EngineApi.reset), {"task": task})))
        yield from self.corrections.discard(task)
        return status

    @_is(EngineApi.events)
    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> Flow[list[Event]]:
        verb, ends = declared(EngineApi.events), self._clock() + max(0.0, wait_s)
        while True:
            wait = min(self._limits.poll, max(0.0, ends - self._clock()))
            more = {"query": {"after": int(after), "wait": round(wait, 3)}, "within": wait + self._limits.quick}
            answer = yield from self._mending.ask(verb, {"task": task}, **more)
            events = _events(answer)
            if events or self._clock() >= ends:
                self._memory.apply(events)
                return events

    # Tasks

    @_is(EngineApi.create_task)
    def create_task(self, name: str, options: TaskOptions | None = None) -> Flow[TaskStatus]:
        body = json.dumps({"name": name, "options": plain(options)}).encode()
        answer = yield from self._mending.ask(declared(EngineApi.create_task), {"name": name}, body=body)
        return (yield from self._opened(name, status_of(answer)))

    @_is(EngineApi.open_task)
    def open_task(self, name: str) -> Flow[TaskStatus]:
        return (yield from self._opened(name, (yield from self._mending.open(name))))

    def _opened(self, name: str, status: TaskStatus) -> Flow[TaskStatus]:
        self._memory.opened(name, paused=status.paused)
        try:
            sent = yield from self.corrections.send_waiting(name)
        except NoAnswerError as error:
            log.warning("What is in the outbox could not be sent yet: %s", error)
            return status
        return (yield from self.ask(EngineApi.status, name)) if sent.arrived else status

    @_is(EngineApi.close_task)
    def close_task(self, name: str) -> Flow[None]:
        self._memory.closed(name)
        if name not in NO_NAMES:
            yield from self._mending.ask(declared(EngineApi.close_task), {"name": name})

    @_is(EngineApi.cancel_relearning)
    def cancel_relearning(self, name: str) -> Flow[None]:
        yield from self._mending.ask(declared(EngineApi.cancel_relearning), {"name": name})
        self._memory.closed(name)

    @_is(EngineApi.delete_task)
    def delete_task(self, name: str) -> Flow[None]:
        yield from self._mending.ask(declared(EngineApi.delete_task), {"name": name})
        self._memory.closed(name)
        yield from self.corrections.discard(name)

    def export_to(self, task: str, file: BinaryIO) -> Flow[None]:
        """``export_task``, into a file that is open for reading and writing."""
        yield from self._mending.ask(declared(EngineApi.export_task), {"task": task}, into=file)

    def import_from(self, file: BinaryIO, name: str) -> Flow[TaskStatus]:
        """``import_task``, of a file that is open for reading."""
        if name in NO_NAMES:
            raise InvalidInputError(f"A task's name must be 1 to 100 characters, got {name!r}. Choose another name.")
        verb = declared(EngineApi.import_task)
        answer = yield from self._mending.ask(verb, {"name": name}, body=file, media=FILE_TYPE)
        return (yield from self._opened(name, status_of(answer)))

    def close(self) -> Flow[None]:
        """Close the tasks that were opened here, unless the server is gone."""
        try:
            for name in self._memory.open_tasks():
                self._memory.closed(name)
                yield from self._mending.ask(declared(EngineApi.close_task), {"name": name}, retry=0.0)
        except AuxolError as error:
            log.info("Not all tasks were closed in the server, which does it by itself: %s", error)


def _value(value: object) -> Any:
    """An argument as JSON can hold it."""
    if isinstance(value, np.generic):
        return value.item()
    return plain(list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value)


def _events(answer: Answer) -> list[Event]:
    return understood(lambda: protocol.events_of(message_of(answer)))


def _result(verb: Verb, answer: Answer) -> Any:
    """What the JSON of an answer says, as the verb's declaration has it."""
    if verb.result is NoneType:
        return None
    told = json_of(answer)
    if not verb.under:
        return protocol.made(verb.result, told)
    (kind,) = get_args(verb.result)
    return [protocol.made(kind, each) for each in told[verb.under]]
