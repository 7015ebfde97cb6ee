"""Many readers, one task: journaled in order with their authors, learned together, told to its owner, forgotten."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from small_server import BareClient, ServerFactory, SmallServer, picture, truth

from auxol_core import protocol
from auxol_core.client.blocking import EngineClient
from auxol_core.errors import InvalidInputError, NotFoundError, RoleError
from auxol_core.server.users import User, Users
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Box, Prompt

BOX = Prompt(box=Box(18, 22, 42, 48))
SHARED = "liver"
OPTIONS = {"steps": 2, "batch": 2, "learning_rate": 4e-3, "average": 1.0, "guard_last": 0, "budget_s": 600.0}
USERS = Users(
    {
        "token-of-olga-01234": User("olga", frozenset([SHARED]), {SHARED: "owner"}, "the owner"),
        "token-of-tom-012345": User("tom", frozenset([SHARED]), pseudonym="reader 1"),
        "token-of-tina-01234": User("tina", frozenset([SHARED]), pseudonym="reader 2"),
        "token-of-una-012345": User("una", frozenset([SHARED]), {SHARED: "user"}),
    },
    many=True,
)
TOKENS = {"olga": "token-of-olga-01234", "tom": "token-of-tom-012345", "tina": "token-of-tina-01234",
          "una": "token-of-una-012345"}  # fmt: skip


@pytest.fixture
def ward(serve: ServerFactory) -> SmallServer:
    """A paused task of Olga's that Tom and Tina teach and Una uses; all have it open."""
    server = serve(users=USERS)
    olga = server.client(TOKENS["olga"])
    olga.create(SHARED, auxol=OPTIONS)
    olga("POST", "tasks", SHARED, "pause")
    for name in ("tom", "tina", "una"):
        assert server.client(TOKENS[name])("POST", "tasks", SHARED, "open").status_code == 200
    return server


def client(server: SmallServer, name: str) -> BareClient:
    return server.client(TOKENS[name])


def saved(server: SmallServer, name: str, number: int) -> str:
    """A save of what ``name`` was shown; its id."""
    who, correction_id = client(server, name), f"{name} {number}"
    slice_id = who.put(picture(number))
    shown = who.proposal(SHARED, slice_id, BOX)
    answer = who.correct(SHARED, slice_id, truth(), correction_id, (shown.proposal_id,))
    assert answer.status_code == 201, answer.text
    return correction_id


def rows(server: SmallServer) -> list[Any]:
    return list(client(server, "olga")("GET", "tasks", SHARED, "corrections").json()["corrections"])


def authors(server: SmallServer, name: str = "olga") -> list[Any]:
    answer = client(server, name)("GET", "tasks", SHARED, "authors")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["authors"])


