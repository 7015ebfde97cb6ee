"""Stream as the panel sees it: slices are sent a few at a time, proposals shown as they come; cancelable."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from slicer.i18n import tr as _

from auxol_core.client.streams import Stream
from auxol_core.errors import AuxolError, CancelledError, InvalidInputError
from auxol_core.types import Propagated, SliceImage
from AuxOLSegmentLib.Engine.Async import Breath, Task, Tasks
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage, sliceName
from AuxOLSegmentLib.Session.WalkEnd import WalkEnd

log = logging.getLogger(__name__)

Ask = Callable[[TaskLink, list[str], list[int]], Awaitable[Stream]]
AT_ONCE = 4  # slices asked for in one request: the hash of one takes milliseconds of the main thread


class Progress(NamedTuple):
    """``running``: whether it goes on; ``done`` of ``total`` slices."""

    running: bool = False
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Errand:
    """What is asked of a range: neighbouring slices in order. ``ask(link, ids, places)`` begins it, on those that can
    be read: ``places`` in ``keys``; ``taken``: places in ``keys`` where nothing is proposed. ``looksAtAll``: each slice
    counts when it was looked at, and not only where something is proposed. ``heard(key, item)`` is called with each
    slice that comes before it is shown; ``summary()`` is what the user is told at the end, None: what is usual, '':
    nothing. ``byItself``: nobody asked for it, so that it gives way to whatever a person asks for."""

    volume: Any
    keys: list[SliceKey]
    taken: frozenset[int]
    ask: Ask
    looksAtAll: bool = False
    heard: Callable[[SliceKey, Propagated], None] | None = None
    summary: Callable[[], str] | None = None
    byItself: bool = False


@dataclass
class _Sent:
    """The slices of an errand as the engine has them: ``ids``, and their ``places`` in the errand; ``unread``: those
    that cannot be read, and why."""

    ids: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    unread: list[tuple[SliceKey, AuxolError]] = field(default_factory=list)

    def told(self) -> list[str]:
        """What the user is told of those that are left out."""
        if not self.unread:
            return []
        text = _("{count} slices cannot be read and were left out, {slice} first: {reason}")
        (first, error), count = self.unread[0], len(self.unread)
        return [text.format(count=count, slice=sliceName(first), reason=sentence(error))]


class VolumeWalk:
    """One errand at a time. ``came(key, propagated)`` with each slice, ``changed()`` when ``progress`` has."""

    def __init__(
        self,
        tasks: Tasks,
        came: Callable[[SliceKey, Propagated], None],
        changed: Callable[[], None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._tasks, self._came, self._changed, self._tell = tasks, came, changed, tell
        self.progress = Progress()
        self.end = WalkEnd()
        self.finds = False  # whether what comes was looked for, and its confidence says something
        self.byItself = False
        self._running: Task | None = None
        self._job: tuple[TaskLink, Stream] | None = None

    def begin(self, link: TaskLink, errand: Errand) -> None:
        """Go on it, in place of what is under way."""
        self.cancel()
        self.finds, self.byItself = errand.looksAtAll, errand.byItself
        self.progress = Progress(True, 0, len(errand.keys) - len(errand.taken))
        self.end = WalkEnd(looked=errand.looksAtAll)
        self._changed()
        self._running = self._tasks.start(self._walk(link, errand))

    async def _walk(self, link: TaskLink, errand: Errand) -> None:
        try:
            sent = await self._sent(link, errand)
            job = await errand.ask(link, sent.ids, sent.places)
            self._job = (link, job)
            found = await self._followed(link, job, errand, sent.places)
            self.end = self.end._replace(why="done", found=found)
            told = _usual(found) if errand.summary is None else errand.summary()
            if told:
                self._tell(" ".join((told, *sent.told())), "warning" if sent.unread else "info")
        except AuxolError as error:
            self.end = self.end._replace(why="cancelled" if isinstance(error, CancelledError) else "failed")
            if not errand.byItself or isinstance(error, CancelledError):
                raise
            log.info("What was begun by itself has ended: %s", error)
        finally:
            self._job = None
            self.progress = self.progress._replace(running=False)
            self._changed()

    async def _sent(self, link: TaskLink, errand: Errand) -> "_Sent":
        """Those that can be read; InvalidInputError where none can."""
        sent, images, breath = _Sent(), list[SliceImage](), Breath()
        for place, key in enumerate(errand.keys):
            try:
                images.append(sliceImage(errand.volume, key.axis, key.index))
                sent.places.append(place)
            except InvalidInputError as error:  # a value that is no number, as at the ends of a registered volume
                sent.unread.append((key, error))
                self.progress = self.progress._replace(total=self.progress.total - (place not in errand.taken))
            if len(images) == AT_ONCE:
                sent.ids += await link.sendSlices(images)
                images = []
            await breath.take()
        if images:
            sent.ids += await link.sendSlices(images)
        if not sent.ids and sent.unread:
            raise sent.unread[0][1]
        return sent

    async def _followed(self, link: TaskLink, job: Stream, errand: Errand, places: list[int]) -> int:
        """Hand on what comes; how many proposals that was."""
        breath, found = Breath(), 0
        while not job.done:
            for came in await link.propagated(job):
                item = replace(came, index=places[came.index])
                if errand.heard is not None:
                    errand.heard(errand.keys[item.index], item)
                self._came(errand.keys[item.index], item)
                found += item.proposal is not None
                counts = item.index not in errand.taken if errand.looksAtAll else item.proposal is not None
                self.progress = self.progress._replace(done=self.progress.done + counts)
                await breath.take()
            self._changed()
        return found

    def cancel(self) -> None:
        """End it; what came stays. Harmless where nothing goes on."""
        job, self._job = self._job, None
        if job is not None:
            link, begun = job
            self._tasks.start(link.endStream(begun))
        if self._running is not None:
            self._running.cancel()
            self._running = None


def among(places: list[int], wanted: Collection[int]) -> list[int]:
    """Where in ``places`` those of ``wanted`` are that are there."""
    return [at for at, place in enumerate(places) if place in wanted]


def _usual(found: int) -> str:
    """What is said at the end of an errand that proposed on so many slices."""
    if found:
        return _("Proposed on {count} slices; look at them under Review").format(count=found)
    return _("Nothing is proposed: the structure ends on the slices beside")
