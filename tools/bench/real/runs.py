"""What is run with one checkpoint: what a click takes, and the Dice of the generalist and of AuxOL on data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auxol_core.build import make_engine, set_up_torch
from auxol_core.errors import CheckpointError, DataError
from auxol_core.generalist.checkpoints import find, verify
from auxol_core.generalist.figures import Figures
from auxol_core.generalist.measuring import is_random, measuring_file
from auxol_core.generalist.row import CheckpointFile
from auxol_core.options import MachineOptions
from auxol_core.replay.benchmark import replay
from auxol_core.replay.options import PlanOptions, ReplayOptions
from auxol_core.replay.runner import Workshop
from auxol_core.replay.sources import open_set
from auxol_core.steps import finish

METHODS = ("generalist", "auxol")
# Files that may be checkpoints; what they hold is seen when they are read.
SUFFIXES = (".pth", ".pt", ".ckpt", ".safetensors")


@dataclass(frozen=True)
class Dice:
    """Mean Dice of a stream of ``images``: of the generalist, and of what AuxOL shows over its last half."""

    dataset: str
    images: int
    generalist: float | None
    auxol: float | None


@dataclass(frozen=True)
class RealRun:
    """One checkpoint's results. ``random``: its weights say that nobody has trained them."""

    name: str
    sha256: str
    random: bool
    figures: Figures
    dice: tuple[Dice, ...]

    @property
    def weights(self) -> str:
        """What kind of file it was, in a few words."""
        return "RANDOM WEIGHTS" if self.random else f"SHA-256 {self.sha256[:12]}"


def checkpoints_in(folder: Path, declared: Sequence[str] = ()) -> tuple[list[CheckpointFile], list[str]]:
    """Checkpoints of the registry in ``folder``, by their content, and why other files there are none; ``declared``:
    NAME:PATH of files whose content leaves open what they are."""
    found = {checkpoint.path.resolve(): checkpoint for checkpoint in map(find, declared)}
    refused = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix in SUFFIXES):
        if path.resolve() in found:
            continue
        try:
            found[path.resolve()] = verify(path)
        except CheckpointError as error:
            refused.append(str(error))
    return list(found.values()), refused


def sets_in(folder: Path) -> list[Path]:
    """``folder`` itself or the folders in it that are sets of labelled images or volumes. DataError where none is."""
    places = [folder, *sorted(each for each in folder.iterdir() if each.is_dir())]
    found = []
    for place in places:
        try:
            open_set(place)
        except DataError:
            continue
        found.append(place)
    if not found:
        raise DataError(
            f"Labelled images or volumes were expected in {folder} or its folders, found none. Give a folder with "
            "images + masks or volumes + labels."
        )
    return found


def run(checkpoint: CheckpointFile, sets: Sequence[Path], machine: MachineOptions, limit: int, out: Path) -> RealRun:
    """Time ``checkpoint``, then replay ``limit`` images of each stream of ``sets``; runs are kept in ``out``."""
    compute = set_up_torch(machine)
    figures = finish(measuring_file(checkpoint, compute.device, compute.precision))
    outcome = replay(
        sets,
        METHODS,
        ReplayOptions(plan=PlanOptions(limit=limit)),
        Workshop(make_engine, f"{checkpoint.row.name}:{checkpoint.path}" if _is_own(checkpoint) else checkpoint.name,
                 machine),
        out / checkpoint.sha256[:12],
    )  # fmt: skip
    by_stream: dict[str, dict[str, dict[str, object]]] = {}
    for entry in outcome.entries:
        by_stream.setdefault(str(entry["dataset"]), {})[str(entry["method"])] = entry
    dice = tuple(
        Dice(
            name,
            int(str(methods["generalist"]["n_images"])),
            _number(methods["generalist"]["dice_mean"]),
            _number(methods.get("auxol", {}).get("dice_last_half")),
        )
        for name, methods in by_stream.items()
        if "generalist" in methods
    )
    return RealRun(checkpoint.row.name, checkpoint.sha256, is_random(checkpoint.path), figures, dice)


def _is_own(checkpoint: CheckpointFile) -> bool:
    published = checkpoint.row.published
    return published is None or published.sha256 != checkpoint.sha256


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
