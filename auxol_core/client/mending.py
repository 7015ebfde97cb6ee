"""What a server lost is brought again: where it says that something is missing that the client has had there, the
client brings it and asks again, once for each kind of thing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from auxol_core import protocol
from auxol_core.api import EngineApi
from auxol_core.client.calls import Calls, json_of, message_of, understood
from auxol_core.client.effects import Answer, Flow
from auxol_core.client.memory import ClientMemory
from auxol_core.errors import InvalidInputError, NotFoundError, RoleError
from auxol_core.protocol import MAX_MESSAGE_BYTES, MEDIA_TYPE, Message, encode, plain
from auxol_core.types import Proposal, SliceImage, TaskStatus
from auxol_core.verbs import Lane, Verb, declared

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Mending:
    """Requests of one client, with what it remembers.

    ``brought(what, task)`` is told what a server had lost and has again: a slice, an open task or a proposal.
    """

    def __init__(
        self, calls: Calls, memory: ClientMemory, brought: Callable[[str, str], None] | None = None
    ) -> None:
        self.calls, self.memory, self._brought = calls, memory, brought

    def mended(
        self,
        call: Callable[[], Flow[Result]],
        task: str,
        slices: Sequence[SliceImage] = (),
        use_mask: Callable[[], bool] = lambda: False,
    ) -> Flow[Result]:
        """The result of ``call``, which is made again after each thing that it lacked could be brought.

        ``slices``: those that it is about, as far as the client has them. ``use_mask``: make ``call`` do without the
        proposal that is missing, and say whether it now can.
        """
        left = {"slice", "open task", "proposal"}
        while True:
            try:
                return (yield from call())
            except NotFoundError as error:
                what = error.missing
                if what not in left:
                    raise
                left.remove(what)
                if what == "slice":
                    could = yield from self._bring_slices(slices)
                elif what == "open task":
                    could = yield from self._bring_task(task)
                else:
                    could = use_mask()
                if not could:
                    raise
                log.info("The server had lost the %s, which was brought back", what)
                if self._brought is not None:
                    self._brought(what, task)

    def _bring_slices(self, slices: Sequence[SliceImage]) -> Flow[bool]:
        for image in slices:
            yield from self.send_slice(image.slice_id, image)
        return bool(slices)

    def _bring_task(self, task: str) -> Flow[bool]:
        if not self.memory.is_open(task):
            return False
        yield from self.open(task)
        self.memory.reopened(task)
        with suppress(RoleError):  # who only uses the task opens it, and its pauses are another's
            if self.memory.is_paused(task):
                yield from self.calls.call(self.calls.request(declared(EngineApi.pause), {"task": task}))
        return True

    def open(self, task: str) -> Flow[TaskStatus]:
        """Open the task in the server."""
        request = self.calls.request(declared(EngineApi.open_task), {"name": task})
        return status_of((yield from self.calls.slow_call(request)))

    def ask(self, verb: Verb, arguments: dict[str, Any], **more: Any) -> Flow[Answer]:
        """The answer to ``verb`` as it is declared, mended where it is about an open task. ``more``: see Request."""
        request = self.calls.request(verb, arguments, **more)

        def call() -> Flow[Answer]:
            return self.calls.slow_call(request) if verb.job else self.calls.call(request)

        if not verb.on_open_task:
            return (yield from call())
        return (yield from self.mended(call, arguments["task"]))

    # Slices

    def held(self, slices: Iterable[str]) -> list[SliceImage]:
        """Those of ``slices`` that are remembered."""
        held = [self.memory.slice(slice_id) for slice_id in dict.fromkeys(slices)]
        return [image for image in held if image is not None]

    def send_slice(self, slice_id: str, image: SliceImage, lane: Lane = "work") -> Flow[None]:
        """Send a slice; on the way to another machine its pixels are compressed."""
        about = {"spacing_mm": plain(image.spacing_mm)}
        if image.scale is not None:
            about["scale"] = plain(image.scale)
        message = Message(about, {"pixels": image.pixels})
        body = encode(message, pack_all=not self.calls.address.loopback)
        if len(body) > MAX_MESSAGE_BYTES:
            raise InvalidInputError(
                f"A slice may take at most {MAX_MESSAGE_BYTES:,} bytes on its way to a server, this one takes "
                f"{len(body):,}. Crop it, or convert it to 16-bit integers."
            )
        verb, more = declared(EngineApi.put_slice), {"body": body, "media": MEDIA_TYPE, "lane": lane}
        yield from self.calls.call(self.calls.request(verb, {"slice_id": slice_id}, **more))

    # Proposals

    def shown(self, proposals: list[Proposal]) -> list[Proposal]:
        """Remember what is handed out; it is read-only, as an engine's own is."""
        for proposal in proposals:
            proposal.mask.flags.writeable = False
        self.memory.keep_masks(proposals)
        return proposals

    def proposals_of(self, answer: Answer) -> list[Proposal]:
        """The proposals of an answer, remembered."""
        return self.shown(understood(lambda: protocol.proposals_of(message_of(answer))))


def status_of(answer: Answer) -> TaskStatus:
    """The status of a task that an answer holds."""
    return understood(lambda: protocol.made(TaskStatus, json_of(answer)))
