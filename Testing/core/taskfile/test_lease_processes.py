"""Leases between real processes, which are stopped, go on and are killed."""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from lease_processes import Child, until
from task_samples import new_task

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no signals there, or no /proc")


def rows(path: Path) -> list[tuple[str, str]]:
    """(id, who saved it), in order; the file is whole."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection.execute("SELECT correction_id, slice_id FROM corrections ORDER BY sequence").fetchall()


def opened_at_last(child: Child) -> None:
    until(lambda: child.asked("open").startswith("open"), f"{child.holder} opens it")


@pytest.fixture
def made(path: Path) -> Path:
    new_task(path).close()
    return path


def test_a_second_process_is_refused_while_the_first_lives_and_has_it_at_once_afterwards(made: Path) -> None:
    with Child(made, "first", 2.0) as first, Child(made, "second", 2.0) as second:
        assert first.asked("open") == "open 0"
        begun, refused = time.monotonic(), 0
        while time.monotonic() < begun + 2.5:  # longer than a lease that nobody renews
            said = second.asked("open")
            assert said.startswith("ERROR TaskFileLockedError") and "first (process" in said and "try again" in said
            refused += 1
        assert refused > 1
        assert first.asked("save a") == "saved a"
        assert first.asked("close") == "closed"
        assert second.asked("open") == "open 1"
    assert rows(made) == [("a", "first")]


@pytest.mark.parametrize("locks", ["locks", "nolock"])
def test_who_goes_on_after_a_takeover_is_refused(locks: str, made: Path) -> None:
    with Child(made, "old", 1.0, locks) as old, Child(made, "new", 1.0, locks) as new:
        assert old.asked("open") == "open 0"
        assert old.asked("save a") == "saved a"
        old.stop()
        assert new.asked("open").startswith("ERROR TaskFileLockedError")
        opened_at_last(new)
        assert new.asked("save b") == "saved b"
        old.go_on()
        assert old.asked("save c").startswith("ERROR LeaseLostError")
        assert old.asked("count").startswith("ERROR LeaseLostError")
        assert new.asked("save d") == "saved d"
        assert old.asked("close") == "closed"
        assert new.asked("save e") == "saved e"
        assert old.asked("open").startswith("ERROR TaskFileLockedError")
        assert new.asked("close") == "closed"
        assert old.asked("open") == "open 4"
    assert rows(made) == [("a", "old"), ("b", "new"), ("d", "new"), ("e", "new")]


def test_who_is_stopped_within_a_transaction_keeps_the_file_and_never_shares_it(made: Path) -> None:
    with Child(made, "old", 0.3) as old, Child(made, "new", 0.3) as new:
        assert old.asked("open") == "open 0"
        assert old.asked("freeze") == "freezes"
        old.send("save a")
        old.wait_stopped()
        until(lambda: "is locked" in new.asked("open"), "the lease runs out and the lock does not")
        old.go_on()
        assert old.line().startswith("ERROR LeaseLostError")
        opened_at_last(new)
        assert new.asked("count") == "count 0"
    with Child(made, "old", 0.3) as old, Child(made, "new", 0.3) as new:
        opened_at_last(old)
        assert old.asked("freeze-commit") == "freezes"
        old.send("save a")
        old.wait_stopped()
        until(lambda: "is locked" in new.asked("open"), "the lease runs out and the lock does not")
        old.kill()
        assert new.asked("open") == "open 0"
        assert new.asked("save b") == "saved b"
    assert rows(made) == [("b", "new")]


@pytest.mark.parametrize("moment", ["freeze", "freeze-commit"])
def test_without_locks_who_is_stopped_within_a_transaction_writes_into_no_file_and_gets_no_receipt(
    moment: str, made: Path
) -> None:
    with Child(made, "old", 1.0, "nolock") as old, Child(made, "new", 1.0, "nolock") as new:
        assert old.asked("open") == "open 0"
        assert old.asked("save a") == "saved a"
        assert old.asked(moment) == "freezes"
        old.send("save b")
        old.wait_stopped()
        opened_at_last(new)
        assert new.asked("save c") == "saved c"
        old.go_on()
        assert old.line().startswith("ERROR LeaseLostError")
        assert new.asked("save d") == "saved d"
        assert old.asked("close") == "closed"
        assert new.asked("save e") == "saved e"
    assert rows(made) == [("a", "old"), ("c", "new"), ("d", "new"), ("e", "new")]


def test_after_a_kill_it_is_opened_at_once(made: Path) -> None:
    with Child(made, "old", 600.0) as old, Child(made, "new", 600.0) as new:
        assert old.asked("open") == "open 0"
        assert old.asked("save a") == "saved a"
        assert new.asked("open").startswith("ERROR TaskFileLockedError")
        old.kill()
        assert new.asked("open") == "open 1"


@pytest.mark.parametrize(
    ("seed", "locks"),
    [(2, "locks"), (3, "nolock"), *(pytest.param(n, "locks", marks=pytest.mark.slow) for n in (0, 1))],
)
def test_two_writers_under_kills_and_stops_lose_nothing_and_never_write_both(seed: int, locks: str, made: Path) -> None:
    """Each knows how many there are from its opening on, and saves the next number: two at a time would clash.

    Without locks they are stopped alone: SQLite would roll back what a living process is writing.
    """
    chance, lives = random.Random(seed), list[Child]()

    def begin() -> Child:
        child = Child(made, f"life{len(lives) + 1}", 0.3, locks)
        lives.append(child)
        child.send("work")
        return child

    def pause(true: Callable[[], bool], most: float) -> None:
        """Until it is so, or for so long: who is stopped in a transaction keeps everybody from writing."""
        end = time.monotonic() + most
        until(lambda: true() or time.monotonic() > end, "a while is over")

    try:
        both = [begin()]
        until(lambda: last_saved(both[0]) > 0, "it writes")
        both.append(begin())
        until(lambda: len(both[1].heard) > 0, "the other would like to")
        for _ in range(8):
            both.sort(key=last_saved)
            other, writer = both
            before = last_saved(other)
            if locks == "nolock" or chance.random() < 0.6:
                writer.stop()
                pause(partial(has_saved, other, before + 3), chance.uniform(0.2, 2.0))
                writer.go_on()
            else:
                writer.kill()
                both[1] = begin()
            pause(partial(has_saved, other, before + 1), chance.uniform(0.0, 1.0))
    finally:
        for child in lives:
            child.kill()
    said = [(child.holder, *line.split(" ", 1)) for child in lives for line in child.heard]
    assert {verb for _, verb, _ in said} <= {"saved", "ERROR"}, "one wrote what another had written"
    receipts = [(number, holder) for holder, verb, number in said if verb == "saved"]
    there = rows(made)
    assert [number for number, _ in there] == [str(n) for n in range(1, len(there) + 1)]
    assert len(set(receipts)) == len(receipts)
    assert set(receipts) <= set(there)
    assert len({holder for _, holder in there}) > 1, "nobody ever took over"
    unknown = sum("not known" in rest for _, _, rest in said)
    assert len(there) - len(receipts) <= len(lives) + unknown


def last_saved(child: Child) -> int:
    """The last number that it had a receipt for, 0 for none."""
    return max((int(line.split()[1]) for line in child.heard if line.startswith("saved")), default=0)


def has_saved(child: Child, number: int) -> bool:
    return last_saved(child) >= number
