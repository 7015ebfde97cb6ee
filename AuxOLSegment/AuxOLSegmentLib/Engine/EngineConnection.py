"""The engine that answers: a worker of ours, one that another Slicer on this machine runs, or a server by address.

Whoever calls gets a link that is ready, and a worker that died is started again. The address and token of our worker
lie in a file that only this user can read, so that a second Slicer attaches to it instead of waiting for task files.
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from auxol_core import protocol
from auxol_core.errors import AccessError, AuxolError, InvalidInputError, UnavailableError
from auxol_core.private_files import make_folder
from AuxOLSegmentLib.Engine.Async import Task, after, shared
from AuxOLSegmentLib.Engine.EngineLink import POLL_S, QUICK_MS, Answer, ConnectionLostError, EngineLink
from AuxOLSegmentLib.Engine.EngineProcess import EngineProcess
from AuxOLSegmentLib.Machine.Messages import sentence

log = logging.getLogger(__name__)

ATTACH_FILE = "worker.json"
ATTACH_MS = 2_000
RESTARTS = 3  # in a row, without an answer in between; then the user decides
PAUSE_MS = 500


class EngineState(Enum):
    """Whether there is an engine."""

    OFF = "off"
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"


def dataFolder(settings: Any) -> Path:
    """Where the tasks lie: as `auxol` has it, or as the settings say."""
    if settings.dataDir:
        return Path(settings.dataDir)
    given = os.environ.get("AUXOL_DATA_DIR")
    base = qt.QStandardPaths.writableLocation(qt.QStandardPaths.GenericDataLocation)
    return Path(given) if given else Path(str(base)) / "auxol" / "tasks"


class EngineConnection:
    """``changed()`` is called when ``state`` or ``about`` has changed, ``lost()`` when what the engine held is gone."""

    def __init__(self, settings: Any, changed: Callable[[], None], lost: Callable[[], None]) -> None:
        self._settings, self._changed, self._lost = settings, changed, lost
        self.state = EngineState.OFF
        self.about: dict[str, Any] = {}
        self.error: AuxolError | None = None
        self.attached = False
        self._link: EngineLink | None = None
        self._process: EngineProcess | None = None
        self._leaving: list[EngineProcess] = []  # a QProcess that is dropped kills its child in the middle of a write
        self._starting: Task | None = None
        self._failures = 0
        self._lastLog = ""

    # A link that is ready

    @property
    def remote(self) -> bool:
        """Whether images go to a server that the user has named."""
        return bool(self._settings.remote and self._settings.serverUrl)

    @property
    def link(self) -> EngineLink | None:
        """The link, where it is ready."""
        return self._link if self.state is EngineState.READY else None

    async def ready(self) -> EngineLink:
        """A link that is ready; starts what has to be started. Raises what was in the way."""
        if self.state is EngineState.READY and self._link is not None:
            return self._link
        if self._starting is None or self._starting.done:
            self._starting = Task(self._start())
        await shared(self._starting)
        if self._link is None:
            raise UnavailableError("The engine was stopped. Start it again in the settings.")
        return self._link

    async def _start(self) -> None:
        self._set(EngineState.STARTING)
        try:
            if self.remote:
                self._link = await self._checked(EngineLink(self._settings.serverUrl, self._settings.serverToken))
            else:
                self._link = await self._attached() or await self._launched()
        except AuxolError as error:
            self.error = error
            self._set(EngineState.FAILED)
            raise
        self.error = None
        self._set(EngineState.READY)

    async def _checked(self, link: EngineLink, timeoutMs: int = QUICK_MS) -> EngineLink:
        """``link`` if a server of ours is there that speaks our version and takes our token."""
        try:
            self.about = await _about(link, timeoutMs)
        except BaseException:
            link.close()
            raise
        return link

    async def _attached(self) -> EngineLink | None:
        """A link to the worker of another Slicer on this machine; None where there is none."""
        told = self._readAttachFile()
        if told is None:
            return None
        try:
            link = await self._checked(EngineLink(f"http://127.0.0.1:{told['port']}", told["token"]), ATTACH_MS)
        except AuxolError as error:
            log.info("No worker to attach to: %s", error)
            return None
        if self.about.get("pid") != told["pid"]:
            link.close()
            return None
        self.attached = True
        return link

    async def _launched(self) -> EngineLink:
        folder = dataFolder(self._settings)
        try:
            make_folder(folder)
        except OSError as error:
            raise UnavailableError(
                f"A folder for the tasks was expected at {folder}, but it cannot be made ({error.strerror}). "
                "Name another one in the settings."
            ) from None
        process = EngineProcess(self._settings.pythonPath, self._arguments(folder), self._died)
        self._process, self.attached = process, False
        ready = await process.start()
        link = await self._checked(EngineLink(f"http://127.0.0.1:{ready.port}", process.token))
        self._writeAttachFile({"port": ready.port, "pid": ready.pid, "token": process.token})
        return link

    def _arguments(self, folder: Path) -> list[str]:
        settings = self._settings
        arguments = ["--data-dir", str(folder), "--generalist", settings.generalist, "--device", settings.device]
        return arguments + (["--threads", str(settings.threads)] if settings.threads else [])

    # Calls

    async def call(self, method: str, *parts: str, repeatable: bool = True, **more: Any) -> Answer:
        """The answer of a ready engine; asked again after a restart where the question may be repeated."""
        while True:
            link = await self.ready()
            try:
                answer: Answer = await link.call(method, *parts, **more)
            except ConnectionLostError:
                self._forgetLink(link)
                self._failures += 1
                if not repeatable or self._failures > RESTARTS:
                    self._failures = 0
                    raise
                await after(PAUSE_MS)
            else:
                self._failures = 0
                return answer

    async def slowCall(self, method: str, *parts: str, **more: Any) -> Answer:
        """``call`` of a verb that may take long: where the server says that it is at it, ask until it is done."""
        answer = await self.call(method, *parts, **{"timeoutMs": 60_000, "repeatable": method != "POST", **more})
        while answer.status == 202:
            job = str(answer.json["job"])
            answer = await self.call(
                "GET", "jobs", job, query={"wait": POLL_S}, timeoutMs=POLL_S * 1000 + QUICK_MS, lane="events"
            )
        return answer

    def _forgetLink(self, link: EngineLink) -> None:
        """``link`` gave no answer: the next call looks for an engine anew."""
        if self._link is not link:
            return
        if self._process is not None:
            self._process.kill()  # it runs and does not answer, or is about to end
            self._keepUntilGone(self._process)
        self._drop()
        self._lost()

    def _died(self, tail: str) -> None:
        log.warning("The engine ended by itself:\n%s", tail)
        self._drop()
        self._lost()

    def _drop(self) -> None:
        if self._process is not None:
            self._lastLog = self._process.logText() or self._lastLog
            self._removeAttachFile()
        if self._link is not None:
            self._link.close()
        self._link = self._process = None
        self.attached = False
        self._set(EngineState.OFF)

    def stop(self) -> None:
        """Let the engine go. A worker of ours ends by itself, and nobody waits for it. Harmless twice."""
        process, self._process = self._process, None
        if process is not None:
            self._removeAttachFile(process)
            process.stop()
            self._keepUntilGone(process)
        if self._starting is not None:
            self._starting.cancel()
        self._drop()

    def _keepUntilGone(self, process: EngineProcess) -> None:
        self._leaving = [*[each for each in self._leaving if each.running], process]

    async def test(self, url: str, token: str) -> dict[str, Any]:
        """What the server at ``url`` says of itself; raises why it cannot be used."""
        if not url.startswith(("http://", "https://")):
            raise InvalidInputError(f"An address like https://server.hospital.org was expected, got {url!r}.")
        if not token or not token.isascii():
            raise AccessError("A token was expected, got none. Ask who runs the server for yours.")
        link = EngineLink(url, token)
        try:
            return await _about(link, QUICK_MS)
        finally:
            link.close()

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
        return _("Version {version} {where}, computing on {device} ({why})").format(
            version=self.about.get("version", "?"),
            where=where,
            device=compute.get("device") or "?",
            why=compute.get("device_reason") or compute.get("precision") or "?",
        )

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

    # The file through which a second Slicer finds our worker

    @property
    def _attachPath(self) -> Path:
        return dataFolder(self._settings) / ATTACH_FILE

    def _readAttachFile(self) -> Mapping[str, Any] | None:
        try:
            told = json.loads(self._attachPath.read_text(encoding="utf-8"))
            return {"port": int(told["port"]), "pid": int(told["pid"]), "token": str(told["token"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _writeAttachFile(self, values: Mapping[str, Any]) -> None:
        path = self._attachPath
        try:
            path.unlink(missing_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(values, file)
        except OSError as error:
            log.info("A second Slicer will not find this worker: %s", error)

    def _removeAttachFile(self, process: EngineProcess | None = None) -> None:
        told, process = self._readAttachFile(), process or self._process
        if told is not None and process is not None and told["token"] == process.token:
            with suppress(OSError):
                self._attachPath.unlink()


async def _about(link: EngineLink, timeoutMs: int) -> dict[str, Any]:
    """What the server says of itself, and where it computes; raises why it is none of ours, of our version, for us."""
    about = (await link.call("GET", "health", timeoutMs=timeoutMs)).json
    if not isinstance(about, dict) or about.get("program") != "auxol":
        raise UnavailableError(
            f"An AuxOL server was expected at {link.url}, got another program. See whether the address is right."
        )
    protocol.check_version(str(about.get("protocol")), here="client")
    await link.call("GET", "tasks", timeoutMs=timeoutMs)
    return {**about, "compute": (await link.call("GET", "compute", timeoutMs=timeoutMs)).json}
