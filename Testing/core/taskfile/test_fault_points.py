from __future__ import annotations

import signal
import sys

import pytest
from task_samples import run_lines

from auxol_core.errors import InvalidInputError
from auxol_core.taskfile.fault_points import CRASH_VARIABLE, FAULT_POINTS, reach

THREE_ARRIVALS = """
import sys
from auxol_core.taskfile.fault_points import reach
for arrival in range(1, 4):
    reach("publish.mid")
    print(arrival, flush=True)
"""


def test_without_the_variable_a_point_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CRASH_VARIABLE, raising=False)
    for name in FAULT_POINTS:
        reach(name)


def test_another_point_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CRASH_VARIABLE, "publish.mid")
    reach("update.mid_step")


def test_an_unknown_point_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"correction\.before_commit"):
        reach("correction.typo")


@pytest.mark.parametrize("wanted", ["publish.typo", "publish.mid:0", "publish.mid:x", "publish.mid:-1"])
def test_a_variable_that_could_never_crash_anything_is_refused(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CRASH_VARIABLE, wanted)
    with pytest.raises(InvalidInputError, match="got 'publish"):
        reach("publish.mid")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
@pytest.mark.parametrize(("wanted", "passed"), [("publish.mid", ""), ("publish.mid:3", "1\n2\n")])
def test_the_process_is_killed_at_the_wanted_arrival(wanted: str, passed: str) -> None:
    done = run_lines(THREE_ARRIVALS, **{CRASH_VARIABLE: wanted})
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == passed
