"""One method over one stream, kept (kept.py): the rows that the tables of `make bench-learn` are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import numpy as np

from auxol_core.imaging.files import file_hash
from auxol_core.options import AuxolOptions
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.replay.benchmark import engine_facts
from auxol_core.replay.core_streams import core_structures
from auxol_core.replay.methods import Method, methods
from auxol_core.replay.options import FeedbackOptions, Noise, PlanOptions, PromptOptions, ReplayOptions
from auxol_core.replay.rows import Row, read_rows, write_rows
from auxol_core.replay.runner import Segment, Workshop, run
from auxol_core.replay.streams import Stream, plan_stream
from tools.bench.learn.depends import depends_on, digest_of
from tools.bench.learn.kept import Kept, hash_of, key_of

FIRST_IMAGES = 6
Prompted = Literal["box", "point"]


# The published paper's studies: when is corrected, how well, and how well is prompted.
STUDIES: dict[str, Callable[[ReplayOptions], ReplayOptions]] = {
    "every 2nd image": lambda plain: _fed_back(plain, every=2),
    "every 4th image": lambda plain: _fed_back(plain, every=4),
    "reviewed below 0.85": lambda plain: _fed_back(plain, review_below=0.85),
    "reviewed below 0.90": lambda plain: _fed_back(plain, review_below=0.90),
    "eroded by 0.05": lambda plain: _fed_back(plain, noise=Noise("erode", 0.05)),
    "dilated by 0.05": lambda plain: _fed_back(plain, noise=Noise("dilate", 0.05)),
    "either by 0.10": lambda plain: _fed_back(plain, noise=Noise("either", 0.10)),
    "boxes shifted by 0.05": lambda plain: replace(plain, prompts=replace(plain.prompts, jitter=0.0, shift=0.05)),
    "boxes shifted by 0.10": lambda plain: replace(plain, prompts=replace(plain.prompts, jitter=0.0, shift=0.10)),
}


def _fed_back(plain: ReplayOptions, **changed: Any) -> ReplayOptions:
    return replace(plain, feedback=replace(plain.feedback, **changed))


@dataclass(frozen=True)
class StreamRun:
    """``images``: of the stream's first ones; ``think_steps``, ``slip_every``: see FeedbackOptions; ``study``: what is
    changed beside, by its name in STUDIES."""

    stream: str
    prompt: Prompted
    method: str
    seed: int = 0
    images: int = 32
    think_steps: int = 0
    slip_every: int = 0
    study: str = ""

    @property
    def of_method(self) -> Method:
        return methods()[self.method]

    @property
    def options(self) -> ReplayOptions:
        """The replay's options of this run."""
        plain = ReplayOptions(
            prompts=PromptOptions(kind=self.prompt, seed=self.seed),
            plan=PlanOptions(limit=32, seed=self.seed),
            feedback=FeedbackOptions(think_steps=self.think_steps, slip_every=self.slip_every, seed=self.seed),
            auxol=AuxolOptions(),
            seed=self.seed,
        )
        return STUDIES[self.study](plain) if self.study else plain

    @property
    def told(self) -> dict[str, object]:
        """What decides the rows; without the study where there is none, so that earlier runs keep their key."""
        return {name: value for name, value in asdict(self).items() if name != "study" or value}


class KeptRuns:
    """Runs in ``folder``; what is not there is made with ``workshop`` from the sets in ``data``."""

    def __init__(self, folder: Path, data: Path, workshop: Workshop) -> None:
        self._kept: Kept[Row] = Kept(folder, write_rows, read_rows)
        self._data, self._workshop = data, workshop
        self._streams: dict[tuple[str, int], Stream] = {}
        self._hashes: dict[tuple[str, int], str] = {}

    def rows(self, wanted: StreamRun) -> list[Row]:
        """The rows of a run, from its file or made now."""
        return self._kept.rows(self.name(wanted), lambda: self._made(wanted), lambda: self._about(wanted))

    def missing(self, wanted: Iterable[StreamRun]) -> list[StreamRun]:
        """Those that would have to be made."""
        return [each for each in dict.fromkeys(wanted) if not self._kept.has(self.name(each))]

    def name(self, wanted: StreamRun) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        method = wanted.of_method
        content: list[object] = [wanted.told, self.data_hash(wanted), digest_of(_files(wanted))]
        if method.preset is not None:
            content.append(file_hash(WEIGHTS))
            content.append(asdict(method.task_options(wanted.options)) if method.taught else None)
        extra = "".join(
            f"-{word}{value}" for word, value in (("think", wanted.think_steps), ("slip", wanted.slip_every)) if value
        )
        extra += f"-{word_of(wanted.study)}" if wanted.study else ""
        title = word_of(wanted.stream)
        return f"{title}-{wanted.prompt}-{wanted.method}{extra}-{wanted.images}-seed{wanted.seed}-{key_of(*content)}"

    def _made(self, wanted: StreamRun) -> Iterable[Row]:
        return replayed(self.stream(wanted), wanted, wanted.method, self._workshop)

    def _about(self, wanted: StreamRun) -> dict[str, object]:
        facts = asdict(engine_facts(self._workshop))
        return {"run": wanted.told, "machine": facts, "depends on": _files(wanted)}

    def stream(self, wanted: StreamRun) -> Stream:
        """The images of a run, and those of the same stream beyond them."""
        place = (wanted.stream, wanted.seed)
        if place not in self._streams:
            (structure,) = core_structures(self._data, [wanted.stream])
            self._streams[place] = plan_stream(structure, wanted.options.plan)
        return self._streams[place]

    def data_hash(self, wanted: StreamRun) -> str:
        """Of names and contents of the images and labels of a run."""
        place = (wanted.stream, wanted.seed)
        if place not in self._hashes:
            self._hashes[place] = hash_of((item.name, item.pair) for item in self.stream(wanted).items)
        return self._hashes[place]


def replayed(stream: Stream, wanted: StreamRun, method: str, workshop: Workshop) -> Iterator[Row]:
    """The rows of a run as they are made, answered by ``method``."""
    first = replace(stream, items=stream.items[: wanted.images])
    return run([Segment(wanted.stream, first)], methods()[method], wanted.options, workshop)


def word_of(text: str) -> str:
    """``text`` as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower())


def _files(wanted: StreamRun) -> list[str]:
    """The sources that its rows depend on."""
    return depends_on(wanted.of_method.preset, wanted.of_method.taught, wanted.think_steps > 0)


def made(runs: KeptRuns, wanted: Sequence[StreamRun], tell: Callable[[str], None], jobs: int = 1) -> None:
    """Make what is missing, ``jobs`` at a time, and tell of each that is there."""
    missing = runs.missing(wanted)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        under_way = {pool.submit(runs.rows, each): each for each in missing}
        for number, done in enumerate(as_completed(under_way), start=1):
            dice = [row.dice for row in done.result()]
            tell(f"{number}/{len(missing)} {runs.name(under_way[done])}: mean Dice {np.mean(dice):.4f}")
