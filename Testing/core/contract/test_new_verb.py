"""A verb that is declared, and carried out by the engine, goes through worker, server and client as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_setting import OPTIONS, TASK, taught
from test_engine_over_http import TIMEOUTS, TOKEN, Serving

from auxol_core.api import EngineApi, forwarded
from auxol_core.client.blocking import EngineClient
from auxol_core.engine.engine import Engine
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.types import CorrectionInfo
from auxol_core.verbs import VERBS, verb


class More(EngineApi):
    """The declaration."""

    @verb("POST tasks/{task}/latest", "answer", job=True, under="latest")
    def latest(self, task: str, count: int) -> list[CorrectionInfo]:
        """The last corrections, ``count`` at most."""
        return forwarded(self, More.latest, task, count)


LATEST = VERBS.pop("latest")  # other tests see the door as it is


class MoreEngine(Engine):
    """The engine."""

    def latest(self, task: str, count: int) -> list[CorrectionInfo]:
        if count < 0:
            raise InvalidInputError(f"A count of 0 or more was expected, got {count}. Give one.")
        return self.corrections(task)[-count:]


class MoreClient(EngineClient, More):
    """EngineApi has the verb in it; here it is beside it."""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MoreClient]:
    monkeypatch.setitem(VERBS, "latest", LATEST)
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
