"""The preset `sam_mix`: SAM-Mix (Ward & Imran 2025) as published; where that is silent see docs/sam-mix.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.decoding import HasMaskDecoder, HasPromptableNetwork
from auxol_core.options import AuxolOptions, check_range
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import ExpertAdvice, FusionRule
from auxol_core.specialist.preset import Preset, Setting


@dataclass(frozen=True)
class SamMixOptions:
    """``rank``: of the encoder's low-rank matrices (published: 8). ``steps``: optimiser steps for one correction, each
    a pass of the encoder forth and back. ``learning_rate`` and ``dice_weight``: the published relative's (ADA-SAM).
    ``consistency``: the weight of the term on unlabelled slices, where any are given."""

    rank: int = 8
    steps: int = 2
    learning_rate: float = 1e-4
    dice_weight: float = 0.5
    consistency: float = 0.0

    def __post_init__(self) -> None:
        check_range(self, "rank", 1, 64)
        check_range(self, "steps", 1, 1000)
        check_range(self, "learning_rate", 0.0, 1.0)
        check_range(self, "dice_weight", 0.0, 100.0)
        check_range(self, "consistency", 0.0, 100.0)


def _specialist(options: SamMixOptions, setting: Setting) -> Specialist:
    generalist = setting.generalist
    if not isinstance(generalist, HasMaskDecoder | HasPromptableNetwork):
        raise InvalidInputError(
            "The preset sam_mix learns inside the generalist, which must be a SAM, a MedSAM or the built-in network, "
            f"got {generalist.name}. Choose one of these, or the preset auxol."
        )
    from auxol_core.specialist.sam_mix.body import Body
    from auxol_core.specialist.sam_mix.builtin_body import BuiltinBody
    from auxol_core.specialist.sam_mix.learner import SamMixSpecialist
    from auxol_core.specialist.sam_mix.sam_body import SamBody

    body: Body[Any]
    if isinstance(generalist, HasMaskDecoder):
        body = SamBody(generalist, precision=setting.precision, device=setting.device)
    else:
        body = BuiltinBody(generalist, precision=setting.precision, device=setting.device)
    return SamMixSpecialist(body, options, setting.seed, device=setting.device)


def _fusion(_: SamMixOptions, _specialist: Specialist) -> FusionRule:
    """None was published: the specialist alone is shown."""
    return ExpertAdvice(AuxolOptions(), grid=(0.0,))


SAM_MIX = Preset(
    name="sam_mix",
    title="SAM-Mix as published",
    options=SamMixOptions,
    make_specialist=_specialist,
    make_fusion=_fusion,
    sees_embedding=True,
    compared=False,
)
