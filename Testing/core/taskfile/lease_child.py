"""A process with leases that opens a task file and does, line by line, what it is told on standard input.

    open            the task; "open N", N: the corrections in it
    save NAME       "saved NAME", or "twice NAME" where it was there
    count           "count N"
    close           "closed"
    freeze          the next save stops this process (SIGSTOP) with its transaction open
    freeze-commit   the next save stops this process after its last look at the lease, before the commit
    work            for ever: opens, and saves one more than it knows of; "saved N", and what went wrong

What goes wrong is told as "ERROR type sentence". Arguments: file, holder, seconds, and "nolock" for a file system
without locks.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, current_thread, main_thread

from task_samples import lesson, reopened

from auxol_core.errors import AuxolError
from auxol_core.taskfile import lease
from auxol_core.taskfile.holding import Holding
from auxol_core.taskfile.task_file import TaskFile

path, holder, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def told(error: AuxolError) -> None:
    say("ERROR", type(error).__name__, str(error))


def without_locks() -> None:
    """SQLite's own word for a disk on which no lock is taken."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def unlocked(name: str, **more: object) -> sqlite3.Connection:
        return connect(f"{name}&nolock=1" if "?" in name else name, **more)

    sqlite3.connect = unlocked  # type: ignore[assignment]


def freeze_at(method: str, calls: int) -> None:
    """Stop this process once, when ``method`` of its lease is done for the ``calls``-th time."""
    real, left = getattr(Holding, method), [calls]

    def stopping(self: Holding, *arguments: object) -> object:
        result = real(self, *arguments)
        left[0] -= current_thread() is main_thread()  # not the one that renews
        if left[0] == 0:
            left[0] = -1
            os.kill(os.getpid(), signal.SIGSTOP)
        return result

    setattr(Holding, method, stopping)


def save(task: TaskFile, name: str) -> bool:
    """Whether it was new."""
    return not task.add_correction(name, holder, False, [lesson()])[1]


def work() -> None:
    while True:
        try:
            with reopened(path) as task:
                known = len(task.corrections())
                while True:
                    say("saved" if save(task, f"{known + 1}") else "twice", known + 1)
                    known += 1
                    Event().wait(0.002)
        except AuxolError as error:
            told(error)
            Event().wait(0.02)


def obey(task: TaskFile | None, verb: str, name: str) -> TaskFile | None:
    if verb == "open":
        task = reopened(path)
        say("open", len(task.corrections()))
    elif verb in ("freeze", "freeze-commit"):
        # In a save: reading checks, the transaction has begun, then the look before the commit.
        freeze_at(*(("begun", 1) if verb == "freeze" else ("check", 3)))
        say("freezes")
    elif verb == "work":
        work()
    elif task is None:
        say("ERROR: open it first")
    elif verb == "save":
        say("saved" if save(task, name) else "twice", name)
    elif verb == "count":
        say("count", len(task.corrections()))
    elif verb == "close":
        task.close()
        say("closed")
    return task


def main() -> None:
    if "nolock" in sys.argv[4:]:
        without_locks()
    lease.use(lease.LeaseOptions(holder, seconds))
    task: TaskFile | None = None
    for line in sys.stdin:
        verb, _, name = line.strip().partition(" ")
        try:
            task = obey(task, verb, name)
        except AuxolError as error:
            told(error)


main()
