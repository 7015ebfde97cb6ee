"""How a task's process is found: by a name that is made of whose task it is and what it is called."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import unquote

from auxol_core.server.described import path_of
from auxol_core.verbs import VERBS, Verb

_TASK = "task/"


def actor_name(owner: str, task: str) -> str:
    """The actor of ``owner``'s ``task``. Hashes: Ray shows names of actors, and a task's may say too much."""
    digest = hashlib.sha256(task.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{_TASK}{hashlib.sha256(owner.encode()).hexdigest()[:32]}/{digest}"


def is_of(name: str, owner: str) -> bool:
    """Whether ``name`` is that of a task actor of ``owner``."""
    return name.startswith(actor_name(owner, "").rpartition("/")[0] + "/")


@dataclass(frozen=True)
class Asked:
    """What a path asks for: a task by its name, or a thing that some task of the user's has (``thing``)."""

    verb: Verb | None
    task: str | None = None
    thing: str | None = None


def _pattern(verb: Verb) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path_of(verb))) + r"\Z")


_PATTERNS = [(verb.method, _pattern(verb), verb) for verb in VERBS.values()]
_THINGS = re.compile(r"/(?:proposals|jobs)/([^/]+)(?:/.*)?\Z")
_TASKS = re.compile(r"/tasks/([^/]+)(?:/.*)?\Z")


def asked(method: str, path: str) -> Asked | None:
    """What a request asks for, by its ``path`` as it was sent; None where it is nobody's task that answers it."""
    verb = next((verb for of, pattern, verb in _PATTERNS if of == method and pattern.match(path)), None)
    if found := _TASKS.match(path):
        return Asked(verb, task=unquote(found[1]))
    if found := _THINGS.match(path):
        return Asked(verb, thing=found[1])
    return None
