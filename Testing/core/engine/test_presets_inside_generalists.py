"""The presets that learn inside a generalist through a real engine: undo, reopening and the journal's replay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from small_engine import TASK, look, teach
from tiny_network import MACHINE, tiny_generalist
from tiny_sam import tiny_sam_generalist, weights_of

from auxol_core.build import Compute, specialist_factory
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import TaskSession
from auxol_core.errors import InvalidInputError
from auxol_core.generalist.base import Generalist
from auxol_core.generalist.builtin import BuiltinGeneralist
from auxol_core.generalist.sam import SamGeneralist
from auxol_core.options import TaskOptions
from auxol_core.specialist.lora.preset import LoraOptions
from auxol_core.specialist.sam_mix.preset import SamMixOptions
from auxol_core.taskfile.lesson_codec import digest
from auxol_core.taskfile.task_file import TaskFile

LORA = TaskOptions(preset="lora", own=LoraOptions(learning_rate=1e-2, budget_s=600.0))
SAM_MIX = TaskOptions(preset="sam_mix", own=SamMixOptions(learning_rate=1e-2))
COMPUTE = Compute("cpu", "as asked for", "float32", "as asked for", 1)


def sam_engine(folder: Path, generalist: Generalist) -> Engine:
    return Engine(generalist, specialist_factory(COMPUTE, generalist), folder, MACHINE)


def frozen(generalist: SamGeneralist | BuiltinGeneralist) -> str:
    return weights_of(generalist.sam if isinstance(generalist, SamGeneralist) else generalist.network)


def state_of(folder: Path, generalist: Generalist) -> str:
    """What a closed task opens with; a replay of its journal from nothing has to give the same."""
    file = TaskFile.open(folder / f"{TASK}.auxol", generalist_hash=generalist.weights_hash)
    try:
        session = TaskSession(TASK, file, specialist_factory(COMPUTE, generalist)(file.options))
        current = digest(session.specialist.state)
        assert digest(session.rebuilt(file.current_version)) == current
        return current
    finally:
        file.close()


@pytest.mark.parametrize(
    ("options", "make"),
    [
        (LORA, tiny_sam_generalist),
        (LORA, partial(tiny_sam_generalist, "medsam")),
        (SAM_MIX, tiny_sam_generalist),
        (SAM_MIX, tiny_generalist),
    ],
    ids=["lora in SAM", "lora in MedSAM", "sam_mix in SAM", "sam_mix in the built-in network"],
)
def test_it_learns_is_undone_and_goes_on_when_reopened_bit_for_bit_and_the_generalist_stays(
    tmp_path: Path, options: TaskOptions, make: Callable[[], SamGeneralist | BuiltinGeneralist]
) -> None:
    generalist = make()
    before = frozen(generalist)
    states = []
    for folder in ("open", "closed"):
        engine = sam_engine(tmp_path / folder, generalist)
        engine.create_task(TASK, options)
        untaught = look(engine)
        for number in range(3):
            teach(engine, number)
            if folder == "closed":
                engine.close()
                engine.open_task(TASK)
            engine.learn_now(TASK)
        assert engine.status(TASK).version == 3
        taught = look(engine)
        assert taught != untaught
        teach(engine, 3)
        engine.learn_now(TASK)
        assert look(engine) != taught
        engine.undo(TASK)
        assert look(engine)[0] == taught[0] and engine.status(TASK).version == 3
        engine.close()
        states.append(state_of(tmp_path / folder, generalist))
    assert states[0] == states[1]
    assert frozen(generalist) == before


def test_a_task_is_refused_beside_another_family_and_leaves_no_file(tmp_path: Path) -> None:
    engine = sam_engine(tmp_path, tiny_generalist())
    with pytest.raises(InvalidInputError, match="must be a SAM or a MedSAM"):
        engine.create_task(TASK, LORA)
    assert engine.list_tasks() == []
    engine.close()
