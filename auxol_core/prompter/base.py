"""The prompter's contract: it makes prompts for slices that nobody prompted, and says what came of each.

A prompter knows neither engine nor model. It is handed a ``Ground``, which says what it may look at and how it
predicts, and works in steps. A person may go on to work meanwhile, so ``is_taken`` is asked right before and right
after a slice is made, and once more before a proposal is yielded later than that.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auxol_core.prompter.locating import Look
from auxol_core.types import BoolArray, Box, FloatArray, Prompt, Propagated, Proposal

REMOVED = "a person has saved this slice with nothing on it; the structure is not looked for beyond it"
# As in objects.py: a speck of fewer pixels is noise, and no prompt fits it.
MIN_PIXELS = 9


class Made(Protocol):
    """What ``propose`` returns, as far as a prompter needs it."""

    @property
    def proposal(self) -> Proposal: ...


Propose = Callable[[str, Prompt], Generator[None, None, Made]]
IsTaken = Callable[[int], bool]


def nothing_learned(_: int) -> Look | None:
    """What a task without a locator, or whose locator has learned nothing, sees on any slice: None."""
    return None


@dataclass(frozen=True)
class Ground:
    """What a prompter may look at, and its way to predict.

    ``slices``: ids in order. ``seeds``: masks (H, W) that a person has accepted, by index there; may be none.
    ``is_taken``: whether nothing may be proposed on the slice of this index. ``shape_of``: its (rows, columns).
    ``places``, in steps: where the last corrected objects of the task lay, at most so many, the latest last, as boxes
    in shares 0..1 of a slice's rows and columns. ``propose``, in steps: segments a slice for a prompt; of what it made
    only the proposals that are yielded, with the quality they are yielded with, are kept. ``is_empty``: whether a
    person has saved the slice of this index with nothing on it. ``pixels``: the grey values (H, W) of a slice, as the
    host has them. ``look``: what the task's locator sees on the slice of this index, on the slice's own grid (H, W);
    None where it has learned nothing. ``several``: whether there may be several runs of slices with the structure.
    """

    slices: Sequence[str]
    seeds: Mapping[int, BoolArray]
    is_taken: IsTaken
    shape_of: Callable[[int], tuple[int, int]]
    places: Callable[[int], Generator[None, None, list[Box]]]
    propose: Propose
    is_empty: IsTaken
    pixels: Callable[[int], FloatArray]
    look: Callable[[int], Look | None] = nothing_learned
    several: bool = False


class Prompter(Protocol):
    """One way to make prompts. It keeps nothing between two runs."""

    def prompting(self, ground: Ground) -> Generator[Propagated | None, None, None]:
        """Yield None after each step, and a Propagated for each slice, once: with its proposal and a confidence, or
        with the reason why there is none. Slices that were not looked at are not mentioned.

        Closing it ends it. InvalidInputError where the ground lacks what this prompter needs; what ``propose`` raises
        comes through, and what was yielded before stays.
        """
