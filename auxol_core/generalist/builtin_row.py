"""The built-in generalist's row: its weights ship with the program, and it has no encoder to wait for."""

from __future__ import annotations

from auxol_core.generalist.base import Generalist
from auxol_core.generalist.row import CheckpointFile, GeneralistRow, Shapes
from auxol_core.options import DEFAULT_GENERALIST, Precision
from auxol_core.promptable.shipped import WEIGHTS


def _fits(shapes: Shapes) -> bool:
    return {name.partition(".")[0] for name in shapes} >= {"detail", "stem", "encoder", "quality"}


def _load(checkpoint: CheckpointFile, device: str, precision: Precision) -> Generalist:
    from auxol_core.generalist.builtin import load_builtin

    return load_builtin(checkpoint.path, name=checkpoint.name, precision=precision, device=device)


BUILTIN = GeneralistRow(
    name=DEFAULT_GENERALIST,
    title="built-in",
    family="promptable",
    licence="Apache-2.0, as this program; trained on synthetic images alone.",
    architecture="promptable",
    preprocessing="window",
    has_encoder=False,
    fits=_fits,
    load=_load,
    shipped=WEIGHTS,
)
