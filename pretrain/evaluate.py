"""How good the built-in generalist is on real images, which it never trains on, against the bars it has to clear.

``python -m pretrain.evaluate --data DIR [--weights FILE] [--limit 40] [--out FILE.json]``

Boxes are jittered by 10 %; ``point`` is the most interior pixel; each further click goes to the most interior pixel of
the largest error, with the mask so far. ``shape`` is the ellipse inscribed in the same box. The last line counts the
bars met and missed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
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
from auxol_core.types import BoolArray, IntensityWindow, SliceImage

CLICKS = 5
COLUMNS = ("shape", "box", "point", *(f"click {n}" for n in range(2, CLICKS + 1)))


@dataclass(frozen=True)
class Measured:
    """One stream: mean Dice by column, and median seconds of a prompt on a new image and of a further one."""

    stream: str
    images: int
    dice: dict[str, float]
    seconds_new: float
    seconds_further: float


def measure(stream: Stream, generalist: BuiltinGeneralist) -> Measured:
    """Prompt every component of every image of ``stream`` in each way."""
    rows: list[dict[str, float]] = []
    new: list[float] = []
    further: list[float] = []
    for sample in stream.samples():
        shown: dict[str, BoolArray] = {name: np.zeros(sample.truth.shape, dtype=bool) for name in COLUMNS}
        for part in sample.components:
            for name, mask in _answers(sample, part, stream.structure.value, generalist, new, further).items():
                shown[name] |= mask
        rows.append({name: dice(mask, sample.truth) for name, mask in shown.items()})
    means = {name: float(np.mean([row[name] for row in rows])) for name in COLUMNS}
    return Measured(stream.name, len(rows), means, float(np.median(new)), float(np.median(further)))


def _answers(
    sample: Sample,
    part: Component,
    label: int,
    generalist: BuiltinGeneralist,
    new: list[float],
    further: list[float],
) -> dict[str, BoolArray]:
    image = SliceImage(sample.pixels)
    box = prompt_for(part, PromptOptions(kind="box"), sample.name, label)
    point = prompt_for(part, PromptOptions(kind="point"), sample.name, label)
    assert box.box is not None
    began = time.perf_counter()
    embedding = encoded(generalist, IntensityWindow.of(image).apply(image))
    answer = generalist.decode(embedding, point)
    new.append(time.perf_counter() - began)
    boxed = generalist.decode(embedding, box)
    masks = {"shape": ellipse(box.box, image.shape), "box": boxed.mask, "point": answer.mask}
    prompt = point
    for number in range(2, CLICKS + 1):
        click = correcting_click(answer.mask, part.mask)
        if click is not None:
            prompt = replace(prompt, points=(*prompt.points, click), mask=answer.probability)
            began = time.perf_counter()
            answer = generalist.decode(embedding, prompt)
            further.append(time.perf_counter() - began)
        masks[f"click {number}"] = answer.mask
    return masks


def bars(measured: list[Measured]) -> list[tuple[str, bool]]:
    """Each bar of the project's issue 3 as (sentence with the figure, met)."""

    def mean(column: str) -> float:
        return float(np.mean([m.dice[column] for m in measured]))

    gains = {m.stream: m.dice["box"] - m.dice["shape"] for m in measured}
    gain = float(np.mean([value for name, value in gains.items() if name != "hc18"]))
    lowest = min(measured, key=lambda m: m.dice["point"])
    rise = mean("click 2") - mean("point")
    new, further = max(m.seconds_new for m in measured), max(m.seconds_further for m in measured)
    return [
        (f"boxes above shape by 0.08 (hc18 left out): {gain:+.3f}", gain >= 0.08),
        (f"boxes below shape on no stream: lowest {min(gains.values()):+.3f}", min(gains.values()) >= 0),
        (f"points 0.76: {mean('point'):.3f}", mean("point") >= 0.76),
        (f"points 0.60 on every stream: {lowest.stream} {lowest.dice['point']:.3f}", lowest.dice["point"] >= 0.60),
        (f"a second click raises the mean by 0.04: {rise:+.3f}", rise >= 0.04),
        (f"the fifth click brings 0.86: {mean('click 5'):.3f}", mean("click 5") >= 0.86),
        (f"a prompt on a new image 0.15 s: {new:.3f} s", new <= 0.15),
        (f"a further one 0.10 s: {further:.3f} s", further <= 0.10),
    ]


def report(measured: list[Measured], console: Console) -> None:
    """Print the table and the bars; the last line counts them."""
    table = Table("stream", "images", *COLUMNS, "s new", "s further")
    for m in measured:
        values = [f"{m.dice[name]:.3f}" for name in COLUMNS]
        table.add_row(m.stream, str(m.images), *values, f"{m.seconds_new:.3f}", f"{m.seconds_further:.3f}")
    means = [f"{np.mean([m.dice[name] for m in measured]):.3f}" for name in COLUMNS]
    table.add_row("mean", "", *means, "", "")
    console.print(table)
    judged = bars(measured)
    for sentence, met in judged:
        console.print(("met    " if met else "MISSED ") + sentence)
    console.print(f"bars met {sum(met for _, met in judged)}, missed {sum(not met for _, met in judged)}")


def evaluate(
    data: Annotated[Path, typer.Option(help="Folder that holds the core sets.")],
    weights: Annotated[Path, typer.Option(help="Weights to judge.")] = WEIGHTS,
    limit: Annotated[int, typer.Option(help="Images a stream.")] = 40,
    threads: Annotated[int, typer.Option(help="0: all cores.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
) -> None:
    """Measure the built-in generalist on the core streams."""
    compute = set_up_torch(MachineOptions(threads=threads, device="cpu"))
    generalist = load_builtin(weights, precision=compute.precision)
    console = Console(width=120)
    streams = [plan_stream(structure, PlanOptions(limit=limit)) for structure in core_structures(data)]
    measured = [measure(stream, generalist) for stream in track(streams, "measuring", console=console)]
    console.print(f"{weights.name} sha256 {generalist.weights_hash}, {compute.precision}, {compute.threads} threads")
    report(measured, console)
    if out is not None:
        figures = [{"stream": m.stream, "images": m.images, **m.dice} for m in measured]
        out.write_text(json.dumps({"sha256": generalist.weights_hash, "streams": figures}, indent=1))


if __name__ == "__main__":
    typer.run(evaluate)
