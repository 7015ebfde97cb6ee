"""The readers in processes of their own, several to a process where there would be more processes than asked for.

A process of its own for each of forty readers would load two cores with forty interpreters; a reader mostly waits, for
an answer or thinking, and threads wait as well as processes do.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from auxol_core.options import TaskOptions
from tools.bench.load.entries import SHARED_TASK
from tools.bench.load.reader import Habits, Reader, Sample, Stopwatch, base_volume, client_of, volume_of
from tools.bench.load.stand_in import PRESET, StandInOptions
from tools.bench.load.targets import Entrance, Wanted
from tools.bench.worker_slices import MadeUpSlice

PREPARE_WITHIN_S = 600.0


@dataclass(frozen=True)
class Group:
    """The readers of one process, by their numbers."""

    numbers: Sequence[int]
    entrance: Entrance
    wanted: Wanted
    habits: Habits
    lasts_s: float
    seed: int


@dataclass(frozen=True)
class Seen:
    """What a group has measured. ``cpu_s``: processor time of its process while all read."""

    samples: Sequence[Sample]
    update_s: Sequence[float]
    cpu_s: float


@dataclass(frozen=True)
class Crowd:
    """All readers, dealt out to processes."""

    groups: Sequence[Group]

    def read(self, began: Callable[[], None]) -> Seen:
        """Let all read from one moment on, of which ``began`` is told; what they have measured."""
        context = multiprocessing.get_context("spawn")  # a fork would take the parent's threads' locks along
        barrier = context.Barrier(len(self.groups) + 1)
        with ProcessPoolExecutor(len(self.groups), context, _remember, (barrier,)) as pool:
            futures = [pool.submit(_read_group, group) for group in self.groups]
            for future in futures:  # one that could not begin must not let the others wait for it
                future.add_done_callback(lambda done: barrier.abort() if done.exception() else None)
            with suppress(threading.BrokenBarrierError):  # what broke it is raised below
                barrier.wait(PREPARE_WITHIN_S)
                began()
            _raise_cause(futures)
            found = [future.result() for future in futures]
        return Seen(
            [sample for each in found for sample in each.samples],
            [seconds for each in found for seconds in each.update_s],
            sum(each.cpu_s for each in found),
        )


def _raise_cause(futures: Sequence[Future[Seen]]) -> None:
    """What went wrong first, and not that others waited for it in vain."""
    problems = [problem for future in futures if (problem := future.exception()) is not None]
    for problem in problems:
        if not isinstance(problem, threading.BrokenBarrierError):
            raise problem


def crowd_of(
    entrance: Entrance, wanted: Wanted, habits: Habits, *, lasts_s: float, most_processes: int, seed: int
) -> Crowd:
    """Readers dealt out evenly."""
    processes = min(wanted.readers, most_processes)
    return Crowd(
        [
            Group(range(first, wanted.readers, processes), entrance, wanted, habits, lasts_s, seed)
            for first in range(processes)
        ]
    )


_barriers: list[Barrier] = []


def _remember(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _read_group(group: Group) -> Seen:
    """In the group's process."""
    clock, base = Stopwatch(group.lasts_s), base_volume(group.habits.slices)
    with TemporaryDirectory(prefix="auxol-outbox-", ignore_cleanup_errors=True) as folder, ExitStack() as closing:
        readers = [_reader(number, group, base, Path(folder), clock) for number in group.numbers]
        for reader in readers:
            closing.callback(reader.close)
        _barriers[0].wait(PREPARE_WITHIN_S)
        clock.begin()
        began = time.process_time()
        with ThreadPoolExecutor(len(readers)) as threads:
            for reading in [threads.submit(reader.read) for reader in readers]:
                reading.result()
        clock.over.set()
        cpu_s = time.process_time() - began
    return Seen(
        [sample for reader in readers for sample in reader.samples],
        [seconds for reader in readers for seconds in reader.update_s],
        cpu_s,
    )


def _reader(number: int, group: Group, base: Sequence[MadeUpSlice], folder: Path, clock: Stopwatch) -> Reader:
    task = SHARED_TASK if group.wanted.shared else f"reading {number}"
    client = client_of(group.entrance.url, group.entrance.tokens[number], folder / str(number))
    reader = Reader(number, client, task, volume_of(number, base), group.habits, group.seed)
    reader.prepare(clock, options_of(group.wanted.learner))
    return reader


def options_of(learner: str) -> TaskOptions:
    """The options of a reader's task."""
    return TaskOptions(preset=learner, own=StandInOptions() if learner == PRESET else None)
