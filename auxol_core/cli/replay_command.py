"""``auxol replay``: the benchmark on folders of labelled images or volumes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from auxol_core.cli.exit_codes import INTERRUPTED, LEFT_OUT
from auxol_core.cli.machine_options import Device, Precision, Threads
from auxol_core.errors import InvalidInputError
from auxol_core.generalist import registry
from auxol_core.options import DEFAULT_GENERALIST, AuxolOptions, MachineOptions, PaperOptions, TaskOptions, option_names
from auxol_core.replay.methods import methods_by_default
from auxol_core.replay.options import (
    ENGINE_KINDS,
    EngineKind,
    FeedbackOptions,
    Noise,
    PlanOptions,
    PromptOptions,
    ReplayOptions,
)
from auxol_core.specialist.registry import find_preset

if TYPE_CHECKING:
    from auxol_core.replay.benchmark import Outcome
    from auxol_core.replay.runner import EngineFactory

YES_OR_NO = {**dict.fromkeys(("1", "true", "yes"), True), **dict.fromkeys(("0", "false", "no"), False)}
Options = TypeVar("Options")
GENERALISTS = ", ".join(registry.names())
METHODS = ",".join(methods_by_default())


def engine_factory(kind: EngineKind) -> EngineFactory:
    """The real engine's factory; imported here, so that --help does not wait for torch."""
    if kind == "worker":
        from auxol_core.replay import over_http

        return over_http.make_engine
    from auxol_core.build import make_engine

    return make_engine


def replay(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Sets: DIR/images + DIR/masks, or DIR/volumes + DIR/labels."),
    ],
    generalist: Annotated[str, typer.Option(help=f"{GENERALISTS}, or a path.")] = DEFAULT_GENERALIST,
    methods: Annotated[str, typer.Option(help="Methods, separated by commas.")] = METHODS,
    prompt: Annotated[str, typer.Option(help="box, point, scribble, lasso: one for each piece of the truth.")] = "box",
    jitter: Annotated[float, typer.Option(help="A box's sides move by up to this share of it; strokes alike.")] = 0.1,
    shift: Annotated[float, typer.Option(help="Every box moves by exactly this share, sideways and up or down.")] = 0.0,
    point: Annotated[str, typer.Option(help="interior (the deepest pixel) or centroid (as published).")] = "interior",
    feedback: Annotated[int, typer.Option(help="Correct every n-th image: 1, 2, 4.")] = 1,
    review_below: Annotated[float | None, typer.Option(help="Correct only where the shown Dice is below this.")] = None,
    noise: Annotated[str, typer.Option(help="Careless corrections: erode:0.05, dilate:0.05, either:0.1.")] = "none",
    think_steps: Annotated[
        int, typer.Option(help="After each correction, go over the lessons again for up to so many steps.")
    ] = 0,
    think: Annotated[
        float, typer.Option(help="The same for so many seconds, as in a clinic; not reproducible to the bit.")
    ] = 0.0,
    find: Annotated[
        bool,
        typer.Option("--find", help="Find each image without a prompt, empty ones too; methods that learn alone."),
    ] = False,
    slip: Annotated[int, typer.Option(help="One correction of so many is wrong altogether; 0: none.")] = 0,
    label: Annotated[list[str] | None, typer.Option(help="Only this structure, by name or value; repeatable.")] = None,
    sequence: Annotated[str, typer.Option(help="Replay these streams one after another in one task: A,B,A.")] = "",
    limit: Annotated[int | None, typer.Option(help="Images (slices, of volumes) of each stream.")] = None,
    every: Annotated[int, typer.Option(help="Of volumes, look at every n-th slice.")] = 1,
    axis: Annotated[int, typer.Option(help="Slice volumes along: 0 slices, 1 rows, 2 columns.")] = 0,
    window: Annotated[str, typer.Option(help="Grey range of volumes: the task's, or each volume's own.")] = "task",
    seed: Annotated[int, typer.Option(help="Draws the order, the prompts and the learners' samples.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder of summary.json, rows.csv, curve.png.")] = Path("results"),
    cache: Annotated[Path | None, typer.Option(help="Folder of finished runs. Default: OUT/cache.")] = None,
    threads: Threads = 0,
    precision: Precision = "auto",
    device: Device = "auto",
    engine: Annotated[
        str, typer.Option(help="Compute in this process, or in a worker: a process of its own, over HTTP.")
    ] = "process",
    paper_memory: Annotated[str, typer.Option(help="loss_ranked or fifo.")] = "loss_ranked",
    paper_bce: Annotated[str, typer.Option(help="as_intended or as_coded.")] = "as_intended",
    paper_mask_channel: Annotated[str, typer.Option(help="as_intended or as_coded.")] = "as_intended",
    paper_alpha: Annotated[str, typer.Option(help="hard or soft.")] = "hard",
    auxol: Annotated[list[str] | None, typer.Option(help="An option of ours, such as steps=4; repeatable.")] = None,
    preset_option: Annotated[
        list[str] | None, typer.Option(help="An option of another preset, as PRESET.NAME=VALUE; repeatable.")
    ] = None,
    progress: Annotated[bool | None, typer.Option(help="Show a progress bar. Default: on a terminal.")] = None,
) -> None:
    """Replay labelled images as the clinic would meet them: propose, score, correct, learn, next."""
    # Imported here, as matplotlib and SimpleITK are slow to load and --help needs neither.
    from auxol_core.replay.benchmark import replay as run_replay
    from auxol_core.replay.report import ProgressListener
    from auxol_core.replay.runner import Workshop

    console = Console()
    paper: dict[str, Any] = {"memory": paper_memory, "bce": paper_bce, "mask_channel": paper_mask_channel}
    options = ReplayOptions(
        prompts=PromptOptions(prompt, jitter, shift, point, seed),  # type: ignore[arg-type]
        plan=PlanOptions(limit, every, axis, window, seed, empty=find),  # type: ignore[arg-type]
        feedback=FeedbackOptions(feedback, review_below, Noise.parse(noise), seed, think_steps, think, slip),
        sequence=tuple(_split(sequence)),
        paper=PaperOptions(**paper, alpha=paper_alpha),  # type: ignore[arg-type]
        auxol=auxol_options(auxol or []),
        own=own_options(preset_option or []),
        seed=seed,
        find=find,
    )
    machine = MachineOptions(threads, device, precision, locating=find)  # type: ignore[arg-type]
    kind = engine_kind(engine)
    outcome = run_replay(
        folders,
        _split(methods),
        options,
        Workshop(engine_factory(kind), generalist, machine, kind),
        out,
        labels=label or [],
        cache=cache,
        listener=ProgressListener(console, bars=console.is_terminal if progress is None else progress),
    )
    _report(console, outcome, out)


