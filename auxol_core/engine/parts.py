"""A pending proposal taken apart: what generalist and specialist say alone. Both are kept with it; no model runs."""

from __future__ import annotations

import numpy as np

from auxol_core.engine.engine import Engine
from auxol_core.imaging.square import SquareGrid
from auxol_core.parts import Parts
from auxol_core.specialist.fusion import fuse


def parts_of(engine: Engine, proposal_id: str) -> Parts:
    """Those of a proposal as it is now, made anew where the version in use is another one; NotFoundError where it is
    not pending, or its slice was evicted. For the compute thread."""
    proposal = engine.proposal(proposal_id)
    # Debt: the engine's own door to what it keeps of a proposal would be a method there.
    pending = engine._pending[proposal_id]
    grid = SquareGrid.of(engine.slice_image(proposal.slice_id))
    specialist = None
    if pending.opinion is not None:
        # With no share for the generalist: cut to the specialist's region, as what is shown is.
        specialist = np.asarray(grid.logits_back(fuse(pending.generalist.logits, pending.opinion, 0.0)) > 0, dtype=bool)
    return Parts(
        proposal_id,
        proposal.version,
        proposal.mask,
        np.asarray(grid.logits_back(pending.generalist.logits) > 0, dtype=bool),
        specialist,
    )
