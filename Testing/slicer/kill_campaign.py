"""Kills of the worker and of Slicer's side, one task at a time, and the ledger of what the status line said.

Slicer's side is killed_host.py. The worker is `auxol serve` on a tiny network, forked by the nursery of
Testing/core/endurance, so that a new one is there in a moment. Not a test.
"""

import itertools
import json
import os
import queue
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from killed_masks import digestOf, maskOf
from slicer_setting import HERE, shellProgram

sys.path.append(str(HERE.parent / "core" / "endurance"))
from nursery import Nursery

PATIENCE_S = 150.0
SOON_S = (0.06, 0.3)  # most of what can go wrong goes wrong in the moments after Save was pressed
STOPPED = 0.3  # of Slicer's deaths come while the worker does nothing: what it has not taken has no receipt
BARE = 0.5  # of new Slicers send what waits without a scene


def pythonOf(nursery, folder):
    """A Python for Slicer's settings: servers come from the nursery, whatever else is run from this one."""
    return shellProgram(
        folder / "python for Slicer",
        f'case "$1" in -m) exec {shlex.quote(str(nursery.program))} "$@";; esac\n'
        f'exec {shlex.quote(sys.executable)} "$@"',
    )


class SlicerSide:
    """A process of killed_host.py. What it tells comes in order; None when it has ended."""

    def __init__(self, tasks, python, folder):
        self.log = folder / "slicer.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "killed_host.py"), str(tasks), str(python)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "TMPDIR": str(folder)},
            )
        self._told = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if line.startswith(b"{"):
                self._told.put(json.loads(line))
        self.process.stdout.close()
        self._told.put(None)

    def told(self, within=PATIENCE_S):
        """The next thing it tells; None where it has ended, or where nothing came in time."""
        try:
            return self._told.get(timeout=within)
        except queue.Empty:
            return {} if within < PATIENCE_S else None

    def order(self, what, **values):
        """Have it do something."""
        self.process.stdin.write(json.dumps({"do": what, **values}).encode() + b"\n")
        self.process.stdin.flush()

    def kill(self):
        """SIGKILL; what it had told before is still to be read."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()

    def end(self):
        """Let it end in order; its exit code."""
        self.order("end")
        self.process.stdin.close()
        return self.process.wait(60)

    def last(self):
        """The end of its log, for whoever has to find out."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]


@dataclass
class Saves:
    """The ledger of one task: ``pressed``: number -> slice id; ``said``: those of which the status line said so."""

    pressed: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    silent: list = field(default_factory=list)
    unsettled: int = 0
    slowest: float = 0.0
    kills: Counter = field(default_factory=Counter)
    early: int = 0

    def compare(self, there):
        """What is wrong with ``there``, [slice id, digest of the mask] in the order of the task file; figures."""
        numbers = {(slice_id, digestOf(maskOf(number))): number for number, slice_id in self.pressed.items()}
        found = [numbers.get(tuple(each)) for each in there]
        known = [number for number in found if number is not None]
        for each, number in zip(there, found, strict=True):
            if number is None:
                slices = [number for number, slice_id in self.pressed.items() if slice_id == each[0]]
                print(f"foreign: {each}, a slice of {slices}; lost: {sorted(set(self.said) - set(known))}")  # noqa: T201
        return Counter({
            "kills of the worker": self.kills["worker"],
            "kills of Slicer": self.kills["slicer"],
            "of these before all was learned": self.early,
            "pressed": len(self.pressed),
            "said saved": len(self.said),
            "there": len(there),
            "lost": len(set(self.said) - set(known)),
            "twice": len(there) - len({tuple(each) for each in there}),
            "foreign": len(found) - len(known),
            "out of order": sum(a > b for a, b in itertools.pairwise(known)),
            "never said": len(self.silent),
            "not learned in time": self.unsettled,
        })  # fmt: skip


