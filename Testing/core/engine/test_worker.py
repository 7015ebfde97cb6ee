"""The compute thread: who goes first, who waits for how long, and what ends what."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from auxol_core.engine.worker import Job, Urgency, Worker
from auxol_core.errors import CancelledError, UnavailableError

SOON = 20.0  # seconds; only a broken thread takes so long


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


class Gate:
    """Holds the compute thread until it is opened, so that what is handed over meanwhile waits."""

    def __init__(self, worker: Worker) -> None:
        self._open, held = threading.Event(), threading.Event()

        def hold() -> None:
            held.set()
            self._open.wait(SOON)

        worker.submit(hold)
        assert held.wait(SOON)

    def open(self) -> None:
        self._open.set()


def steps(name: str, count: int, log: list[str]) -> Generator[None, None, str]:
    for number in range(count):
        log.append(f"{name}{number}")
        yield
    return name


def test_a_plain_function_and_a_generator_give_their_results(worker: Worker) -> None:
    log: list[str] = []
    assert worker.submit(lambda: 7).future.result(SOON) == 7
    assert worker.submit(lambda: steps("a", 3, log)).future.result(SOON) == "a"
    assert log == ["a0", "a1", "a2"]


def test_the_most_urgent_goes_first_whatever_came_first(worker: Worker) -> None:
    gate, log = Gate(worker), []
    jobs = [
        worker.submit(lambda u=urgency: log.append(u.name), urgency)  # type: ignore[misc]
        for urgency in sorted(Urgency, reverse=True)
    ]
    gate.open()
    for job in jobs:
        job.future.result(SOON)
    assert log == ["PROMPT", "SAVE", "ASKED", "BACKGROUND", "IDLE", "LEISURE"]


def test_a_prompt_waits_for_one_step_of_what_is_under_way(worker: Worker) -> None:
    log: list[str] = []
    reached, go_on = threading.Event(), threading.Event()

    def learning() -> Generator[None, None, None]:
        for number in range(3):
            log.append(f"step {number}")
            if number == 1:
                reached.set()
                go_on.wait(SOON)
            yield

    learned = worker.submit(learning, Urgency.BACKGROUND)
    assert reached.wait(SOON)
    predicted = worker.submit(lambda: log.append("prediction"), Urgency.PROMPT)
    go_on.set()
    predicted.future.result(SOON)
    learned.future.result(SOON)
    assert log == ["step 0", "step 1", "prediction", "step 2"]


def test_work_of_one_urgency_is_done_in_order_and_to_its_end(worker: Worker) -> None:
    gate, log = Gate(worker), []
    jobs = [worker.submit(lambda n=name: steps(n, 2, log), Urgency.ASKED) for name in "ab"]  # type: ignore[misc]
    gate.open()
    assert [job.future.result(SOON) for job in jobs] == ["a", "b"]
    assert log == ["a0", "a1", "b0", "b1"]


def test_the_background_takes_turns(worker: Worker) -> None:
    gate, log = Gate(worker), []
    jobs = [worker.submit(lambda n=name: steps(n, 2, log), Urgency.BACKGROUND) for name in "ab"]  # type: ignore[misc]
    gate.open()
    for job in jobs:
        job.future.result(SOON)
    assert log == ["a0", "b0", "a1", "b1"]


def test_what_is_yielded_is_handed_on_as_it_comes(worker: Worker) -> None:
    items: list[Any] = []
    worker.submit(lambda: (x for x in (1, None, 2)), on_item=items.append).future.result(SOON)
    assert items == [1, 2]


def test_cancelling_ends_work_before_its_next_step_and_lets_it_tidy_up(worker: Worker) -> None:
    begun, go_on, tidied = threading.Event(), threading.Event(), threading.Event()

    def endless() -> Generator[None, None, None]:
        try:
            while True:
                begun.set()
                go_on.wait(SOON)
                yield
        finally:
            tidied.set()

    job = worker.submit(endless, Urgency.BACKGROUND)
    assert begun.wait(SOON)
    job.cancel()
    go_on.set()
    with pytest.raises(CancelledError):
        job.future.result(SOON)
    assert tidied.is_set()


def test_an_error_reaches_who_waits_for_it_and_the_thread_goes_on(worker: Worker) -> None:
    def fails() -> Generator[None, None, None]:
        yield
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.submit(fails).future.result(SOON)
    assert worker.submit(lambda: "still here").future.result(SOON) == "still here"


def test_who_left_before_his_turn_costs_nothing(worker: Worker) -> None:
    gate, log = Gate(worker), []
    left = worker.submit(lambda: log.append("for nobody"))
    assert left.future.cancel()
    gate.open()
    assert worker.submit(lambda: "next").future.result(SOON) == "next"
    assert log == []


def test_who_left_before_his_turn_and_said_so_leaves_a_thread_that_works(worker: Worker) -> None:
    """As the server does where a client's line breaks: the job is cancelled, and whoever waits for it cancels, too."""
    gate = Gate(worker)
    job: Job[None] = worker.submit(lambda: None)
    job.cancel()
    assert job.future.cancel()
    gate.open()
    assert worker.submit(lambda: 7).future.result(SOON) == 7


def test_whatever_a_step_raises_the_thread_goes_on(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    job: Job[None] = worker.submit(lambda: None)
    job.future.result(SOON)

    def broken(_job: Job[Any]) -> bool:
        monkeypatch.undo()
        raise RuntimeError("not of the work itself")

    monkeypatch.setattr(Job, "step", broken)
    worker.submit(lambda: None)
    assert worker.submit(lambda: 7).future.result(SOON) == 7


def test_closing_ends_what_is_under_way_and_refuses_more() -> None:
    worker, log = Worker(), []
    under_way = worker.submit(lambda: steps("a", 10**9, log), Urgency.BACKGROUND)
    worker.close()
    with pytest.raises(CancelledError):
        under_way.future.result(SOON)
    with pytest.raises(UnavailableError, match="shutting down"):
        worker.submit(lambda: None)


def test_while_a_click_is_on_its_way_no_step_in_the_background_begins(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auxol_core.engine.worker.EXPECTED_WITHIN_S", SOON)
    log: list[str] = []
    gate = Gate(worker)
    learning = worker.submit(lambda: steps("learning", 2, log), Urgency.BACKGROUND)
    with worker.expecting():
        gate.open()
        worker.submit(lambda: log.append("asked"), Urgency.ASKED).future.result(SOON)
        worker.submit(lambda: log.append("click")).future.result(SOON)
    learning.future.result(SOON)
    assert log == ["asked", "click", "learning0", "learning1"]


def test_a_click_that_never_comes_does_not_stop_what_goes_on_in_the_background(worker: Worker) -> None:
    with worker.expecting():
        assert worker.submit(lambda: 7, Urgency.IDLE).future.result(SOON) == 7
