"""How good the built-in generalist is on real images, which it never trains on, against the bars it has to clear.

``python -m pretrain.evaluate --data DIR [--weights FILE] [--limit 40] [--stream btcv_ct/liver]... [--out FILE.json]``

Boxes are jittered by 10 %; ``point`` is the most interior pixel; each further click goes to the most interior pixel of
the largest error, with the mask so far. ``shape`` is the ellipse inscribed in the same box. ``told`` is how far the
told quality is from the true Dice: the mean distance over ten bins of equally many answers, sorted by what was told.
The last line counts the bars met and missed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from auxol_core.build import set_up_torch
from auxol_core.generalist.base import encoded
from auxol_core.generalist.builtin import BuiltinGeneralist, load_builtin
from auxol_core.imaging.metrics import dice
from auxol_core.options import MachineOptions
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.promptable.simulate import correcting_click
from auxol_core.replay.core_streams import core_structures
from auxol_core.replay.methods import ellipse
from auxol_core.replay.options import PlanOptions, PromptOptions
from auxol_core.replay.prompts import Component, prompt_for
from auxol_core.replay.streams import Sample, Stream, plan_stream
from auxol_core.types import BoolArray, IntensityWindow, Segmentation, SliceImage

CLICKS = 5
BINS = 10
COLUMNS = ("shape", "box", "point", *(f"click {n}" for n in range(2, CLICKS + 1)))


@dataclass(frozen=True)
class Measured:
    """One stream: mean Dice by column, median seconds of a prompt on a new image and of a further one.

    ``answers``: the told quality and the true Dice of every answer, (N, 2).
    """

    stream: str
    images: int
    dice: dict[str, float]
    seconds_new: float
    seconds_further: float
    answers: NDArray[np.float64] = field(repr=False)


@dataclass
class _Notes:
    """What is noted while a stream is measured: seconds, and (told, true) of every answer."""

    new: list[float] = field(default_factory=list)
    further: list[float] = field(default_factory=list)
    answers: list[tuple[float, float]] = field(default_factory=list)

    def judge(self, answer: Segmentation, part: Component) -> BoolArray:
        """Note how good ``answer`` said it was and how good it is; returns its mask."""
        self.answers.append((answer.quality, dice(answer.mask, part.mask)))
        return answer.mask


def measure(stream: Stream, generalist: BuiltinGeneralist) -> Measured:
    """Prompt every component of every image of ``stream`` in each way."""
    rows: list[dict[str, float]] = []
    notes = _Notes()
    for sample in stream.samples():
        shown: dict[str, BoolArray] = {name: np.zeros(sample.truth.shape, dtype=bool) for name in COLUMNS}
        for part in sample.components:
            for name, mask in _answers(sample, part, stream.structure.value, generalist, notes).items():
                shown[name] |= mask
        rows.append({name: dice(mask, sample.truth) for name, mask in shown.items()})
    means = {name: float(np.mean([row[name] for row in rows])) for name in COLUMNS}
    seconds = (float(np.median(notes.new)), float(np.median(notes.further or [0.0])))
    return Measured(stream.name, len(rows), means, *seconds, np.array(notes.answers))


def _answers(
    sample: Sample, part: Component, label: int, generalist: BuiltinGeneralist, notes: _Notes
) -> dict[str, BoolArray]:
    image = SliceImage(sample.pixels)
    box = prompt_for(part, PromptOptions(kind="box"), sample.name, label)
    point = prompt_for(part, PromptOptions(kind="point"), sample.name, label)
    assert box.box is not None
    began = time.perf_counter()
    embedding = encoded(generalist, IntensityWindow.of(image).apply(image))
    answer = generalist.decode(embedding, point)
    notes.new.append(time.perf_counter() - began)
    boxed = generalist.decode(embedding, box)
    shape = ellipse(box.box, image.shape)
    masks = {"shape": shape, "box": notes.judge(boxed, part), "point": notes.judge(answer, part)}
    prompt = point
    for number in range(2, CLICKS + 1):
        click = correcting_click(answer.mask, part.mask)
        if click is not None:
            prompt = replace(prompt, points=(*prompt.points, click), mask=answer.probability)
            began = time.perf_counter()
            answer = generalist.decode(embedding, prompt)
            notes.further.append(time.perf_counter() - began)
            notes.judge(answer, part)
        masks[f"click {number}"] = answer.mask
    return masks


def told_off(answers: NDArray[np.float64]) -> float:
    """Mean |told - true| over ten bins of equally many ``answers`` (N, 2), sorted by what was told."""
    order = answers[np.argsort(answers[:, 0], kind="stable")]
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    return float(np.mean([abs(float(np.mean(part[:, 0] - part[:, 1]))) for part in bins]))


def bars(measured: list[Measured]) -> list[tuple[str, bool]]:
    """Each bar of the project's issue 11 for the generalist alone, as (sentence with the figure, met)."""

    def mean(column: str) -> float:
        return float(np.mean([m.dice[column] for m in measured]))

    worst = min(measured, key=lambda m: m.dice["box"] - m.dice["shape"])
    above = worst.dice["box"] - worst.dice["shape"]
    told = told_off(np.concatenate([m.answers for m in measured]))
    new, further = max(m.seconds_new for m in measured), max(m.seconds_further for m in measured)
    return [
        (f"boxes 0.92: {mean('box'):.3f}", mean("box") >= 0.92),
        (f"boxes below shape on no stream: lowest {worst.stream} {above:+.3f}", above >= 0),
        (f"points 0.865: {mean('point'):.3f}", mean("point") >= 0.865),
        (f"five clicks 0.94: {mean('click 5'):.3f}", mean("click 5") >= 0.94),
        (f"told quality within 0.05 of the Dice: {told:.3f}", told <= 0.05),
        (f"a prompt on a new image 0.15 s: {new:.3f} s", new <= 0.15),
        (f"a further one 0.10 s: {further:.3f} s", further <= 0.10),
    ]


