"""The worker leaves the lowest priority, which Slicer hands on to whatever it starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from auxol_core.machine import priority as module
from auxol_core.machine.priority import SLICER_SETTING, Priority, slicers_own

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no nice values")

# A process as Slicer's child is: at Slicer's priority, in Slicer's session, of a user who may not raise anything.
CHILD = """
import json, os, sys
from auxol_core.machine.priority import leave_background
os.nice({nice})
if {ordinary} and os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
told = leave_background({environment!r})
print(json.dumps([told.inherited, told.now, told.own_session, os.getsid(0) == os.getpid()]))
"""


def as_a_child(
    nice: int, *, ordinary: bool = True, environment: dict[str, str] | None = None, own_session: bool = False
) -> list[object]:
    code = CHILD.format(nice=nice, ordinary=ordinary, environment=environment or {})
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, timeout=60, check=True, start_new_session=own_session
    )
    told: list[object] = json.loads(done.stdout)
    return told


def test_an_ordinary_user_s_worker_has_a_session_of_its_own_and_says_at_which_priority_it_stays() -> None:
    assert as_a_child(19) == [19, 19, True, True]


def test_where_the_system_permits_the_worker_is_raised_from_slicer_s_priority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = {7: 19, 8: 19}
    monkeypatch.setattr(module.os, "setsid", lambda: None)
    monkeypatch.setattr(module.os, "listdir", lambda _: ["7", "8"])
    monkeypatch.setattr(module.os, "getpriority", lambda which, who: now[7])

    def permitted(which: int, who: int, wanted: int) -> None:
        if wanted < 5:
            raise PermissionError(1, "RLIMIT_NICE permits 5")
        now[who] = wanted

    monkeypatch.setattr(module.os, "setpriority", permitted)
    told = module.leave_background({})
    assert (told.inherited, told.now, now) == (19, 5, {7: 5, 8: 5})


def test_what_the_user_has_meant_is_kept() -> None:
    assert as_a_child(10, ordinary=False)[:2] == [10, 10]
    assert as_a_child(7, ordinary=True, environment={SLICER_SETTING: "7"})[0] == 7


def test_a_process_that_leads_a_session_already_stays_in_it() -> None:
    assert as_a_child(0, own_session=True)[2:] == [True, True]


@pytest.mark.parametrize(("setting", "nice"), [(None, 19), ("0", 0), ("5", 5), ("40", 19), ("low", 19), ("", 19)])
def test_slicer_s_own_priority_is_what_its_setting_says(setting: str | None, nice: int) -> None:
    assert slicers_own({} if setting is None else {SLICER_SETTING: setting}) == nice


def test_who_is_starved_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SLICER_SETTING in str(Priority(19, 19, own_session=True, autogroup=False))
    assert SLICER_SETTING not in str(Priority(19, 19, own_session=True, autogroup=True))
    assert "nice 0, raised from 19" in str(Priority(19, 0, own_session=True, autogroup=False))
    for text, on in (("1\n", True), ("0\n", False)):
        (tmp_path / "autogroup").write_text(text)
        monkeypatch.setattr(module, "AUTOGROUP", tmp_path / "autogroup")
        assert module.priority().autogroup is on
