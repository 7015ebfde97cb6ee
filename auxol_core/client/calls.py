"""A client's calls, mended: where the server says that something is missing that the client has had there, the client
brings it and asks again, once for each kind of thing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from auxol_core import protocol
from auxol_core.client.http_line import Answer
from auxol_core.client.memory import ClientMemory
from auxol_core.client.transport import Transport, json_of, message_of, understood
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.protocol import MAX_MESSAGE_BYTES, MEDIA_TYPE, Message, encode, plain
from auxol_core.types import Proposal, SliceImage, TaskStatus

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Calls:
    """Requests of one client, with what it remembers."""

    def __init__(self, transport: Transport, memory: ClientMemory) -> None:
        self.transport, self.memory = transport, memory
        self.limits = transport.timeouts

    def mended(
        self,
        call: Callable[[], Result],
        task: str,
        slices: Sequence[SliceImage] = (),
        bring_proposal: Callable[[], bool] = lambda: False,
    ) -> Result:
        """``call()``, again after each thing that it lacked could be brought.

        ``slices``: those that it is about, as far as the client has them. ``bring_proposal``: make ``call`` do without
        the proposal that is missing, and say whether it now can.
        """
        bring = {
            "slice": lambda: self._bring_slices(slices),
            "open task": lambda: self._bring_task(task),
            "proposal": bring_proposal,
        }
        while True:
            try:
                return call()
            except NotFoundError as error:
                if not bring.pop(error.missing, lambda: False)():
                    raise
                log.info("The server had lost the %s, which was brought back", error.missing)

    def _bring_slices(self, slices: Sequence[SliceImage]) -> bool:
        for image in slices:
            self.send_slice(image.slice_id, image)
        return bool(slices)

    def _bring_task(self, task: str) -> bool:
        if not self.memory.is_open(task):
            return False
        self.open(task)
        if self.memory.is_paused(task):
            self.transport.call("POST", "tasks", task, "pause", within=self.limits.quick)
        return True

    def open(self, task: str) -> TaskStatus:
        """Open the task in the server."""
        return status_of(self.transport.slow_call("POST", "tasks", task, "open"))

    def quick(self, task: str, method: str, *parts: str, **more: Any) -> Answer:
        """A request on a task that takes no time."""
        more.setdefault("within", self.limits.quick)
        return self.mended(lambda: self.transport.call(method, "tasks", task, *parts, **more), task)

    def rows(self, task: str, verb: str, kind: type[Result], after: int, limit: int | None) -> list[Result]:
        """The task's list ``verb`` behind the first ``after``, at most ``limit``, fetched page by page."""
        rows: list[Result] = []
        while True:
            size = protocol.PAGE_ROWS if limit is None else min(protocol.PAGE_ROWS, limit - len(rows))
            answer = self.quick(task, "GET", verb, query={"after": after + len(rows), "limit": size})
            page = _rows_of(answer, verb, kind)
            rows += page
            if len(page) < size or len(rows) == limit:
                return rows

    def slow(self, task: str, method: str, *parts: str, **more: Any) -> Answer:
        """A request on a task that may take long."""
        return self.mended(lambda: self.transport.slow_call(method, "tasks", task, *parts, **more), task)

    def send_slice(self, slice_id: str, image: SliceImage) -> None:
        """Send a slice; on the way to another machine its pixels are compressed."""
        message = Message({"spacing_mm": plain(image.spacing_mm)}, {"pixels": image.pixels})
        body = encode(message, pack_all=not self.transport.loopback)
        if len(body) > MAX_MESSAGE_BYTES:
            raise InvalidInputError(
                f"A slice may take at most {MAX_MESSAGE_BYTES:,} bytes on its way to a server, this one takes "
                f"{len(body):,}. Crop it, or convert it to 16-bit integers."
            )
        within = self.limits.transfer
        self.transport.call("PUT", "slices", slice_id, within=within, body=body, media=MEDIA_TYPE)

    def shown(self, proposals: list[Proposal]) -> list[Proposal]:
        """Remember what is handed out; it is read-only, as an engine's own is."""
        for proposal in proposals:
            proposal.mask.flags.writeable = False
        self.memory.keep_masks(proposals)
        return proposals

    def proposals_of(self, answer: Answer) -> list[Proposal]:
        """The proposals of an answer, remembered."""
        return self.shown(understood(lambda: protocol.proposals_of(message_of(answer))))


def _rows_of(answer: Answer, verb: str, kind: type[Result]) -> list[Result]:
    return understood(lambda: [protocol.made(kind, each) for each in json_of(answer)[verb]])


def status_of(answer: Answer) -> TaskStatus:
    """The status of a task that an answer holds."""
    return understood(lambda: protocol.made(TaskStatus, json_of(answer)))
