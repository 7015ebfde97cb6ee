"""The preset `auxol`, ours: a few short steps on the promptable network, expert advice, a guard."""

from __future__ import annotations

from auxol_core.options import AuxolOptions
from auxol_core.promptable.shipped import STEP
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import ExpertAdvice
from auxol_core.specialist.guard import EarlierObjects
from auxol_core.specialist.preset import Preset, Setting


def _specialist(options: AuxolOptions, setting: Setting) -> Specialist:
    from auxol_core.specialist.auxol.learner import AuxolSpecialist, initial_network

    return AuxolSpecialist(
        initial_network(), options, step=STEP, precision=setting.precision, device=setting.device
    )


def _guard(options: AuxolOptions) -> EarlierObjects:
    return EarlierObjects(
        options.guard_last, options.guard_tolerance, options.guard_doubtful, options.guard_surprise
    )


AUXOL = Preset(
    name="auxol",
    title="AuxOL, ours",
    options=AuxolOptions,
    make_specialist=_specialist,
    make_fusion=ExpertAdvice,
    make_guard=_guard,
)
