"""Stream as the panel sees it: slices are sent a few at a time, proposals shown as they come; cancelable."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from slicer.i18n import tr as _

from auxol_core.client.streams import Stream
from auxol_core.types import Propagated
from AuxOLSegmentLib.Engine.Async import Breath, Task, Tasks
from AuxOLSegmentLib.Engine.TaskLink import TaskLink
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, sliceImage

AT_ONCE = 4  # slices asked for in one request: the hash of one takes milliseconds of the main thread


class Progress(NamedTuple):
    """``running``: whether it goes on; ``done`` of ``total`` slices."""

    running: bool = False
    done: int = 0
    total: int = 0


class VolumeWalk:
    """One propagation at a time. ``came(key, propagated)`` with each slice, ``changed()`` when ``progress`` has."""

    def __init__(
        self,
        tasks: Tasks,
        came: Callable[[SliceKey, Propagated], None],
        changed: Callable[[], None],
        tell: Callable[[str, str], None],
    ) -> None:
        self._tasks, self._came, self._changed, self._tell = tasks, came, changed, tell
        self.progress = Progress()
        self._running: Task | None = None
        self._job: tuple[TaskLink, Stream] | None = None

    def begin(
        self,
        link: TaskLink,
        volume: Any,
        keys: Sequence[SliceKey],
        seeds: dict[int, np.ndarray],
        taken: Sequence[int],
    ) -> None:
        """From the masks in ``seeds`` through ``keys``, neighbouring slices in order; ``seeds`` and ``taken`` by place
        in ``keys``."""
        self.cancel()
        self.progress = Progress(True, 0, len(keys) - len(set(seeds) | set(taken)))
        self._changed()
        self._running = self._tasks.start(self._walk(link, volume, list(keys), seeds, list(taken)))

    async def _walk(
        self, link: TaskLink, volume: Any, keys: list[SliceKey], seeds: dict[int, np.ndarray], taken: list[int]
    ) -> None:
        try:
            ids = await self._sent(link, volume, keys)
            job = await link.propagate(ids, seeds, taken)
            self._job = (link, job)
            await self._followed(link, job, keys)
            self._tell(_("Proposed on {count} slices; review them below").format(count=self.progress.done), "info")
        finally:
            self._job = None
            self.progress = self.progress._replace(running=False)
            self._changed()

    async def _sent(self, link: TaskLink, volume: Any, keys: list[SliceKey]) -> list[str]:
        ids: list[str] = []
        breath = Breath()
        for start in range(0, len(keys), AT_ONCE):
            images = []
            for key in keys[start : start + AT_ONCE]:
                images.append(sliceImage(volume, key.axis, key.index))
                await breath.take()
            ids += await link.sendSlices(images)
        return ids

    async def _followed(self, link: TaskLink, job: Stream, keys: list[SliceKey]) -> None:
        breath = Breath()
        while not job.done:
            for item in await link.propagated(job):
                self._came(keys[item.index], item)
                done = self.progress.done + (item.proposal is not None)
                self.progress = self.progress._replace(done=done)
                await breath.take()
            self._changed()

    def cancel(self) -> None:
        """End it; what came stays. Harmless where nothing goes on."""
        job, self._job = self._job, None
        if job is not None:
            link, begun = job
            self._tasks.start(link.endPropagation(begun))
        if self._running is not None:
            self._running.cancel()
            self._running = None