def print_whole(console: Console, table: Table) -> None:
    """Print a table without cutting its cells, as wide as it is: in a log, numbers matter more than lines that fit."""
    needed = console.measure(table, options=console.options.update(width=500, max_width=500)).maximum
    (console if console.width >= needed else Console(width=needed)).print(table)


def auxol_options(texts: list[str]) -> AuxolOptions:
    """``["steps=4", "use_proposal=false"]`` -> options; InvalidInputError on an unknown name or a bad value."""
    return _options(AuxolOptions, texts, "--auxol ")


def own_options(texts: list[str]) -> dict[str, object]:
    """``["tiny.rate=0.5"]`` -> {"tiny": options}; InvalidInputError on what nobody knows. Those of `auxol` and `paper`
    have command line options of their own."""
    by_preset: dict[str, list[str]] = {}
    for text in texts:
        name, dot, option = text.partition(".")
        if not dot or name in option_names(TaskOptions):
            raise InvalidInputError(
                f"--preset-option takes PRESET.NAME=VALUE with a preset other than paper and auxol, got {text!r}."
            )
        by_preset.setdefault(name, []).append(option)
    return {
        name: _options(find_preset(name).options, of_preset, f"--preset-option {name}.")
        for name, of_preset in by_preset.items()
    }


def _options(kind: type[Options], texts: list[str], flag: str) -> Options:
    kinds: dict[str, type] = {name: type(getattr(kind(), name)) for name in option_names(kind)}
    values: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in kinds:
            raise InvalidInputError(f"{flag}NAME=VALUE takes a name of {', '.join(kinds)}, got {text!r}.")
        try:
            values[name] = YES_OR_NO[value.lower()] if kinds[name] is bool else kinds[name](value)
        except (ValueError, KeyError) as error:
            wanted = "true or false" if kinds[name] is bool else f"a {kinds[name].__name__}"
            raise InvalidInputError(f"{flag}{name} takes {wanted}, got {value!r}.") from error
    return kind(**values)


def engine_kind(text: str) -> EngineKind:
    """Of ``text``; InvalidInputError for any other word."""
    for kind in ENGINE_KINDS:
        if kind == text:
            return kind
    raise InvalidInputError(f"--engine must be {' or '.join(ENGINE_KINDS)}, got {text!r}. Choose one of them.")


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _report(console: Console, outcome: Outcome, out: Path) -> None:
    from auxol_core.replay.report import comparisons_table, results_table, skipped_lines

    if outcome.entries:
        print_whole(console, results_table(outcome.entries))
    if outcome.comparisons:
        print_whole(console, comparisons_table(outcome.comparisons))
    for line in skipped_lines(outcome.entries):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if outcome.entries:
        console.print(f"Learning curves: {out / 'curve.png'}", markup=False, highlight=False, soft_wrap=True)
    if outcome.interrupted:
        raise typer.Exit(INTERRUPTED)
    if any(entry["n_left_out"] or entry["n_failed"] for entry in outcome.entries):
        raise typer.Exit(LEFT_OUT)
