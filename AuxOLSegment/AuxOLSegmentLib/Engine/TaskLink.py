"""One task in the engine: the verbs of EngineApi (auxol_core.api) bound to its name, as coroutines."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from time import monotonic
from typing import Any

from auxol_core.api import EngineApi
from auxol_core.client.parts import parts
from auxol_core.client.streams import Stream
from auxol_core.errors import InvalidInputError, NotFoundError, TaskFileLockedError
from auxol_core.options import TaskOptions
from auxol_core.parts import Parts
from auxol_core.types import (
    BoolArray,
    CorrectionInfo,
    Event,
    Prompt,
    Propagated,
    Proposal,
    SliceImage,
    TaskStatus,
    VersionInfo,
    WindowInfo,
)
from AuxOLSegmentLib.Engine.Async import after
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection

POLL_S = 25.0
LEAVING_S, LOOK_MS = 10.0, 500  # a worker whose Slicer was killed has its tasks for some seconds more
_CHANGES: dict[str, Callable[[EngineApi, str], TaskStatus]] = {
    "learn": EngineApi.learn_now,
    "undo": EngineApi.undo,
    "reset": EngineApi.reset,
}


class TaskLink:
    """``reopened()`` is called when the engine had closed the task (a restart, an idle lease) and has it open again."""

    def __init__(self, connection: EngineConnection, name: str, reopened: Callable[[], None]) -> None:
        self._connection, self.name, self._reopened = connection, name, reopened

    async def open(self, options: TaskOptions) -> TaskStatus:
        """Open the task; make it where there is none of that name. One that another program has is waited for as long
        as a worker takes that is leaving."""
        ends = monotonic() + LEAVING_S
        while True:
            try:
                return await self._openNow(options)
            except TaskFileLockedError:
                if monotonic() > ends:
                    raise
            await after(LOOK_MS)

    async def _openNow(self, options: TaskOptions) -> TaskStatus:
        ask = self._connection.ask
        self._connection.whenBrought(self.name, self._reopened)
        if self.name in await ask(EngineApi.list_tasks):
            return await ask(EngineApi.open_task, self.name)
        try:
            return await ask(EngineApi.create_task, self.name, options)
        except InvalidInputError:
            if self.name not in await ask(EngineApi.list_tasks):
                raise
            return await ask(EngineApi.open_task, self.name)  # a saved slice had it made in this moment

    @property
    def mayPoll(self) -> bool:
        """Whether something may be asked that nobody waits for; see EngineConnection."""
        return self._connection.mayPoll

    # Slices and proposals

    def _remember(self, images: Sequence[SliceImage]) -> list[str]:
        """What the engine turns out to lack of these is brought to it."""
        for image in images:
            self._connection.memory.keep_slice(image.slice_id, image)
        return [image.slice_id for image in images]

    async def sendSlices(self, images: Sequence[SliceImage]) -> list[str]:
        """Make them known on the lane of volumes; their ids."""
        return await self._connection.run(self._connection.verbs.put_slices(images))

    async def predict(self, image: SliceImage, prompt: Prompt, previous: str | None) -> Proposal:
        """The proposal for ``prompt``; ``previous``: a pending one of the same object, which it replaces."""
        ask, (sliceId,) = self._connection.ask, self._remember([image])
        try:
            return await ask(EngineApi.predict, self.name, sliceId, prompt, previous=previous)
        except NotFoundError as error:
            if error.missing != "proposal":
                raise
            return await ask(EngineApi.predict, self.name, sliceId, prompt)  # the prompt itself says enough

    async def proposal(self, proposalId: str, image: SliceImage | None = None) -> Proposal:
        """A pending proposal as it is now; ``image``: its slice, in case that is needed."""
        try:
            return await self._connection.ask(EngineApi.proposal, proposalId)
        except NotFoundError as error:
            if error.missing != "slice" or image is None:
                raise
        await self._connection.ask(EngineApi.put_slice, image)
        return await self._connection.ask(EngineApi.proposal, proposalId)

    async def parts(self, proposalId: str, image: SliceImage | None = None) -> Parts:
        """What each model says alone of a pending proposal; ``image``: its slice, in case that is needed."""
        calls = self._connection.verbs.calls
        try:
            return await self._connection.run(parts(calls, proposalId))
        except NotFoundError as error:
            if error.missing != "slice" or image is None:
                raise
        await self._connection.ask(EngineApi.put_slice, image)
        return await self._connection.run(parts(calls, proposalId))

    async def accept(self, proposalId: str, version: int | None = None) -> None:
        """The user took it over as it is in ``version``; ProposalChangedError where it is another one by now."""
        try:
            await self._connection.ask(EngineApi.accept, proposalId, version=version)
        except NotFoundError:
            return  # what the engine no longer has need not be told

    async def dismiss(self, proposalId: str) -> None:
        """The user does not want it."""
        try:
            await self._connection.ask(EngineApi.dismiss, proposalId)
        except NotFoundError:
            return

    # Teaching

    async def change(self, verb: str, **values: Any) -> TaskStatus:
        """learn, undo, reset, roll_back(version=k)."""
        if verb == "roll_back":
            return await self._connection.ask(EngineApi.roll_back, self.name, values["version"])
        return await self._connection.ask(_CHANGES[verb], self.name)

    async def forget(self, correctionId: str) -> TaskStatus:
        """Delete a correction, and relearn what came after without it."""
        return await self._connection.ask(EngineApi.forget, self.name, correctionId)

    async def pause(self, paused: bool) -> None:
        """Keep corrections queued, or learn by itself."""
        await self._connection.ask(EngineApi.pause if paused else EngineApi.resume, self.name)

    async def status(self) -> TaskStatus:
        """Where it stands."""
        return await self._connection.ask(EngineApi.status, self.name)

    async def window(self) -> WindowInfo:
        """What greys it sees."""
        return await self._connection.ask(EngineApi.window, self.name)

    async def setWindow(self, low: float | None, high: float | None, origin: str) -> TaskStatus:
        """Have it see others; None: those of the next volume."""
        return await self._connection.ask(EngineApi.set_window, self.name, low, high, origin=origin)

    async def corrections(self, after: int = 0) -> list[CorrectionInfo]:
        """The learning curve behind its first ``after`` rows."""
        return await self._connection.ask(EngineApi.corrections, self.name, after)

    async def versions(self, after: int = 0) -> list[VersionInfo]:
        """Its history behind its first ``after`` rows."""
        return await self._connection.ask(EngineApi.versions, self.name, after)

    async def events(self, after: int, waitS: float = POLL_S) -> list[Event]:
        """What has happened since; a long poll on a lane of its own."""
        return await self._connection.ask(EngineApi.events, self.name, after, wait_s=waitS)

    # A volume

    async def propagate(
        self, slices: Sequence[str], seeds: Mapping[int, BoolArray], taken: Sequence[int]
    ) -> Stream:
        """Begin to go from slice to slice."""
        return await self._begun(
            self._connection.verbs.stream(EngineApi.propagate, self.name, slices, seeds, taken=taken)
        )

    async def find(self, slices: Sequence[str], taken: Sequence[int]) -> Stream:
        """Begin to look for the task's structure."""
        return await self._begun(self._connection.verbs.stream(EngineApi.find, self.name, slices, taken=taken))

    async def _begun(self, stream: Stream) -> Stream:
        await self._connection.run(stream.begin())
        return stream

    async def propagated(self, stream: Stream) -> list[Propagated]:
        """The next slices; ``stream.done``: these are the last."""
        return await self._connection.run(stream.more())

    async def endStream(self, stream: Stream) -> None:
        """End it; what came stays."""
        await self._connection.run(stream.end())

    async def prefetch(self, images: Sequence[SliceImage]) -> None:
        """Have the embeddings of these prepared while nothing else is to be done."""
        await self._connection.ask(EngineApi.prefetch, self.name, await self.sendSlices(images))

    # Files

    async def exported(self) -> bytes:
        """The task as a file's bytes."""
        file = BytesIO()
        await self._connection.run(self._connection.verbs.export_to(self.name, file))
        return file.getvalue()

    async def imported(self, data: bytes) -> TaskStatus:
        """Take a file's bytes in as a new task of this name."""
        return await self._connection.run(self._connection.verbs.import_from(BytesIO(data), self.name))
