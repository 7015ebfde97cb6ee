"""Choosing a generalist: the engine's table of them, downloads, measuring, and what a change means for the open task.

The engine does the work (its process has the network and the processor); here it is only asked, and asked again while
something is under way. A task belongs to the generalist beside which it learned: beside another one the engine learns
it again from its saved slices, which may be cancelled; the task is then as it was, beside the generalist it had.
"""

from collections.abc import Callable, Mapping
from typing import Any

from slicer.i18n import tr as _

from auxol_core.api import EngineApi
from auxol_core.client import generalists
from auxol_core.errors import AuxolError, CancelledError
from AuxOLSegmentLib.Engine.Async import Task, Tasks, after
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection, EngineState
from AuxOLSegmentLib.Machine.GeneralistName import takeTitles
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.Teller import Teller

ASK_MS = 400  # between two looks at what is under way


class Generalists:
    """``restart()``: let the engine go and start it anew, with what the settings say then."""

    def __init__(
        self,
        settings: Any,
        connection: EngineConnection,
        desk: TaskDesk,
        tasks: Tasks,
        teller: Teller,
        restart: Callable[[], None],
    ) -> None:
        self._settings, self._connection, self._desk = settings, connection, desk
        self._tasks, self._teller, self._restart = tasks, teller, restart
        self.table: Mapping[str, Any] = {}
        self._running = ""  # what the engine there was started with, as the settings named it
        self._link: Any = None
        self._former = ""  # the generalist that the open task had before it was changed here
        self._reading: Task | None = None
        teller.listen(self._onChange)

    def _onChange(self, kind: str) -> None:
        if kind == "engine" and self._connection.state is EngineState.READY:
            if self._connection.link is not self._link:
                self._link, self._running = self._connection.link, str(self._settings.generalist)
            takeTitles(self._connection.told.get("generalists", ()))
            self.read()

    def read(self) -> None:
        """Ask for the table, again and again while a download or a measurement is under way."""
        if self._reading is None or self._reading.done:
            self._reading = self._tasks.start(self._read())

    async def _read(self) -> None:
        while self._connection.link is not None:
            try:
                self.table = await self._connection.run(generalists.table(self._connection.verbs.calls))
            except CancelledError:
                raise
            except AuxolError:
                self.table = {}  # an engine that does not tell; what its greeting offers is shown
            takeTitles(self.table.get("generalists", ()))
            self._teller.tell("generalists")
            if not underWay(self.table):
                return
            await after(ASK_MS)

    def download(self, name: str) -> None:
        """Fetch the weights of ``name``, whose licence the user has been told and accepts."""
        self._tasks.start(self._asked(generalists.download(self._connection.verbs.calls, name)))

    def cancelDownload(self, name: str) -> None:
        """End it; what came stays for the next one."""
        self._tasks.start(self._asked(generalists.cancel_download(self._connection.verbs.calls, name)))

    def measure(self) -> None:
        """Have the engine time what a click takes on its machine."""
        self._tasks.start(self._asked(generalists.measure(self._connection.verbs.calls)))

    async def _asked(self, flow: Any) -> None:
        await self._connection.run(flow)
        if self._reading is not None:
            self._reading.cancel()
        self._reading = self._tasks.start(self._read())

    def use(self, name: str) -> None:
        """Work beside the generalist ``name`` from now on: the engine starts anew, and the open task is learned again
        beside it."""
        self._former = "" if self._desk.status is None else self._running
        self._settings.set("generalist", name)
        task = self._desk.task
        self._restart()
        if task:
            self._tasks.start(self._desk.link())

    def cancelRelearning(self) -> None:
        """Have the open task be as it was before it began to be learned again; with the generalist that it had, where
        that was changed in this session."""
        self._tasks.start(self._cancelledRelearning(self._desk.task))

    async def _cancelledRelearning(self, task: str) -> None:
        await self._connection.ask(EngineApi.cancel_relearning, task)
        former, self._former = self._former, ""
        if former and former != self._settings.generalist:
            self.use(former)
            self._former = ""
            text = _("The task '{task}' is as it was, beside the generalist that it had")
        else:
            self._desk.choose("")
            text = _(
                "The task '{task}' is as it was, and closed: choose the generalist that it learned with in Settings. "
                "Opened beside this one it is learned again"
            )
        self._teller.say(text.format(task=task))


def underWay(table: Mapping[str, Any]) -> bool:
    """Whether something in the table will change by itself."""
    rows = table.get("generalists", ())
    return bool(table.get("measuring")) or any((each["download"] or {}).get("state") == "running" for each in rows)
