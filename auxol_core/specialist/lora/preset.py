"""The preset `lora`: low-rank matrices in SAM's own mask decoder, with the fusion and the guard of `auxol`."""

from __future__ import annotations

from dataclasses import dataclass

from auxol_core.errors import InvalidInputError
from auxol_core.generalist.decoding import HasMaskDecoder
from auxol_core.options import AuxolOptions, check_range
from auxol_core.specialist.auxol.preset import AUXOL
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import FusionRule
from auxol_core.specialist.guard import Guard
from auxol_core.specialist.preset import Preset, Setting


@dataclass(frozen=True)
class LoraOptions:
    """``rank`` of the matrices; ``steps``: optimiser steps for one correction; ``budget_s``: an update that took this
    long stops after the step it is in; ``guard_last``: see AuxolOptions, 0 switches the guard off."""

    rank: int = 4
    steps: int = 4
    learning_rate: float = 2e-3
    budget_s: float = 10.0
    guard_last: int = 8

    def __post_init__(self) -> None:
        check_range(self, "rank", 1, 32)
        check_range(self, "steps", 1, 1000)
        check_range(self, "learning_rate", 0.0, 1.0)
        check_range(self, "budget_s", 0.0, 3600.0)
        check_range(self, "guard_last", 0, 1000)


def _specialist(options: LoraOptions, setting: Setting) -> Specialist:
    if not isinstance(setting.generalist, HasMaskDecoder):
        raise InvalidInputError(
            "The preset lora learns inside SAM's own mask decoder, so the generalist must be a SAM or a MedSAM, a "
            f"MobileSAM or an EfficientViT-SAM, got {setting.generalist.name}. Choose a checkpoint of one of these, or "
            "the preset auxol."
        )
    from auxol_core.specialist.lora.learner import LoraSpecialist

    return LoraSpecialist(setting.generalist, options, setting.seed, device=setting.device)


def _as_auxol(options: LoraOptions) -> AuxolOptions:
    return AuxolOptions(guard_last=options.guard_last)


def _fusion(options: LoraOptions, specialist: Specialist) -> FusionRule:
    return AUXOL.make_fusion(_as_auxol(options), specialist)


def _guard(options: LoraOptions) -> Guard | None:
    return AUXOL.make_guard(_as_auxol(options))


LORA = Preset(
    name="lora",
    title="LoRA in SAM's mask decoder",
    options=LoraOptions,
    make_specialist=_specialist,
    make_fusion=_fusion,
    make_guard=_guard,
    sees_embedding=True,
    compared=False,
)
