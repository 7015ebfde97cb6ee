"""Images that hold several objects: how many are found, each as one, and how well (panoptic quality).

Panoptic quality (Kirillov et al. 2019) by panoptica (Kofler et al. 2023), on the connected components of what is shown
and of the truth: an object counts as found where the two overlap by half of their union. It is the benchmark's alone
and not among the project's dependencies: tools/dev.py installs it.
"""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from auxol_core.errors import AuxolError
from auxol_core.imaging.files import file_hash
from auxol_core.replay.runner import Workshop
from auxol_core.replay.streams import Stream
from auxol_core.types import BoolArray
from tools.bench.evidence.gallery import shown
from tools.bench.learn.kept import Kept, key_of, of_dataclass
from tools.bench.learn.stream_runs import KeptRuns, StreamRun
from tools.dev import PANOPTICA

SEVERAL = 2  # objects
ENOUGH = 4  # images that hold several
METHODS = ("generalist", "auxol")


class PanopticaMissingError(AuxolError):
    """The benchmark's own library is not installed."""


@dataclass(frozen=True)
class Objects:
    """An image that holds ``there`` objects, of which ``found`` are found, ``shown`` in all. ``quality``: panoptic
    quality, the product of ``recognition`` (F1 of the objects) and ``segmentation`` (mean IoU of those found)."""

    stream: str
    method: str
    index: int
    image: str
    there: int
    shown: int
    found: int
    quality: float
    recognition: float
    segmentation: float


@dataclass(frozen=True)
class KeptObjects:
    """Runs in ``folder``, of the streams of ``runs``."""

    folder: Path
    runs: KeptRuns
    workshop: Workshop

    def rows(self, wanted: StreamRun) -> list[Objects]:
        """A row an image that holds several objects, kept or made now."""
        about = lambda: {"run": asdict(wanted)}  # noqa: E731
        return self._kept.rows(self.name(wanted), lambda: self._made(wanted), about)

    def has(self, wanted: StreamRun) -> bool:
        """Whether a run is finished."""
        return self._kept.has(self.name(wanted))

    def name(self, wanted: StreamRun) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        return f"objects-{self.runs.name(wanted)}-{key_of(file_hash(Path(__file__)))}"

    @property
    def _kept(self) -> Kept[Objects]:
        return of_dataclass(self.folder, Objects)

    def _made(self, wanted: StreamRun) -> Iterator[Objects]:
        stream = self.runs.stream(wanted)
        if not holds_several(stream):
            return
        for index, each in enumerate(shown(stream, wanted, self.workshop)):
            row = measured(each.proposed, each.truth)
            if row.there >= SEVERAL:
                place = {"stream": wanted.stream, "method": wanted.method, "index": index, "image": each.image}
                yield Objects(**{**asdict(row), **place})


def holds_several(stream: Stream) -> bool:
    """Whether enough of its images hold several objects to say anything."""
    return sum(len(sample.components) >= SEVERAL for sample in stream.samples()) >= ENOUGH


def measured(proposed: BoolArray, truth: BoolArray) -> Objects:
    """What panoptica says of two masks (H, W); its place is left empty. Raises PanopticaMissingError."""
    result = _evaluator().evaluate(proposed.astype(np.uint8), truth.astype(np.uint8), verbose=False)
    result = result["ungrouped"] if isinstance(result, dict) else result
    found = int(result.tp)
    # Nothing is found where nothing overlaps by half: the mean over none is not a number, and worth nothing.
    parts = [float(value) if found else 0.0 for value in (result.pq, result.rq, result.sq)]
    return Objects("", "", 0, "", found + int(result.fn), found + int(result.fp), found, *parts)


def _evaluator() -> Any:
    try:
        panoptica = importlib.import_module("panoptica")
    except ImportError as error:
        raise PanopticaMissingError(
            f"Objects are counted by panoptica, which is missing ({error}): "
            f"pip install --no-deps {shlex.join(PANOPTICA)}"
        ) from error
    return panoptica.Panoptica_Evaluator(
        expected_input=panoptica.InputType.SEMANTIC,
        instance_approximator=panoptica.ConnectedComponentsInstanceApproximator(),
        instance_matcher=panoptica.NaiveThresholdMatching(),
    )


def objects_table(kept: Mapping[StreamRun, Sequence[Objects]], streams: Sequence[str]) -> Table:
    """A row a stream whose images hold several objects: second half, generalist -> auxol."""
    heads = ("panoptic quality", "recognition", "segmentation", "objects there", "found", "shown")
    table = Table(
        "stream", "images", *heads, title="images of several objects, boxes, second half, generalist alone -> auxol"
    )
    for stream in streams:
        arms = [late(kept.get(StreamRun(stream, "box", method), ())) for method in METHODS]
        if not all(arms):
            continue
        means = [
            " -> ".join(f"{np.mean([getattr(row, name) for row in arm]):.3f}" for arm in arms)
            for name in ("quality", "recognition", "segmentation")
        ]
        counts = [" -> ".join(str(sum(getattr(r, name) for r in arm)) for arm in arms) for name in ("found", "shown")]
        table.add_row(stream, str(len(arms[1])), *means, str(sum(row.there for row in arms[1])), *counts)
    return table


def late(rows: Sequence[Objects], images: int = 32) -> list[Objects]:
    """Those of the second half of a run of ``images``."""
    return [row for row in rows if row.index >= images // 2]
