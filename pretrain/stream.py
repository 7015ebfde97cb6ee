"""Synthetic images from a second process, in an order that depends on the seed alone.

One producer makes image i from ``default_rng((seed, i))`` and puts it into a bounded queue; the trainer takes them in
that order. No draw of one process ever depends on the speed of the other.
"""

from __future__ import annotations

import multiprocessing as mp
import os
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.queues import Queue
from queue import Full
from types import TracebackType

import cv2
import numpy as np

from auxol_core.promptable.sampling import Target
from pretrain.synthetic.generator import SyntheticImage, generate

QUEUE_LENGTH = 48
MIN_OBJECT_PIXELS = 60


def _produce(seed: int, first: int, queue: Queue[SyntheticImage]) -> None:
    os.nice(1)
    cv2.setNumThreads(1)
    # What is still in the pipe when this process ends has no reader: waiting for one would keep it for ever.
    queue.cancel_join_thread()
    parent = mp.parent_process()
    index = first
    while parent is not None and parent.is_alive():  # a trainer that was killed closes nothing
        image = generate(np.random.default_rng((seed, index)))
        index += 1
        while parent.is_alive():
            with suppress(Full):
                queue.put(image, timeout=2.0)
                break


class SyntheticStream:
    """Iterates over lists of targets, one list for each synthetic image; ``close`` ends the producer."""

    def __init__(self, seed: int, first: int) -> None:
        context = mp.get_context("spawn")
        self._queue: Queue[SyntheticImage] = context.Queue(QUEUE_LENGTH)
        self._process = context.Process(target=_produce, args=(seed, first, self._queue), daemon=True)
        self._process.start()

    def __iter__(self) -> Iterator[list[Target]]:
        while True:
            yield targets_of(self._queue.get(timeout=60))

    def __enter__(self) -> SyntheticStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the producer; what it had ready is dropped."""
        self._process.terminate()
        self._process.join()
        self._queue.cancel_join_thread()
        self._queue.close()


def targets_of(sample: SyntheticImage) -> list[Target]:
    """One target for each labelled object of at least 60 visible pixels."""
    image = sample.image.astype(np.float32) / 255.0
    masks = (sample.labels == label for label in range(1, int(sample.labels.max()) + 1))
    return [Target(image, mask) for mask in masks if int(mask.sum()) >= MIN_OBJECT_PIXELS]
