"""One task in the engine: its verbs, as coroutines. What the engine has lost is brought again."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from auxol_core import protocol
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.options import TaskOptions
from auxol_core.protocol import MEDIA_TYPE, Message, encode, made, plain
from auxol_core.types import (
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
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
from AuxOLSegmentLib.Engine.EngineLink import FILE_TYPE, POLL_S, PREDICT_MS, QUICK_MS, TRANSFER_MS, Answer

Json = Mapping[str, Any]
PAGE = 200  # rows, read in a few milliseconds; the protocol allows more


def body(value: object) -> bytes:
    """A JSON body."""
    return json.dumps(plain(value)).encode()


class TaskLink:
    """``reopened()`` is called when the engine had closed the task (a restart, an idle lease) and has it open again."""

    def __init__(self, connection: EngineConnection, name: str, reopened: Callable[[], None]) -> None:
        self._connection, self.name, self._reopened = connection, name, reopened

    # Open, and mended

    async def open(self, options: TaskOptions) -> TaskStatus:
        """Open the task; make it where there is none of that name."""
        names = (await self._connection.call("GET", "tasks")).json["tasks"]
        if self.name in names:
            answer = await self._connection.slowCall("POST", "tasks", self.name, "open", repeatable=True)
        else:
            answer = await self._connection.call("POST", "tasks", body=body({"name": self.name, "options": options}))
        return made(TaskStatus, answer.json)

    async def _mended(self, call: Callable[[], Any], images: Sequence[SliceImage] = ()) -> Answer:
        """The answer to ``call()``; once more after each thing that was missing was brought."""
        brought: set[str] = set()
        while True:
            try:
                answer: Answer = await call()
            except NotFoundError as error:
                if error.missing in brought or not await self._bring(error.missing, images):
                    raise
                brought.add(error.missing)
            else:
                return answer

    async def _bring(self, what: str, images: Sequence[SliceImage]) -> bool:
        if what == "open task":
            await self._connection.slowCall("POST", "tasks", self.name, "open", repeatable=True)
            self._reopened()
            return True
        if what == "slice" and images:
            await self._send(images)
            return True
        return False

    async def _verb(self, method: str, *parts: str, slow: bool = False, **more: Any) -> Answer:
        ask = self._connection.slowCall if slow else self._connection.call
        return await self._mended(lambda: ask(method, "tasks", self.name, *parts, **more))

    # Slices

    async def _send(self, images: Sequence[SliceImage], lane: str = "work") -> None:
        wanted = {image.slice_id: image for image in images}
        answer = await self._connection.call("POST", "slices", "missing", body=body({"ids": list(wanted)}), lane=lane)
        for sliceId in answer.json["missing"]:
            await self._put(wanted[sliceId], lane)

    async def _put(self, image: SliceImage, lane: str) -> None:
        link = await self._connection.ready()
        message = Message({"spacing_mm": plain(image.spacing_mm)}, {"pixels": np.ascontiguousarray(image.pixels)})
        await self._connection.call(
            "PUT",
            "slices",
            image.slice_id,
            body=encode(message, pack_all=not link.loopback),
            mediaType=MEDIA_TYPE,
            timeoutMs=TRANSFER_MS,
            lane=lane,
        )

    async def sendSlices(self, images: Sequence[SliceImage]) -> list[str]:
        """Make them known on the lane of volumes; their ids."""
        await self._send(images, "volume")
        return [image.slice_id for image in images]

    # Proposals

    async def predict(self, image: SliceImage, prompt: Prompt, previous: str | None) -> Proposal:
        """The proposal for ``prompt``; ``previous``: a pending one of the same object, which it replaces."""
        sliceId, named = image.slice_id, previous

        async def ask() -> Answer:
            return await self._connection.call(
                "POST",
                "tasks",
                self.name,
                "predict",
                body=encode(protocol.prompt_message(prompt, slice_id=sliceId, previous=named)),
                mediaType=MEDIA_TYPE,
                timeoutMs=PREDICT_MS,
            )

        try:
            answer = await self._mended(ask, [image])
        except NotFoundError as error:
            if error.missing != "proposal":
                raise
            named = None  # the engine was restarted; the prompt itself says enough
            answer = await self._mended(ask, [image])
        return _understood(lambda: protocol.proposals_of(answer.message)[0])

    async def proposal(self, proposalId: str) -> Proposal:
        """A pending proposal as it is now."""
        answer = await self._connection.call("GET", "proposals", proposalId)
        return _understood(lambda: protocol.proposals_of(answer.message)[0])

    async def accept(self, proposalId: str) -> None:
        """The user took it over."""
        await self._gone(self._connection.call("POST", "proposals", proposalId, "accept"))

    async def dismiss(self, proposalId: str) -> None:
        """The user does not want it."""
        await self._gone(self._connection.call("DELETE", "proposals", proposalId))

    async def _gone(self, call: Any) -> None:
        """What the engine no longer has need not be told."""
        try:
            await call
        except NotFoundError:
            return

    # Teaching

    async def correct(
        self, image: SliceImage, mask: np.ndarray, correctionId: str, proposals: Sequence[str]
    ) -> Receipt:
        """Durable when this returns; the same id again changes nothing."""
        fields = {"slice_id": image.slice_id, "proposals": list(proposals)}
        data = encode(Message(fields, {"mask": np.ascontiguousarray(mask, dtype=bool)}))
        answer = await self._mended(
            lambda: self._connection.call(
                "PUT",
                "tasks",
                self.name,
                "corrections",
                correctionId,
                body=data,
                mediaType=MEDIA_TYPE,
                timeoutMs=PREDICT_MS,
            ),
            [image],
        )
        return made(Receipt, answer.json)

    async def change(self, verb: str, **values: Any) -> TaskStatus:
        """learn, undo, reset, roll_back(version=k)."""
        answer = await self._verb("POST", verb, slow=True, body=body(values) if values else None)
        return made(TaskStatus, answer.json)

    async def forget(self, correctionId: str) -> TaskStatus:
        """Delete a correction, and relearn what came after without it."""
        return made(TaskStatus, (await self._verb("DELETE", "corrections", correctionId, slow=True)).json)

    async def pause(self, paused: bool) -> None:
        """Keep corrections queued, or learn by itself."""
        await self._verb("POST", "pause" if paused else "resume")

    async def status(self) -> TaskStatus:
        """Where it stands."""
        return made(TaskStatus, (await self._verb("GET")).json)

    async def corrections(self, after: int = 0) -> list[CorrectionInfo]:
        """The learning curve behind its first ``after`` rows."""
        return await self._rows("corrections", CorrectionInfo, after)

    async def versions(self, after: int = 0) -> list[VersionInfo]:
        """Its history behind its first ``after`` rows."""
        return await self._rows("versions", VersionInfo, after)

    async def _rows(self, verb: str, kind: type[Any], after: int) -> list[Any]:
        """Page by page; Qt's event loop has its turn while the next page is under way."""
        rows: list[Any] = []
        while True:
            answer = await self._verb("GET", verb, query={"after": after + len(rows), "limit": PAGE})
            page = answer.json[verb]
            rows += [made(kind, each) for each in page]
            if len(page) < PAGE:
                return rows

    async def events(self, after: int, waitS: float = POLL_S) -> list[Event]:
        """What has happened since; a long poll on a lane of its own."""
        answer = await self._verb(
            "GET",
            "events",
            query={"after": after, "wait": waitS},
            timeoutMs=int(waitS * 1000) + QUICK_MS,
            lane="events",
        )
        return _understood(lambda: protocol.events_of(answer.message))

    # A volume

    async def propagate(self, slices: Sequence[str], seeds: Mapping[int, np.ndarray], taken: Sequence[int]) -> str:
        """Begin; the id of the job."""
        fields = {"slices": list(slices), "seeds": list(seeds), "taken": list(taken)}
        masks = {f"seeds/{index}": np.ascontiguousarray(mask, dtype=bool) for index, mask in seeds.items()}
        answer = await self._verb(
            "POST", "propagate", body=encode(Message(fields, masks)), mediaType=MEDIA_TYPE, repeatable=False
        )
        return str(answer.json["job"])

    async def propagated(self, job: str, came: int) -> tuple[list[Propagated], bool]:
        """The next slices, and whether these are the last."""
        answer = await self._connection.call(
            "GET",
            "jobs",
            job,
            "items",
            query={"after": came, "wait": POLL_S},
            timeoutMs=POLL_S * 1000 + QUICK_MS,
            lane="volume",
        )
        message = answer.message
        return _understood(lambda: (protocol.propagated_of(message), bool(message.fields["done"])))

    async def cancelJob(self, job: str) -> None:
        """End a propagation; what came stays."""
        await self._gone(self._connection.call("DELETE", "jobs", job))

    async def prefetch(self, images: Sequence[SliceImage]) -> None:
        """Have the embeddings of these prepared while nothing else is to be done."""
        ids = await self.sendSlices(images)
        await self._verb("POST", "prefetch", body=body({"slices": ids}), lane="volume")

    # Files

    async def exported(self) -> bytes:
        """The task as a file's bytes."""
        return (await self._verb("GET", "file", slow=True, timeoutMs=TRANSFER_MS, lane="volume")).body

    async def imported(self, data: bytes) -> TaskStatus:
        """Take a file's bytes in as a new task of this name."""
        answer = await self._connection.slowCall(
            "PUT",
            "tasks",
            self.name,
            "file",
            body=data,
            mediaType=FILE_TYPE,
            timeoutMs=TRANSFER_MS,
            lane="volume",
            repeatable=False,
        )
        return made(TaskStatus, answer.json)


def _understood(read: Callable[[], Any]) -> Any:
    """``read()``; InvalidInputError where the answer is not what the protocol says."""
    try:
        return read()
    except (KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise InvalidInputError(f"The engine's answer does not fit ({error}). Update both sides.") from None