def report(measured: list[Measured], console: Console) -> None:
    """Print the table and the bars; the last line counts them."""
    table = Table("stream", "images", *COLUMNS, "told", "s new", "s further")
    for m in measured:
        values = [f"{m.dice[name]:.3f}" for name in COLUMNS]
        seconds = (f"{m.seconds_new:.3f}", f"{m.seconds_further:.3f}")
        table.add_row(m.stream, str(m.images), *values, f"{told_off(m.answers):.3f}", *seconds)
    means = [f"{np.mean([m.dice[name] for m in measured]):.3f}" for name in COLUMNS]
    table.add_row("mean", "", *means, "", "", "")
    console.print(table)
    judged = bars(measured)
    for sentence, met in judged:
        console.print(("met    " if met else "MISSED ") + sentence)
    console.print(f"bars met {sum(met for _, met in judged)}, missed {sum(not met for _, met in judged)}")


def evaluate(
    data: Annotated[Path, typer.Option(help="Folder that holds the core sets.")],
    weights: Annotated[Path, typer.Option(help="Weights to judge.")] = WEIGHTS,
    limit: Annotated[int, typer.Option(help="Images a stream.")] = 40,
    stream: Annotated[list[str] | None, typer.Option(help="Only this stream, SET or SET/LABEL; repeatable.")] = None,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
) -> None:
    """Measure the built-in generalist on the core streams."""
    compute = set_up_torch(MachineOptions(threads=threads, device="cpu"))
    generalist = load_builtin(weights, precision=compute.precision)
    console = Console(width=120)
    structures = core_structures(data, stream) if stream else core_structures(data)
    streams = [plan_stream(structure, PlanOptions(limit=limit)) for structure in structures]
    measured = [measure(stream, generalist) for stream in track(streams, "measuring", console=console)]
    console.print(f"{weights.name} sha256 {generalist.weights_hash}, {compute.precision}, {compute.threads} threads")
    report(measured, console)
    if out is not None:
        figures = [{"stream": m.stream, "images": m.images, **m.dice, "answers": m.answers.tolist()} for m in measured]
        out.write_text(json.dumps({"sha256": generalist.weights_hash, "streams": figures}, indent=1))


if __name__ == "__main__":
    typer.run(evaluate)
