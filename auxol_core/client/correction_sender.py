"""Corrections, sent so that none is lost: written to the outbox, sent, and removed when the receipt is there."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from auxol_core import protocol
from auxol_core.client.calls import Calls
from auxol_core.client.outbox import KeptCorrection, Outbox
from auxol_core.client.transport import NoAnswerError, json_of, understood
from auxol_core.errors import AuxolError, InvalidInputError, NotFoundError
from auxol_core.protocol import MEDIA_TYPE, Message, encode
from auxol_core.types import BoolArray, Receipt

log = logging.getLogger(__name__)

_WILL_BE_SENT = "The correction is kept in the outbox and will be sent again."


class CorrectionSender:
    """``to``: whose corrections these are (outbox.address_of). ``outbox`` None: nothing is kept."""

    def __init__(self, calls: Calls, outbox: Outbox | None, to: str) -> None:
        self._calls, self._outbox, self._to = calls, outbox, to
        self._under_way: set[str] = set()  # what a thread is sending, another need not send again

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, correction_id: str, proposals: Sequence[str]
    ) -> Receipt:
        """See EngineApi.correct. An error that leaves the fate of the correction open says whether it is kept."""
        if correction_id in ("", ".", ".."):  # what no path can hold; the server says the rest
            raise InvalidInputError(
                f"A correction id must be 1 to 200 printable characters and no file path, got {correction_id!r}. "
                "Give a unique one, a UUID say."
            )
        image = self._calls.memory.slice(slice_id)
        kept = KeptCorrection(self._to, task, correction_id, slice_id, np.asarray(mask), tuple(proposals), image)
        self._under_way.add(kept.file_name)
        fate = self._keep(kept)
        try:
            self.send_waiting(task)
            receipt = self._send(kept)
            self.remove(task, correction_id)
        except (InvalidInputError, NotFoundError):
            self.remove(task, correction_id)
            raise
        except AuxolError as error:
            raise type(error)(f"{error} {fate}") from error
        finally:
            self._under_way.discard(kept.file_name)
        return receipt

    def send_waiting(self, task: str | None = None) -> int:
        """Send what waits in the outbox (of one task), oldest first; how many arrived.

        Raises UnavailableError where the server cannot be reached.
        """
        if self._outbox is None:
            return 0
        waiting = self._outbox.pending(self._to, task, but=self._under_way)
        return sum(self._delivered(kept, self._outbox) for kept in waiting if kept.file_name not in self._under_way)

    def remove(self, task: str, correction_id: str) -> bool:
        """It is not to be sent (any more); whether it waited."""
        kept = KeptCorrection(self._to, task, correction_id, "", np.zeros((0, 0), dtype=bool))
        return self._outbox is not None and self._outbox.remove(kept)

    def discard(self, task: str) -> None:
        """The task was deleted or reset: what waits for it is not to come into its successor."""
        if self._outbox is not None:
            self._outbox.discard(self._to, task)

    def _keep(self, kept: KeptCorrection) -> str:
        """Write it to the outbox; what becomes of it if it cannot be sent. A full disk is no reason not to send it."""
        if self._outbox is None:
            return "The correction is not kept: this client has no outbox. Send it again."
        try:
            self._outbox.put(kept)
        except OSError as error:
            log.warning("A correction could not be written to the outbox: %s", error)
            return f"The correction could not be kept in the outbox either ({error.strerror or error}). Send it again."
        return _WILL_BE_SENT

    def _send(self, kept: KeptCorrection) -> Receipt:
        values = {"slice_id": kept.slice_id, "proposals": list(kept.proposals)}
        body = encode(Message(values, {"mask": kept.mask}))
        calls, path = self._calls, ("tasks", kept.task, "corrections", kept.correction_id)
        answer = calls.mended(
            lambda: calls.transport.call("PUT", *path, within=calls.limits.save, body=body, media=MEDIA_TYPE),
            kept.task,
            [] if kept.image is None else [kept.image],
        )
        calls.memory.drop_masks(kept.proposals)
        return understood(lambda: protocol.made(Receipt, json_of(answer)))

    def _delivered(self, kept: KeptCorrection, outbox: Outbox) -> bool:
        """Send one from the outbox; whether it arrived. One that cannot be taken must not hold up the others."""
        try:
            self._send(kept)
        except NoAnswerError:
            raise
        except (InvalidInputError, NotFoundError) as error:
            if isinstance(error, NotFoundError) and error.missing == "open task":
                return False  # it waits for its task
            log.error("A correction in the outbox was refused and is set aside (%s): %s", kept.file_name, error)
            outbox.set_aside(kept)
            return False
        except AuxolError as error:
            log.warning("A correction in the outbox could not be sent yet: %s", error)
            return False
        outbox.remove(kept)
        return True
