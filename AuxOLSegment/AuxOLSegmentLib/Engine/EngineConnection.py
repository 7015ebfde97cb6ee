"""The engine that answers: a worker of ours, one that another Slicer on this machine runs, or a server by address.

Whoever asks a verb gets the answer of an engine that is ready. A worker that died is started again, and is brought what
the one before had, unless it does nothing but die; one that is late is busy, and is left to it. The session's
corrections are kept here, too.
"""

import logging
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from slicer.i18n import tr as _

from auxol_core.api import VerbOf
from auxol_core.client.address import Address
from auxol_core.client.calls import Calls
from auxol_core.client.effects import Answer, BrokenError, Exchange, Flow
from auxol_core.client.limits import Timeouts
from auxol_core.client.memory import ClientMemory
from auxol_core.client.mending import Mending
from auxol_core.client.verbs import ClientVerbs
from auxol_core.errors import AccessError, AuxolError, InvalidInputError, UnavailableError
from AuxOLSegmentLib.Engine.Async import Task, Tasks, after, shared
from AuxOLSegmentLib.Engine.AttachFile import AttachFile
from AuxOLSegmentLib.Engine.EngineLink import EngineLink
from AuxOLSegmentLib.Engine.EngineProcess import EngineProcess
from AuxOLSegmentLib.Engine.EngineStart import Found, aboutServer, attached, dataFolder, launched
from AuxOLSegmentLib.Engine.FlowDriver import FlowDriver
from AuxOLSegmentLib.Engine.Keeper import FOLDER, CorrectionKeeper
from AuxOLSegmentLib.Machine.Messages import sentence

__all__ = ["EngineConnection", "EngineState", "dataFolder"]

log = logging.getLogger(__name__)

RESTARTS = 3  # in a row, without a save that arrived in between; then the user decides
ENDING_MS = 300  # a process whose connections broke off is seen to have ended by then
NOWHERE = Address("http://127.0.0.1:1", "not-started")

P = ParamSpec("P")
Result = TypeVar("Result")


