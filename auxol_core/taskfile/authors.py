"""Who taught what, in a task that several readers share: a pseudonym for each correction, kept in tables of their own.

The tables (schema.AUTHOR_TABLES) are made with the first correction that has an author, so that a task of one reader is
what it was, and the format has the number it had. A program of before them refuses such a file, as one with tables that
are not a task file's, and leaves it as it is; an export, which holds no authors unless asked, is for that.

    authors      one row a reader: what the server's token file calls them, and the pseudonym the task's owner chose
    authorship   which of them saved a correction; it goes with the correction, whichever way that goes

The row is written in the transaction of its correction (journal.py): neither is ever there without the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from auxol_core.authors import AuthoredCorrection, AuthorShare
from auxol_core.errors import InvalidInputError, NotFoundError
from auxol_core.taskfile.authorship import MAX_AUTHOR, check_author, pseudonyms, read_all, there
from auxol_core.taskfile.database import TaskDatabase
from auxol_core.taskfile.schema import CorrectionRow


class AuthorBook:
    """The part of a task file that knows who taught what."""

    def __init__(self, database: TaskDatabase) -> None:
        self._database = database

    def of_corrections(self) -> dict[str, str]:
        """The author's pseudonym of each correction that has one, in order of saving. One read."""
        with self._database.reading() as connection:
            return {correction_id: pseudonym for correction_id, _, pseudonym in read_all(connection)}

    def pseudonym_of(self, reader: str) -> str:
        """What the owner calls the ``reader`` of the server's token file, by default that name itself. One read."""
        with self._database.reading() as connection:
            values = (reader,)
            found = there(connection) and connection.execute(
                "SELECT pseudonym FROM authors WHERE reader = ?", values
            ).fetchone()
        return str(found[0]) if found else reader

    def corrections_of(self, author: str) -> list[str]:
        """Ids of what ``author``, a pseudonym, saved, in order; NotFoundError where nothing of theirs is here."""
        of_all = self.of_corrections()
        found = [correction_id for correction_id, pseudonym in of_all.items() if pseudonym == author]
        if not found:
            raise _unknown(author, set(of_all.values()))
        return found

    def rename(self, author: str, pseudonym: str) -> None:
        """Call ``author`` by another pseudonym, also in what they save from now on. One transaction.

        NotFoundError where nobody has that name, InvalidInputError where the new one is somebody else's.
        """
        check_author(pseudonym)
        with self._database.transaction() as connection:
            known = pseudonyms(connection)
            if author not in known:
                raise _unknown(author, known)
            if pseudonym != author and pseudonym in known:
                raise InvalidInputError(f"Another author is called {pseudonym!r} already. Choose another pseudonym.")
            connection.execute("UPDATE authors SET pseudonym = ? WHERE pseudonym = ?", (pseudonym, author))


def _unknown(author: str, known: set[str]) -> NotFoundError:
    names = ", ".join(sorted(known)) or "none"
    return NotFoundError(f"Nothing here was taught by {author[:MAX_AUTHOR]!r}; authors are: {names}.")


# A reader's part of the curve


def shares(rows: Sequence[CorrectionRow], authors: Mapping[str, str]) -> list[AuthorShare]:
    """What each of ``authors`` (correction id to pseudonym) taught, in the order of their first corrections."""
    theirs: dict[str, list[CorrectionRow]] = {}
    for row in rows:
        if row.correction_id in authors:
            theirs.setdefault(authors[row.correction_id], []).append(row)
    return [_share(author, own) for author, own in theirs.items()]


def curve(rows: Sequence[CorrectionRow], authors: Mapping[str, str], author: str) -> list[AuthoredCorrection]:
    """The points of one author, in order of saving."""
    return [
        AuthoredCorrection(
            row.correction_id, row.sequence, row.confirmation, _mean(_generalist([row])), _mean(_shown([row]))
        )
        for row in rows
        if authors.get(row.correction_id) == author
    ]


def _share(author: str, own: Sequence[CorrectionRow]) -> AuthorShare:
    scored = [row for row in own if row.scores]
    half = len(scored) // 2
    return AuthorShare(
        author=author,
        corrections=len(own),
        confirmations=sum(row.confirmation for row in own),
        scored=len(scored),
        generalist=_mean(_generalist(scored)),
        shown=_mean(_shown(scored)),
        first_half=_mean(_shown(scored[:half])),
        last_half=_mean(_shown(scored[len(scored) - half :])),
    )


def _generalist(rows: Sequence[CorrectionRow]) -> Iterator[float]:
    return (scores.generalist for row in rows for scores in row.scores)


def _shown(rows: Sequence[CorrectionRow]) -> Iterator[float]:
    return (scores.fused for row in rows for scores in row.scores)


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None
