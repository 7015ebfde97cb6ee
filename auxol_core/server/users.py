"""The token is the user: who may ask, told by a secret that is compared in constant time.

A token file is JSON, one entry a user: the token, or an object with the token and the names of the tasks that this
user shares with everybody else who names them, or the roles in these (roles.py; in a list everybody is a teacher)::

    {
      "alice": {"token": "a long random text", "shared": {"Liver, portal CT": "owner"}, "pseudonym": "reader 1"},
      "bob": {"token": "another long random text", "shared": ["Liver, portal CT"]},
      "carol": "a third long random text"
    }

A ``pseudonym`` is what stands in the file of a shared task for who taught what.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auxol_core.errors import AccessError, DataError, InvalidInputError
from auxol_core.server.roles import ROLES, Role
from auxol_core.taskfile.authorship import check_author
from auxol_core.taskfile.schema import check_name

MIN_TOKEN = 16
MAX_TOKEN = 512
MAX_FILE_BYTES = 2**20
ONLY_USER = "user"


@dataclass(frozen=True)
class User:
    """``name`` is also a folder's. ``shared``: names of tasks that live in the common folder; ``roles`` in them, where
    it is not that of a teacher. ``pseudonym``: what others may know this user by, empty: one is made of the name."""

    name: str
    shared: frozenset[str] = frozenset()
    roles: Mapping[str, Role] = field(default_factory=dict)
    pseudonym: str = ""

    def role(self, task: str) -> Role:
        """The role in a shared task."""
        return self.roles.get(task, "teacher")

    @property
    def author(self) -> str:
        """What stands in a shared task's file for this user: never the name."""
        # Of a user without a pseudonym: the same after each start, and who has the file alone reads no name in it.
        return self.pseudonym or f"reader {hashlib.sha256(f'auxol {self.name}'.encode()).hexdigest()[:6]}"


class Users:
    """Who has which token. ``many``: they came from a token file, and each has a folder of their own. ``owned``: the
    shared tasks that have an owner."""

    def __init__(self, tokens: Mapping[str, User], *, many: bool) -> None:
        self.many = many
        self.owned = frozenset(
            task for user in tokens.values() for task in user.shared if user.role(task) == "owner"
        )
        # Hashes under a key of this process: of one length, and of no use to who reads them in a core dump.
        self._key = secrets.token_bytes(32)
        self._users = [(self._hash(token), user) for token, user in tokens.items()]

    def of_token(self, token: str) -> User:
        """Whose ``token`` it is, in the same time for any; AccessError if it is nobody's."""
        given = self._hash(token)
        found: User | None = None
        for known, user in self._users:
            if hmac.compare_digest(given, known):
                found = user
        if found is None:
            raise AccessError("This server's token was expected, got none or another one. Give the right token.")
        return found

    def _hash(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode("utf-8", "surrogatepass"), hashlib.sha256)


def one_user(token: str) -> Users:
    """The only user of a server on this machine; InvalidInputError for a token that is too short."""
    return Users({check_token(token, "the only user"): User(ONLY_USER)}, many=False)


def new_token() -> str:
    """A random token."""
    return secrets.token_urlsafe(32)


def check_token(token: object, whose: str) -> str:
    """``token`` if it may be one; InvalidInputError, which does not show it, otherwise."""
    fine = isinstance(token, str) and MIN_TOKEN <= len(token) <= MAX_TOKEN and re.fullmatch(r"[!-~]+", token)
    if not isinstance(token, str) or not fine:
        raise InvalidInputError(
            f"A token must have {MIN_TOKEN} to {MAX_TOKEN} ASCII characters without spaces, that of {whose} does not. "
            'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return token


def read_users(path: Path) -> Users:
    """The users of a token file; DataError or InvalidInputError, with the remedy, where it is none or not private."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            text = file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise DataError(f"The token file {path} cannot be read: {error.strerror}. Give the path of another.") from None
    _check_private(path, about)
    try:
        told = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _not_a_file(path, "something that is not JSON") from None
    if not isinstance(told, dict) or not told:
        raise _not_a_file(path, "no entries")
    tokens: dict[str, User] = {}
    for name, entry in told.items():
        token, user = _entry(path, name, entry)
        if token in tokens:
            raise _not_a_file(path, f"the same token for {tokens[token].name} and {name}")
        tokens[token] = user
    if len({user.name.casefold() for user in tokens.values()}) < len(tokens):
        raise _not_a_file(path, "two names that differ in case alone")
    if len({user.author.casefold() for user in tokens.values()}) < len(tokens):
        raise _not_a_file(path, "the same pseudonym for two users")
    return Users(tokens, many=True)


def _check_private(path: Path, about: os.stat_result) -> None:
    if os.name == "posix" and stat.S_IMODE(about.st_mode) & 0o007:
        raise InvalidInputError(
            f"A token file that only you can read was expected, got {path} with mode "
            f"{stat.S_IMODE(about.st_mode):04o}. Run: chmod 600 {path}"
        )


def _entry(path: Path, name: str, entry: Any) -> tuple[str, User]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", name):
        raise _not_a_file(path, f"the name {name[:40]!r} (1 to 32 letters, digits, - and _ are expected)")
    given = entry if isinstance(entry, dict) else {"token": entry}
    if not set(given) <= {"token", "shared", "pseudonym"}:
        raise _not_a_file(path, f"an entry of {name} with other fields than token, shared and pseudonym")
    shared = given.get("shared", [])
    if not isinstance(shared, list | dict) or not all(isinstance(task, str) for task in shared):
        raise _not_a_file(path, f"shared tasks of {name} that are no list of names and no roles by name")
    roles = shared if isinstance(shared, dict) else {}
    if not all(role in ROLES for role in roles.values()):
        raise _not_a_file(path, f"a role of {name} that is none of {', '.join(ROLES)}")
    pseudonym = check_author(given["pseudonym"]) if "pseudonym" in given else ""
    others = {task: role for task, role in roles.items() if role != "teacher"}
    return check_token(given.get("token"), name), User(
        check_name(name), frozenset(map(check_name, shared)), others, pseudonym
    )


def _not_a_file(path: Path, what: str) -> DataError:
    return DataError(
        f'A token file must be JSON like {{"alice": {{"token": "...", "shared": ["a task"]}}}}; {path} holds {what}. '
        "Correct it."
    )
