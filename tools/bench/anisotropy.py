"""Slices whose pixels are not square: segmented as they are, and on square pixels.

``python -m tools.bench.anisotropy --data FOLDER`` (``make bench-anisotropy DATA=...``). Sagittal and coronal slices of
the abdominal CTs of ``btcv_ct``: the built-in generalist alone, a jittered box or one interior click, Dice on the
slice's own pixels. *Square*: as the engine does it (imaging/square.py). The last line counts the bars met and missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from auxol_core.build import set_up_torch
from auxol_core.generalist.base import Generalist, encoded
from auxol_core.generalist.builtin import load_builtin
from auxol_core.imaging.files import files_of, read_volume, read_volume_labels, stem
from auxol_core.imaging.metrics import dice
from auxol_core.imaging.square import SquareGrid
from auxol_core.options import MachineOptions
from auxol_core.replay.comparisons import interval
from auxol_core.replay.options import PromptKind, PromptOptions
from auxol_core.replay.prompts import components, prompt_for, rng_for
from auxol_core.types import BoolArray, FloatArray, IntensityWindow, Prompt, SliceImage

STRUCTURES = {6: "liver", 1: "spleen", 3: "left kidney", 2: "right kidney"}
AXES = {1: "coronal", 2: "sagittal"}  # of (slices, rows, columns)
CT_WINDOW = IntensityWindow(-125.0, 275.0)
WORSE_BY = 0.005


@dataclass(frozen=True, eq=False)
class Case:
    """One component on one slice; ``image`` (rows, columns, 3) in 0..1, ``spacing_mm`` along (rows, columns)."""

    patient: str
    structure: str
    axis: str
    name: str
    image: FloatArray
    truth: BoolArray
    spacing_mm: tuple[float, float]


def cases(folder: Path, per_structure: int) -> Iterator[Case]:
    """``per_structure`` slices of each structure, axis and patient, spread evenly over where the structure is."""
    for path in files_of(folder / "volumes", (".nii.gz",)):
        volume = read_volume(path)
        labels = read_volume_labels(next(p for p in files_of(folder / "labels", (".nii.gz",)) if p.name == path.name))
        for label, structure in STRUCTURES.items():
            for axis, axis_name in AXES.items():
                sizes = (labels == label).sum(axis=tuple(a for a in range(3) if a != axis))
                occupied = np.flatnonzero(sizes > 0.3 * sizes.max())
                if not occupied.size:
                    continue
                places = np.linspace(0, occupied.size - 1, per_structure + 2)[1:-1].round().astype(int)
                for index in occupied[places]:
                    truth = np.ascontiguousarray(np.take(labels, index, axis) == label)
                    pixels = np.ascontiguousarray(np.take(volume.pixels, index, axis)).astype(np.float32)
                    spacing = tuple(s for a, s in enumerate(volume.spacing_mm) if a != axis)
                    yield Case(
                        stem(path),
                        structure,
                        axis_name,
                        f"{stem(path)}/{axis_name}/{index}",
                        CT_WINDOW.apply(SliceImage(pixels)),
                        truth,
                        (spacing[0], spacing[1]),
                    )


def answered(generalist: Generalist, image: FloatArray, prompt: Prompt) -> NDArray[np.float32]:
    """The logits, on the image's own pixels."""
    return np.asarray(generalist.decode(encoded(generalist, image), prompt).logits, dtype=np.float32)


def on_square_pixels(generalist: Generalist, case: Case, prompt: Prompt) -> NDArray[np.float32]:
    """The logits on the image's own pixels, of an answer on square ones, as the engine does it."""
    grid = SquareGrid.of(SliceImage(np.zeros(case.truth.shape, dtype=np.uint8), case.spacing_mm))
    return grid.logits_back(answered(generalist, grid.image(case.image), grid.prompt(prompt)))


def measure(
    generalist: Generalist, folder: Path, kind: PromptKind, per_structure: int
) -> list[tuple[Case, float, float]]:
    """Each case with its Dice as the pixels are, and on square ones."""
    options = PromptOptions(kind=kind)
    rows = []
    for case in cases(folder, per_structure):
        parts, _ = components(case.truth)
        if not parts:
            continue
        largest = max(parts, key=lambda part: int(part.mask.sum()))
        prompt = prompt_for(largest, options, case.name, 1)
        as_is = answered(generalist, case.image, prompt) > 0
        square = on_square_pixels(generalist, case, prompt) > 0
        rows.append((case, dice(as_is, largest.mask), dice(square, largest.mask)))
    return rows


def main(
    data: Annotated[Path, typer.Option(help="Folder that holds btcv_ct.")],
    per_structure: Annotated[int, typer.Option(min=1, help="Slices of each structure, axis and patient.")] = 2,
) -> None:
    """Measure, print and judge."""
    set_up_torch(MachineOptions(1))
    generalist, console = load_builtin(), Console(width=120)
    table = Table("prompt", "structure", "axis", "slices", "mm", "as they are", "square", "difference", "90 %")
    met = missed = 0
    kinds: tuple[PromptKind, ...] = ("box", "point")
    for kind in kinds:
        rows = measure(generalist, data / "btcv_ct", kind, per_structure)
        groups = sorted({(case.structure, case.axis) for case, _, _ in rows})
        for structure, axis in [*groups, ("all", "both")]:
            chosen = [r for r in rows if structure == "all" or (r[0].structure, r[0].axis) == (structure, axis)]
            low_high, cells = _row(kind, structure, axis, chosen)
            table.add_row(*cells)
            if structure == "all":
                met, missed = (met + 1, missed) if low_high[0] > -WORSE_BY else (met, missed + 1)
    console.print(table)
    console.print(f"bars met {met}, missed {missed} (square pixels not worse than as they are by {WORSE_BY})")


def _row(
    kind: str, structure: str, axis: str, rows: list[tuple[Case, float, float]]
) -> tuple[tuple[float, float], list[str]]:
    before, after = (np.array([row[i] for row in rows]) for i in (1, 2))
    low, high = interval(after - before, [case.patient for case, _, _ in rows], rng_for(0, kind, structure, axis))
    ratios = [max(case.spacing_mm) / min(case.spacing_mm) for case, _, _ in rows]
    cells = [
        kind,
        structure,
        axis,
        str(len(rows)),
        f"1:{min(ratios):.1f}-{max(ratios):.1f}",
        f"{before.mean():.3f}",
        f"{after.mean():.3f}",
        f"{(after - before).mean():+.3f}",
        f"{low:+.3f} {high:+.3f}",
    ]
    return (low, high), cells


if __name__ == "__main__":
    typer.run(main)
