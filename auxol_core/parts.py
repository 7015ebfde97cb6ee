"""What each model says alone of a proposal, beside the fusion that was shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from auxol_core.types import BoolArray


@dataclass(frozen=True, eq=False)
class Parts:
    """Masks (rows, columns) bool of the whole slice, of one proposal as it is in ``version``.

    ``fused``: the proposal's own; ``generalist``: what the generalist says to its prompt; ``specialist``: what the
    specialist says, None where it was not asked (nothing learned yet, or the generalist decides alone).
    """

    proposal_id: str
    version: int
    fused: BoolArray = field(repr=False)
    generalist: BoolArray = field(repr=False)
    specialist: BoolArray | None = field(default=None, repr=False)
