"""The door: what every engine does, in this process or behind HTTP. One contract suite tests every implementation.

The life of a slice, in verbs: ``put_slice`` once, ``predict`` for each prompt (and again for each further click),
``accept`` where the user takes a proposal as it is, ``correct`` when the slice is saved. ``correct`` returns when the
correction is durable; learning comes after (``learn_now``, or by itself in an engine with a worker). All scores are
taken before anything learns.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from auxol_core.options import TaskOptions
from auxol_core.types import (
    BoolArray,
    CorrectionInfo,
    Event,
    Prompt,
    Propagated,
    Proposal,
    Receipt,
    SliceImage,
    TaskStatus,
    VersionInfo,
)


class EngineApi(Protocol):
    """Every method raises a subclass of AuxolError; NotFoundError where a name or id is unknown."""

    # Slices and proposals

    def put_slice(self, image: SliceImage) -> str:
        """Make a slice known; returns its id (its content's hash). Putting the same pixels again is harmless."""

    def has_slice(self, slice_id: str) -> bool:
        """Whether the slice is here; it may have been evicted, then put it again."""

    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        """Segment the prompted object: generalist, specialist and their fusion. The proposal stays pending.

        ``previous`` names a pending proposal of the same object, which this one replaces: its probability becomes
        the prompt's mask so far, as when one more click repairs what is shown.
        """

    def accept(self, proposal_id: str) -> None:
        """The user took the proposal over: it is no longer refreshed, and waits for ``correct``."""

    def dismiss(self, proposal_id: str) -> None:
        """The user does not want the proposal: it is forgotten."""

    def refresh(self, task: str) -> list[Proposal]:
        """Make the pending proposals anew under the current version, without running the generalist again.

        Returns those whose mask changed. Accepted ones are left alone.
        """

    # A whole volume

    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        """Segment the same structure on the slices beside those that a person has accepted.

        ``slices`` are the ids of neighbouring slices in order, ``seeds`` the accepted masks by their index there. It
        goes both ways from each seed until the structure ends, the range ends or it meets another seed; each slice's
        prompt is made of its neighbour's mask, generalist, specialist and fusion answer as for a click. Nothing is
        proposed on seeds, on the indices in ``taken`` (a person accepted or edited there), on slices with an accepted
        proposal of this task or a correction. Results come as they are made and stay pending; closing the iterator
        cancels, what came stays. InvalidInputError without a seed or with one that is empty or outside the range.
        """

    def prefetch(self, task: str, slices: Sequence[str]) -> None:
        """Prepare the embeddings of ``slices``, most urgent first, when there is nothing else to do.

        It replaces what was asked for before and is forgotten where a slice is evicted or the task closed.
        """

    # Teaching

    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Receipt:
        """Journal the user's final mask (rows, columns) of this slice; durable when it returns.

        ``correction_id`` is the caller's unique id: the same id again changes nothing and returns the first receipt.
        ``proposals`` are the ids of the proposals that the mask replaces; every proposal is one object, scored against
        the connected components it touches. Components that no proposal claims were drawn by hand and teach too. An
        empty mask says that nothing is there.
        """

    def learn_now(self, task: str) -> TaskStatus:
        """Learn every queued correction before returning, also when learning is paused."""

    def pause(self, task: str) -> None:
        """Keep corrections queued until ``resume`` or ``learn_now``, also when the task is closed and opened again."""

    def resume(self, task: str) -> None:
        """Learn by itself again."""

    # Tasks

    def list_tasks(self) -> list[str]:
        """Names of the tasks in the data folder."""

    def create_task(self, name: str, options: TaskOptions | None = None) -> TaskStatus:
        """Make and open a task; InvalidInputError if the name is taken or cannot be a file's name."""

    def open_task(self, name: str) -> TaskStatus:
        """Open a task, at the version it had; its file belongs to this process until ``close_task``."""

    def close_task(self, name: str) -> None:
        """Give the file back; what is queued stays queued. Harmless if the task is not open."""

    def status(self, task: str) -> TaskStatus:
        """Where the task stands."""

    def corrections(self, task: str, after: int = 0, limit: int | None = None) -> list[CorrectionInfo]:
        """The corrections in order, with their scores: the learning curve.

        Without the first ``after`` of them, and at most ``limit``: who has the first ones asks for what is new. Earlier
        rows change when they are learned (``learned``; the update's VersionInfo names them) and with every way back:
        undo, roll back, forget, reset. InvalidInputError where either is below 0.
        """

    def versions(self, task: str, after: int = 0, limit: int | None = None) -> list[VersionInfo]:
        """The updates in order, published or discarded; ``after`` and ``limit`` as in ``corrections``.

        Earlier rows change when another version becomes ``current``, and with every way back.
        """

    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
        """What has happened to the task since event ``after``, of the last thousand events.

        Where nothing has, an engine with a worker waits up to ``wait_s`` seconds for something to happen.
        """

    def undo(self, task: str) -> TaskStatus:
        """Go back to the version before the current one."""

    def roll_back(self, task: str, version: int) -> TaskStatus:
        """Go back to ``version``; later corrections stay journaled but are no longer learned from."""

    def forget(self, task: str, correction_id: str) -> TaskStatus:
        """Delete a correction with its crops, and relearn what came after without it."""

    def reset(self, task: str) -> TaskStatus:
        """Delete all corrections and versions; options and window stay."""

    def export_task(self, task: str, path: Path) -> None:
        """Write a compact copy to ``path``; it holds image crops, and no names."""

    def import_task(self, path: Path, name: str) -> TaskStatus:
        """Take a copy of ``path`` in as a new task and open it."""

    def delete_task(self, name: str) -> None:
        """Delete the task and its file for good."""

    def close(self) -> None:
        """Close every task; nothing that had a receipt is lost."""
