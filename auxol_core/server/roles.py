"""What somebody may do with a shared task: own it, teach it, or use what it has learned.

    owner     everything: also delete, reset and import it, forget what others taught, see and name who taught what
    teacher   correct and what belongs to that (undo, pause, windows, ...), forget what is their own
    user      look at it and have it propose; nothing that changes what it knows, and no copy of it

A task that nobody owns is everybody's who shares it, as before there were roles; who is a user there stays one. A task
of one's own is not asked about here. Which verbs leave a task as it is stands in ``USES``; one that is declared later
and is not entered there or a GET is refused to users.
"""

from __future__ import annotations

from typing import Literal, get_args

from auxol_core.api import EngineApi
from auxol_core.errors import RoleError
from auxol_core.verbs import Verb

Role = Literal["owner", "teacher", "user"]
ROLES: tuple[Role, ...] = get_args(Role)

# What asks for proposals and looks at them, beside whatever is a GET.
USES = frozenset(
    verb.__name__
    for verb in (
        EngineApi.put_slice,
        EngineApi.predict,
        EngineApi.accept,
        EngineApi.dismiss,
        EngineApi.refresh,
        EngineApi.propagate,
        EngineApi.find,
        EngineApi.prefetch,
        EngineApi.open_task,
        EngineApi.close_task,
    )
)
# A GET that is no use of the task: a copy holds crops of everybody's images.
COPIES = frozenset({EngineApi.export_task.__name__})
OWNERS = frozenset(verb.__name__ for verb in (EngineApi.delete_task, EngineApi.reset, EngineApi.import_task))


def is_use(verb: Verb) -> bool:
    """Whether ``verb`` leaves what a task knows as it is, and with those who taught it."""
    return verb.name in USES or (verb.method == "GET" and verb.name not in COPIES)


def check_role(role: Role, task: str, verb: Verb, *, owned: bool) -> None:
    """RoleError where ``role`` in the shared ``task`` does not allow ``verb``. ``owned``: the task has an owner."""
    if role == "user" and not is_use(verb):
        raise RoleError(
            f"In the shared task {task[:100]!r} you use what others taught (role user); {verb.name} changes or copies "
            "it. Choose a task of your own, or ask whoever keeps the server's token file for the role teacher."
        )
    if owned and role != "owner" and verb.name in OWNERS:
        raise for_owners(task, verb.name)


def for_owners(task: str, what: str) -> RoleError:
    """The refusal of what the task's owner alone may do."""
    return RoleError(
        f"In the shared task {task[:100]!r} {what} is for its owner alone, and the server's token file does not name "
        "you as one. Ask the owner."
    )
