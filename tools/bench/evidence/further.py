"""What is measured beside streams and clicks: whole volumes, what *Find* saves, an adapted generalist, many objects.

Each kind of run is made and kept by the benchmark that it comes from; here they are chosen, made in turn, and named so
that the repository can ship them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auxol_core.build import make_engine
from auxol_core.options import DEFAULT_GENERALIST
from auxol_core.replay.rows import Row
from auxol_core.replay.runner import Workshop
from tools.bench.evidence.adapted import Adapted
from tools.bench.evidence.objects import METHODS, KeptObjects, Objects
from tools.bench.evidence.plan import Plan
from tools.bench.evidence.studies import studied
from tools.bench.find.cases import STRUCTURES, Case
from tools.bench.find.reader import Reading
from tools.bench.find.runs import FindRuns
from tools.bench.learn.edits import Edit
from tools.bench.learn.sets import Sets
from tools.bench.learn.stream_runs import KeptRuns, StreamRun
from tools.bench.learn.volumes import ARMS, VolumeRun, Volumes

READ_LABELS = 20
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Further:
    """Runs in ``folder`` of the ``parts`` of a ``plan``; ``runs``: of the streams, which share pictures and keys."""

    folder: Path
    data: Path
    plan: Plan
    parts: Sequence[str]
    runs: KeptRuns
    workshop: Workshop

    def names(self) -> list[str]:
        """Of all that is wanted, made or not."""
        return [
            *(self._volumes(made_only=True).name(VolumeRun("edits", *each)) for each in self._arms()),
            *(self._find.reader_name(case) for case in self._cases()),
            *(self._adapted.name(run) for run in self._studied()),
            *(self._objects.name(run) for run in self._several()),
        ]

    def make(self, tell: Tell) -> None:
        """What is missing, one after another."""
        for stream, arm in self._arms():
            made = self._volumes(made_only=False).edits(stream, arm) or []
            tell(f"volumes {stream} {arm}: {sum(row.last for row in made)} volumes, {len(made)} edits")
        for case in self._cases():
            tell(f"find {case.name}: {[row.actions for row in self._find.readings(case, made_only=False) or []]}")
        for run in self._studied():
            tell(f"adapted {run.stream} {run.method}: {len(self._adapted.rows(run))} images")
        for run in self._several():
            tell(f"objects {run.stream} {run.method}: {len(self._objects.rows(run))} images that hold several")

    def edits(self) -> dict[tuple[str, str], list[Edit]]:
        """By (stream, arm), of what is there."""
        kept = self._volumes(made_only=True)
        found = {each: kept.edits(*each) for each in self._arms()}
        return {each: rows for each, rows in found.items() if rows is not None}

    def readings(self) -> dict[Case, list[Reading]]:
        """What a simulated reader needed, of what is there."""
        found = {case: self._find.readings(case, made_only=True) for case in self._cases()}
        return {case: rows for case, rows in found.items() if rows is not None}

    def adapted(self) -> dict[StreamRun, list[Row]]:
        """Runs over an adapted generalist, of what is there."""
        return {run: self._adapted.rows(run) for run in self._studied() if self._adapted.has(run)}

    def objects(self) -> dict[StreamRun, list[Objects]]:
        """Images that hold several objects, of what is there."""
        return {run: self._objects.rows(run) for run in self._several() if self._objects.has(run)}

    def _arms(self) -> Iterator[tuple[str, str]]:
        if self._wanted("volumes"):
            yield from ((stream, arm) for stream in Sets().whole for arm in ARMS)

    def _cases(self) -> Iterator[Case]:
        if self._wanted("find"):
            yield from (Case(structure, READ_LABELS, 0, 0) for structure in STRUCTURES)

    def _studied(self) -> Iterator[StreamRun]:
        if "studies" in self.parts:
            yield from (run for stream in self.plan.studied for run in studied(stream))

    def _several(self) -> Iterator[StreamRun]:
        if self._wanted("objects"):
            yield from (StreamRun(stream, "box", method) for stream in self.plan.streams for method in METHODS)

    def _wanted(self, part: str) -> bool:
        return part in self.parts and self.plan.volumes

    def _volumes(self, *, made_only: bool) -> Volumes:
        engine = lambda folder: make_engine(DEFAULT_GENERALIST, folder, self.workshop.machine)  # noqa: E731
        return Volumes(self.folder, self.data, engine, made_only=made_only)

    @property
    def _find(self) -> FindRuns:
        return FindRuns(self.folder, self.data)

    @property
    def _adapted(self) -> Adapted:
        return Adapted(self.folder, self.data, self.runs, self.workshop)

    @property
    def _objects(self) -> KeptObjects:
        return KeptObjects(self.folder, self.runs, self.workshop)
