"""A journaled rehearsal, made again: what went over the lessons once gives the same weights from the same start."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from auxol_core.errors import TaskFileVersionError
from auxol_core.specialist.base import Arrays, Lesson, Rehearses, Specialist
from auxol_core.taskfile.schema import UpdateRow


def rehearsed_again(
    specialist: Specialist, lessons: Mapping[str, Lesson], update: UpdateRow, start: Arrays
) -> Generator[None, None, Arrays]:
    """The state that ``update`` made of ``start`` and ``lessons``, those of its base; yields after every step."""
    if not lessons or not update.steps:
        return start
    if not isinstance(specialist, Rehearses):
        raise TaskFileVersionError(
            f"Version {update.version} of the task was rehearsed, which this program's preset does not do. Roll back "
            "to another version, or open the task with the program that made it."
        )
    for made, make in enumerate(specialist.rehearsal(lessons, seed=update.seed, start=start), start=1):
        yield
        if made == update.steps:
            return make().state
    raise AssertionError("a rehearsal has no end")
