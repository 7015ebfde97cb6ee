"""``python -m tools.bench.load --readers 40`` (``make bench-load READERS=40``): simulated readers against a server.

One run makes one JSON file in ``--out``. ``fit`` makes the model of the runs with few readers and writes it down,
``hold`` holds it against those with many, ``page`` fills docs/capacity.md; ``whole`` does all of that in ten minutes.
``idle`` is one reader whom nobody keeps waiting, with and without Ray.
The last line counts the bars met and missed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console

from auxol_core.errors import AuxolError
from auxol_core.options import DEFAULT_PRESET
from tools.bench.learn.bar import Bar, counted
from tools.bench.load import fit as fitting
from tools.bench.load import idle, measured, page, stand_in
from tools.bench.load.capacity import limits
from tools.bench.load.hold import MANY, bar_of
from tools.bench.load.hold import hold as held_against
from tools.bench.load.measured import Asked, Measured
from tools.bench.load.reader import Habits
from tools.bench.load.run import measure
from tools.bench.load.targets import Wanted, target_of

OUT, MODEL = Path("results/load"), "model.json"
# Few readers click seldom: their runs are longer; with 20 each reader's median is told of.
SECONDS = {1: 120.0, 5: 80.0, 20: 90.0}
USUAL_SECONDS = 60.0

app = typer.Typer(invoke_without_command=True, no_args_is_help=False, add_completion=False)
console = Console(width=140)

Out = Annotated[Path, typer.Option(help="Folder of the runs and the model.")]
Against = Annotated[str, typer.Option(help="serve, ray: an `auxol serve` of its own; or the address of one that runs.")]
Generalist = Annotated[str, typer.Option(help="A generalist's name or path, or stand-in:20ms, one of fixed cost.")]
Learner = Annotated[
    str, typer.Option(help="A preset, or stand_in, of fixed cost. Default: that with the stand-in generalist.")
]
Tasks = Annotated[str, typer.Option(help="own: a task of each reader; shared: one task of all.")]
Think = Annotated[float, typer.Option(min=0, help="Mean seconds of a pause before each click and save.")]
Processes = Annotated[int, typer.Option(min=1, help="Of the readers at most; several readers share one beyond that.")]
Threads = Annotated[int, typer.Option(min=0, help="That the server computes with; 0: all cores but one.")]
TokenFile = Annotated[Path | None, typer.Option(help="The users of a server that runs.")]
Seed = Annotated[int, typer.Option(help="Of the pauses and prompts.")]


@app.callback()
def bench_load(
    context: typer.Context,
    readers: Annotated[int, typer.Option(min=1, help="How many read at a time.")] = 20,
    against: Against = "serve",
    tasks: Tasks = "own",
    seconds: Annotated[
        float | None, typer.Option(min=1, help="That are counted. Default: 60, and more with 1, 5 and 20 readers.")
    ] = None,
    warm_up: Annotated[float, typer.Option(min=0, help="Seconds before them that are not counted.")] = 5.0,
    think: Think = 2.0,
    generalist: Generalist = "stand-in:20ms",
    learner: Learner = "",
    processes: Processes = 8,
    threads: Threads = 0,
    token_file: TokenFile = None,
    seed: Seed = 0,
    out: Out = OUT,
) -> None:
    """One run."""
    # Before anything computes: idle threads otherwise spin on cores that the server needs.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if context.invoked_subcommand is None:
        asked = Asked(
            against, readers, processes, generalist, _learner(learner, generalist), _shared(tasks),
            seconds or SECONDS.get(readers, USUAL_SECONDS), warm_up, seed, Habits(think_s=think),
        )  # fmt: skip
        run = _run(asked, token_file, threads, out)
        _tell(measured.bars(run))


@app.command()
def fit(out: Out = OUT) -> None:
    """Fit the model on the runs with 1, 5 and 10 readers and write it down."""
    fitted = fitting.fit(measured.runs_in(out, fitting.FEW))
    fitting.write(fitted, out / MODEL)
    console.print(f"Fitted on {fitted.fitted_on}, off by {fitted.misfit:.0%} at most: {out / MODEL}", highlight=False)


@app.command()
def hold(out: Out = OUT) -> None:
    """Hold the model against the runs with 20 and 40 readers."""
    _tell([bar_of(held_against(fitting.read(out / MODEL), measured.runs_in(out, MANY)))])


@app.command("page")
def fill(
    out: Out = OUT,
    into: Annotated[Path | None, typer.Option(help="A page whose figures are replaced: docs/capacity.md.")] = None,
    image: Annotated[Path | None, typer.Option(help="The figure: docs/images/capacity.png.")] = None,
) -> None:
    """Tell all runs, the model and the bars; with --into as the page, with --image as a figure."""
    fitted, runs = fitting.read(out / MODEL), measured.runs_in(out)
    held = held_against(fitted, [run for run in runs if run.asked.readers not in fitted.fitted_on])
    bars = [bar for run in runs for bar in measured.bars(run)] + [bar_of(held)]
    memory, disk = psutil.virtual_memory().total, shutil.disk_usage(out).total
    text = page.markdown(runs, fitted, held, limits(fitted, memory, disk), bars)
    if into is None:
        console.print(text, highlight=False, markup=False)
    else:
        page.put_into(into, text)
    if image is not None:
        page.draw(image, runs, fitted)
    _tell(bars)


@app.command("idle")
def alone(
    times: Annotated[int, typer.Option(min=2, help="Requests of each kind.")] = 60,
    generalist: Generalist = "stand-in:20ms",
    learner: Learner = "",
    threads: Threads = 0,
) -> None:
    """One reader's requests where nobody else asks, to `auxol serve` and to Ray."""
    wanted = Wanted(1, generalist, _learner(learner, generalist), False, threads)
    found = {name: idle.measure(target_of(name, None), wanted, times) for name in ("serve", "ray")}
    console.print(idle.table(found))
    _tell([idle.bar(found["serve"], found["ray"])])


