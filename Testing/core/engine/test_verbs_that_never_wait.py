"""Verbs that touch no model answer while the compute thread is held in one long step of an encoder.

No clock decides: the encoder is let go only after the verb has answered, so a verb that waits for it never ends.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from held_encoder import SOON, HeldEncoder
from small_engine import OPTIONS, TASK, box_around, disc, narrow_specialist
from tiny_network import MACHINE

from auxol_core.api import EngineApi
from auxol_core.build import set_up_torch
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import Listener
from auxol_core.engine.worker_engine import WorkerEngine
from auxol_core.errors import NotFoundError
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Proposal


@dataclass
class Busy:
    """An engine whose compute thread is in the encoder, with two proposals on offer and one correction queued."""

    engine: WorkerEngine
    encoder: HeldEncoder
    kept: Proposal
    unwanted: Proposal
    prediction: Future[Proposal]
    pool: ThreadPoolExecutor

    def ask(self, verb: Callable[[], Any]) -> Any:
        """The verb's answer, which comes while the encoder is held."""
        answer = self.pool.submit(verb).result(SOON)
        assert self.encoder.held and not self.prediction.done()
        return answer

    def let_go(self) -> Proposal:
        self.encoder.let_go()
        return self.prediction.result(SOON)


def propose(engine: WorkerEngine, number: int) -> Proposal:
    image, mask = disc(number)
    return engine.predict(TASK, engine.put_slice(image), box_around(mask))


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    encoder = HeldEncoder()

    def make(listener: Listener) -> Engine:
        set_up_torch(MACHINE)
        return Engine(encoder, narrow_specialist, tmp_path, MACHINE, listener=listener)

    engine = WorkerEngine(make)
    engine.create_task(TASK, OPTIONS)
    engine.pause(TASK)
    kept, unwanted = propose(engine, 0), propose(engine, 1)
    engine.correct(TASK, propose(engine, 2).slice_id, disc(2)[1], correction_id="c2")
    with ThreadPoolExecutor(4) as pool:
        encoder.hold()
        prediction = pool.submit(propose, engine, 3)
        assert encoder.entered.wait(SOON)
        yield Busy(engine, encoder, kept, unwanted, prediction, pool)
        encoder.let_go()
    engine.close()


VERBS: Mapping[str, Callable[[Busy], Any]] = {
    "put_slice": lambda busy: busy.engine.put_slice(disc(7)[0]) == disc(7)[0].slice_id,
    "has_slice": lambda busy: busy.engine.has_slice(busy.kept.slice_id),
    "accept": lambda busy: busy.engine.accept(busy.kept.proposal_id, version=0) is None,
    "dismiss": lambda busy: busy.engine.dismiss(busy.unwanted.proposal_id) is None,
    "pause": lambda busy: busy.engine.pause(TASK) is None,
    "resume": lambda busy: busy.engine.resume(TASK) is None,
    "status": lambda busy: busy.engine.status(TASK).queued == 1,
    "list_tasks": lambda busy: busy.engine.list_tasks() == [TASK],
    "corrections": lambda busy: [c.correction_id for c in busy.engine.corrections(TASK)] == ["c2"],
    "versions": lambda busy: busy.engine.versions(TASK) == [],
    "events": lambda busy: [e.kind for e in busy.engine.events(TASK)] == ["queued"],
    "prefetch": lambda busy: busy.engine.prefetch(TASK, [busy.kept.slice_id]) is None,
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_touches_no_model_waits_for_none(busy: Busy, verb: str) -> None:
    assert busy.ask(lambda: VERBS[verb](busy)) is True
    assert busy.let_go().slice_id == disc(3)[0].slice_id


def test_what_was_answered_holds_for_whatever_is_asked_next(busy: Busy) -> None:
    engine, kept, unwanted = busy.engine, busy.kept, busy.unwanted
    busy.ask(lambda: engine.accept(kept.proposal_id))
    busy.ask(lambda: engine.dismiss(unwanted.proposal_id))
    for verb in (engine.accept, engine.dismiss):
        with pytest.raises(NotFoundError):
            busy.ask(lambda verb=verb: verb(unwanted.proposal_id))
    busy.ask(lambda: engine.resume(TASK))
    assert not busy.ask(lambda: engine.status(TASK)).paused
    busy.ask(lambda: engine.pause(TASK))
    assert busy.ask(lambda: engine.status(TASK)).paused
    put = busy.ask(lambda: engine.put_slice(disc(8)[0]))
    assert busy.ask(lambda: engine.has_slice(put))
    with pytest.raises(NotFoundError):
        busy.ask(lambda: engine.status("another"))


def test_what_was_answered_is_so_when_the_encoder_has_ended(busy: Busy) -> None:
    engine = busy.engine
    busy.ask(lambda: engine.resume(TASK))
    busy.ask(lambda: engine.pause(TASK))
    busy.ask(lambda: engine.accept(busy.kept.proposal_id))
    busy.ask(lambda: engine.dismiss(busy.unwanted.proposal_id))
    third = busy.let_go()
    engine.learn_now(TASK)
    assert {p.proposal_id for p in engine.refresh(TASK)} <= {third.proposal_id}
    saved = engine.correct(
        TASK, busy.kept.slice_id, busy.kept.mask, correction_id="c0", proposals=[busy.kept.proposal_id]
    )
    assert saved.confirmation, "it was accepted before anything was learned"
    engine.close_task(TASK)
    assert engine.open_task(TASK).paused


def test_a_resumed_task_learns_what_was_queued(busy: Busy) -> None:
    busy.ask(lambda: busy.engine.resume(TASK))
    busy.let_go()
    kinds: list[str] = []
    after = 0
    while "learned" not in kinds:
        events = busy.engine.events(TASK, after, wait_s=SOON)
        assert events, kinds
        after = events[-1].sequence
        kinds += [event.kind for event in events]


def as_after_kill_9(folder: Path, copy: Path) -> TaskFile:
    """The task as it would be found if the process had been killed in this moment. Copied by a process of its own:
    closing any handle of the file here would drop the lock that is held on it."""
    copy.mkdir()
    for file in folder.glob(f"{TASK}.auxol*"):
        subprocess.run(["cp", str(file), str(copy)], check=True)
    (copy / f"{TASK}.auxol.owner").unlink()
    return TaskFile.look(copy / f"{TASK}.auxol")


@pytest.mark.skipif(os.name != "posix", reason="the file is locked for readers there")
def test_a_pause_that_was_answered_survives_a_kill_while_a_model_is_at_work(busy: Busy, tmp_path: Path) -> None:
    for number, (verb, paused) in enumerate([("resume", False), ("pause", True), ("resume", False)]):
        busy.ask(lambda verb=verb: getattr(busy.engine, verb)(TASK))
        with closing(as_after_kill_9(tmp_path, tmp_path / f"copy {number}")) as found:
            assert found.paused is paused


def test_a_task_paused_while_it_is_being_closed_stays_paused(busy: Busy) -> None:
    engine = busy.engine
    closed = engine.submit(EngineApi.close_task, TASK)
    busy.ask(lambda: engine.resume(TASK))
    busy.encoder.let_go()
    closed.result(SOON)
    assert not engine.open_task(TASK).paused
