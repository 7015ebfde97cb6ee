"""A process that is killed. Not a test: test_engine_crashes.py talks to it.

Reads commands from stdin, a JSON object a line, runs each in a forked child (torch is imported once) and prints what
the child printed, then ``END <number>``: the child's exit status, negative for a signal.

    {"do": "teach", "folder": F, "number": N}                       correct picture N and learn it
    {"do": "teach", "folder": F, "number": N, "crash_at": POINT}    the same, killed at a fault point
    {"do": "locate", "folder": F, "number": N, "crash_at": POINT}   the same with a locator, and think for 40 steps
    {"do": "forget", "folder": F, "id": ID, "crash_at": POINT}      forget a correction, killed while relearning
    {"do": "fill", "folder": F, "number": N}                        the disk is full, and then it is not
    {"do": "hold", "folder": F}                                     keep the task open until killed
    {"do": "relearn", "folder": F, "task": T, "crash_at": POINT}    open it beside other weights, killed meanwhile
    {"do": "cancel", "folder": F, "task": T, "crash_at": POINT}     the same, and have it be as it was
    {"do": "relearn full", "folder": F, "task": T}                  open it beside other weights, with a full disk
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

import torch
from small_engine import TASK, locating_engine, narrow_engine, teach
from tiny_network import tiny_generalist

from auxol_core.engine.engine import Engine
from auxol_core.errors import StorageFullError
from auxol_core.taskfile.fault_points import CRASH_VARIABLE


def say(*words: object) -> None:
    sys.stdout.write(" ".join(str(word) for word in words) + "\n")
    sys.stdout.flush()


def learn(engine: Engine) -> None:
    say("LEARNED", engine.learn_now(TASK).version)


def run_teach(engine: Engine, number: int) -> None:
    receipt = teach(engine, number)
    say("RECEIPT", receipt.correction_id)
    learn(engine)


def run_fill(engine: Engine, folder: Path, number: int) -> None:
    """The task file may not grow: there is no room for a lesson, and then none for a snapshot."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, ((folder / f"{TASK}.auxol").stat().st_size, hard))

    def free() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    engine.pause(TASK)
    full()
    for what, work in (("correct", lambda: teach(engine, number)), ("learn", lambda: engine.learn_now(TASK))):
        try:
            work()
        except StorageFullError as error:
            say("FULL", what, engine.status(TASK).version, engine.status(TASK).queued, str(error))
        free()
        if what == "correct":
            say("RECEIPT", teach(engine, number).correction_id)
            full()
    learn(engine)


def run_relearn(command: dict[str, object], folder: Path) -> None:
    from other_weights import other_engine, teach_disc, work

    os.environ[CRASH_VARIABLE] = str(command["crash_at"])
    task = str(command["task"])
    engine = other_engine(folder)
    engine.open_task(task)
    say("RECEIPT", teach_disc(engine, task, 6).correction_id)
    if command["do"] == "cancel":
        next(engine.work(task))
        engine.cancel_relearning(task)
    else:
        work(engine, task)
    say("DONE")
    engine.close()


def run_relearn_full(folder: Path, task: str) -> None:
    """No room for a copy of the old file, then none for a refitted lesson, then none for weights."""
    from other_weights import other_engine, teach_disc, work

    engine, file = other_engine(folder), folder / f"{task}.auxol"
    engine.open_task(task)
    teach_disc(engine, task, 6)
    file.with_name(file.name + ".before").unlink()  # of the older format
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for done in (0, 3, 9):
        steps = engine.work(task)
        while (relearning := engine.status(task).relearning) is not None and relearning.done < done:
            next(steps)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000 if done < 9 else file.stat().st_size, hard))
        try:
            work(engine, task)
        except StorageFullError as error:
            say("FULL", engine.status(task).version, engine.status(task).queued, relearning is not None, str(error))
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    engine.close()


def run(command: dict[str, object]) -> None:
    folder = Path(str(command["folder"]))
    if command["do"] == "relearn full":
        run_relearn_full(folder, str(command["task"]))
        return
    if command["do"] in ("relearn", "cancel"):
        run_relearn(command, folder)
        return
    engine = locating_engine(folder) if command["do"] == "locate" else narrow_engine(folder)
    engine.open_task(TASK)
    if "crash_at" in command:
        os.environ[CRASH_VARIABLE] = str(command["crash_at"])
    if command["do"] == "teach":
        run_teach(engine, int(str(command["number"])))
    elif command["do"] == "locate":
        run_teach(engine, int(str(command["number"])))
        engine.think(TASK, steps=40)
    elif command["do"] == "forget":
        engine.forget(TASK, str(command["id"]))
    elif command["do"] == "fill":
        run_fill(engine, folder, int(str(command["number"])))
    elif command["do"] == "hold":
        say("HELD", os.getpid())
        time.sleep(600)
    engine.close()


def main() -> None:
    tiny_generalist()
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])  # the first optimizer imports 800 modules, for a second
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                run(json.loads(line))
                status = 0
            except BaseException:  # noqa: BLE001 (os._exit would swallow it)
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        say("END", os.waitstatus_to_exitcode(ended))


if __name__ == "__main__":
    main()