@app.command()
def whole(
    against: Against = "serve",
    tasks: Tasks = "own",
    think: Think = 2.0,
    generalist: Generalist = "stand-in:20ms",
    learner: Learner = "",
    processes: Processes = 8,
    threads: Threads = 0,
    token_file: TokenFile = None,
    seed: Seed = 0,
    out: Out = OUT,
    into: Annotated[Path | None, typer.Option(help="A page whose figures are replaced: docs/capacity.md.")] = None,
    image: Annotated[Path | None, typer.Option(help="The figure: docs/images/capacity.png.")] = None,
) -> None:
    """Runs with 1, 5 and 10 readers, the model of them, runs with 20 and 40, and what the model was worth."""

    def run(readers: int) -> None:
        asked = Asked(
            against, readers, processes, generalist, _learner(learner, generalist), _shared(tasks),
            SECONDS.get(readers, USUAL_SECONDS), 5.0, seed, Habits(think_s=think),
        )  # fmt: skip
        _run(asked, token_file, threads, out)

    for readers in fitting.FEW:
        run(readers)
    fit(out)
    for readers in MANY:
        run(readers)
    fill(out, into, image)


def _run(asked: Asked, token_file: Path | None, threads: int, out: Path) -> Measured:
    console.print(f"{asked.readers} readers for {asked.warm_up_s + asked.counted_s:g} s ...", highlight=False)
    run = measure(target_of(asked.against, token_file), asked, threads)
    path = measured.write(run, out)
    console.print(page.table(run))
    fair = "" if run.fairness is None else f", fairness {run.fairness:.2f}"
    console.print(f"{run.clicks_a_second:.2f} clicks a second{fair}; {path}", highlight=False)
    if (busy := page.others_share(run)) > page.QUIET_SHARE:
        console.print(f"The machine was busy: {busy:.0%} of its cores with something else.", highlight=False)
    for error in sorted({sample.error for sample in run.failed})[:5]:
        console.print(f"without an answer: {error}", highlight=False, markup=False)
    return run


def _learner(learner: str, generalist: str) -> str:
    if learner:
        return learner
    return DEFAULT_PRESET if stand_in.cost_of(generalist) is None else stand_in.PRESET


def _shared(tasks: str) -> bool:
    if tasks not in ("own", "shared"):
        raise typer.BadParameter(f"own or shared was expected, got {tasks!r}")
    return tasks == "shared"


def _tell(bars: Sequence[Bar]) -> None:
    for bar in bars:
        console.print(str(bar), highlight=False, markup=False, soft_wrap=True)
    console.print(counted(bars), highlight=False)


if __name__ == "__main__":
    try:
        app()
    except AuxolError as problem:
        console.print(str(problem), style="red", highlight=False, markup=False, soft_wrap=True)
        raise SystemExit(2) from None
