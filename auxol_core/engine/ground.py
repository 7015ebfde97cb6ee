"""A prompter at work in an open task: what it may look at, and what is kept of what it makes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from auxol_core.engine.open_task import TaskSession
from auxol_core.engine.pending import Pending, PendingProposals
from auxol_core.engine.slices import SliceStore
from auxol_core.errors import NotFoundError
from auxol_core.prompter.base import Ground, Prompter
from auxol_core.prompter.locating import Look
from auxol_core.types import BoolArray, Box, FloatArray, Prompt, Propagated, SliceImage

Making = Callable[[TaskSession, str, Prompt], Generator[None, None, Pending]]
Renewing = Callable[[TaskSession, Pending], Generator[None, None, Pending]]


class Errand:
    """One run of a prompter. ``make``: a proposal for a prompt, in steps, not kept yet; ``renew``: one that is kept,
    made anew under the version in use."""

    def __init__(
        self, session: TaskSession, slices: SliceStore, pending: PendingProposals, make: Making, renew: Renewing
    ) -> None:
        self._session, self._slices, self._pending = session, slices, pending
        self._make, self._renew = make, renew
        self._made: dict[str, Pending] = {}
        self._presence: dict[str, float] = {}

    def run(
        self,
        prompter: Prompter,
        ids: Sequence[str],
        seeds: Mapping[int, BoolArray],
        taken: Collection[int],
        *,
        finding: bool = False,
        several: bool = False,
    ) -> Generator[Propagated | None, None, None]:
        """What ``prompter`` says of the slices ``ids``; NotFoundError before anything is made where one is not here.

        ``finding``: each comes with the presence that the locator sees, whether the prompter has asked for it or not.
        """
        touched = set(taken)
        for slice_id in ids:
            _ = self._slices[slice_id]  # one that is missing halfway would leave half of it to be asked for again
        ground = Ground(
            slices=ids,
            seeds=seeds,
            is_taken=lambda index: index in touched or self._touched(ids[index]),
            shape_of=lambda index: self._slices[ids[index]].shape,
            places=self._places,
            propose=self._propose,
            is_empty=lambda index: self._saved_empty(ids[index]),
            pixels=lambda index: _grey(self._slices[ids[index]]),
            look=lambda index: self._look(ids[index]),
            several=several,
        )
        for item in prompter.prompting(ground):
            if item is not None and item.presence is None and finding:
                item = replace(item, presence=self._presence_on(ids[item.index]))
            yield item if item is None else (yield from self._kept(ids[item.index], item))

    def _presence_on(self, slice_id: str) -> float | None:
        if slice_id not in self._presence and slice_id in self._slices:
            self._look(slice_id)
        return self._presence.get(slice_id)

    def _look(self, slice_id: str) -> Look | None:
        """What the locator sees on the slice, seen as the slices were that it learned from."""
        whereabouts, window = self._session.whereabouts, self._session.standing.window
        if whereabouts is None or window is None:
            return None
        seen = whereabouts.look(self._slices.unit(slice_id, window))
        if seen is None:
            return None
        self._presence[slice_id] = seen.presence
        return Look(seen.presence, self._slices.grid(slice_id).logits_back(seen.probability))

    def _propose(self, slice_id: str, prompt: Prompt) -> Generator[None, None, Pending]:
        prompt.check_against(self._slices[slice_id].shape)
        made = yield from self._make(self._session, slice_id, prompt)
        self._made[made.proposal.proposal_id] = made
        return made

    def _kept(self, slice_id: str, item: Propagated) -> Generator[None, None, Propagated]:
        """``item``, whose proposal is pending from now on; whatever else was made on its slice is forgotten."""
        of_slice = {key: made for key, made in self._made.items() if made.proposal.slice_id == slice_id}
        self._made = {key: made for key, made in self._made.items() if key not in of_slice}
        if item.proposal is None:
            return item
        pending = of_slice[item.proposal.proposal_id]
        if pending.proposal.quality > 0:
            pending.trust = item.proposal.quality / pending.proposal.quality
        pending.proposal = item.proposal  # with the quality that the prompter gives it
        self._pending.add(pending)
        if pending.proposal.version == self._session.in_use:
            return item
        renewed = yield from self._renew(self._session, pending)  # the task was moved meanwhile
        return replace(item, proposal=renewed.proposal)

    def _touched(self, slice_id: str) -> bool:
        """Whether a person has accepted a proposal of this task on the slice, or saved it."""
        pending = self._pending.of_task(self._session.name)
        accepted = any(p.accepted and p.proposal.slice_id == slice_id for p in pending)
        return accepted or any(row.slice_id == slice_id for row in self._session.standing.saves)

    def _saved_empty(self, slice_id: str) -> bool:
        """Whether the last save of the slice had nothing on it, as far as its lessons tell.

        A lesson without a place is one of an empty mask, or of a version or preset that did not write places down; but
        a mask that is not empty has hardly ever a Dice of exactly 0 or 1 with each of what was proposed.
        """
        saves = [row for row in self._session.standing.saves if row.slice_id == slice_id]
        if not saves:
            return False
        told = [score for each in saves[-1].scores for score in (each.generalist, each.specialist, each.fused)]
        if any(score is not None and 0.0 < score < 1.0 for score in told):
            return False
        lessons = self._session.file.lessons_of([saves[-1].correction_id])
        return all(self._session.specialist.place(lessons[key]) is None for key in lessons)

    def _places(self, most: int) -> Generator[None, None, list[Box]]:
        """Where the last objects lay that are learned or wait to be, at most so many, the latest last; one a step."""
        lessons = self._session.file.lessons(("queued", "learned"))
        found: list[Box] = []
        for key in reversed(list(lessons)):
            try:
                place = self._session.specialist.place(lessons[key])
            except NotFoundError:
                continue  # it was forgotten meanwhile
            found += [] if place is None else [place]
            if len(found) == most:
                break
            yield
        return found[::-1]


def _grey(image: SliceImage) -> FloatArray:
    """The values (rows, columns) of a slice; the mean of the channels of a colour picture."""
    pixels = image.pixels.astype(np.float32)
    return pixels if pixels.ndim == 2 else np.asarray(pixels.mean(axis=2))
