"""A verb that is declared, and carried out by the engine, goes through worker, server and client as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from contract_setting import OPTIONS, TASK, picture, taught
from test_engine_over_http import TIMEOUTS, TOKEN, Serving

from auxol_core.api import EngineApi, forwarded
from auxol_core.client.blocking import EngineClient
from auxol_core.engine.engine import Engine
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import BoolArray, CorrectionInfo, Propagated
from auxol_core.verbs import VERBS, verb


class More(EngineApi):
    """The declaration."""

    @verb("POST tasks/{task}/latest", "answer", job=True, under="latest")
    def latest(self, task: str, count: int) -> list[CorrectionInfo]:
        """The last corrections, ``count`` at most."""
        return forwarded(self, More.latest, task, count)

    @verb("POST tasks/{task}/echo", "transfer", lane="volume", repeatable=False, stream=True)
    def echo(
        self, task: str, slices: Sequence[str], masks: Mapping[int, BoolArray], *, times: int = 1
    ) -> Iterator[Propagated]:
        """Say of each slice how many pixels its mask has, as often as asked."""
        return forwarded(self, More.echo, task, slices, masks, times=times)


OURS = {name: VERBS.pop(name) for name in ("latest", "echo")}  # other tests see the door as it is


class MoreEngine(Engine):
    """The engine."""

    def latest(self, task: str, count: int) -> list[CorrectionInfo]:
        if count < 0:
            raise InvalidInputError(f"A count of 0 or more was expected, got {count}. Give one.")
        return self.corrections(task)[-count:]

    def echo(
        self, task: str, slices: Sequence[str], masks: Mapping[int, BoolArray], *, times: int = 1
    ) -> Iterator[Propagated]:
        self.status(task)
        for _ in range(times):
            for index in range(len(slices)):
                yield Propagated(index, None, f"{np.count_nonzero(masks.get(index, 0))} pixels", 0.25)


class MoreClient(EngineClient, More):
    """EngineApi has the verbs in it; here they are beside it."""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MoreClient]:
    for name, row in OURS.items():
        monkeypatch.setitem(VERBS, name, row)
    serving = Serving(tmp_path / "tasks", kind=MoreEngine)
    with MoreClient(f"http://127.0.0.1:{serving.port}", TOKEN, timeouts=TIMEOUTS) as client:
        yield client
    serving.stop()


def test_a_new_verb_touches_its_declaration_and_its_engine_alone(client: MoreClient) -> None:
    client.create_task(TASK, OPTIONS)
    for number in range(3):
        taught(client, number)
    assert client.latest(TASK, 2) == client.corrections(TASK)[1:]
    with pytest.raises(InvalidInputError, match="got -1"):
        client.latest(TASK, count=-1)
    with pytest.raises(NotFoundError) as error:
        client.latest("another", 1)
    assert error.value.missing == "open task"


def test_so_does_a_new_stream_whose_items_come_as_they_are_made(client: MoreClient) -> None:
    client.create_task(TASK, OPTIONS)
    slices = [client.put_slice(picture(number).image) for number in range(2)]
    mask = np.zeros((64, 64), dtype=bool)
    mask[:3] = True
    told = list(client.echo(TASK, slices, {1: mask}, times=2))
    assert [(item.index, item.reason) for item in told] == [(0, "0 pixels"), (1, "192 pixels")] * 2
    assert {item.confidence for item in told} == {0.25}
    assert len(list(client.echo(TASK, slices, {}))) == 2, "the default of the declaration"
    with pytest.raises(InvalidInputError, match="masks"):
        list(client.echo(TASK, slices, {2: mask}))
    with pytest.raises(InvalidInputError, match="times"):
        list(client.echo(TASK, slices, {}, times="two"))  # type: ignore[arg-type]
    with pytest.raises(NotFoundError) as error:
        list(client.echo("another", slices, {}))
    assert error.value.missing == "open task"


def test_a_new_stream_that_is_closed_ends_in_the_server(client: MoreClient) -> None:
    client.create_task(TASK, OPTIONS)
    running = client.echo(TASK, [client.put_slice(picture(0).image)], {}, times=10**9)
    assert next(running).index == 0
    running.close()  # type: ignore[attr-defined]
    assert client.learn_now(TASK).version == 0
