"""Runs of a clicking reader, kept as the other benchmarks keep theirs (tools/bench/learn/kept.py)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from auxol_core.imaging.files import file_hash
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.replay.benchmark import engine_facts
from auxol_core.replay.methods import Method, methods
from auxol_core.replay.options import ReplayOptions
from auxol_core.replay.runner import Workshop
from tools.bench.evidence.clicks import Clicked, clicked
from tools.bench.evidence.hands import HANDS
from tools.bench.evidence.plan import ClickRun
from tools.bench.learn.depends import depends_on, digest_of
from tools.bench.learn.kept import Kept, key_of, of_dataclass
from tools.bench.learn.stream_runs import KeptRuns, StreamRun, word_of

# What decides the rows beside auxol_core.
OWN = ("clicks.py", "hands.py")


@dataclass(frozen=True)
class KeptClicks:
    """Runs in ``folder``; what is not there is made with ``workshop`` on the streams of ``runs``."""

    folder: Path
    runs: KeptRuns
    workshop: Workshop

    @property
    def kept(self) -> Kept[Clicked]:
        """Where they lie."""
        return of_dataclass(self.folder, Clicked)

    def rows(self, wanted: ClickRun) -> list[Clicked]:
        """The rows of a run, from its file or made now."""

        def made() -> list[Clicked]:
            stream = self.runs.stream(_streamed(wanted))
            stream = replace(stream, items=stream.items[: wanted.images])
            hand = HANDS[wanted.hand]
            return list(clicked(self.workshop, stream, _method(wanted), wanted.first, wanted.order, hand))

        def about() -> dict[str, object]:
            machine = asdict(engine_facts(self.workshop))
            return {"run": asdict(wanted), "machine": machine, "depends on": _files(wanted)}

        return self.kept.rows(self.name(wanted), made, about)

    def has(self, wanted: ClickRun) -> bool:
        """Whether a run is finished."""
        return self.kept.has(self.name(wanted))

    def name(self, wanted: ClickRun) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        own = [file_hash(Path(__file__).parent / name) for name in OWN]
        method = _method(wanted)
        options = asdict(method.task_options(ReplayOptions(seed=wanted.order))) if method.taught else None
        data = self.runs.data_hash(_streamed(wanted))
        key = key_of(asdict(wanted), data, digest_of(_files(wanted)), file_hash(WEIGHTS), own, options)
        title = word_of(wanted.stream)
        return f"clicks-{title}-{wanted.first}-{wanted.method}-{wanted.hand}-order{wanted.order}-{key}"


def _streamed(wanted: ClickRun) -> StreamRun:
    return StreamRun(wanted.stream, wanted.first, wanted.method, seed=wanted.order)


def _method(wanted: ClickRun) -> Method:
    return methods()[wanted.method]


def _files(wanted: ClickRun) -> list[str]:
    method = _method(wanted)
    return depends_on(method.preset, method.taught, thinks=False)
