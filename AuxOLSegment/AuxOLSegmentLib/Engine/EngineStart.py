"""Where an engine comes from: a server that the user has named, another Slicer's worker, or one of our own."""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from auxol_core.client.address import Address
from auxol_core.client.calls import Calls, Request
from auxol_core.client.effects import BrokenError, Flow
from auxol_core.client.limits import Timeouts
from auxol_core.errors import AuxolError, UnavailableError
from auxol_core.private_files import make_folder
from AuxOLSegmentLib.Engine.Async import after
from AuxOLSegmentLib.Engine.AttachFile import AttachFile, Worker
from AuxOLSegmentLib.Engine.EngineLink import EngineLink
from AuxOLSegmentLib.Engine.EngineProcess import EngineProcess
from AuxOLSegmentLib.Engine.FlowDriver import FlowDriver

log = logging.getLogger(__name__)

START_S = 120.0  # until a worker takes requests, on a slow disk
LOOK_MS = 500
LATE_TRIES = 4  # a worker that is late is busy, and not gone


@dataclass(frozen=True)
class Found:
    """An engine that answered. ``about``: what it says of itself, and where it computes. ``process``: where it is a
    worker of our own. ``asked``: with another Slicer's worker, the generalist that this one was started with."""

    address: Address
    about: dict[str, Any]
    process: EngineProcess | None = None
    asked: str = ""


def dataFolder(settings: Any) -> Path:
    """Where the tasks lie: as `auxol` has it, or as the settings say."""
    if settings.dataDir:
        return Path(settings.dataDir)
    given = os.environ.get("AUXOL_DATA_DIR")
    base = qt.QStandardPaths.writableLocation(qt.QStandardPaths.GenericDataLocation)
    return Path(given) if given else Path(str(base)) / "auxol" / "tasks"


async def aboutServer(address: Address, limits: Timeouts) -> dict[str, Any]:
    """What the server at ``address`` says of itself; raises why it is none of ours, of our version, or for us."""
    link = EngineLink()
    try:
        calls, driver = Calls(address, limits), FlowDriver(link.exchange)
        return await driver.run(_about(calls, limits))
    finally:
        link.close()


def _about(calls: Calls, limits: Timeouts) -> Flow[dict[str, Any]]:
    told = yield from calls.greet()
    answer = yield from calls.call(Request("GET", ("about",), limits.quick, lane="events"))
    return {**told, **json.loads(answer.body)}


async def attached(settings: Any, limits: Timeouts) -> Found | None:
    """The worker of another Slicer on this machine; None where there is none."""
    file, tries = AttachFile(dataFolder(settings)), 0
    while (worker := file.read(START_S)) is not None:
        if worker.starting:
            await after(LOOK_MS)
            continue
        tries += 1
        try:
            about = await aboutServer(address := _address(worker.port, worker.token), replace(limits, retry=0.0))
        except AuxolError as error:
            if _wasLate(error) and tries < LATE_TRIES:
                continue
            log.info("No worker to attach to: %s", error)
            return None
        return Found(address, about, asked=worker.generalist) if about.get("pid") == worker.pid else None
    return None


def _wasLate(error: AuxolError) -> bool:
    return isinstance(error.__cause__, BrokenError) and error.__cause__.late


def _address(port: int, token: str) -> Address:
    return Address(f"http://127.0.0.1:{port}", token)


async def launched(
    settings: Any, limits: Timeouts, begun: Callable[[EngineProcess], None], died: Callable[[str], None]
) -> Found:
    """A worker of our own, in a process that ``begun`` is told of at once; ``died`` where that ends by itself."""
    folder = dataFolder(settings)
    try:
        make_folder(folder)
    except OSError as error:
        raise UnavailableError(
            _(
                "A folder for the tasks was expected at {folder}, but it cannot be made ({reason}). Name another one "
                "in the settings."
            ).format(folder=folder, reason=error.strerror)
        ) from None
    process, file = EngineProcess(settings.pythonPath, _arguments(settings, folder), died), AttachFile(folder)
    begun(process)
    promise = process.start()
    file.write(Worker(0, process.pid, process.token, settings.generalist))
    try:
        ready = await promise
        address = _address(ready.port, process.token)
        about = await aboutServer(address, limits)
    except BaseException:
        file.remove(process.token)
        raise
    file.write(Worker(ready.port, ready.pid, process.token, settings.generalist))
    return Found(address, about, process)


def _arguments(settings: Any, folder: Path) -> list[str]:
    arguments = ["--data-dir", str(folder), "--generalist", settings.generalist, "--device", settings.device]
    arguments += ["--thinking", settings.thinking]
    return arguments + (["--threads", str(settings.threads)] if settings.threads else [])
