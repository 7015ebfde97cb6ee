"""Walks that are kept: each is made in a process of its own, which holds a headless Slicer (Testing/slicer)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import SimpleITK

from auxol_core.errors import AuxolError
from auxol_core.imaging.files import file_hash
from auxol_core.promptable.shipped import WEIGHTS
from auxol_core.replay.labels import patient_of
from auxol_core.replay.sources import Pair, Structure
from tools.bench.learn.depends import depends_on_volumes, digest_of
from tools.bench.learn.kept import hash_of, key_of, of_dataclass
from tools.bench.learn.patients import structure_of
from tools.bench.walks.plan import PARTS, Walk, halves

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "Testing" / "slicer"
# What decides the rows beside auxol_core. The module is not among them: of a panel that was changed the name would
# change with every text. Where it proposes, saves or counts otherwise, delete the runs.
OWN = (SCRIPTS / "measured_walk.py", SCRIPTS / "counted_panel.py")
LAST_LINES = 15


class WalkFailedError(AuxolError):
    """A walk ended before its rows were written; the message has the end of its log."""


@dataclass(frozen=True)
class Walked:
    """One slice of one arm. ``version``: of the task, when it proposed. ``changed``: voxels that a repair puts in or
    takes out; ``size``: those of the label. ``waited``: seconds from the end of each drag or click to its proposal,
    all prompts together; ``safe``, ``learned``: seconds from S until the status line says so, None where nothing was
    saved."""

    set: str
    prompt: str
    split: int
    seed: int
    arm: str
    volume: str
    patient: str
    slice: int
    version: int
    dice: float
    changed: int
    size: int
    prompts: int
    waited: float
    keys: int
    buttons: int
    drags: int
    clicks: int
    repaired: bool
    safe: float | None
    learned: float | None

    @property
    def actions(self) -> int:
        return self.keys + self.buttons + self.drags + self.clicks


Make = Callable[[Path, Path, Path], None]


def in_slicer(plan: Path, rows: Path, log: Path) -> None:
    """Walk in a process of its own; its log lies in ``log``."""
    quiet = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1", "QT_QPA_PLATFORM": "offscreen"}
    env = {**quiet, **os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(SCRIPTS)))}
    command = [sys.executable, str(OWN[0]), str(plan), str(rows)]
    with log.open("wb") as file:
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, env=env, cwd=ROOT, check=False).returncode
    if code or not rows.exists():
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-LAST_LINES:]
        raise WalkFailedError("\n".join([f"The walk ended with {code} and left no rows; {log} has more.", *lines]))


@dataclass(frozen=True)
class WalkRuns:
    """Runs in ``folder``, of sets in ``data``. ``make``: walks by a plan and writes the rows."""

    folder: Path
    data: Path
    make: Make = in_slicer
    _structures: dict[str, Structure] = field(default_factory=dict, repr=False)
    _names: dict[Walk, str] = field(default_factory=dict, repr=False)

    def has(self, walk: Walk) -> bool:
        """Whether it is finished."""
        return of_dataclass(self.folder, Walked).has(self.name(walk))

    def rows(self, walk: Walk) -> list[Walked]:
        """From its file, or made now."""
        kept, name, began = of_dataclass(self.folder, Walked), self.name(walk), time.perf_counter()

        def about() -> dict[str, object]:
            machine = {"cores": os.cpu_count(), "load": os.getloadavg(), "wall_s": round(time.perf_counter() - began)}
            own = [path.name for path in OWN]
            return {"walk": asdict(walk), "machine": machine, "depends on": [*depends_on_volumes(), *own]}

        return kept.rows(name, lambda: self._made(walk, name), about)

    def name(self, walk: Walk) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        if walk not in self._names:  # volumes are read for it
            self._names[walk] = self._named(walk)
        return self._names[walk]

    def _named(self, walk: Walk) -> str:
        part = PARTS[walk.set]
        taught, tried = halves(self._structure(walk.set).source.pairs, walk)
        data = hash_of((pair.name, pair) for pair in (*taught, *tried))
        own = [file_hash(path) for path in OWN]
        names = [[pair.name for pair in some] for some in (taught, tried)]
        decided = (asdict(walk), asdict(part), names, data, digest_of(depends_on_volumes()), file_hash(WEIGHTS), own)
        return f"walk-{walk.set}-{walk.prompt}-{walk.split}-{walk.seed}-{key_of(*decided)}"

    def _structure(self, name: str) -> Structure:
        if name not in self._structures:  # every label is read for it
            self._structures[name] = structure_of(self.data, PARTS[name].stream)
        return self._structures[name]

    def _made(self, walk: Walk, name: str) -> list[Walked]:
        log = self.folder / f"{name}.log"
        with tempfile.TemporaryDirectory(prefix="auxol-walk-", ignore_cleanup_errors=True) as folder:
            plan, rows = Path(folder) / "plan.json", Path(folder) / "rows.json"
            plan.write_text(json.dumps(self._plan(walk, Path(folder))), encoding="utf-8")
            self.make(plan, rows, log)
            found: list[dict[str, Any]] = json.loads(rows.read_text(encoding="utf-8"))
        log.unlink(missing_ok=True)
        return [Walked(**asdict(walk), **row) for row in found]

    def _plan(self, walk: Walk, folder: Path) -> dict[str, object]:
        """As measured_walk.Plan has it."""
        part, structure = PARTS[walk.set], self._structure(walk.set)
        taught, tried = halves(structure.source.pairs, walk)
        return {
            "prompt": walk.prompt,
            "seed": walk.seed,
            "value": structure.value,
            "window": part.window,
            "taught": _volumes(taught, part.taught, folder, structure.source.kind == "images"),
            "tried": _volumes(tried, part.tried, folder, structure.source.kind == "images"),
        }


def _volumes(pairs: Sequence[Pair], slices: int, folder: Path, pictures: bool) -> list[dict[str, object]]:
    """``pictures``: written into ``folder`` as volumes of one slice."""
    found: list[dict[str, object]] = []
    for pair in pairs:
        image, labels = pair.image, pair.labels
        if pictures:
            image, labels = _volume_of(image, folder / "images"), _volume_of(labels, folder / "labels")
        about = {"name": pair.name, "patient": patient_of(pair.name), "slices": slices}
        found.append({**about, "image": str(image), "labels": str(labels)})
    return found


def _volume_of(picture: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{picture.stem}.nrrd"
    SimpleITK.WriteImage(SimpleITK.ReadImage(str(picture)), str(path))
    return path
