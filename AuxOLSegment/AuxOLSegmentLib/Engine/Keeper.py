"""Corrections on the disk before anybody says so, without waiting for the disk: by a process of our own beside Slicer.

Where that process cannot start, dies or does not answer, what it had is written here, and the log says so.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt

from auxol_core.client import keeper
from auxol_core.client.effects import Keep, OutboxEffect
from auxol_core.client.kept import KeptCorrection, bytes_of
from auxol_core.client.outbox import Outbox
from auxol_core.private_files import make_folder
from AuxOLSegmentLib.Engine.Async import Promise, after
from AuxOLSegmentLib.Engine.Leaving import keepUntilGone
from AuxOLSegmentLib.Engine.ProcessEnvironment import processEnvironment, slicerPython

log = logging.getLogger(__name__)

FOLDER = "outbox"
PATIENCE_MS = 20_000  # a Python that starts from a slow disk takes seconds
KEPT_MS = 1_000
DEATHS = 3  # in a row; then it is not started again


class CorrectionKeeper:
    """The outbox of a session. ``python()`` is what the process is started with, when there is something to keep."""

    def __init__(self, folder: Path, python: Callable[[], str]) -> None:
        self.outbox, self._python = Outbox(folder), python
        self._process: Any = None
        self._waiting: dict[str, tuple[KeptCorrection, Promise]] = {}
        self._rest = b""
        self._deaths = 0

    async def carryOut(self, effect: OutboxEffect) -> Any:
        """Do what a flow asks of its outbox, see auxol_core.client.effects. Raises OSError."""
        if not isinstance(effect, Keep):
            return self.outbox.carry_out(effect)
        kept = effect.kept
        if kept.file_name not in self._waiting:
            self.start()
            if self._process is None:
                return self.outbox.put(kept)
            promise = Promise()
            self._waiting[kept.file_name] = (kept, promise)
            self._process.write(qt.QByteArray(keeper.frame(kept.file_name, bytes_of(kept))))
            after(PATIENCE_MS).whenDone(lambda: self._late(promise))
        return await _answered(self._waiting[kept.file_name][1])

    # The process

    def start(self) -> None:
        """Have the process ready. Harmless where it runs, or has died too often."""
        if self._process is not None or self._deaths >= DEATHS:
            return
        process = self._process = qt.QProcess()
        process.connect("readyReadStandardOutput()", self._read)
        process.connect("finished(int,QProcess::ExitStatus)", lambda code, status: self._ended(process))
        process.connect("errorOccurred(QProcess::ProcessError)", lambda error: self._failed(process, error))
        try:
            make_folder(self.outbox.folder)
        except OSError as error:
            log.warning("The folder for corrections cannot be made: %s", error)
        process.setProcessEnvironment(processEnvironment(self._python()))
        process.start(self._python() or slicerPython(), [keeper.__file__, str(self.outbox.folder)])

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, self._rest = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            what, _, told = line.decode("utf-8", "replace").rstrip("\r").partition(" ")
            name, _, reason = told.partition(" ")
            if name in self._waiting and what in ("kept", "failed"):
                self._deaths = 0
                self._settle(name, None if what == "kept" else OSError(reason))

    def _settle(self, name: str, error: OSError | None) -> None:
        _kept, promise = self._waiting.pop(name)
        if error is None:
            promise.resolve()
        else:
            promise.reject(error)

    def _failed(self, process: Any, error: Any) -> None:
        if error == qt.QProcess.FailedToStart:
            self._ended(process)

    def _late(self, promise: Promise) -> None:
        if not promise.done and self._process is not None:
            self._process.kill()

    def _ended(self, process: Any) -> None:
        if process is not self._process:
            return
        self._read()
        after(KEPT_MS).whenDone(lambda: process.state())  # dropped later, not in the middle of its own signal
        self._process, self._rest = None, b""
        self._deaths += 1
        log.warning("The keeper of corrections ended; %d are written without it", len(self._waiting))
        for name, (kept, _promise) in list(self._waiting.items()):
            try:
                self.outbox.put(kept)
            except OSError as error:
                self._settle(name, error)
            else:
                self._settle(name, None)

    def close(self) -> None:
        """At the session's end: nothing is waited for and nothing lost. What has no answer yet is handed to the system,
        which writes it also when Slicer is gone; the process finishes what it has, and leaves."""
        process, self._process = self._process, None
        for name, (kept, _promise) in list(self._waiting.items()):
            try:
                make_folder(self.outbox.folder)
                keeper.write_whole(self.outbox.folder, name, bytes_of(kept), sync=False)
            except OSError as error:
                self._settle(name, error)
                log.warning("A correction could not be kept: %s", error)
            else:
                self._settle(name, None)
        if process is not None:
            process.closeWriteChannel()
            keepUntilGone(process)


async def _answered(promise: Promise) -> None:
    """Who is cancelled while it waits does not take back what was given to the keeper."""
    mine = Promise()
    promise.whenDone(mine.resolve)
    await mine
    promise.result()
