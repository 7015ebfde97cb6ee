"""A real server in this process, on the tiny network, and a bare client that knows the protocol file alone."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import requests
import uvicorn
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core import protocol
from auxol_core.build import Compute, EngineParts, set_up_torch
from auxol_core.engine.worker import Worker
from auxol_core.generalist.base import Generalist
from auxol_core.server.app import create_app
from auxol_core.server.gate import LOOPBACK_NAMES
from auxol_core.server.household import Household
from auxol_core.server.metrics import Metrics
from auxol_core.server.run import AuxolServer, Leaving, bind
from auxol_core.server.user_engine import user_engines
from auxol_core.server.users import Users, one_user
from auxol_core.types import Prompt, SliceImage

TOKEN = "a token for the tests"


def tiny_parts(generalist: Generalist | None = None) -> EngineParts:
    """As build.make_parts, on the tiny network; the specialist's is that one, whatever the ``generalist``."""
    set_up_torch(MACHINE)
    compute = Compute("cpu", "as asked for", "float32", "as asked for", 1)
    return EngineParts(generalist or tiny_generalist(), tiny_learner, MACHINE, compute)


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class SmallServer:
    """The server, its address and its household; ``stop`` ends it."""

    def __init__(self, folder: Path, users: Users | None = None, **options: Any) -> None:
        self.token = TOKEN.replace(" ", "-")
        users = users or one_user(self.token)
        hosts = options.pop("hosts", frozenset(LOOPBACK_NAMES))
        metrics_token = options.pop("metrics_token", None)
        memory = options.pop("memory_bytes", 64 * 2**20)
        worker = Worker()
        # In the compute thread alone: what torch is told there changes how numbers are added up in any thread.
        generalist = options.pop("generalist", None)
        parts = worker.submit(lambda: tiny_parts(generalist)).future.result()
        options.setdefault("generalist", parts.generalist.name)
        self.household = Household(users, folder, user_engines(parts, memory), worker, **options)
        listener = bind("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        metrics = None if metrics_token is None else Metrics(self.household, metrics_token)
        config = uvicorn.Config(
            create_app(self.household, hosts=hosts, metrics=metrics), log_config=None, access_log=False, ws="none",
            lifespan="on", http="h11", timeout_graceful_shutdown=1,
        )
        self.server = AuxolServer(config, self.household, Leaving(), self.port)
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()
        until(lambda: self.server.started)

    def _run(self, listener: Any) -> None:
        async def main() -> None:
            self.loop = asyncio.get_running_loop()
            await self.server.serve(sockets=[listener])

        asyncio.run(main())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """``work`` in the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def client(self, token: str | None = None) -> BareClient:
        return BareClient(self.url, token or self.token)

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not end"


ServerFactory = Callable[..., SmallServer]


@dataclass
class BareClient:
    """Requests as the protocol has them, answers as they come."""

    url: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.headers.update(protocol.request_headers(self.token, str(uuid.uuid4())))

    def __call__(self, method: str, *parts: str, **more: Any) -> requests.Response:
        timeout = more.pop("timeout", 20)
        return self.session.request(method, self.url + protocol.path(*parts), timeout=timeout, **more)

    def send(self, method: str, *parts: str, message: protocol.Message, **more: Any) -> requests.Response:
        headers = {"Content-Type": protocol.MEDIA_TYPE}
        return self(method, *parts, data=protocol.encode(message), headers=headers, **more)

    def put(self, image: SliceImage) -> str:
        message = protocol.Message({"spacing_mm": None}, {"pixels": image.pixels})
        answer = self.send("PUT", "slices", image.slice_id, message=message)
        assert answer.status_code == 204, answer.text
        return image.slice_id

    def create(self, name: str, **options: Any) -> dict[str, Any]:
        answer = self("POST", "tasks", json={"name": name, "options": options or None})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def predict(self, task: str, slice_id: str, prompt: Prompt, previous: str | None = None) -> requests.Response:
        message = protocol.prompt_message(prompt, slice_id=slice_id, previous=previous)
        return self.send("POST", "tasks", task, "predict", message=message)

    def proposal(self, task: str, slice_id: str, prompt: Prompt) -> Any:
        answer = self.predict(task, slice_id, prompt)
        assert answer.status_code == 200, answer.text
        return protocol.proposals_of(protocol.decode(answer.content))[0]

    def correct(
        self, task: str, slice_id: str, mask: np.ndarray, correction_id: str, proposals: tuple[str, ...] = ()
    ) -> requests.Response:
        message = protocol.Message({"slice_id": slice_id, "proposals": list(proposals)}, {"mask": mask})
        return self.send("PUT", "tasks", task, "corrections", correction_id, message=message)


def picture(number: int = 0, side: int = 64) -> SliceImage:
    """A noisy picture; the same number, the same pixels."""
    rng = np.random.default_rng(number)
    pixels = rng.normal(70, 15, (side, side))
    pixels[20:40, 24:46] += 90
    return SliceImage(np.clip(pixels, 0, 255).astype(np.uint8))


def truth(side: int = 64) -> np.ndarray:
    mask = np.zeros((side, side), dtype=bool)
    mask[20:40, 24:46] = True
    return mask


def until(true: Callable[[], bool], within: float = 20.0) -> None:
    """Wait for it; AssertionError if it does not become true."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
