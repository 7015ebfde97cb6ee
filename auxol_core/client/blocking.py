"""EngineApi over HTTP: a blocking client for scripts, tests and the command line.

Threads: any thread may call any verb; each has a connection of its own, and what is remembered is locked. Nothing here
imports torch or knows what an engine is made of.

A server may evict slices, close tasks that nobody used for long, and be restarted. Where it says that something is
missing that this client has had there, the client brings it and asks again, once: slices are sent again, tasks opened
(and paused) again, a forgotten proposal's mask becomes the prompt's mask so far. Corrections are written to the outbox
before they are sent and removed when the receipt is there; what is left is sent when its task is opened, before the
next correction of that task, or by ``resend``.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np

from auxol_core import protocol
from auxol_core.client.calls import Calls, status_of
from auxol_core.client.correction_sender import CorrectionSender
from auxol_core.client.files import reading, replacing
from auxol_core.client.http_line import Answer
from auxol_core.client.memory import ClientMemory
from auxol_core.client.outbox import Outbox, address_of
from auxol_core.client.transport import (
    FILE_TYPE,
    NO_NAMES,
    NoAnswerError,
    Timeouts,
    Transport,
    json_of,
    message_of,
    understood,
)
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError, TaskFileError
from auxol_core.options import TaskOptions
from auxol_core.protocol import MEDIA_TYPE, Message, encode, plain
from auxol_core.types import (
    BoolArray,
    CorrectionInfo,
    Event,
    Prompt,
    Propagated,
    Proposal,
    Receipt,
    SliceImage,
    TaskStatus,
    VersionInfo,
)

log = logging.getLogger(__name__)

# Below this, asking whether the server has a slice takes as long as sending it.
ASK_FIRST_BYTES = 128 * 2**10


class EngineClient:
    """EngineApi, in the server at ``url``. See api.py for what each verb promises.

    ``outbox``: the folder for corrections on their way; None: one that could not be sent is the caller's to send again.
    """

    def __init__(self, url: str, token: str, *, outbox: Path | None = None, timeouts: Timeouts | None = None) -> None:
        self._transport = Transport(url, token, timeouts or Timeouts())
        self._limits = self._transport.timeouts
        self._memory = ClientMemory()
        self._calls = Calls(self._transport, self._memory)
        address = address_of(self._transport.url, token, loopback=self._transport.loopback)
        self._sender = CorrectionSender(self._calls, None if outbox is None else Outbox(Path(outbox)), address)

    def __enter__(self) -> EngineClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Slices and proposals

    def put_slice(self, image: SliceImage) -> str:
        slice_id = image.slice_id
        # First: what is drawn on it while the server cannot be reached waits in the outbox with its pixels.
        self._memory.keep_slice(slice_id, image)
        if image.pixels.nbytes < ASK_FIRST_BYTES or not self.has_slice(slice_id):
            self._calls.send_slice(slice_id, image)
        return slice_id

    def has_slice(self, slice_id: str) -> bool:
        try:
            self._transport.call("GET", "slices", slice_id, within=self._limits.quick)
        except (NotFoundError, InvalidInputError):  # what is no slice's id is no slice
            return False
        return True

    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        asked, named = prompt, previous

        def call() -> Answer:
            body = encode(protocol.prompt_message(asked, slice_id=slice_id, previous=named))
            path, within = ("tasks", task, "predict"), self._limits.predict
            return self._transport.call("POST", *path, within=within, body=body, media=MEDIA_TYPE)

        def use_its_mask() -> bool:
            nonlocal asked, named
            mask = None if previous is None else self._memory.shown(previous, task, slice_id)
            if mask is not None:
                asked, named = replace(prompt, mask=mask.astype(np.float32)), None
            return mask is not None

        answer = self._calls.mended(call, task, self._held([slice_id]), use_its_mask)
        self._memory.drop_masks([] if previous is None else [previous])
        return self._one_proposal(answer)

    def _one_proposal(self, answer: Answer) -> Proposal:
        proposals = self._calls.proposals_of(answer)
        return understood(lambda: proposals[0])

    def proposal(self, proposal_id: str) -> Proposal:
        """A pending proposal as it is now; NotFoundError once it was saved, dismissed or replaced."""
        return self._one_proposal(self._transport.call("GET", "proposals", proposal_id, within=self._limits.quick))

    def accept(self, proposal_id: str) -> None:
        self._transport.call("POST", "proposals", proposal_id, "accept", within=self._limits.quick)

    def dismiss(self, proposal_id: str) -> None:
        self._transport.call("DELETE", "proposals", proposal_id, within=self._limits.quick, gone_is_done=True)
        self._memory.drop_masks([proposal_id])

    def refresh(self, task: str) -> list[Proposal]:
        # Not twice: what changed is told once.
        return self._calls.proposals_of(self._calls.slow(task, "POST", "refresh", repeatable=False))

    def _held(self, slices: Sequence[str]) -> list[SliceImage]:
        """Those of ``slices`` that are remembered."""
        held = [self._memory.slice(slice_id) for slice_id in dict.fromkeys(slices)]
        return [image for image in held if image is not None]

    # A whole volume

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        job = self._begin_propagating(task, slices, seeds, taken)
        came, done = 0, False
        try:
            while not done:
                items, done = self._next_items(job, came)
                came += len(items)
                yield from items
        finally:
            if not done:
                with suppress(AuxolError):  # it ends by itself where nobody asks after it
                    self._transport.call("DELETE", "jobs", job, within=self._limits.quick, retry=0.0)

    def _begin_propagating(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], taken: Collection[int]
    ) -> str:
        values = {"slices": list(slices), "seeds": [int(i) for i in seeds], "taken": [int(i) for i in taken]}
        masks = {f"seed/{int(index)}": np.asarray(mask, dtype=bool) for index, mask in seeds.items()}
        body, within = encode(Message(values, masks)), self._limits.transfer

        def call() -> Answer:
            self._send_missing(slices)
            path = ("tasks", task, "propagate")
            return self._transport.call("POST", *path, within=within, body=body, media=MEDIA_TYPE, repeatable=False)

        begun = self._calls.mended(call, task)
        return understood(lambda: str(json_of(begun)["job"]))

    def _send_missing(self, slices: Sequence[str]) -> None:
        """Send those of ``slices`` that the server lacks and this client holds."""
        body = json.dumps({"ids": list(dict.fromkeys(slices))}).encode()
        answer = self._transport.call("POST", "slices", "missing", within=self._limits.quick, body=body)
        for image in self._held(understood(lambda: [str(each) for each in json_of(answer)["missing"]])):
            self._calls.send_slice(image.slice_id, image)

    def _next_items(self, job: str, came: int) -> tuple[list[Propagated], bool]:
        query, within = {"after": came, "wait": self._limits.poll}, self._limits.poll + self._limits.quick
        answer = self._transport.call("GET", "jobs", job, "items", query=query, within=within)
        message = understood(lambda: message_of(answer))
        items, done = understood(lambda: (protocol.propagated_of(message), bool(message.fields["done"])))
        self._calls.shown([item.proposal for item in items if item.proposal is not None])
        return items, done

    def prefetch(self, task: str, slices: Sequence[str]) -> None:
        self._calls.quick(task, "POST", "prefetch", body=json.dumps({"slices": list(slices)}).encode())

    # Teaching

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Receipt:
        return self._sender.correct(task, slice_id, mask, correction_id, proposals)

    def resend(self) -> int:
        """Send what is in the outbox, of the tasks that are open in the server; how many corrections arrived.

        Raises UnavailableError where the server cannot be reached. What it refuses for good is set aside and logged.
        """
        return self._sender.send_waiting()

    def learn_now(self, task: str) -> TaskStatus:
        return status_of(self._calls.slow(task, "POST", "learn"))

    def pause(self, task: str) -> None:
        self._calls.quick(task, "POST", "pause")
        self._memory.paused(task, True)

    def resume(self, task: str) -> None:
        self._calls.quick(task, "POST", "resume")
        self._memory.paused(task, False)

    # Tasks

    def list_tasks(self) -> list[str]:
        answer = self._transport.call("GET", "tasks", within=self._limits.quick)
        return understood(lambda: [str(name) for name in json_of(answer)["tasks"]])

    def create_task(self, name: str, options: TaskOptions | None = None) -> TaskStatus:
        body = json.dumps({"name": name, "options": plain(options)}).encode()
        return self._opened(name, status_of(self._transport.slow_call("POST", "tasks", body=body, repeatable=False)))

    def open_task(self, name: str) -> TaskStatus:
        return self._opened(name, self._calls.open(name))

    def _opened(self, name: str, status: TaskStatus) -> TaskStatus:
        self._memory.opened(name, paused=status.paused)
        try:
            arrived = self._sender.send_waiting(name)
        except NoAnswerError as error:
            log.warning("What is in the outbox could not be sent yet: %s", error)
            return status
        return self.status(name) if arrived else status

    def close_task(self, name: str) -> None:
        self._memory.closed(name)
        if name not in NO_NAMES:
            self._transport.call("POST", "tasks", name, "close", within=self._limits.answer)

    def status(self, task: str) -> TaskStatus:
        return status_of(self._calls.quick(task, "GET"))

    def corrections(self, task: str, after: int = 0, limit: int | None = None) -> list[CorrectionInfo]:
        return self._calls.rows(task, "corrections", CorrectionInfo, after, limit)

    def versions(self, task: str, after: int = 0, limit: int | None = None) -> list[VersionInfo]:
        return self._calls.rows(task, "versions", VersionInfo, after, limit)

    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
        ends = time.monotonic() + max(0.0, wait_s)
        while True:
            wait = min(self._limits.poll, max(0.0, ends - time.monotonic()))
            events = self._events(task, after, wait)
            if events or time.monotonic() >= ends:
                self._memory.apply(events)
                return events

    def _events(self, task: str, after: int, wait: float) -> list[Event]:
        query, within = {"after": int(after), "wait": round(wait, 3)}, wait + self._limits.quick
        told = self._calls.quick(task, "GET", "events", query=query, within=within)
        return understood(lambda: protocol.events_of(message_of(told)))

    def undo(self, task: str) -> TaskStatus:
        return status_of(self._calls.slow(task, "POST", "undo", repeatable=False))

    def roll_back(self, task: str, version: int) -> TaskStatus:
        body = json.dumps({"version": int(version)}).encode()
        return status_of(self._calls.slow(task, "POST", "roll_back", body=body))

    def forget(self, task: str, correction_id: str) -> TaskStatus:
        try:
            answer = self._calls.slow(task, "DELETE", "corrections", correction_id, gone_is_done=True)
        except NotFoundError as error:
            if error.missing or not self._sender.remove(task, correction_id):
                raise
            return self.status(task)  # it had never arrived
        self._sender.remove(task, correction_id)
        return self.status(task) if answer.status == 404 else status_of(answer)

    def reset(self, task: str) -> TaskStatus:
        status = status_of(self._calls.slow(task, "POST", "reset"))
        self._sender.discard(task)
        return status

    def export_task(self, task: str, path: Path) -> None:
        with replacing(Path(path)) as file:
            self._calls.slow(task, "GET", "file", within=self._limits.file, into=file)

    def import_task(self, path: Path, name: str) -> TaskStatus:
        if name in NO_NAMES:
            raise InvalidInputError(f"A task's name must be 1 to 100 characters, got {name!r}. Choose another name.")
        parts, within = ("tasks", name, "file"), self._limits.file
        with reading(Path(path)) as file:
            try:
                answer = self._transport.slow_call(
                    "PUT", *parts, within=within, body=file, media=FILE_TYPE, repeatable=False
                )
            except TaskFileError as error:  # the server has another name for it
                raise type(error)(f"{Path(path).name} was not taken in. {error}") from error
        return self._opened(name, status_of(answer))

    def delete_task(self, name: str) -> None:
        self._transport.call("DELETE", "tasks", name, within=self._limits.answer, gone_is_done=True)
        self._memory.closed(name)
        self._sender.discard(name)

    def close(self) -> None:
        """Close the tasks that were opened here, unless the server is gone, and all connections. Harmless twice."""
        try:
            for name in self._memory.open_tasks():
                self._memory.closed(name)
                self._transport.call("POST", "tasks", name, "close", within=self._limits.answer, retry=0.0)
        except AuxolError as error:
            log.info("Not all tasks were closed in the server, which does it by itself: %s", error)
        self._transport.close()
