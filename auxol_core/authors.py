"""Who taught a shared task what: pseudonyms, and the part of the learning curve that is a reader's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AuthorShare:
    """What one reader taught a task, and how good what they were shown was before they corrected it.

    ``author``: a pseudonym; ``yours``: whether that is whoever asks. ``corrections`` counts saved slices,
    ``confirmations`` those of them that were saved as proposed, ``scored`` those that have a Dice. Mean Dice 0..1 over
    their objects, all taken before anything learned from them: of the ``generalist`` alone, of what was ``shown``, and
    of that in the ``first_half`` and the ``last_half`` of the scored ones (the middle one of an odd number is in
    neither); None where nothing is scored.
    """

    author: str
    corrections: int
    confirmations: int
    scored: int
    generalist: float | None = None
    shown: float | None = None
    first_half: float | None = None
    last_half: float | None = None
    yours: bool = False


@dataclass(frozen=True)
class AuthoredCorrection:
    """One point of a reader's part of the curve: mean Dice 0..1 over the correction's objects, None without a score."""

    correction_id: str
    sequence: int
    confirmation: bool
    generalist: float | None = None
    shown: float | None = None
