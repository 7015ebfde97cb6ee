"""Owner, teacher, user: what each may do with a shared task, and that nothing was taken from tasks without an owner."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_server import BareClient, ServerFactory, SmallServer, picture, truth

from auxol_core import protocol
from auxol_core.api import EngineApi
from auxol_core.client.blocking import EngineClient
from auxol_core.client.limits import Timeouts
from auxol_core.errors import AccessError, NotFoundError, RoleError
from auxol_core.server.roles import COPIES, OWNERS, USES, Role, check_role, is_use
from auxol_core.server.users import User, Users
from auxol_core.types import Box, Prompt
from auxol_core.verbs import VERBS, declared, verb

BOX = Prompt(box=Box(18, 22, 42, 48))
SHARED, NOBODYS = "liver", "nobody owns it"
ROLES: dict[str, Role] = {"olga": "owner", "tom": "teacher", "una": "user"}
CHANGES = {
    "correct", "learn_now", "think", "pause", "resume", "create_task", "cancel_relearning", "undo", "roll_back",
    "forget", "reset", "set_window", "import_task", "delete_task",
}  # fmt: skip


def token(name: str) -> str:
    return f"token-of-{name}-01234"


@pytest.fixture
def ward(serve: ServerFactory) -> SmallServer:
    """Olga owns a shared task, Tom teaches it, Una uses it; another one is nobody's."""
    users = {
        token(name): User(name, frozenset([SHARED, NOBODYS]), {} if role == "teacher" else {SHARED: role})
        for name, role in ROLES.items()
    }
    return serve(users=Users(users, many=True))


@pytest.fixture
def olga(ward: SmallServer) -> BareClient:
    client = ward.client(token("olga"))
    client.create(SHARED)
    return client


@pytest.fixture
def tom(ward: SmallServer, olga: BareClient) -> BareClient:
    client = ward.client(token("tom"))
    assert client("POST", "tasks", SHARED, "open").status_code == 200
    return client


@pytest.fixture
def una(ward: SmallServer, olga: BareClient) -> BareClient:
    client = ward.client(token("una"))
    assert client("POST", "tasks", SHARED, "open").status_code == 200
    return client


def save(client: BareClient, number: int, name: str, task: str = SHARED) -> int:
    return client.correct(task, client.put(picture(number)), truth(), name).status_code


def test_every_declared_verb_is_a_use_or_a_change_and_a_new_one_is_refused_to_users() -> None:
    assert {name for name, about in VERBS.items() if not is_use(about)} == CHANGES | COPIES
    assert CHANGES >= OWNERS and not USES & (CHANGES | COPIES)

    class More:
        @verb("POST tasks/{task}/poke")
        def poke(self, task: str) -> None:
            """Change it."""

    try:
        with pytest.raises(RoleError, match="poke"):
            check_role("user", SHARED, VERBS["poke"], owned=True)
        check_role("teacher", SHARED, VERBS["poke"], owned=True)
    finally:
        del VERBS["poke"]


def test_a_user_has_proposals_of_what_others_taught_and_changes_nothing(olga: BareClient, una: BareClient) -> None:
    assert save(olga, 0, "one") == 201
    olga("POST", "tasks", SHARED, "learn")
    slice_id = una.put(picture(1))
    shown = una.proposal(SHARED, slice_id, BOX)
    assert shown.version == 1
    for answer in (
        una("POST", "proposals", shown.proposal_id, "accept"),
        una("POST", "tasks", SHARED, "refresh"),
        una("POST", "tasks", SHARED, "prefetch", json={"slices": [slice_id]}),
        una("GET", "tasks", SHARED),
        una("GET", "tasks", SHARED, "corrections"),
        una("GET", "tasks", SHARED, "window"),
        una("DELETE", "proposals", shown.proposal_id),
    ):
        assert answer.status_code in (200, 204), answer.text
    find = protocol.Message({"slices": [slice_id], "taken": [], "several": False}, {})
    assert una.send("POST", "tasks", SHARED, "find", message=find).status_code in (200, 202)
    before = olga("GET", "tasks", SHARED, "corrections").json(), olga("GET", "tasks", SHARED).json()
    refused = [
        una.correct(SHARED, slice_id, truth(), "mine"),
        una("POST", "tasks", SHARED, "learn"),
        una("POST", "tasks", SHARED, "think", json={"steps": 1, "seconds": None}),
        una("POST", "tasks", SHARED, "pause"),
        una("POST", "tasks", SHARED, "resume"),
        una("POST", "tasks", json={"name": SHARED, "options": None}),
        una("POST", "tasks", SHARED, "cancel_relearning"),
        una("POST", "tasks", SHARED, "undo"),
        una("POST", "tasks", SHARED, "roll_back", json={"version": 0}),
        una("DELETE", "tasks", SHARED, "corrections", "one"),
        una("POST", "tasks", SHARED, "reset"),
        una("PUT", "tasks", SHARED, "window", json={"low": 0.0, "high": 9.0, "origin": "given"}),
        una("PUT", "tasks", SHARED, "file", data=b"x"),
        una("DELETE", "tasks", SHARED),
        una("GET", "tasks", SHARED, "file"),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused), [a.text for a in refused]
    assert len(refused) == len(CHANGES | COPIES), "every verb that is not a use is tried"
    for answer in refused:
        told = protocol.error_of(answer.status_code, answer.content)
        assert isinstance(told, AccessError) and "role user" in str(told)
    assert before == (olga("GET", "tasks", SHARED, "corrections").json(), olga("GET", "tasks", SHARED).json())