def test_saves_of_several_readers_at_once_are_in_one_order_learned_together_and_each_ones_own(
    ward: SmallServer,
) -> None:
    names = ("olga", "tom", "tina")
    together = threading.Barrier(len(names))
    waiting = {name: client(ward, name) for name in names}
    pending = {}
    for number, (name, who) in enumerate(waiting.items()):
        pending[name] = who.proposal(SHARED, who.put(picture(50 + number)), BOX).proposal_id

    def work(name: str, first: int) -> None:
        together.wait(20)
        for number in range(first, first + 4):
            saved(ward, name, number)

    threads = [threading.Thread(target=work, args=(name, 10 * i)) for i, name in enumerate(names)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    found = rows(ward)
    assert len(found) == 12 and [row["sequence"] for row in found] == sorted({row["sequence"] for row in found})
    for name in names:
        own = [row["correction_id"] for row in found if row["correction_id"].startswith(name)]
        assert own == [f"{name} {number}" for number in sorted(int(each.split()[1]) for each in own)]
    status = client(ward, "tina")("POST", "tasks", SHARED, "learn").json()
    assert "job" in status or status["queued"] == 0
    if "job" in status:
        client(ward, "tina")("GET", "jobs", status["job"], params={"wait": 20})
    assert all(row["learned"] for row in rows(ward)), "learned together"
    by_author = {"the owner": "olga", "reader 1": "tom", "reader 2": "tina"}
    assert {share["author"]: share["corrections"] for share in authors(ward)} == dict.fromkeys(by_author, 4)
    for author, name in by_author.items():
        points = client(ward, "olga")("GET", "tasks", SHARED, "authors", author, "curve").json()["curve"]
        assert [point["correction_id"].split()[0] for point in points] == [name] * 4
    for name, who in waiting.items():  # each reader's own proposal is made anew, and nobody else's is told of
        refreshed = protocol.proposals_of(protocol.decode(who("POST", "tasks", SHARED, "refresh").content))
        assert [proposal.proposal_id for proposal in refreshed] == [pending[name]]
        assert refreshed[0].version > 0


def test_the_owner_sees_every_share_of_the_curve_and_a_reader_their_own(ward: SmallServer) -> None:
    for name, number in (("tom", 1), ("tina", 2), ("tom", 3)):
        saved(ward, name, number)
    first, second = authors(ward)
    scores = {row["correction_id"]: row["scores"][0] for row in rows(ward)}
    mean = (scores["tom 1"]["fused"] + scores["tom 3"]["fused"]) / 2
    assert (first["author"], first["corrections"], first["scored"]) == ("reader 1", 2, 2)
    assert first["shown"] == pytest.approx(mean) and first["first_half"] == scores["tom 1"]["fused"]
    assert second["generalist"] == scores["tina 2"]["generalist"]
    assert not first["yours"] and not second["yours"]
    assert [(share["author"], share["yours"]) for share in authors(ward, "tom")] == [("reader 1", True)]
    assert authors(ward, "una") == []
    page = client(ward, "olga")("GET", "tasks", SHARED, "authors", params={"after": 1, "limit": 1}).json()
    assert [share["author"] for share in page["authors"]] == ["reader 2"]
    tom = client(ward, "tom")
    assert tom("GET", "tasks", SHARED, "authors", "reader 1", "curve").status_code == 200
    for answer in (
        tom("GET", "tasks", SHARED, "authors", "reader 2", "curve"),
        tom("POST", "tasks", SHARED, "authors", "reader 1", "forget"),
        tom("POST", "tasks", SHARED, "authors", "reader 1", "rename", json={"pseudonym": "x"}),
    ):
        assert answer.status_code == 403, answer.text


def test_an_author_is_forgotten_and_the_task_learns_again_from_the_others(ward: SmallServer) -> None:
    for name, number in (("olga", 0), ("tom", 1), ("tina", 2), ("tom", 3), ("olga", 4)):
        saved(ward, name, number)
        assert client(ward, "olga")("POST", "tasks", SHARED, "learn").status_code == 200
    saved(ward, "tina", 5)  # still in the queue, because the task is paused
    with EngineClient(ward.url, TOKENS["olga"]) as olga:
        olga.open_task(SHARED)
        with pytest.raises(NotFoundError, match="reader 1"):
            olga.forget_author(SHARED, "reader 9")
        status = olga.forget_author(SHARED, "reader 1")
        assert [row.correction_id for row in olga.corrections(SHARED)] == ["olga 0", "tina 2", "olga 4", "tina 5"]
        assert (status.corrections, status.queued) == (4, 1), "what was queued before is not learned unasked"
        assert [share.author for share in olga.authors(SHARED)] == ["the owner", "reader 2"]
        learned = [row.corrections for row in olga.versions(SHARED) if row.published]
        assert learned == [("olga 0",), ("tina 2",), ("olga 4",)]
        forgotten = [e.data["correction"] for e in olga.events(SHARED) if e.kind == "forgotten"]
        assert forgotten == ["tom 1", "tom 3"]
        with pytest.raises(NotFoundError):
            olga.forget_author(SHARED, "reader 1")


def test_forgetting_an_author_makes_the_task_that_never_had_them(ward: SmallServer) -> None:
    """The same weights, to the bit, as forgetting one by one."""
    copies = []
    for task_of in range(2):
        if task_of:
            client(ward, "olga")("POST", "tasks", SHARED, "reset")
        for name, number in (("olga", 0), ("tom", 1), ("tina", 2), ("tom", 3), ("olga", 4)):
            saved(ward, name, number)
            client(ward, "olga")("POST", "tasks", SHARED, "learn")
        olga = client(ward, "olga")
        if task_of:
            for correction_id in ("tom 1", "tom 3"):
                assert olga("DELETE", "tasks", SHARED, "corrections", correction_id).status_code == 200
        else:
            assert olga("POST", "tasks", SHARED, "authors", "reader 1", "forget").status_code == 200
        session = ward.run(ward.household.home("shared tasks")).engine.engine._sessions[SHARED]
        copies.append({name: array.tobytes() for name, array in session.specialist.state.items()})
    assert copies[0] == copies[1]


def test_a_renamed_author_keeps_the_name_in_what_they_save_later_and_knows_it(ward: SmallServer) -> None:
    saved(ward, "tom", 1)
    with EngineClient(ward.url, TOKENS["olga"]) as olga, EngineClient(ward.url, TOKENS["tom"]) as tom:
        olga.open_task(SHARED)
        tom.open_task(SHARED)
        olga.rename_author(SHARED, "reader 1", "first / reading")
        saved(ward, "tom", 2)
        assert [(share.author, share.corrections) for share in olga.authors(SHARED)] == [("first / reading", 2)]
        assert [share.yours for share in tom.authors(SHARED)] == [True]
        assert len(tom.author_curve(SHARED, "first / reading")) == 2
        assert client(ward, "tom")("DELETE", "tasks", SHARED, "corrections", "tom 1").status_code == 200
        with pytest.raises(RoleError):
            tom.rename_author(SHARED, "first / reading", "x")
        with pytest.raises(NotFoundError, match="first / reading"):
            olga.rename_author(SHARED, "reader 1", "x")


def test_a_task_of_ones_own_has_no_authors(ward: SmallServer) -> None:
    with EngineClient(ward.url, TOKENS["tom"]) as tom:
        tom.create_task("mine")
        tom.correct("mine", tom.put_slice(picture()), truth(), correction_id="one")
        with pytest.raises(InvalidInputError, match="yours alone"):
            tom.authors("mine")
        with pytest.raises(InvalidInputError, match="yours alone"):
            tom.forget_author("mine", "reader 1")
    folder = ward.household.folder("tom")
    assert b"authorship" not in (folder / "mine.auxol").read_bytes()


def test_no_name_of_a_user_is_in_the_shared_file_and_none_of_an_author_in_an_export(ward: SmallServer) -> None:
    server = ward
    for name, number in (("tom", 1), ("olga", 2)):
        saved(server, name, number)
    copy = client(server, "olga")("GET", "tasks", SHARED, "file").content
    assert b"reader 1" not in copy and b"authorship" not in copy
    for name in ("olga", "tom", "tina", "una"):
        client(server, name)("POST", "tasks", SHARED, "close")
    path = server.household.folder("shared tasks") / f"{SHARED}.auxol"
    with TaskFile.look(path) as view:
        assert set(view.authors.of_corrections().values()) == {"reader 1", "the owner"}
    assert User("una").author.startswith("reader ") and "una" not in User("una").author


# Killed in the middle: a real process on the shared folder

SAVING = """
import sys
from pathlib import Path
import numpy as np
sys.path[:0] = sys.argv[2:]
from small_server import picture, tiny_parts, truth
from auxol_core.engine.authors import correcting_as
from auxol_core.engine.engine import Engine
from auxol_core.steps import finish
parts = tiny_parts()
engine = Engine(parts.generalist, parts.make_specialist, Path(sys.argv[1]), parts.machine)
engine.create_task("liver")
for number, reader in enumerate(("reader 1", "reader 2", "reader 1")):
    slice_id = engine.put_slice(picture(number))
    steps = correcting_as(engine, reader, "liver", slice_id, truth(), correction_id=f"{reader} {number}")
    print(finish(steps).correction_id, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
@pytest.mark.parametrize("point", ["correction.before_commit:2", "correction.after_commit:3"])
def test_whatever_was_killed_no_correction_is_there_without_its_author(
    point: str, tmp_path: Path
) -> None:
    here = Path(__file__).resolve()
    paths = [str(here.parents[3]), str(here.parent), str(here.parents[1])]
    environment = {"AUXOL_CRASH_AT": point, "OMP_NUM_THREADS": "1", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", SAVING, str(tmp_path), *paths],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    with TaskFile.look(tmp_path / "liver.auxol") as view:
        whose = view.authors.of_corrections()
        saved_ones = [row.correction_id for row in view.corrections()]
    assert list(whose) == saved_ones and len(saved_ones) >= len(done.stdout.splitlines())
    assert all(correction_id.startswith(author) for correction_id, author in whose.items())


def test_the_authors_answer_is_what_the_document_says(ward: SmallServer) -> None:
    document = json.dumps(client(ward, "olga")("GET", "openapi.json").json())
    assert all(word in document for word in ("AuthorShare", "AuthoredCorrection", "/tasks/{task}/authors"))
