"""Whose a correction is, beside the verbs: saved in somebody's name, told, renamed, and forgotten by author.

For the compute thread. The file keeps it (taskfile/authors.py); the names are whoever's who calls this.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from auxol_core.authors import AuthoredCorrection, AuthorShare
from auxol_core.engine.engine import Engine
from auxol_core.engine.open_task import TaskSession
from auxol_core.taskfile.authors import curve, shares
from auxol_core.taskfile.forgetting import without
from auxol_core.types import BoolArray, Receipt, TaskStatus

_ENDED = object()


def correcting_as(
    engine: Engine,
    reader: str,
    task: str,
    slice_id: str,
    mask: BoolArray,
    *,
    correction_id: str,
    proposals: Sequence[str] = (),
) -> Generator[None, None, Receipt]:
    """``correct`` in steps; the correction is on the disk with its author or not at all. ``reader``: what the server's
    token file calls them. A correction that is there already keeps the author it has."""
    session = _session(engine, task)
    steps = engine.correcting(task, slice_id, mask, correction_id=correction_id, proposals=proposals)
    try:
        while True:
            with session.file.journal.saved_by(reader):  # in this step: between two, others save
                try:
                    next(steps)
                except StopIteration as end:
                    receipt: Receipt = end.value
                    return receipt
            yield
    finally:
        steps.close()


def pseudonym_of(engine: Engine, task: str, reader: str) -> str:
    """What the task's owner calls this reader of the server's token file."""
    return _session(engine, task).file.authors.pseudonym_of(reader)


def author_of(engine: Engine, task: str, correction_id: str) -> str | None:
    """The pseudonym of who saved this correction; None where that is not known. NotFoundError where it is not here."""
    file = _session(engine, task).file
    return file.authors.of_corrections().get(file.correction(correction_id).correction_id)


def shares_of(engine: Engine, task: str) -> list[AuthorShare]:
    """What each author taught, in the order of their first corrections."""
    file = _session(engine, task).file
    return shares(file.corrections(), file.authors.of_corrections())


def curve_of(engine: Engine, task: str, author: str) -> list[AuthoredCorrection]:
    """The points of one author on the learning curve; NotFoundError where nothing of theirs is here."""
    file = _session(engine, task).file
    file.authors.corrections_of(author)
    return curve(file.corrections(), file.authors.of_corrections(), author)


def rename(engine: Engine, task: str, author: str, pseudonym: str) -> None:
    """See AuthorBook.rename."""
    _session(engine, task).file.authors.rename(author, pseudonym)


def forgetting_author(engine: Engine, task: str, author: str) -> Generator[None, None, TaskStatus]:
    """Forget every correction of ``author``, in steps, then learn what others taught after the first of them again,
    with the steps and seeds of then.

    All are deleted before anything is learned. After a crash in between, those that are still there are forgotten by
    asking again, and what was not learned again is in the queue. NotFoundError where nothing of theirs is here.
    """
    session = _session(engine, task)
    mine = session.file.authors.corrections_of(author)
    path = session.file.lineage(session.file.current_version)
    first = next((i for i, update in enumerate(path) if set(mine) & set(update.correction_ids)), len(path))
    schedule = without(path[first:], set(mine))
    for correction_id in mine[:-1]:
        deleting = session.forget(correction_id)
        # It is deleted before the first yield; what would be learned again then has others of theirs in it.
        if next(deleting, _ENDED) is not _ENDED:
            deleting.close()
            session.tell("forgotten", correction=correction_id, relearned=0)
        yield
    yield from session.forget(mine[-1])
    if len(mine) > 1 and session.relearning is None:  # of the only one the schedule was made there already
        for update in schedule:
            yield from session.update(update.correction_ids, update)
    yield from engine.refreshing(task)
    return engine.status(task)


def _session(engine: Engine, task: str) -> TaskSession:
    # Debt: as in parts.py, the engine's own door to its open task would be a method there.
    return engine._session(task)
