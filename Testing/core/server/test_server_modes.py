"""No other account of the server's machine reads its users' tasks, also where an earlier version left them open."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_server import ServerFactory

from auxol_core.server.users import User, Users

ALICE = "token-of-alice-0123"
SHARED = "liver, everybody's"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What under ``folder`` others may read or look into."""
    inside = sorted(path for path in folder.rglob("*") if path.stat().st_mode & 0o077)
    return [path.relative_to(folder).as_posix() for path in inside]


def test_new_tasks_shared_ones_exports_and_imports_are_the_servers_alone(serve: ServerFactory, tmp_path: Path) -> None:
    server = serve(users=Users({ALICE: User("alice", frozenset([SHARED]))}, many=True))
    alice = server.client(ALICE)
    for name in ("mine", SHARED):
        alice.create(name)
    copy = alice("GET", "tasks", "mine", "file").content
    assert alice("PUT", "tasks", "again", "file", data=copy).status_code in (200, 201)
    root = server.household.folder("alice").parent.parent
    assert len(list(root.rglob("*.auxol"))) == 3
    assert open_to_others(root) == []


def test_what_was_open_is_closed_at_the_start_also_of_users_who_do_not_come(
    serve: ServerFactory, tmp_path: Path
) -> None:
    root = tmp_path / "tasks 0"
    for folder in ("users/bob", "shared"):
        (root / folder).mkdir(parents=True)
        (root / folder / "old.auxol").touch()
    server = serve(users=Users({ALICE: User("alice", frozenset())}, many=True))
    assert server.household.folder("bob") == root / "users" / "bob"
    assert (open_to_others(tmp_path), stat.S_IMODE(root.stat().st_mode)) == ([], 0o700)
