"""Runs of the bench, kept as CSV under a key of what they depend on, and made where they are missing."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch

from auxol_core.imaging.files import file_hash
from auxol_core.whole_files import write_whole
from tools.bench.find.asking import asked_rows, cam_rows
from tools.bench.find.cases import Case, Labelled, drawn, parted
from tools.bench.find.found import Found
from tools.bench.find.locating import STEPS, STEPS_A_SAVE, Taught, locator_rows, restored, taught
from tools.bench.find.plain_unet import unet_rows
from tools.bench.find.published import published_rows
from tools.bench.find.reader import Reading, readings
from tools.bench.learn.depends import ANY, GENERALIST, LEARNING, PROPAGATION, SPECIALISTS, digest_of, files_of
from tools.bench.learn.kept import Kept, key_of, of_dataclass
from tools.bench.learn.patients import Patient, chosen, patients, structure_of

Part = Literal["locator", "asked", "unet", "cam", "published"]
PARTS: tuple[Part, ...] = get_args(Part)
PRESET, PUBLISHED = "auxol", "sam_mix"
COST = "cost_s"
_LEARNED_BY = {PRESET: "learned", PUBLISHED: "learned_cam"}
_LEARNED = ("prompter/locator/", "prompter/locating.py", "steps.py", "types.py", "imaging/square.py")
_LOCATOR = (*_LEARNED, "prompter/presence.py", "prompter/located.py")
_CAM = ("prompter/cam/", "prompter/locating.py", "steps.py", "types.py", "imaging/square.py")
_ONWARD = ("prompter/base.py", "prompter/extended.py", "prompter/propagate.py", "prompter/trust.py")
_DEPENDS: dict[str, tuple[str, ...]] = {
    "learned": _LEARNED,
    "locator": _LOCATOR,
    "asked": (*ANY, *GENERALIST, *LEARNING, SPECIALISTS[PRESET], *_LOCATOR, *_ONWARD),
    "unet": ("prompter/locator/draw.py", "types.py"),
    "reader": (
        *ANY,
        *GENERALIST,
        *LEARNING,
        SPECIALISTS[PRESET],
        *_LOCATOR,
        *_ONWARD,
        *PROPAGATION,
        "engine/whereabouts.py",
    ),
    "cam": (*ANY, *GENERALIST, "prompter/cam/", "prompter/presence.py", "prompter/located.py", "prompter/base.py"),
    "learned_cam": _CAM,
    "published": (*ANY, *GENERALIST, *_CAM),
}
_OWN: dict[str, tuple[str, ...]] = {
    "learned": ("cases.py", "locating.py"),
    "locator": ("cases.py", "locating.py"),
    "asked": ("cases.py", "locating.py", "asking.py"),
    "unet": ("cases.py", "plain_unet.py"),
    "cam": ("cases.py", "locating.py", "asking.py"),
    "learned_cam": ("cases.py", "locating.py"),
    "published": ("cases.py", "locating.py", "published.py"),
    "reader": ("cases.py", "reader.py"),
}


def _key(part: str, case: Case) -> str:
    own = [f"{name}:{file_hash(Path(__file__).with_name(name))}" for name in _OWN[part]]
    return key_of(part, case.name, STEPS, STEPS_A_SAVE, digest_of(files_of(_DEPENDS[part])), own)


@dataclass(eq=False)
class FindRuns:
    """``folder``: where the CSVs are; ``data``: where the sets are. The last structure read is held for the next."""

    folder: Path
    data: Path
    _read: tuple[str, list[Patient]] = field(default=("", []), repr=False)

    def kept(self, part: Part, case: Case) -> list[Found] | None:
        """The rows of a finished run; None where there is none."""
        name = self.name(part, case)
        return self._rows.read_back(name) if self._rows.has(name) else None

    def name(self, part: Part, case: Case) -> str:
        """Readable, and ending in a hash of what decides the rows."""
        return f"{case.name}-{part}-{_key(part, case)}"

    def make(self, part: Part, case: Case) -> list[Found]:
        """The rows of a run, kept or made now."""

        def about() -> dict[str, object]:
            return {"case": asdict(case), "threads": torch.get_num_threads(), "depends on": files_of(_DEPENDS[part])}

        return self._rows.rows(self.name(part, case), lambda: self._made(part, case), about)

    @property
    def _rows(self) -> Kept[Found]:
        return of_dataclass(self.folder, Found)

    def reader_name(self, case: Case) -> str:
        """Of the readings of a case: readable, and ending in a hash of what decides the rows."""
        return f"{case.name}-reader-{_key('reader', case)}"

    def readings(self, case: Case, *, made_only: bool) -> list[Reading] | None:
        """What a simulated reader needs, kept or made now; None where it would have to be made."""
        kept, name = of_dataclass(self.folder, Reading), self.reader_name(case)
        if made_only and not kept.has(name):
            return None

        def made() -> Iterator[Reading]:
            teaching, tried = parted(self._patients(case.structure), case.fold)
            yield from readings(drawn(teaching, case), case.labels, tried)

        return kept.rows(name, made, lambda: {"case": asdict(case), "depends on": files_of(_DEPENDS["reader"])})

    def _made(self, part: Part, case: Case) -> Iterator[Found]:
        teaching, tried = parted(self._patients(case.structure), case.fold)
        labelled = drawn(teaching, case)
        making: dict[Part, Callable[[], Iterator[Found]]] = {
            "locator": lambda: locator_rows(self._locator(case, labelled), tried),
            "asked": lambda: asked_rows(self._locator(case, labelled), labelled, tried),
            "unet": lambda: unet_rows(labelled, tried),
            "cam": lambda: cam_rows(self._locator(case, labelled, PUBLISHED), tried),
            "published": lambda: published_rows(self._locator(case, labelled, PUBLISHED), tried),
        }
        yield from making[part]()

    def _locator(self, case: Case, labelled: Sequence[Labelled], preset: str = PRESET) -> Taught:
        """Taught once: what it learned is kept beside the rows, whatever is made of it later."""
        part = _LEARNED_BY[preset]
        path = self.folder / f"{case.name}-{part}-{_key(part, case)}.npz"
        if path.exists():
            with np.load(path) as kept_state:
                state = {name: kept_state[name] for name in kept_state.files if name != COST}
                return restored(labelled, preset, state, float(kept_state[COST]))
        made = taught(labelled, preset)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez(content, **made.locator.state, **{COST: np.array(made.cost_s)})  # type: ignore[arg-type]
        write_whole(path, content.getvalue())
        return made

    def _patients(self, structure: str) -> list[Patient]:
        if self._read[0] != structure:
            found = structure_of(self.data, structure)
            self._read = (structure, list(patients(chosen(found, 0, None), found.value)))
        return self._read[1]
