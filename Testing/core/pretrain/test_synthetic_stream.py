"""Synthetic images from a second process: the same order for the same seed, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from pretrain.stream import MIN_OBJECT_PIXELS, SyntheticStream, targets_of
from pretrain.synthetic.generator import SyntheticImage, generate

# A second trainer, as a program of its own, because only a killed process closes nothing behind it.
# It is killed with images under way: a pipe that is full and has no reader any more is what kept the producer.
TRAINER = """
import sys, time
from pretrain.stream import SyntheticStream
if __name__ == "__main__":
    stream = SyntheticStream(0, 0)
    next(iter(stream))
    while stream._queue.qsize() < 3:
        time.sleep(0.05)
    print(stream._process.pid, flush=True)
    time.sleep(600)
"""


def _runs(pid: int) -> bool:
    """Whether process ``pid`` runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _ended(pid: int, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not _runs(pid)


def test_images_come_in_the_order_of_their_numbers_and_the_producer_ends_when_closed() -> None:
    with SyntheticStream(seed=4, first=7) as stream:
        process = stream._process
        received = list(islice(iter(stream), 3))
        assert process.is_alive()
    assert process.exitcode is not None
    for index, targets in enumerate(received, start=7):
        expected = targets_of(generate(np.random.default_rng((4, index))))
        assert len(targets) == len(expected) > 0
        for target, other in zip(targets, expected, strict=True):
            assert np.array_equal(target.image, other.image) and np.array_equal(target.truth, other.truth)


def test_objects_of_less_than_sixty_pixels_are_no_targets_and_images_are_zero_to_one() -> None:
    labels = np.zeros((20, 20), dtype=np.int16)
    labels[0:6, 0:10] = 1  # 60 pixels
    labels[10:19, 0:6] = 3  # 54; there is no 2
    image = np.full((20, 20, 3), 255, dtype=np.uint8)
    (target,) = targets_of(SyntheticImage(image, labels))
    assert target.truth.sum() == MIN_OBJECT_PIXELS == 60
    assert target.image.dtype == np.float32 and target.image.max() == 1.0
    assert targets_of(SyntheticImage(image, np.zeros_like(labels))) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads processes from /proc")
def test_the_producer_of_a_killed_trainer_does_not_stay(tmp_path: Path, repository: Path) -> None:
    script = tmp_path / "trainer.py"
    script.write_text(TRAINER)
    environment = {**os.environ, "PYTHONPATH": str(repository), "OMP_NUM_THREADS": "1"}
    trainer = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    assert trainer.stdout is not None
    try:
        producer = int(trainer.stdout.readline())
    finally:
        trainer.kill()
        trainer.wait()
        trainer.stdout.close()  # not read to its end: the producer holds the other one
    assert producer > 0
    try:
        assert _ended(producer, within_s=120)
    finally:
        if _runs(producer):
            os.kill(producer, signal.SIGKILL)
