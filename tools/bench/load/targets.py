"""What the readers are let loose on: a server that is started for it, or one that is there.

``on_ray`` has the application on Ray. Another one is a class with these methods, and its line in ``target_of``. The
stand-ins are offered in any process by ``stand_in.register``.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import psutil
import requests
from prometheus_client.parser import text_string_to_metric_families

from auxol_core.cli.serve_command import METRICS_TOKEN_NAME
from auxol_core.engine.worker import Spent
from auxol_core.errors import InvalidInputError, UnavailableError
from auxol_core.protocol import read_ready_line
from tools.bench.load import stand_in
from tools.bench.load.entries import write_entries

START_WITHIN_S = 180.0


@dataclass(frozen=True)
class Entrance:
    """Where the readers go: the address, and a token for each of them."""

    url: str
    tokens: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
class Wanted:
    """What is to be started. ``readers``: each is a user of its own; ``generalist``: a name, or ``stand-in:20ms``;
    ``learner``: a preset, or ``stand_in``; ``shared``: one task is everybody's; ``threads``: to compute
    with, 0: all cores but one."""

    readers: int
    generalist: str
    learner: str
    shared: bool
    threads: int = 0


class Target(Protocol):
    """A system under test."""

    def start(self, wanted: Wanted) -> Entrance:
        """Start it and wait until it takes requests; UnavailableError where it does not."""

    def processes(self) -> list[psutil.Process]:
        """All its processes on this machine; none where it runs on another."""

    def kept_bytes(self) -> int | None:
        """Bytes of the task files on its disk; None where they cannot be seen."""

    def spent(self) -> Mapping[str, Spent] | None:
        """What the compute thread has spent until now, by urgency in small letters; None where it is not one thread,
        or does not tell."""

    def stop(self) -> None:
        """End what ``start`` began; harmless twice."""


class Served:
    """``auxol serve`` in a process of its own, with a folder that goes with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="auxol-load-", ignore_cleanup_errors=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._metrics_token, self._url = secrets.token_urlsafe(24), ""

    def start(self, wanted: Wanted) -> Entrance:
        folder = Path(self._folder.name)
        tokens = [secrets.token_urlsafe(24) for _ in range(wanted.readers)]
        token_file = folder / "tokens.json"
        write_entries(token_file, tokens, wanted.shared)
        environment = {
            **os.environ,
            "OMP_WAIT_POLICY": "PASSIVE",
            "PYTHONUNBUFFERED": "1",
            METRICS_TOKEN_NAME: self._metrics_token,
            "AUXOL_CACHE_DIR": str(folder / "cache"),  # embeddings of an earlier run would make this one faster
        }
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command(wanted, folder, token_file),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        self._url = f"http://127.0.0.1:{self._port()}"
        return Entrance(self._url, tokens)

    def _command(self, wanted: Wanted, folder: Path, token_file: Path) -> list[str]:
        cost = stand_in.cost_of(wanted.generalist)
        checkpoint = stand_in.write_checkpoint(folder / "stand-in.safetensors", cost or 0.0)
        generalist = wanted.generalist if cost is None else stand_in.NAME
        command = [sys.executable, "-m", "tools.bench.load.served", str(checkpoint), "serve", "--metrics"]
        command += [
            "--until-stdin-closes",
            "--token-file",
            str(token_file),
            "--data-dir",
            str(folder / "tasks"),
            "--generalist",
            generalist,
        ]
        if wanted.learner == stand_in.PRESET:
            command.append("--no-locating")  # a locator is a network that learns
        return command + (["--threads", str(wanted.threads)] if wanted.threads else [])

    def _port(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        late = threading.Timer(START_WITHIN_S, self._process.kill)
        late.start()
        try:
            port = _ready_port(self._process.stdout)
        finally:
            late.cancel()
        if port is None:
            raise UnavailableError(f"A server was expected to be ready, but it ended. Its last lines:\n{self._tail()}")
        return port

    def _tail(self) -> str:
        return (Path(self._folder.name) / "log").read_text(encoding="utf-8", errors="replace")[-2000:]

    def processes(self) -> list[psutil.Process]:
        return [] if self._process is None else family(self._process.pid)

    def kept_bytes(self) -> int | None:
        tasks = Path(self._folder.name) / "tasks"
        return sum(path.stat().st_size for path in tasks.rglob("*") if path.is_file())

    def spent(self) -> Mapping[str, Spent] | None:
        with requests.Session() as session:
            session.trust_env = False  # to this machine no proxy
            answer = session.get(
                f"{self._url}/metrics", headers={"Authorization": f"Bearer {self._metrics_token}"}, timeout=20
            )
        answer.raise_for_status()
        return spent_of(answer.text)

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()


class Address:
    """A server that runs already, whose users are those of a token file."""

    def __init__(self, url: str, token_file: Path) -> None:
        self._url, self._token_file = url, token_file

    def start(self, wanted: Wanted) -> Entrance:
        told = json.loads(self._token_file.read_text(encoding="utf-8"))
        tokens = [entry["token"] if isinstance(entry, dict) else entry for entry in told.values()]
        if len(tokens) < wanted.readers:
            raise InvalidInputError(
                f"A token for each of {wanted.readers} readers was expected, {self._token_file} has {len(tokens)}. "
                "Add users, or let fewer read."
            )
        return Entrance(self._url, tokens[: wanted.readers])

    def processes(self) -> list[psutil.Process]:
        return []

    def kept_bytes(self) -> int | None:
        return None

    def spent(self) -> Mapping[str, Spent] | None:
        return None

    def stop(self) -> None:
        pass


def target_of(against: str, token_file: Path | None) -> Target:
    """What ``--against`` names; InvalidInputError for anything else."""
    if against == "serve":
        return Served()
    if against == "ray":
        from tools.bench.load.on_ray import OnRay

        return OnRay()
    if against.startswith(("http://", "https://")):
        if token_file is None:
            raise InvalidInputError("A server that is there has users: give its token file with --token-file.")
        return Address(against, token_file)
    raise InvalidInputError(f"serve, ray or a server's address was expected, got {against!r:.80}. Choose one of these.")


def spent_of(metrics: str) -> dict[str, Spent]:
    """What /metrics tells of the compute thread, by urgency."""
    told: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name.startswith("auxol_compute_") and sample.name.endswith("_total"):
                told.setdefault(sample.labels["urgency"], {})[sample.name.split("_", 2)[2]] = sample.value
    return {
        urgency: Spent(int(each["steps_total"]), each["seconds_total"], each["squared_seconds_total"])
        for urgency, each in told.items()
    }


def family(pid: int) -> list[psutil.Process]:
    """The process and all its descendants that run."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _ready_port(output: IO[bytes]) -> int | None:
    while line := output.readline():
        ready = read_ready_line(line.decode("utf-8", "replace"))
        if ready is not None:
            return ready.port
    return None
