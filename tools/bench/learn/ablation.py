"""What fusion and guard are worth: the same learner, answered by other rules, and published without being checked.

``python -m tools.bench.learn.ablation --data DIR --out DIR`` (issue 11, item 6). Every rule is asked on the same
objects of one run of `auxol`, right before each correction is learned, and learns from the same corrections; so they
differ in nothing but the rule. *certainty*: each pixel's logits weigh by how far they are from 0. *region*: one share
for a band along the outline and one for the rest. *leaning advice* ships.
The guard is judged by whole runs, clean ones and ones with a wrong correction in twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from scipy import ndimage

from auxol_core.build import make_engine
from auxol_core.imaging.metrics import dice, hd95
from auxol_core.options import DEFAULT_GENERALIST, AuxolOptions, MachineOptions
from auxol_core.replay.benchmark import engine_facts
from auxol_core.replay.rows import Row, read_rows, write_rows
from auxol_core.replay.runner import Workshop
from auxol_core.specialist.auxol.preset import AUXOL, LEANING
from auxol_core.specialist.base import Opinion, Specialist
from auxol_core.specialist.fusion import CLIP, ExpertAdvice, FusionRule, Losses
from auxol_core.specialist.preset import Preset, unguarded
from auxol_core.specialist.registry import is_known, register
from auxol_core.types import BoolArray, FloatArray
from tools.bench.learn.kept import Kept, key_of, of_dataclass
from tools.bench.learn.sets import Sets, named
from tools.bench.learn.stream_bars import PROMPTS, SLIP_EVERY
from tools.bench.learn.stream_runs import KeptRuns, Prompted, StreamRun, replayed

WATCHED, UNGUARDED = "auxol_watched", "auxol_unguarded"
FIRST, HALF = 6, 16
# The band along the outline: this share of the square root of the object's area to either side.
BAND = 0.06


@dataclass(frozen=True)
class Answer:
    """What a rule would have shown of the ``index``-th corrected object; ``hd95`` in pixels."""

    stream: str
    prompt: str
    index: int
    rule: str
    dice: float
    hd95: float


@dataclass
class Fixed:
    """One share for ever."""

    share: float

    def mask(self, ours: FloatArray, theirs: FloatArray) -> BoolArray:
        return np.asarray(self.share * ours + (1 - self.share) * theirs > 0)

    def learn(self, ours: FloatArray, theirs: FloatArray, truth: BoolArray) -> None:
        """Nothing to learn."""


@dataclass
class Certainty(Fixed):
    """Each pixel by how sure each model is of it; knows no history."""

    share: float = 0.5

    def mask(self, ours: FloatArray, theirs: FloatArray) -> BoolArray:
        return np.asarray(np.abs(ours) * ours + np.abs(theirs) * theirs > 0)


@dataclass
class Advice:
    """Expert advice, from a beginning of its own; the rule that ships."""

    prior: tuple[float, ...] = ()
    history: list[Losses] = field(default_factory=list)

    @property
    def _rule(self) -> ExpertAdvice:
        return ExpertAdvice(AuxolOptions(), self.prior)

    def mask(self, ours: FloatArray, theirs: FloatArray) -> BoolArray:
        return Fixed(self._rule.share(self.history)).mask(ours, theirs)

    def learn(self, ours: FloatArray, theirs: FloatArray, truth: BoolArray) -> None:
        self.history.append(self._rule.losses(ours, Opinion(theirs, 0.0), truth))


@dataclass
class Regions:
    """Two shares: along the outline of what both models together show, and elsewhere."""

    edge: list[Losses] = field(default_factory=list)
    rest: list[Losses] = field(default_factory=list)
    _rule: ExpertAdvice = field(default_factory=lambda: ExpertAdvice(AuxolOptions()))

    def mask(self, ours: FloatArray, theirs: FloatArray) -> BoolArray:
        edge = Fixed(self._rule.share(self.edge)).mask(ours, theirs)
        return np.where(band(ours, theirs), edge, Fixed(self._rule.share(self.rest)).mask(ours, theirs))

    def learn(self, ours: FloatArray, theirs: FloatArray, truth: BoolArray) -> None:
        where = band(ours, theirs)
        masks = [Fixed(share).mask(ours, theirs) for share in self._rule.grid]
        for history, region in ((self.edge, where), (self.rest, ~where)):
            wrong = [np.count_nonzero((mask ^ truth) & region) for mask in masks]
            sizes = [np.count_nonzero(mask) + np.count_nonzero(truth) + 1 for mask in masks]
            history.append(np.minimum(1.0, np.divide(wrong, sizes)))


def band(ours: FloatArray, theirs: FloatArray) -> BoolArray:
    """(H, W): the pixels near the outline of the mean of both, as wide as BAND says."""
    mask = Fixed(0.5).mask(ours, theirs)
    width = max(1.0, BAND * float(np.sqrt(np.count_nonzero(mask))))
    away = np.where(mask, ndimage.distance_transform_edt(mask), ndimage.distance_transform_edt(~mask))
    return np.asarray(away <= width)


def rivals() -> dict[str, Any]:
    """The rules by name, each new."""
    return {
        "generalist alone": Fixed(1.0),
        "specialist alone": Fixed(0.0),
        "half": Fixed(0.5),
        "uniform advice": Advice(),
        "leaning advice": Advice(LEANING),
        "certainty": Certainty(),
        "region": Regions(),
    }


@dataclass(frozen=True)
class Watched:
    """The rule that ships, and beside it ``tell``, called with what both models said and the truth of each object."""

    rule: ExpertAdvice
    tell: Callable[[FloatArray, FloatArray, BoolArray], None] = field(repr=False)

    @property
    def grid(self) -> tuple[float, ...]:
        return self.rule.grid

    @property
    def clip(self) -> float | None:
        return self.rule.clip

    def share(self, history: Sequence[Losses]) -> float:
        return self.rule.share(history)

    def losses(self, generalist: FloatArray, opinion: Opinion, truth: BoolArray) -> Losses:
        self.tell(np.clip(generalist, -CLIP, CLIP), np.clip(opinion.logits, -CLIP, CLIP), np.asarray(truth, dtype=bool))
        return self.rule.losses(generalist, opinion, truth)


@dataclass
class Watcher:
    """Asks every rule about every object of one stream."""

    stream: str
    prompt: str
    rules: dict[str, Any] = field(default_factory=rivals)
    answers: list[Answer] = field(default_factory=list)
    seen: int = 0

    def __call__(self, ours: FloatArray, theirs: FloatArray, truth: BoolArray) -> None:
        for name, rule in self.rules.items():
            mask = rule.mask(ours, theirs)
            far = hd95(mask, truth, (1.0, 1.0))
            self.answers.append(Answer(self.stream, self.prompt, self.seen, name, dice(mask, truth), far))
            rule.learn(ours, theirs, truth)
        self.seen += 1


class Ablation:
    """The runs, kept in ``folder``."""

    def __init__(self, folder: Path, runs: KeptRuns, workshop: Workshop) -> None:
        self._folder, self._runs, self._workshop = folder, runs, workshop
        self._tell: Callable[[FloatArray, FloatArray, BoolArray], None] = lambda *_: None
        _offer(WATCHED, make_fusion=lambda options, _: Watched(ExpertAdvice(options), lambda *seen: self._tell(*seen)))
        _offer(UNGUARDED, make_guard=unguarded)

    def answers(self, stream: str, prompt: Prompted) -> list[Answer]:
        """Of every rule on every object of a stream."""
        run, kept = StreamRun(stream, prompt, "auxol"), of_dataclass(self._folder, Answer)
        name = f"rules-{stream.replace('/', '_')}-{prompt}-{self._key(run)}"

        def made() -> list[Answer]:
            watcher = Watcher(stream, prompt)
            self._tell = watcher
            for _ in replayed(self._runs.stream(run), run, WATCHED, self._workshop):
                pass
            return watcher.answers

        return kept.rows(name, made, lambda: self._about(run))

    def unguarded(self, stream: str, prompt: Prompted, slip_every: int) -> list[Row]:
        """The rows of a run whose every update is published."""
        run, kept = StreamRun(stream, prompt, "auxol", slip_every=slip_every), Kept(self._folder, write_rows, read_rows)
        name = f"unguarded-{stream.replace('/', '_')}-{prompt}-{self._key(run)}"
        made = lambda: replayed(self._runs.stream(run), run, UNGUARDED, self._workshop)  # noqa: E731
        return kept.rows(name, made, lambda: self._about(run))

    def _key(self, run: StreamRun) -> str:
        return key_of(self._runs.name(run), Path(__file__).read_text(encoding="utf-8"))

    def _about(self, run: StreamRun) -> dict[str, object]:
        return {"run": asdict(run), "machine": asdict(engine_facts(self._workshop))}


def _offer(
    name: str,
    make_fusion: Callable[[AuxolOptions, Specialist], FusionRule] = AUXOL.make_fusion,
    make_guard: Callable[[AuxolOptions], Any] = AUXOL.make_guard,
) -> None:
    if not is_known(name):
        register(Preset(name, name, AuxolOptions, AUXOL.make_specialist, make_fusion, make_guard))


def rules_table(answers: Sequence[Answer]) -> Table:
    """A row a rule: means over the streams of the first images after the first, and of the last half."""
    table = Table("rule", "prompt", "Dice, 2 to 6", "Dice, last half", "HD95 px, last half", "lowest of a stream")
    streams = list(dict.fromkeys(each.stream for each in answers))
    for prompt in PROMPTS:
        for rule in rivals():
            of_rule = [each for each in answers if (each.rule, each.prompt) == (rule, prompt)]
            if not of_rule:
                continue
            early, late, far = [], [], []
            for stream in streams:
                here = [each for each in of_rule if each.stream == stream]
                early.append(np.mean([each.dice for each in here[1:FIRST]]))
                late.append(np.mean([each.dice for each in here[len(here) // 2 :]]))
                far.append(np.mean([each.hd95 for each in here[len(here) // 2 :]]))
            cells = [f"{np.mean(early):.4f}", f"{np.mean(late):.4f}", f"{np.mean(far):.2f}", f"{np.min(late):.3f}"]
            table.add_row(rule, prompt, *cells)
    return table


def guard_table(runs: KeptRuns, ablation: Ablation, sets: Sets) -> Table:
    """Mean Dice after the first slip could come, with and without the guard, clean and with slips."""
    table = Table("stream", "prompt", "guarded, clean", "unguarded, clean", "guarded, slips", "unguarded, slips")
    sums: list[list[float]] = []
    for prompt in PROMPTS:
        for stream in sets.slips:
            cells = []
            for slips in (0, SLIP_EVERY):
                guarded = runs.rows(StreamRun(stream, prompt, "auxol", slip_every=slips))
                for rows in (guarded, ablation.unguarded(stream, prompt, slips)):
                    cells.append(float(np.mean([row.dice for row in rows[SLIP_EVERY // 2 + 1 :]])))
            sums.append(cells)
            table.add_row(stream, prompt, *(f"{cell:.4f}" for cell in cells))
    table.add_row("mean", "", *(f"{cell:.4f}" for cell in np.mean(sums, axis=0)))
    return table


def main(
    data: Annotated[Path, typer.Option(help="Folder that holds the sets.")],
    out: Annotated[Path, typer.Option(help="Kept runs go to OUT/runs.")] = Path("runs/learn"),
    stream: Annotated[list[str] | None, typer.Option(help="Instead of ours: SET or SET/LABEL; repeatable.")] = None,
    only: Annotated[str, typer.Option(help="rules, guard or both.")] = "both",
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
) -> None:
    """Measure and print."""
    console, sets = Console(width=140), named(stream or (), ())
    workshop = Workshop(make_engine, DEFAULT_GENERALIST, MachineOptions(threads=threads, locating=False))
    runs = KeptRuns(out / "runs", data, workshop)
    ablation = Ablation(out / "runs", runs, workshop)
    if only != "guard":
        answers: list[Answer] = []
        for prompt in PROMPTS:
            for name in sets.streams:
                answers += ablation.answers(name, prompt)
                console.print(f"{name}, {prompt}", highlight=False)
        console.print(rules_table(answers))
    if only != "rules":
        console.print(guard_table(runs, ablation, sets))


if __name__ == "__main__":
    typer.run(main)
