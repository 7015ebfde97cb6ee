"""Which tasks a user has, read from the shared folder: the ingress and a task's process both ask."""

from __future__ import annotations

from auxol_core.server.household import SHARED, Household
from auxol_core.server.users import User
from auxol_core.taskfile.folder import TaskFolder


def tasks_of(household: Household, user: User) -> list[str]:
    """Names of the user's own tasks, and of the shared ones that exist. Reads folders: not for an event loop."""
    found = set(TaskFolder(household.folder(user.name)).names()) - set(user.shared)
    if user.shared:
        found |= set(user.shared) & set(TaskFolder(household.folder(SHARED)).names())
    return sorted(found)
