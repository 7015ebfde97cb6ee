"""The door: what every engine does, in this process or behind HTTP. One contract suite tests every implementation.

The life of a slice, in verbs: ``put_slice`` once, ``predict`` for each prompt (and again for each further click),
``accept`` where the user takes a proposal as it is, ``correct`` when the slice is saved. ``correct`` returns when the
correction is durable; learning comes after (``learn_now``, or by itself in an engine with a worker). All scores are
taken before anything learns.

Each verb is declared here and nowhere else: its types in its signature, how it travels in the row above it (verbs.py).
An engine that carries a verb out has a method of its own; whoever only hands verbs on is a Forwarder and needs one
method for all of them. ``EngineApi.status`` as a value stands for the verb and has its types.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

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
    WindowInfo,
)
from auxol_core.verbs import verb

P = ParamSpec("P")
Result = TypeVar("Result")


class EngineApi(Protocol):
    """Every method raises a subclass of AuxolError; NotFoundError where a name or id is unknown.

    Verbs that touch no model wait for none that is at work: put_slice, has_slice, accept, dismiss, prefetch, pause,
    resume, list_tasks, status, window, corrections, versions, and events beyond its ``wait_s``.
    """

    # Slices and proposals

    @verb("PUT slices/{slice_id}", "transfer", urgent=True, at_once=True)
    def put_slice(self, image: SliceImage) -> str:
        """Make a slice known; returns its id (its content's hash). Putting the same pixels again is harmless."""
        return forwarded(self, EngineApi.put_slice, image)

    @verb("GET slices/{slice_id}", urgent=True, at_once=True)
    def has_slice(self, slice_id: str) -> bool:
        """Whether the slice is here; it may have been evicted, then put it again."""
        return forwarded(self, EngineApi.has_slice, slice_id)

    @verb("POST tasks/{task}/predict", "predict", urgent=True)
    def predict(self, task: str, slice_id: str, prompt: Prompt, *, previous: str | None = None) -> Proposal:
        """Segment the prompted object: generalist, specialist and their fusion. The proposal stays pending.

        ``previous`` names a pending proposal of the same object, which this one replaces: its probability becomes
        the prompt's mask so far, as when one more click repairs what is shown.
        """
        return forwarded(self, EngineApi.predict, task, slice_id, prompt, previous=previous)

    @verb("GET proposals/{proposal_id}", urgent=True)
    def proposal(self, proposal_id: str) -> Proposal:
        """A pending proposal as it is now, made anew where the version in use is another one than it was made under.

        NotFoundError once it was saved, dismissed or replaced.
        """
        return forwarded(self, EngineApi.proposal, proposal_id)

    @verb("POST proposals/{proposal_id}/accept", urgent=True, at_once=True)
    def accept(self, proposal_id: str, *, version: int | None = None) -> None:
        """The user took the proposal over: it is no longer refreshed, and waits for ``correct``.

        ``version``: of the proposal that the user saw; None: whichever it is now. ProposalChangedError where that is
        another mask than the one of this version, or the version in use is one that it was not made under: ask for
        the proposal as it is now, show it, and let the user decide again. Accepting twice is harmless.
        """
        return forwarded(self, EngineApi.accept, proposal_id, version=version)

    @verb("DELETE proposals/{proposal_id}", gone_is_done=True, urgent=True, at_once=True)
    def dismiss(self, proposal_id: str) -> None:
        """The user does not want the proposal: it is forgotten."""
        return forwarded(self, EngineApi.dismiss, proposal_id)

    @verb("POST tasks/{task}/refresh", "answer", job=True, repeatable=False)
    def refresh(self, task: str) -> list[Proposal]:
        """Make the pending proposals anew under the current version, without running the generalist again.

        Returns those whose mask changed since they were last returned. Accepted ones are left alone. Whatever makes
        another version current does this too, and its events tell of each mask that changed.
        """
        return forwarded(self, EngineApi.refresh, task)

    # A whole volume

    @verb("POST tasks/{task}/propagate", "transfer", lane="volume", repeatable=False, stream=True)
    def propagate(
        self, task: str, slices: Sequence[str], seeds: Mapping[int, BoolArray], *, taken: Collection[int] = ()
    ) -> Iterator[Propagated]:
        """Segment the same structure on the slices beside those that a person has accepted.

        ``slices`` are the ids of neighbouring slices in order, ``seeds`` the accepted masks by their index there. It
        goes both ways from each seed until the structure ends, the range ends, it meets another seed or a slice that
        was saved in this task with nothing on it; each slice's prompt is made of its neighbour's mask, generalist,
        specialist and fusion answer as for a click. A proposal's quality is the model's own times the chance that what
        was found is the structure: it looks like the seed and lies where the neighbour's mask does. It is lowest at
        the ends and where something else was found. Nothing is proposed on seeds, on the indices in ``taken`` (a person
        accepted or edited there), on slices with an accepted proposal of this task or a correction. Each result comes
        when the next slice that way is known, and stays pending; closing the iterator cancels, what came stays.
        InvalidInputError without a seed or with one that is empty or outside the range.
        """
        return forwarded(self, EngineApi.propagate, task, slices, seeds, taken=taken)

    @verb("POST tasks/{task}/find", "transfer", lane="volume", repeatable=False, stream=True)
    def find(
        self, task: str, slices: Sequence[str], *, taken: Collection[int] = (), several: bool = False
    ) -> Iterator[Propagated]:
        """Look for the task's structure on slices that nobody prompted.

        ``slices`` are ids, in the order in which they are to be looked at; they need not be neighbours. Where to look
        follows from what the task was taught (by default: where its corrected objects lay, one object a slice);
        generalist, specialist and fusion answer as for a click. Each slice comes once: with a proposal, which stays
        pending, and a ``confidence`` 0..1, or with the reason why there is none: the structure was not found, or a
        person has been there (``taken`` and the rest as in ``propagate``). Either way it comes with the ``presence``
        that the task's locator sees on it, where that has learned. ``several``: the slices with the structure may lie
        in several runs; otherwise one is looked for. Closing the iterator cancels, what came
        stays. InvalidInputError where the task has no lesson yet that shows where the structure lies.
        """
        return forwarded(self, EngineApi.find, task, slices, taken=taken, several=several)

    @verb("POST tasks/{task}/prefetch", lane="volume", at_once=True)
    def prefetch(self, task: str, slices: Sequence[str]) -> None:
        """Prepare the embeddings of ``slices``, most urgent first, when there is nothing else to do.

        It replaces what was asked for before and is forgotten where a slice is evicted or the task closed.
        """
        return forwarded(self, EngineApi.prefetch, task, slices)

    # Teaching

    @verb("PUT tasks/{task}/corrections/{correction_id}", "save", teaches=True)
    def correct(
        self, task: str, slice_id: str, mask: BoolArray, *, correction_id: str, proposals: Sequence[str] = ()
    ) -> Receipt:
        """Journal the user's final mask (rows, columns) of this slice; durable when it returns.

        ``correction_id`` is the caller's unique id: the same id again changes nothing and returns the first receipt,
        unless an undo or a roll back has set that correction aside: then it is journaled anew, and the receipt names
        the id that it has now.
        ``proposals`` are the ids of the proposals that the mask replaces; every proposal is one object, scored against
        the connected components it touches. Components that no proposal claims were drawn by hand and teach too. An
        empty mask says that nothing is there: it teaches the task's locator, and the specialist where proposals were
        shown that it refuses.
        """
        return forwarded(
            self, EngineApi.correct, task, slice_id, mask, correction_id=correction_id, proposals=proposals
        )

    @verb("POST tasks/{task}/learn", "answer", job=True)
    def learn_now(self, task: str) -> TaskStatus:
        """Learn every queued correction before returning, also when learning is paused; where the task is being learned
        again, that comes first."""
        return forwarded(self, EngineApi.learn_now, task)

    @verb("POST tasks/{task}/think", "answer", job=True, repeatable=False)
    def think(self, task: str, *, steps: int | None = None, seconds: float | None = None) -> TaskStatus:
        """Learn what is queued, then go over all lessons again, before returning, also when learning is paused.

        At most ``steps`` optimiser steps and ``seconds``; with neither, as long as it helps. What helped is a version
        of its own, which learned from no new correction; an undo takes it back together with the update before it.
        An engine with a worker does the same by itself while nothing is asked of it, if its machine's options say so.
        InvalidInputError where a limit is below 0.
        """
        return forwarded(self, EngineApi.think, task, steps=steps, seconds=seconds)

    @verb("POST tasks/{task}/pause", at_once=True, on_disk=True)
    def pause(self, task: str) -> None:
        """Keep corrections queued until ``resume`` or ``learn_now``, also when the task is closed and opened again.

        A task that is being learned again is held, too, until one of these or until it is opened again.
        """
        return forwarded(self, EngineApi.pause, task)

    @verb("POST tasks/{task}/resume", teaches=True, at_once=True, on_disk=True)
    def resume(self, task: str) -> None:
        """Learn by itself again."""
        return forwarded(self, EngineApi.resume, task)

    # Tasks

    @verb("GET tasks", under="tasks", at_once=True)
    def list_tasks(self) -> list[str]:
        """Names of the tasks in the data folder."""
        return forwarded(self, EngineApi.list_tasks)

    @verb("POST tasks", "answer", repeatable=False, teaches=True)
    def create_task(self, name: str, options: TaskOptions | None = None) -> TaskStatus:
        """Make and open a task; InvalidInputError if the name is taken or cannot be a file's name."""
        return forwarded(self, EngineApi.create_task, name, options)

    @verb("POST tasks/{name}/open", "answer", job=True, teaches=True)
    def open_task(self, name: str) -> TaskStatus:
        """Open a task, at the version it had; its file belongs to this process until ``close_task``.

        One that another learner, or a learner beside another generalist, made the weights of opens too: these are made
        again from its lessons in the background, or by ``learn_now``. Until they are there the generalist answers
        alone; ``status`` and events say how far it is, and ``cancel_relearning`` has everything be as it was.
        """
        return forwarded(self, EngineApi.open_task, name)

    @verb("POST tasks/{name}/close", "answer")
    def close_task(self, name: str) -> None:
        """Give the file back; what is queued stays queued. Harmless if the task is not open."""
        return forwarded(self, EngineApi.close_task, name)

    @verb("POST tasks/{name}/cancel_relearning", "answer", repeatable=False)
    def cancel_relearning(self, name: str) -> None:
        """Have a task that is being learned again (TaskStatus.relearning) be as it was, and close it.

        The file from before takes its place again, with the corrections saved since, which wait to be learned; moves
        made since are not in it. It can be used as it was beside the generalist, or with the version of the program,
        that it was learned with; opened here, it is learned again from the beginning. InvalidInputError where nothing
        is being learned again, or the old file is gone because a correction was forgotten; the task then stays open.
        """
        return forwarded(self, EngineApi.cancel_relearning, name)

    @verb("GET tasks/{task}", at_once=True)
    def status(self, task: str) -> TaskStatus:
        """Where the task stands."""
        return forwarded(self, EngineApi.status, task)

    @verb("GET tasks/{task}/corrections", under="corrections", paged=True, at_once=True)
    def corrections(self, task: str, after: int = 0, limit: int | None = None) -> list[CorrectionInfo]:
        """The corrections in order, with their scores: the learning curve.

        Without the first ``after`` of them, and at most ``limit``: who has the first ones asks for what is new. Earlier
        rows change when they are learned (``learned``; the update's VersionInfo names them) and with every way back:
        undo, roll back, forget, reset. InvalidInputError where either is below 0.
        """
        return forwarded(self, EngineApi.corrections, task, after, limit)

    @verb("GET tasks/{task}/versions", under="versions", paged=True, at_once=True)
    def versions(self, task: str, after: int = 0, limit: int | None = None) -> list[VersionInfo]:
        """The updates in order, published or discarded; ``after`` and ``limit`` as in ``corrections``.

        Earlier rows change when another version becomes ``current``, and with every way back.
        """
        return forwarded(self, EngineApi.versions, task, after, limit)

    @verb("GET tasks/{task}/events", lane="events")
    def events(self, task: str, after: int = 0, *, wait_s: float = 0.0) -> list[Event]:
        """What has happened to the task since event ``after``, of the last thousand events.

        Where nothing has, an engine with a worker waits up to ``wait_s`` seconds for something to happen.
        """
        return forwarded(self, EngineApi.events, task, after, wait_s=wait_s)

    @verb("POST tasks/{task}/undo", "answer", job=True, repeatable=False, teaches=True)
    def undo(self, task: str) -> TaskStatus:
        """Go back to the version before the last update from a correction, and before what was rehearsed since."""
        return forwarded(self, EngineApi.undo, task)

    @verb("POST tasks/{task}/roll_back", "answer", job=True, teaches=True)
    def roll_back(self, task: str, version: int) -> TaskStatus:
        """Go back to ``version``; later corrections stay journaled but are no longer learned from."""
        return forwarded(self, EngineApi.roll_back, task, version)

    @verb("DELETE tasks/{task}/corrections/{correction_id}", "answer", job=True, gone_is_done=True, teaches=True)
    def forget(self, task: str, correction_id: str) -> TaskStatus:
        """Delete a correction with its crops, and relearn what came after without it."""
        return forwarded(self, EngineApi.forget, task, correction_id)

    @verb("POST tasks/{task}/reset", "answer", job=True)
    def reset(self, task: str) -> TaskStatus:
        """Delete all corrections and versions; options stay, and a window that was given or is a volume's. One that was
        taken from a single slice goes, unless that is of 8 bits."""
        return forwarded(self, EngineApi.reset, task)

    @verb("GET tasks/{task}/window", at_once=True)
    def window(self, task: str) -> WindowInfo:
        """What grey range the task sees, who set it, and on what scale its images are."""
        return forwarded(self, EngineApi.window, task)

    @verb("PUT tasks/{task}/window", "answer", job=True, teaches=True)
    def set_window(
        self, task: str, low: float | None = None, high: float | None = None, *, origin: str = "given"
    ) -> TaskStatus:
        """See the greys ``low`` .. ``high`` from now on; neither: those of the next slice that other slices may be
        judged by, or of its volume where that is known. ``origin``: given, or volume where it is a whole volume's.

        What the task was taught is brought to the new window and learned again, in the background or by ``learn_now``
        (see ``open_task``; ``cancel_relearning`` takes the change back). Lessons hold pictures through the window of
        then: what that cut off is not known any more, and ``window`` tells how much that is.
        """
        return forwarded(self, EngineApi.set_window, task, low, high, origin=origin)

    @verb("GET tasks/{task}/file", "file", lane="volume", job=True)
    def export_task(self, task: str, path: Path) -> None:
        """Write a compact copy to ``path``; it holds image crops, and no names."""
        return forwarded(self, EngineApi.export_task, task, path)

    @verb("PUT tasks/{name}/file", "file", lane="volume", job=True, repeatable=False, teaches=True)
    def import_task(self, path: Path, name: str) -> TaskStatus:
        """Take a copy of ``path`` in as a new task and open it."""
        return forwarded(self, EngineApi.import_task, path, name)

    @verb("DELETE tasks/{name}", "answer", gone_is_done=True)
    def delete_task(self, name: str) -> None:
        """Delete the task and its file for good."""
        return forwarded(self, EngineApi.delete_task, name)

    def close(self) -> None:
        """Close every task; nothing that had a receipt is lost."""


# A verb as a value: ``EngineApi.status`` takes (task) and returns a TaskStatus.
VerbOf = Callable[Concatenate[EngineApi, P], Result]


class Forwarder(EngineApi, ABC):
    """EngineApi by one method, which hands every verb on that the class has no method of its own for."""

    @abstractmethod
    def forward(self, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
        """The result of ``verb``, from wherever it is carried out."""


def forwarded(engine: EngineApi, verb: VerbOf[P, Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """What a verb does in an engine that does not carry it out itself."""
    if not isinstance(engine, Forwarder):
        raise NotImplementedError(f"{type(engine).__name__} must carry out {verb.__name__} or be a Forwarder.")
    return engine.forward(verb, *args, **kwargs)
