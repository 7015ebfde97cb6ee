"""Small pictures and quick engines for the engine's tests: 64 x 64, a tiny network, one thread, float32."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist
from tiny_network import tiny_learner as narrow_specialist

from auxol_core.build import make_engine, set_up_torch
from auxol_core.engine.engine import Engine, LocatorFactory
from auxol_core.engine.open_task import Listener, TaskSession
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.options import AuxolOptions, MachineOptions, PaperOptions, TaskOptions
from auxol_core.specialist.preset import Learner
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import BoolArray, Box, Prompt, Proposal, Receipt, SliceImage

SIDE = 64
TASK = "discs"
# The budget is out of the way, so that a slow machine does not change how many steps are made, and so is the guard,
# so that every update is published; each makes as many steps as it says, whatever was shown.
AUXOL = AuxolOptions(steps=2, adaptive=False, batch=2, learning_rate=4e-3, average=1.0, guard_last=0, budget_s=600.0)
OPTIONS = TaskOptions(auxol=AUXOL)
# The published method, on a network a thousand times smaller.
PAPER = TaskOptions(preset="paper", paper=PaperOptions(crop_side=32, memory_size=4))

Make = Callable[[TaskOptions], Learner]


def disc(number: int, radius: int = 11) -> tuple[SliceImage, BoolArray]:
    """Picture ``number``, a bright disc on noise, and its mask; the same number, the same pixels."""
    rng = np.random.default_rng(number)
    pixels = rng.normal(70, 15, (SIDE, SIDE))
    rows, cols = np.mgrid[:SIDE, :SIDE]
    mask = (rows - 28 - number % 5) ** 2 + (cols - 34) ** 2 <= radius**2
    pixels[mask] += 90
    return SliceImage(np.clip(pixels, 0, 255).astype(np.uint8)), mask


def box_around(mask: BoolArray) -> Prompt:
    tight = Box.of_mask(mask)
    assert tight is not None
    return Prompt(box=Box(tight.row0 - 1, tight.col0 - 1, tight.row1 + 1, tight.col1 + 1))


def shipped_engine(folder: Path) -> Engine:
    """The engine with the weights that ship; slow."""
    return make_engine("builtin", folder, MACHINE)


def narrow_engine(folder: Path, make: Make = narrow_specialist) -> Engine:
    return Engine(tiny_generalist(), make, folder, MACHINE)


def locating_engine(
    folder: Path, make_locator: LocatorFactory | None = tiny_locator, machine: MachineOptions = MACHINE
) -> Engine:
    """A narrow engine whose tasks learn where their structure is."""
    return Engine(tiny_generalist(), narrow_specialist, folder, machine, make_locator=make_locator)


def narrow_worker(
    folder: Path,
    options: TaskOptions,
    machine: MachineOptions = MACHINE,
    make_locator: LocatorFactory | None = None,
) -> Iterator[WorkerEngine]:
    """A narrow engine behind its compute thread, with the task; closed when the iterator goes on."""

    def make(listener: Listener) -> Engine:
        set_up_torch(machine)
        return Engine(
            *(tiny_generalist(), narrow_specialist, folder, machine), listener=listener, make_locator=make_locator
        )

    engine = WorkerEngine(make)
    engine.create_task(TASK, options)
    yield engine
    engine.close()


def propose(engine: Engine, number: int, task: str = TASK) -> Proposal:
    image, mask = disc(number)
    return engine.predict(task, engine.put_slice(image), box_around(mask))


def teach(engine: Engine, number: int, task: str = TASK) -> Receipt:
    """Picture ``number`` prompted and corrected with its disc; the id is ``c<number>``."""
    proposal = propose(engine, number, task)
    return engine.correct(
        task, proposal.slice_id, disc(number)[1], correction_id=f"c{number}", proposals=[proposal.proposal_id]
    )


def look(engine: Engine, task: str = TASK) -> tuple[bytes, float, float]:
    """What the task says of a picture that it was never taught: mask, quality and share, exactly."""
    proposal = propose(engine, 99, task)
    engine.dismiss(proposal.proposal_id)
    return np.packbits(proposal.mask).tobytes(), proposal.quality, proposal.share


@contextmanager
def session_of(folder: Path, name: str = TASK, make: Make = narrow_specialist) -> Iterator[TaskSession]:
    """The closed task ``name``, opened without an engine."""
    file = TaskFile.open(folder / f"{name}.auxol", generalist_hash=tiny_generalist().weights_hash)
    try:
        yield TaskSession(name, file, make(file.options))
    finally:
        file.close()


def weights(folder: Path, name: str = TASK, make: Make = narrow_specialist) -> str:
    """SHA-256 of the state that a closed task opens with; the journal's replay from nothing has to give the same."""
    with session_of(folder, name, make) as session:
        current = digest(session.specialist.state)
        assert digest(session.rebuilt(session.file.current_version)) == current
        return current


def file_bytes(folder: Path, name: str = TASK) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{name}.auxol*")))


def crop_of(folder: Path, correction_id: str, name: str = TASK) -> NDArray[np.uint8]:
    """A piece of the pixels that a closed task keeps of ``correction_id``, as it lies in the file (PNG, packed)."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / f"{name}.auxol")) as connection:
        (data,) = connection.execute("SELECT arrays FROM lessons WHERE key = ?", (f"{correction_id}#0",)).fetchone()
    start = data.index(b"IDAT") + 100
    return np.frombuffer(data[start : start + 64], dtype=np.uint8)
