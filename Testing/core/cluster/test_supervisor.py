"""The process above a cluster begins another when one has ended, and gives up on one that never answers."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import psutil
import pytest
from small_server import until

from auxol_core.cluster import supervisor
from auxol_core.cluster.options import ClusterOptions
from auxol_core.cluster.plan import BEGUN, Plan
from auxol_core.cluster.supervisor import MARK, Supervisor
from auxol_core.errors import UnavailableError

PLAN = Plan("local", "127.0.0.1", 1, ClusterOptions("tasks", "tokens.json"))

SCRIPT = f"""
import json, os, pathlib, subprocess, sys
plan = json.loads(sys.stdin.readline())
log = pathlib.Path(sys.argv[1])
if sys.argv[2] == "serves":
    (pathlib.Path(plan["scratch"]) / {BEGUN!r}).touch()
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    with log.open("a") as file:
        file.write(f"{{os.getpid()}} {{child.pid}}\\n")
    sys.stdin.read()
    sys.exit(0)
with log.open("a") as file:
    file.write("failed\\n")
sys.exit(1)
"""


def driver(log: Path, how: str) -> tuple[str, ...]:
    return (sys.executable, "-c", SCRIPT, str(log), how)


def test_a_driver_that_was_killed_is_followed_by_another_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "PAUSE_S", 0.01)
    log = tmp_path / "log"
    log.touch()
    above = Supervisor(PLAN, driver(log, "serves"))
    thread = threading.Thread(target=above.run)
    thread.start()
    for number in range(1, 6):  # more often than it would try one that never answers
        until(lambda number=number: len(log.read_text().splitlines()) == number)
        pid, child = map(int, log.read_text().splitlines()[-1].split())
        assert psutil.Process(child).environ()[MARK]
        if number < 5:
            os.kill(pid, 9)
            until(lambda child=child: not psutil.pid_exists(child))  # although it has a session of its own
    above.stop()
    thread.join(20)
    assert not thread.is_alive() and not psutil.pid_exists(child)


def test_one_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "PAUSE_S", 0.01)
    log = tmp_path / "log"
    with pytest.raises(UnavailableError, match="before it answered"):
        Supervisor(PLAN, driver(log, "fails")).run()
    assert log.read_text().count("failed") == supervisor.TRIES
