"""The preset `auxol`, ours: a few short steps on the promptable network, expert advice, a guard."""

from __future__ import annotations

from auxol_core.generalist.decoding import HasPromptableNetwork
from auxol_core.options import AuxolOptions
from auxol_core.promptable.shipped import STEP
from auxol_core.specialist.base import Specialist
from auxol_core.specialist.fusion import ExpertAdvice, FusionRule
from auxol_core.specialist.guard import EarlierObjects
from auxol_core.specialist.preset import Preset, Setting

# Weights of the experts, the specialist alone first, before anything is corrected. With them the last half of ten
# streams of ../shared/data gained 0.002 Dice over uniform ones with boxes and with points, HD95 fell by 3 and 5 %, and
# the first images lost nothing (tools/bench/learn/ablation.py, docs/benchmark.md).
LEANING = (16.0, 8.0, 4.0, 2.0, 1.0)


def _specialist(options: AuxolOptions, setting: Setting) -> Specialist:
    from auxol_core.specialist.auxol.learner import AuxolSpecialist, initial_network

    return AuxolSpecialist(
        initial_network(),
        options,
        step=STEP,
        precision=setting.precision,
        device=setting.device,
        begins_equal=isinstance(setting.generalist, HasPromptableNetwork),
    )


def _fusion(options: AuxolOptions, specialist: Specialist) -> FusionRule:
    """A specialist that begins as the generalist's equal is believed more from the beginning on; beside another one,
    a real SAM say, nothing is known yet."""
    return ExpertAdvice(options, LEANING if getattr(specialist, "begins_equal", False) else ())


def _guard(options: AuxolOptions) -> EarlierObjects:
    return EarlierObjects(
        options.guard_last, options.guard_tolerance, options.guard_doubtful, options.guard_surprise
    )


AUXOL = Preset(
    name="auxol",
    title="AuxOL, ours",
    options=AuxolOptions,
    make_specialist=_specialist,
    make_fusion=_fusion,
    make_guard=_guard,
)
