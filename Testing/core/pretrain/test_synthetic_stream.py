"""Samples from producer processes: the same for the same seed however many produce, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pretrain.chains import MIN_OBJECT_PIXELS, ChainPlan, Chains, targets_at, targets_of, turned
from pretrain.stream import KINDS, Batch, SyntheticStream
from pretrain.synthetic.generator import SyntheticImage

PLAN = ChainPlan(seed=4, parts=3, images=1, prompts=2, repairs=1, max_clicks=3, lag=2, era=4)
SIZE = PLAN.parts * PLAN.part_size

# A second trainer, as a program of its own, because only a killed process closes nothing behind it.
TRAINER = """
import time
from pretrain.chains import ChainPlan
from pretrain.stream import SyntheticStream
if __name__ == "__main__":
    stream = SyntheticStream(ChainPlan(4, 1, 1, 2, 1, 3, 2, 4))
    next(iter(stream))
    print(stream._processes[0].pid, flush=True)
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


def _copied(batch: Batch) -> list[np.ndarray]:
    return [array.copy() for array in (batch.pixels, batch.maps, batch.truth, batch.outside, batch.kinds)]


def _steps(first: int, count: int, producers: int) -> list[list[np.ndarray]]:
    """``count`` steps answered by a network that takes the whole crop for the object, with some doubt."""
    steps = []
    with SyntheticStream(PLAN, first, producers) as stream:
        for step, batch in stream:
            steps.append(_copied(batch))
            stream.answer(step, np.full((SIZE, 128, 128), 200, dtype=np.uint8))
            if len(steps) == count:
                break
        processes = stream._processes
    assert all(process.exitcode is not None for process in processes)
    return steps


@pytest.fixture(scope="module")
def six_steps() -> list[list[np.ndarray]]:
    return _steps(0, 6, producers=1)


def test_two_producers_make_what_one_makes(six_steps: list[list[np.ndarray]]) -> None:
    for one, two in zip(six_steps, _steps(0, 6, producers=2), strict=True):
        for array, other in zip(one, two, strict=True):
            np.testing.assert_array_equal(array, other)


def test_a_run_that_begins_at_an_era_s_end_is_the_run_that_never_stopped(six_steps: list[list[np.ndarray]]) -> None:
    for never, again in zip(six_steps[4:], _steps(4, 2, producers=1), strict=True):
        for array, other in zip(never, again, strict=True):
            np.testing.assert_array_equal(array, other)


def test_repairs_begin_after_the_lag_and_anew_in_each_era(six_steps: list[list[np.ndarray]]) -> None:
    repairs = [int((kinds == KINDS.index("repair")).sum()) for *_, kinds in six_steps]
    assert repairs == [0, 0, 3, 3, 0, 0]


def test_a_part_has_the_same_number_of_samples_with_and_without_repairs() -> None:
    chains = Chains(PLAN)
    fresh = chains.part(0, 1, None)
    chains.part(1, 1, None)
    repaired = chains.part(2, 1, np.ones((PLAN.part_size, 128, 128), np.float32))
    assert len(fresh) == len(repaired) == 3
    assert [sample.clicks for sample in fresh] == [0, 0, 0] and sorted(s.clicks for s in repaired) == [0, 0, 1]


def test_a_chain_ends_at_its_greatest_number_of_clicks() -> None:
    plan = ChainPlan(seed=0, parts=1, images=1, prompts=1, repairs=2, max_clicks=1, lag=1, era=100)
    chains = Chains(plan)
    clicks = [s.clicks for step in range(5) for s in chains.part(step, 0, np.ones((3, 128, 128), np.float32))]
    assert max(clicks) == 1


def test_an_image_s_prompts_go_to_its_objects_in_turn() -> None:
    plan = ChainPlan(seed=4, parts=1, images=1, prompts=4, repairs=0, max_clicks=1, lag=1, era=1)
    step = next(step for step in range(20) if len(targets_at(4, step)) == 2)
    samples = Chains(plan).part(step, 0, None)
    sizes = [int(sample.target.truth.sum()) for sample in samples]
    assert sizes[0] == sizes[2] != sizes[1] == sizes[3]


def test_all_objects_of_an_image_are_turned_alike() -> None:
    targets = next(t for t in (targets_at(1, i) for i in range(20)) if len(t) > 1)
    for seed in range(4):
        moved = turned(targets, np.random.default_rng(seed))
        assert all(target.image is moved[0].image for target in moved)
        for before, after in zip(targets, moved, strict=True):
            assert after.truth.sum() == before.truth.sum() and after.image.shape[:2] == after.truth.shape


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
