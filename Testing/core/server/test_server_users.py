"""Tokens and the token file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from auxol_core.errors import AccessError, AuxolError, DataError, InvalidInputError
from auxol_core.server.users import User, one_user, read_users

ALICE, BOB = "a" * 20, "b" * 20


def token_file(folder: Path, content: object, mode: int = 0o600) -> Path:
    path = folder / "tokens.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(mode)
    return path


def test_each_token_is_its_user_and_any_other_is_nobody(tmp_path: Path) -> None:
    users = read_users(token_file(tmp_path, {"alice": {"token": ALICE, "shared": ["Liver, CT"]}, "bob": BOB}))
    assert users.of_token(ALICE) == User("alice", frozenset(["Liver, CT"]))
    assert users.of_token(BOB) == User("bob")
    for wrong in ("", ALICE[:-1], ALICE + "a", "ä" * 20, "\udc80"):
        with pytest.raises(AccessError, match="token"):
            users.of_token(wrong)


def test_a_shared_task_may_name_roles_and_an_entry_a_pseudonym(tmp_path: Path) -> None:
    shared = {"Liver, CT": "owner", "Spleen": "user", "Kidney": "teacher"}
    entry = {"token": ALICE, "shared": shared, "pseudonym": "reader 1"}
    users = read_users(token_file(tmp_path, {"alice": entry, "bob": {"token": BOB, "shared": ["Liver, CT"]}}))
    alice, bob = users.of_token(ALICE), users.of_token(BOB)
    assert [alice.role(task) for task in shared] == ["owner", "user", "teacher"]
    assert (alice.shared, alice.author) == (frozenset(shared), "reader 1")
    assert (bob.role("Liver, CT"), users.owned) == ("teacher", frozenset(["Liver, CT"]))
    assert bob.author.startswith("reader ") and "bob" not in bob.author and bob.author == User("bob").author
    assert not read_users(token_file(tmp_path, {"alice": {"token": ALICE, "shared": ["Liver, CT"]}})).owned


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_token_file_that_anybody_can_read_is_refused_with_the_command_to_run(tmp_path: Path) -> None:
    path = token_file(tmp_path, {"alice": ALICE}, mode=0o644)
    with pytest.raises(InvalidInputError, match=r"0644.*chmod 600"):
        read_users(path)
    path.chmod(0o640)
    assert read_users(path).of_token(ALICE).name == "alice"


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        "[" * 100_000,
        [],
        {},
        {"alice": "short"},
        {"alice": "with a space in the token"},
        {"alice": {"token": None}},
        {"alice": {"token": ALICE, "shared": "Liver"}},
        {"alice": {"token": ALICE, "shared": ["../up"]}},
        {"alice": {"token": ALICE, "shared": {"Liver": "king"}}},
        {"alice": {"token": ALICE, "shared": {"Liver": ["owner"]}}},
        {"alice": {"token": ALICE, "shared": {"../up": "owner"}}},
        {"alice": {"token": ALICE, "pseudonym": ""}},
        {"alice": {"token": ALICE, "pseudonym": 7}},
        {"alice": {"token": ALICE, "pseudonym": "/home/alice"}},
        {"alice": {"token": ALICE, "pseudonym": "R"}, "bob": {"token": BOB, "pseudonym": "r"}},
        {"alice": {"token": ALICE, "admin": True}},
        {"../alice": ALICE},
        {"CON": ALICE},
        {"alice": ALICE, "bob": ALICE},
        {"alice": ALICE, "ALICE": BOB},
    ],
)
def test_what_is_no_token_file_is_refused_without_showing_a_token(tmp_path: Path, content: object) -> None:
    with pytest.raises(AuxolError) as refused:
        read_users(token_file(tmp_path, content))
    assert ALICE not in str(refused.value) and str(refused.value).endswith((".", '"'))


def test_a_missing_token_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read_users(tmp_path / "none.json")


def test_a_token_of_15_characters_is_too_short() -> None:
    assert one_user("x" * 16).of_token("x" * 16).name == "user"
    with pytest.raises(InvalidInputError, match="16 to"):
        one_user("x" * 15)
