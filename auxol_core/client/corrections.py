"""Corrections, sent so that none is lost: written to the outbox, sent, and removed when the receipt is there."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from auxol_core import protocol
from auxol_core.api import EngineApi
from auxol_core.client.calls import NO_NAMES, json_of, understood
from auxol_core.client.effects import Fetch, Flow, Keep, Unkeep, Waiting
from auxol_core.client.kept import KeptCorrection, name_of
from auxol_core.client.limits import NoAnswerError
from auxol_core.client.mending import Mending, status_of
from auxol_core.errors import (
    AuxolError,
    InvalidInputError,
    NotFoundError,
    StorageFullError,
    TaskFileLockedError,
    UnavailableError,
)
from auxol_core.options import TaskOptions
from auxol_core.protocol import MEDIA_TYPE, Message, encode, plain
from auxol_core.types import BoolArray, Receipt, TaskStatus
from auxol_core.verbs import declared

log = logging.getLogger(__name__)

WILL_BE_SENT = "The correction is kept in the outbox and will be sent again."


BRINGS = 3  # servers in a row that may die while one correction is sent
# What goes by without anybody's doing: a worker that is leaving still has the task, room is made on a disk.
PASSING = (UnavailableError, TaskFileLockedError, StorageFullError)


class TaskDeletedError(NotFoundError):
    """The task that a kept correction is for was there when it was saved, and is no more."""


@dataclass
class Sent:
    """What became of what waited. ``arrived``: how many; ``later``: whether something stays that may go as it is when
    it is tried again; ``held``: tasks for which one of these must go first, and what was in its way."""

    arrived: int = 0
    later: bool = False
    held: dict[str, AuxolError] = field(default_factory=dict)


class Corrections:
    """Those of one client. ``keeps``: whether whoever runs the flows has an outbox."""

    def __init__(self, mending: Mending, *, keeps: bool) -> None:
        self._mending, self._calls, self._keeps = mending, mending.calls, keeps
        self._under_way: set[str] = set()  # what one flow is sending, another need not send again

    @property
    def _to(self) -> str:
        return self._calls.address.owner

    # One

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, correction_id: str, proposals: Sequence[str]
    ) -> Flow[Receipt]:
        """See EngineApi.correct. An error that leaves the fate of the correction open says whether it is kept."""
        kept = self.kept(task, slice_id, mask, correction_id, proposals)
        self._under_way.add(kept.file_name)
        try:
            fate = yield from self.keep(kept)
            return (yield from self.deliver(kept, fate))
        finally:
            self._under_way.discard(kept.file_name)

    def kept(
        self,
        task: str,
        slice_id: str,
        mask: BoolArray,
        correction_id: str,
        proposals: Sequence[str],
        options: TaskOptions | None = None,
    ) -> KeptCorrection:
        """The correction with everything that sending it takes; ``options``: see KeptCorrection."""
        if correction_id in NO_NAMES:  # the server says the rest
            raise InvalidInputError(
                f"A correction id must be 1 to 200 printable characters and no file path, got {correction_id!r}. "
                "Give a unique one, a UUID say."
            )
        image, values = self._mending.memory.slice(slice_id), None if options is None else plain(options)
        return KeptCorrection(
            self._to, task, correction_id, slice_id, np.asarray(mask), tuple(proposals), image, values
        )

    def keep(self, kept: KeptCorrection) -> Flow[str]:
        """Put it into the outbox; what becomes of it if it cannot be sent. A full disk is no reason not to send it.

        WILL_BE_SENT says that it is on the disk; any other sentence that it is not.
        """
        if not self._keeps:
            return "The correction is not kept: this client has no outbox. Send it again."
        try:
            yield Keep(kept)
        except OSError as error:
            log.warning("A correction could not be written to the outbox: %s", error)
            return f"The correction could not be kept in the outbox either ({error.strerror or error}). Send it again."
        return WILL_BE_SENT

    def deliver(self, kept: KeptCorrection, fate: str = WILL_BE_SENT, *, open_task: bool = False) -> Flow[Receipt]:
        """Send it, after what was kept for its task before it, and take it out of the outbox.

        ``open_task``: see ``send_waiting``. An error that leaves its fate open ends in ``fate``; where it is refused
        for good, it is kept no longer.
        """
        self._under_way.add(kept.file_name)
        try:
            waited = yield from self.send_waiting(kept.task, open_tasks=open_task, before=kept.file_name)
            if kept.task in waited.held:
                raise waited.held[kept.task]
            receipt = yield from self._sent(kept, open_task)
            yield from self._unkeep(kept.file_name)
        except (InvalidInputError, NotFoundError) as error:
            if open_task and _can_be_brought(kept, error):
                raise UnavailableError(f"{error} {fate}") from error
            yield from self._unkeep(kept.file_name)
            raise
        except AuxolError as error:
            raise type(error)(f"{error} {fate}") from error
        finally:
            self._under_way.discard(kept.file_name)
        return receipt

    # What waits

    def send_waiting(self, task: str | None = None, *, open_tasks: bool = False, before: str = "") -> Flow[Sent]:
        """Send what waits in the outbox (of one task; what was kept before that file), oldest first.

        ``open_tasks``: open the tasks that are not, and make those that were not there yet when the correction was
        saved; what is for a task that is not there any more is set aside. Otherwise it waits until its task is opened.
        Raises UnavailableError where the server cannot be reached.
        """
        sent = Sent()
        for name in (yield from self._waiting()):
            if name == before:
                break
            if name not in self._under_way:
                kept: KeptCorrection | None = yield Fetch(name)
                mine = kept is not None and kept.to == self._to and task in (None, kept.task)
                if kept is not None and mine and kept.task not in sent.held:
                    sent.arrived += yield from self._delivered(kept, open_tasks, sent)
        return sent

    def remove(self, task: str, correction_id: str) -> Flow[bool]:
        """It is not to be sent (any more); whether it waited."""
        return (yield from self._unkeep(name_of(self._to, task, correction_id)))

    def discard(self, task: str) -> Flow[None]:
        """The task was deleted or reset: what waits for it is not to come into its successor."""
        for name in (yield from self._waiting()):
            kept: KeptCorrection | None = yield Fetch(name)
            if kept is not None and (kept.to, kept.task) == (self._to, task):
                yield Unkeep(name)

    def _waiting(self) -> Flow[list[str]]:
        if not self._keeps:
            return []
        names: list[str] = yield Waiting()
        return names

    def _unkeep(self, name: str, *, refused: bool = False) -> Flow[bool]:
        if not self._keeps:
            return False
        was_there: bool = yield Unkeep(name, refused)
        return was_there

    # Sending

    def _sent(self, kept: KeptCorrection, open_task: bool) -> Flow[Receipt]:
        """Sent; with ``open_task`` what the server lacks is brought several times: it may be killed while it is."""
        for _ in range(BRINGS if open_task else 0):
            try:
                return (yield from self._send(kept))
            except NotFoundError as error:
                if not _can_be_brought(kept, error):
                    raise
                if error.missing == "open task":
                    yield from self._open_or_make(kept)
        return (yield from self._send(kept))

    def _send(self, kept: KeptCorrection) -> Flow[Receipt]:
        body = encode(Message({"slice_id": kept.slice_id, "proposals": list(kept.proposals)}, {"mask": kept.mask}))
        where = {"task": kept.task, "correction_id": kept.correction_id}
        request = self._calls.request(declared(EngineApi.correct), where, body=body, media=MEDIA_TYPE)
        slices = [] if kept.image is None else [kept.image]
        answer = yield from self._mending.mended(lambda: self._calls.call(request), kept.task, slices)
        self._mending.memory.drop_masks(kept.proposals)
        return understood(lambda: protocol.made(Receipt, json_of(answer)))

    def _open_or_make(self, kept: KeptCorrection) -> Flow[None]:
        if (yield from self._is_there(kept.task)):
            status = yield from self._mending.open(kept.task)
        elif kept.options is None:
            raise TaskDeletedError(f"Task {kept.task!r} was expected, but it was deleted. Save into another task.")
        else:
            status = yield from self._made(kept)
        self._mending.memory.opened(kept.task, paused=status.paused)

    def _is_there(self, task: str) -> Flow[bool]:
        listed = yield from self._calls.call(self._calls.request(declared(EngineApi.list_tasks), {}))
        return understood(lambda: task in json_of(listed)["tasks"])

    def _made(self, kept: KeptCorrection) -> Flow[TaskStatus]:
        body = json.dumps({"name": kept.task, "options": kept.options}).encode()
        request = self._calls.request(declared(EngineApi.create_task), {}, body=body)
        try:
            return status_of((yield from self._calls.slow_call(request)))
        except InvalidInputError:
            if not (yield from self._is_there(kept.task)):
                raise
            return (yield from self._mending.open(kept.task))  # somebody else made it in this moment

    def _delivered(self, kept: KeptCorrection, open_task: bool, sent: Sent) -> Flow[bool]:
        """Send one from the outbox; whether it arrived. One that cannot be taken must not hold up the others; one that
        will be taken later holds up those of its task, so that the newest mask of a slice is learned last."""
        self._under_way.add(kept.file_name)
        try:
            yield from self._sent(kept, open_task)
        except NoAnswerError:
            raise
        except TaskDeletedError as error:
            # Not erased: a file that is being restored or synchronised is not there for a while, either.
            log.error("A correction in the outbox is set aside (%s): %s", kept.file_name, error)
            yield from self._unkeep(kept.file_name, refused=True)
            return False
        except (InvalidInputError, NotFoundError) as error:
            if _can_be_brought(kept, error):
                # It waits for its task, or for a server that lives long enough to be brought its slice.
                sent.later |= open_task
                return False
            log.error("A correction in the outbox was refused and is set aside (%s): %s", kept.file_name, error)
            yield from self._unkeep(kept.file_name, refused=True)
            return False
        except AuxolError as error:
            log.warning("A correction in the outbox could not be sent yet: %s", error)
            if isinstance(error, PASSING):
                sent.later, sent.held[kept.task] = True, error
            return False
        finally:
            self._under_way.discard(kept.file_name)
        yield from self._unkeep(kept.file_name)
        return True


def _can_be_brought(kept: KeptCorrection, error: AuxolError) -> bool:
    """Whether the server lacks only what this client has: that is no refusal, however often it is said."""
    missing = error.missing if isinstance(error, NotFoundError) else ""
    return missing == "open task" or (missing == "slice" and kept.image is not None)