def test_a_teacher_teaches_and_takes_back_and_leaves_to_the_owner_what_is_the_owners(
    olga: BareClient, tom: BareClient
) -> None:
    assert (save(olga, 0, "olgas"), save(tom, 1, "toms")) == (201, 201)
    tom("POST", "tasks", SHARED, "learn")
    assert tom("POST", "tasks", SHARED, "undo").status_code == 200
    for answer in (
        tom("DELETE", "tasks", SHARED),
        tom("POST", "tasks", SHARED, "reset"),
        tom("PUT", "tasks", SHARED, "file", data=b"x"),
        tom("DELETE", "tasks", SHARED, "corrections", "olgas"),
    ):
        assert answer.status_code == 403 and "owner" in answer.json()["message"], answer.text
    assert tom("DELETE", "tasks", SHARED, "corrections", "nobodys").status_code == 404
    assert tom("DELETE", "tasks", SHARED, "corrections", "toms").status_code == 200
    rows = olga("GET", "tasks", SHARED, "corrections").json()["corrections"]
    assert [row["correction_id"] for row in rows] == ["olgas"]
    assert olga("POST", "tasks", SHARED, "reset").status_code == 200
    assert olga("DELETE", "tasks", SHARED).status_code == 204


def test_without_an_owner_a_shared_task_is_everybodys_as_it_was(ward: SmallServer) -> None:
    olga, tom = ward.client(token("olga")), ward.client(token("tom"))
    tom.create(NOBODYS)
    olga("POST", "tasks", NOBODYS, "open")
    assert (save(olga, 0, "olgas", NOBODYS), save(tom, 1, "toms", NOBODYS)) == (201, 201)
    assert tom("DELETE", "tasks", NOBODYS, "corrections", "olgas").status_code == 200
    assert olga("POST", "tasks", NOBODYS, "reset").status_code == 200
    copy = tom("GET", "tasks", NOBODYS, "file").content
    assert tom("DELETE", "tasks", NOBODYS).status_code == 204
    assert olga("PUT", "tasks", NOBODYS, "file", data=copy).status_code == 201


def test_a_role_in_a_shared_task_is_none_in_ones_own(ward: SmallServer) -> None:
    una = ward.client(token("una"))
    una.create("mine")
    assert save(una, 0, "one", "mine") == 201
    assert una("POST", "tasks", "mine", "reset").status_code == 200
    assert una("DELETE", "tasks", "mine").status_code == 204


def test_a_save_that_the_role_refuses_is_kept_and_arrives_when_the_role_is_another(
    serve: ServerFactory, tmp_path: Path
) -> None:
    def users(role: Role) -> Users:
        olga = User("olga", frozenset([SHARED]), {SHARED: "owner"})
        return Users({token("olga"): olga, token("una"): User("una", frozenset([SHARED]), {SHARED: role})}, many=True)

    outbox = tmp_path / "outbox"
    server = serve(users=users("user"))
    server.client(token("olga")).create(SHARED)
    with EngineClient(server.url, token("una"), outbox=outbox, timeouts=Timeouts(retry=0.5)) as una:
        una.open_task(SHARED)
        with pytest.raises(RoleError, match=r"role user.*kept in the outbox"):
            una.correct(SHARED, una.put_slice(picture()), truth(), correction_id="mine")
        assert una.resend() == 0, "asked again it is refused again, and waits on"
        assert [path.suffix for path in outbox.iterdir()] == [".correction"]
        una.create_task("her own")
        una.correct("her own", una.put_slice(picture(1)), truth(), correction_id="other")
        assert [row.correction_id for row in una.corrections("her own")] == ["other"], "it holds up no other save"
        server.household.users = users("teacher")  # as a server that was started again with another token file has it
        assert una.resend() == 1
        assert [row.correction_id for row in una.corrections(SHARED)] == ["mine"]
        assert list(outbox.iterdir()) == []


def test_a_client_that_may_not_pause_takes_up_a_paused_task_after_the_server_closed_it(
    ward: SmallServer, olga: BareClient
) -> None:
    olga("POST", "tasks", SHARED, "pause")
    with EngineClient(f"http://127.0.0.1:{ward.port}", token("una")) as una:
        assert una.open_task(SHARED).paused
        home = ward.run(ward.household.home("shared tasks"))
        ward.household.leases.closed(("shared tasks", SHARED))
        home.submit(EngineApi.close_task, SHARED).result(20)
        assert una.status(SHARED).paused
        with pytest.raises(NotFoundError):
            una.proposal("none")


def test_the_roles_that_verbs_are_declared_for_are_those_of_the_door() -> None:
    assert is_use(declared(EngineApi.predict)) and not is_use(declared(EngineApi.export_task))
