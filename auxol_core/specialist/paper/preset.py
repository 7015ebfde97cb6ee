"""The preset `paper`: AuxOL as published (Huang et al. 2025), which has no guard."""

from __future__ import annotations

from auxol_core.options import PaperOptions
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import MeanOfBest
from auxol_core.specialist.preset import Preset, Setting


def _specialist(options: PaperOptions, setting: Setting) -> Specialist:
    from auxol_core.specialist.paper.learner import PaperSpecialist

    return PaperSpecialist(options, setting.seed, precision=setting.precision, device=setting.device)


PAPER = Preset(
    name="paper",
    title="AuxOL as published",
    options=PaperOptions,
    make_specialist=_specialist,
    make_fusion=lambda options, _: MeanOfBest(options),
    # The published method makes one step for each correction, in order.
    together=False,
    # Its first weights are random; until five objects are corrected the generalist alone is shown.
    speaks_untaught=False,
)
