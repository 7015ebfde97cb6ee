"""The file through which a second Slicer finds the worker of the first: its address and token, for this user alone.

It is there from the moment when the worker is started, so that who comes meanwhile waits for it and starts none.
"""

import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from auxol_core.whole_files import write_whole

log = logging.getLogger(__name__)

NAME = "worker.json"


@dataclass(frozen=True)
class Worker:
    """``port`` 0: it is being started, and ``pid`` is then its launcher's. ``generalist``: as the settings name it."""

    port: int
    pid: int
    token: str
    generalist: str

    @property
    def starting(self) -> bool:
        """Whether it takes no requests yet."""
        return self.port == 0


class AttachFile:
    """In the folder of the tasks."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def read(self, startWithin: float) -> Worker | None:
        """The worker that it tells of; None where there is none. One that was being started and is gone, or has not
        come within so many seconds, is none."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            worker = Worker(int(told["port"]), int(told["pid"]), str(told["token"]), str(told.get("generalist", "")))
            age = time.time() - self._path.stat().st_mtime
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return None if worker.starting and (age > startWithin or _isGone(worker.pid)) else worker

    def write(self, worker: Worker) -> None:
        """Tell of ``worker``; where that cannot be, a second Slicer will not find it."""
        try:
            # Not synced: the main thread does not wait for a disk, and what is lost with the machine is no worker.
            write_whole(self._path, json.dumps(asdict(worker)).encode(), private=True, sync=False)
        except OSError as error:
            log.info("A second Slicer will not find this worker: %s", error)

    def remove(self, token: str) -> None:
        """The worker with that token is no more."""
        worker = self.read(float("inf"))
        if worker is None or worker.token == token:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def _isGone(pid: int) -> bool:
    """Whether there is surely no such process; Windows cannot be asked like this."""
    if os.name != "posix" or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