class Campaign:
    """One task. ``kill(what)`` is a round: a few saves, and a kill between the first press and learned."""

    def __init__(self, folder, python, seed):
        self.folder, self._python, self._random = folder, python, random.Random(seed)
        self.tasks = folder / "tasks"
        self.tasks.mkdir(parents=True, mode=0o700)
        subprocess.run([sys.executable, str(HERE / "killed_journal.py"), str(self.tasks), "new"], check=True)
        self.saves, self._next, self._worker, self.side = Saves(), 0, None, None
        self._span = (1.0, 1.0)

    def begin(self):
        """The first Slicer, and how long it takes to save and to learn when nothing is killed."""
        self._begin()
        began = time.monotonic()
        self._teach(3)
        pressed = time.monotonic()
        self._until("settled")
        self._span = max(1.0, time.monotonic() - began), max(1.0, pressed - began)

    # Slicer's side

    def _begin(self):
        self.side = SlicerSide(self.tasks, self._python, self.folder)
        self._worker = None
        self._until("began")
        if self._random.random() < BARE and self.saves.pressed:
            self._do("start", "started")
            self._do("settle", "settled")
        self._do("scene", "opened")

    def _do(self, what, done):
        self.side.order(what)
        return self._until(done)

    def _until(self, what):
        """Read on until ``what`` is told; the value that came with it. AssertionError where it ends instead."""
        while what not in (told := self._told()):
            continue
        return told[what]

    def _told(self, within=PATIENCE_S):
        told = self.side.told(within)
        assert told is not None, f"Slicer's side ended or fell silent:\n{self.side.last()}"
        self._note(told)
        return told

    def _note(self, told):
        if "pressed" in told:
            self.saves.pressed[told["pressed"]] = told["slice"]
        elif "said" in told:
            self._said(told["said"])
            self.saves.slowest = max(self.saves.slowest, told["after"])
        elif "status" in told and told["status"].startswith("Saved") and told["saves"]:
            self._said(max(self.saves.pressed))  # as its reader takes it, whichever save was meant
        elif "silent" in told:
            self.saves.silent.append(told["silent"])
        elif "worker" in told:
            self._worker = told["worker"]
        elif told.get("settled") is False:
            self.saves.unsettled += 1
            print(f"not learned in time: {told}\n{self.side.last()}")  # noqa: T201 - for whoever has to find out

    def _said(self, number):
        if number not in self.saves.said:
            self.saves.said.append(number)

    def _teach(self, count):
        numbers = list(range(self._next, self._next + count))
        self._next += count
        self.side.order("teach", numbers=numbers, proposing=[n for n in numbers if self._random.random() < 0.3])
        self._until("pressed")

    # Rounds

    def kill(self, what):
        """Save one to three slices; kill ``what``, "worker" or "slicer", at a random moment meanwhile."""
        self._teach(self._random.randint(1, 3))
        settled = self._waitAtRandom()
        self.saves.kills[what] += 1
        self.saves.early += not settled
        if what == "worker":
            os.kill(self._worker, signal.SIGKILL)
            if not settled:
                self._until("settled")
            self._do("settle", "settled")
        else:
            self._killSlicer()

    def _waitAtRandom(self):
        """A moment between the first press and learned; whether all was learned by then."""
        ends = time.monotonic() + self._random.uniform(0.0, self._random.choice((*SOON_S, *self._span)))
        while (left := ends - time.monotonic()) > 0:
            if "settled" in self._told(left):
                return True
        return False

    def _killSlicer(self):
        self.side.kill()
        while (told := self.side.told()) is not None:
            self._note(told)
        self._begin()
        self._do("settle", "settled")

    def stopThenKill(self):
        """The worker stands still while slices are saved, so that nothing has a receipt; then both are killed."""
        os.kill(self._worker, signal.SIGSTOP)
        worker, count = self._worker, self._random.randint(1, 2)
        self._teach(count)
        for _ in range(count):
            while not {"said", "silent"} & self._told().keys():
                continue
        self.saves.kills["slicer"] += 1
        self.saves.early += 1
        self.side.process.kill()
        os.kill(worker, signal.SIGKILL)
        self._killSlicer()

    def end(self):
        """All is sent and learned, and Slicer ends in order; figures of what is in the task file, whose journal is
        sound."""
        self._do("settle", "settled")
        assert self.side.end() == 0, self.side.last()
        done = subprocess.run(
            [sys.executable, str(HERE / "killed_journal.py"), str(self.tasks)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        there, version = json.loads(done.stdout)
        return self.saves.compare(there) + Counter(versions=version)

    def close(self):
        """Leave nothing running."""
        if self.side is not None and self.side.process.poll() is None:
            self.side.kill()
            while self.side.told() is not None:
                continue


def campaign(folder, python, worker, slicer, seed):
    """So many kills of each in one task, in random order, a part of Slicer's while the worker stands still."""
    one = Campaign(folder, python, seed)
    choice = random.Random(seed)
    rounds = ["worker"] * worker + ["slicer"] * slicer
    choice.shuffle(rounds)
    try:
        one.begin()
        for number, what in enumerate(rounds):
            if what == "slicer" and (choice.random() < STOPPED or number == rounds.index("slicer")):
                one.stopThenKill()
            else:
                one.kill(what)
        return one.end(), one.saves
    finally:
        one.close()


__all__ = ["Nursery", "campaign", "pythonOf"]
