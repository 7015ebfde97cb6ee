"""Batches from producer processes, in an order and with a content that do not depend on how many there are.

Part p of every step is made by producer p % producers, which keeps its samples until they are repaired. Arrays travel
through shared memory; a pipe to each producer says what is ready:

    producer -> trainer   (step, part)   this part of ``batch`` is written
    trainer -> producer   step           the network's answers to this step are written

Slots: step t lies in slot t % (lag + 1). A producer writes step t only after the answers to t - lag are there, so what
the slot held before, step t - lag - 1, was used. Pixels travel in half precision, prompt maps and answers in 8 bit.
"""

from __future__ import annotations

import multiprocessing as mp
import os
from collections import Counter
from collections.abc import Iterator
from ctypes import Array, c_uint8
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auxol_core.promptable.network import CROP_SIDE
from auxol_core.promptable.sampling import Sample
from auxol_core.types import FloatArray
from pretrain.chains import ChainPlan, Chains

KINDS = ("box", "point", "mask", "repair")
_MAP_STEP = 127.0
_PLANE = CROP_SIDE * CROP_SIDE


@dataclass(frozen=True, eq=False)
class Batch:
    """One step's arrays: views of shared memory, good until the step is answered.

    ``pixels`` (N, 3, S, S) float16; ``maps`` (N, 4, S, S) uint8, -1..1 as 0..254; ``truth`` (N, 1, S, S) uint8;
    ``outside`` (N,) float32; ``kinds`` (N,) uint8, an index into KINDS.
    """

    pixels: NDArray[np.float16]
    maps: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    outside: FloatArray
    kinds: NDArray[np.uint8]


@dataclass(frozen=True)
class _Memory:
    """The shared bytes of all slots: everything of Batch, and the answers."""

    plan: ChainPlan
    pixels: Array[c_uint8]
    maps: Array[c_uint8]
    truth: Array[c_uint8]
    outside: Array[c_uint8]
    kinds: Array[c_uint8]
    answers: Array[c_uint8]

    @staticmethod
    def of(plan: ChainPlan, context: Any) -> _Memory:
        count = (plan.lag + 1) * plan.parts * plan.part_size
        sizes = (6 * _PLANE, 4 * _PLANE, _PLANE, 4, 1, _PLANE)
        return _Memory(plan, *(context.RawArray(c_uint8, count * size) for size in sizes))

    def _slot(self, step: int, raw: Array[c_uint8], kind: Any, shape: tuple[int, ...]) -> NDArray[Any]:
        slots, size = self.plan.lag + 1, self.plan.parts * self.plan.part_size
        whole: NDArray[Any] = np.frombuffer(memoryview(raw), dtype=kind)
        return np.asarray(whole.reshape(slots, size, *shape)[step % slots])

    def batch(self, step: int) -> Batch:
        side = (CROP_SIDE, CROP_SIDE)
        return Batch(
            self._slot(step, self.pixels, np.float16, (3, *side)),
            self._slot(step, self.maps, np.uint8, (4, *side)),
            self._slot(step, self.truth, np.uint8, (1, *side)),
            self._slot(step, self.outside, np.float32, ()),
            self._slot(step, self.kinds, np.uint8, ()),
        )

    def answered(self, step: int) -> NDArray[np.uint8]:
        return self._slot(step, self.answers, np.uint8, (CROP_SIDE, CROP_SIDE))


def _kind(sample: Sample) -> int:
    prompt = sample.prompt
    name = "repair" if sample.clicks else "box" if prompt.box else "mask" if prompt.mask is not None else "point"
    return KINDS.index(name)


def _write(samples: list[Sample], batch: Batch, first: int) -> None:
    for place, sample in enumerate(samples, start=first):
        x, truth, missed = sample.arrays()
        batch.pixels[place] = x[:3]
        batch.maps[place] = np.rint((x[3:] + 1) * _MAP_STEP)
        batch.truth[place] = truth
        batch.outside[place] = missed
        batch.kinds[place] = _kind(sample)


def _produce(memory: _Memory, first: int, own: list[int], pipe: Connection) -> None:
    os.nice(1)
    cv2.setNumThreads(1)
    plan = memory.plan
    chains = Chains(plan)
    answered, step = first - 1, first
    while True:
        while answered < step - plan.lag and step - plan.lag >= first:
            try:
                answered = pipe.recv()
            except EOFError:  # the trainer has ended, or was killed
                return
        batch = memory.batch(step)
        for part in own:
            begin = part * plan.part_size
            answers = None
            if step - plan.lag >= first:
                shown = memory.answered(step - plan.lag)[begin : begin + plan.part_size]
                answers = shown.astype(np.float32) / np.float32(255)
            _write(chains.part(step, part, answers), batch, begin)
            try:
                pipe.send((step, part))
            except BrokenPipeError:
                return
        step += 1


class SyntheticStream:
    """Iterates over (step, Batch) from step ``first`` on; each must be answered before ``lag`` more can come."""

    def __init__(self, plan: ChainPlan, first: int = 0, producers: int = 1) -> None:
        context = mp.get_context("spawn")
        self._plan, self._first = plan, first
        self._memory = _Memory.of(plan, context)
        self._ready: Counter[int] = Counter()
        self._pipes: list[Connection] = []
        self._processes = []
        for number in range(min(producers, plan.parts)):
            ours, theirs = context.Pipe()
            own = list(range(number, plan.parts, min(producers, plan.parts)))
            process = context.Process(target=_produce, args=(self._memory, first, own, theirs), daemon=True)
            process.start()
            theirs.close()  # else a producer that died would not be noticed
            self._pipes.append(ours)
            self._processes.append(process)

    def __iter__(self) -> Iterator[tuple[int, Batch]]:
        step = self._first
        while True:
            while self._ready[step] < self._plan.parts:
                self._hear()
            del self._ready[step]
            yield step, self._memory.batch(step)
            step += 1

    def _hear(self) -> None:
        heard = wait(self._pipes, timeout=120)
        if not heard:
            raise TimeoutError("No producer of synthetic images has delivered anything for two minutes.")
        for pipe in heard:
            assert isinstance(pipe, Connection)
            step, _part = pipe.recv()
            self._ready[step] += 1

    def answer(self, step: int, probabilities: NDArray[np.uint8]) -> None:
        """The network's answers to ``step``, (N, S, S), a probability of 0..1 as 0..255."""
        self._memory.answered(step)[:] = probabilities
        for pipe in self._pipes:
            pipe.send(step)

    def __enter__(self) -> SyntheticStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the producers; what they had ready is dropped."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for pipe in self._pipes:
            pipe.close()