class EngineState(Enum):
    """Whether there is an engine."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


class _Client:
    """Verbs and memory for one server. ``whom``: its address and token; None: whatever runs on this machine."""

    def __init__(self, whom: tuple[str, str] | None, limits: Timeouts, brought: Callable[[str, str], None]) -> None:
        self.whom, self.memory = whom, ClientMemory()
        calls = Calls(NOWHERE if whom is None else Address(*whom, named=True), limits)
        self.verbs = ClientVerbs(Mending(calls, self.memory, brought), keeps=True)


class EngineConnection:
    """``changed()`` is called when ``state`` or ``about`` has changed, ``lost()`` when what the engine held is gone; it
    asks for ``ready()`` unless ``resting``."""

    def __init__(
        self, settings: Any, changed: Callable[[], None], lost: Callable[[], None], limits: Timeouts | None = None
    ) -> None:
        self._settings, self._changed, self._lost, self._limits = settings, changed, lost, limits or Timeouts()
        self.state = EngineState.OFF
        self.about: dict[str, Any] = {}
        self.error: AuxolError | None = None
        self._asked = ""  # the generalist that another Slicer's worker was started with
        self.attached = False
        self._link: EngineLink | None = None
        self._process: EngineProcess | None = None
        self._starting: Task | None = None
        self._looking: Task | None = None
        self._tasks = Tasks(lambda error: log.warning("It could not be seen whether the engine lives: %s", error))
        self._deaths = 0
        self._lastLog = ""
        self._keepers: dict[Path, CorrectionKeeper] = {}
        self._broughtTo: dict[str, Callable[[], None]] = {}
        self._driver = FlowDriver(self._exchanged, lambda effect: self.keeper.carryOut(effect))
        self._client: _Client | None = None

    # Verbs

    def _clientNow(self) -> "_Client":
        """Of the engine that is there, or that would be started now; what another server has, this one has not."""
        whom = (str(self._settings.serverUrl), str(self._settings.serverToken)) if self.remote else None
        if self._client is None or (self._link is None and self._client.whom != whom):
            self._client = _Client(whom, self._limits, self._brought)
        return self._client

    @property
    def verbs(self) -> ClientVerbs:
        """The verbs of the engine; InvalidInputError where the settings name a server that can be none."""
        return self._clientNow().verbs

    @property
    def memory(self) -> ClientMemory:
        """What can be brought again to an engine that has lost it."""
        return self._clientNow().memory

    async def ask(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The result of ``verb``, a method of EngineApi."""
        return await self.run(self.verbs.ask(verb, *args, **kwargs))

    async def run(self, flow: Flow[Result]) -> Result:
        """The result of a flow of ``verbs``; the engine is started where it asks something of it."""
        return await self._driver.run(flow)

    def whenBrought(self, task: str, call: Callable[[], None]) -> None:
        """Call it when an engine had lost that task, and has it open again."""
        self._broughtTo[task] = call

    def _brought(self, what: str, task: str) -> None:
        if what == "open task" and task in self._broughtTo:
            self._broughtTo[task]()

    async def _exchanged(self, exchange: Exchange) -> Answer:
        link = self.link
        if link is None:
            await self.ready()
            raise BrokenError("the engine was not there yet", arrived=False, late=False, anew=True)
        try:
            answer: Answer = await link.exchange(exchange)
        except BrokenError as error:
            raise await self._judged(link, error) from error
        return answer

    async def _judged(self, link: EngineLink, error: BrokenError) -> BrokenError:
        """``error``; told as of a server that is gone, where there is another one now."""
        if error.late or self.remote:
            self._lookAfter(link)
            return error
        if await self._lives(link):
            return error
        self._forget(link)
        if self._starting is None:
            raise UnavailableError(_("The engine was stopped. Start it again in the settings."))
        await self.ready()
        return BrokenError(str(error), arrived=error.arrived, late=False, anew=True)

    # Whether it lives

    @property
    def resting(self) -> bool:
        """Whether it died so often in a row that it is not started again before it is ``wanted``."""
        return not self.remote and self._deaths > RESTARTS

    def _refuseRest(self) -> None:
        if self.resting:
            raise UnavailableError(_("The engine has ended again and again. A prompt, a save or its button starts it."))

    @property
    def mayPoll(self) -> bool:
        """Whether something may be asked that nobody waits for: it must not start an engine on this machine."""
        return self.remote or self.link is not None

    def wanted(self) -> None:
        """A person asks for it, or a save has arrived there: if it dies from now on, that is counted anew."""
        self._deaths = 0

    def _gone(self) -> None:
        self._deaths += 1
        self._lost()

    def _lookAfter(self, link: EngineLink) -> None:
        """See to it, beside everything else, that a dead engine is not waited for."""
        if self._looking is None or self._looking.done:
            self._looking = self._tasks.start(self._lookedAfter(link))

    async def _lookedAfter(self, link: EngineLink) -> None:
        if not await self._lives(link):
            self._forget(link)

    async def _lives(self, link: EngineLink) -> bool:
        if link is not self._link:
            return False
        if self._process is not None:
            await after(ENDING_MS)
            if link is not self._link or not self._process.running:
                return False
        return await FlowDriver(link.exchange).run(self.verbs.calls.alive())

    def _forget(self, link: EngineLink) -> None:
        """Nothing answers there any more: the next call looks for an engine anew."""
        if self._link is link:
            if self._process is not None:
                log.warning("The engine gives no sign of life and is ended")
                self._process.kill()
            self._drop()
            self._gone()

    def _died(self, tail: str) -> None:
        log.warning("The engine ended by itself:\n%s", tail)
        if self.state is EngineState.READY:
            self._drop()
            self._gone()

    # Start and stop

    @property
    def remote(self) -> bool:
        """Whether images go to a server that the user has named."""
        return bool(self._settings.remote and self._settings.serverUrl)

    @property
    def link(self) -> EngineLink | None:
        """The link, where it is ready."""
        return self._link if self.state is EngineState.READY else None

    @property
    def keeper(self) -> CorrectionKeeper:
        """The outbox beside the tasks."""
        folder = dataFolder(self._settings) / FOLDER
        if folder not in self._keepers:
            self._keepers[folder] = CorrectionKeeper(folder, lambda: str(self._settings.pythonPath))
        return self._keepers[folder]

    async def ready(self) -> None:
        """Returns when an engine is ready; starts what has to be started. Raises what was in the way."""
        while self.link is None:
            self._refuseRest()  # also where one that was waited for has died before this went on
            if self._starting is None or self._starting.done:
                self._starting = Task(self._start())
            await shared(self._starting)

    async def _start(self) -> None:
        self._set(EngineState.STARTING)
        try:
            found = await self._foundAgain()
        except AuxolError as error:
            self.error = error
            self._letGo()
            self._set(EngineState.FAILED)
            raise
        self.error, self.about, self._asked = None, found.about, found.asked
        self.attached = not self.remote and found.process is None
        self.verbs.calls.move(found.address)
        self._link = EngineLink()
        self._set(EngineState.READY)

    async def _foundAgain(self) -> Found:
        """In place of one that died another one is tried as often if it dies before it is ready; a first one is not."""
        while True:
            try:
                return await self._found()
            except AuxolError:
                if self._deaths == 0 or self.remote:
                    raise
                self._deaths += 1
                if self.resting:
                    raise
                self._letGo()

    async def _found(self) -> Found:
        if self.remote:
            address = Address(self._settings.serverUrl, self._settings.serverToken, named=True)
            return Found(address, await aboutServer(address, self._limits))
        there = await attached(self._settings, self._limits)
        return there or await launched(self._settings, self._limits, self._begun, self._died)

    def _begun(self, process: EngineProcess) -> None:
        self._process = process

    def _letGo(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            self._lastLog = process.logText() or self._lastLog
            AttachFile(dataFolder(self._settings)).remove(process.token)
            process.stop()
            process.keepUntilGone()

    def _drop(self) -> None:
        self._letGo()
        link, self._link = self._link, None
        self.attached = False
        self._set(EngineState.OFF)
        if link is not None:
            link.close()

    def stop(self) -> None:
        """Let the engine go. A worker of ours ends by itself, and nobody waits for it. Harmless twice."""
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
        self._tasks.cancelAll()
        self._drop()

    def close(self) -> None:
        """The session ends: the engine is let go, and what is to be kept is kept."""
        self.stop()
        for each in self._keepers.values():
            each.close()

    async def test(self, url: str, token: str) -> dict[str, Any]:
        """What the server at ``url`` says of itself; raises why it cannot be used."""
        if not url.startswith(("http://", "https://")):
            raise InvalidInputError(
                _("An address like https://server.hospital.org was expected, got {url}.").format(url=repr(url))
            )
        if not token or not token.isascii():
            raise AccessError(_("A token was expected, got none. Ask who runs the server for yours."))
        return await aboutServer(Address(url, token), self._limits)

    # What is told

    def text(self) -> str:
        """One line beside the state: which engine, and where."""
        if self.state is EngineState.STARTING:
            return _("This takes some seconds.")
        if self.state is EngineState.FAILED:
            return "" if self.error is None else sentence(self.error)
        if self.state is EngineState.OFF:
            return _("It starts with the first prompt.")
        where = _("on this machine")
        if self.remote:
            where = _("at {url}: images are sent there").format(url=self._settings.serverUrl)
        elif self.attached:
            where = _("on this machine, run by another Slicer")
        compute = self.told
        told = _("Version {version} {where}, computing on {device} ({why})").format(
            version=self.about.get("version", "?"),
            where=where,
            device=compute.get("device") or "?",
            why=compute.get("device_reason") or compute.get("precision") or "?",
        )
        if self.attached and self._asked not in ("", self._settings.generalist):
            told = _(
                "{told}. It runs the generalist {its}, not {ours} as set here: stop it in the other Slicer to change"
            ).format(told=told, its=self._asked, ours=self._settings.generalist)
        return told

    @property
    def told(self) -> Mapping[str, Any]:
        """What the server says of where it computes and with what, and what can be chosen; empty until it was asked."""
        compute: Mapping[str, Any] = self.about.get("compute", {})
        return compute

    def logText(self) -> str:
        """The log of our worker, or of the last one."""
        return self._process.logText() if self._process is not None else self._lastLog

    def _set(self, state: EngineState) -> None:
        if state is not self.state:
            self.state = state
            self._changed()
