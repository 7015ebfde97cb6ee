"""The promptable network a hundred times smaller, with random weights: for tests of everything around it.

What it proposes is nonsense, and always the same nonsense; what is learned from a correction changes it.
"""

from __future__ import annotations

from functools import cache
from unittest.mock import patch

import torch

from auxol_core.build import set_up_torch
from auxol_core.generalist.builtin import BuiltinGeneralist
from auxol_core.options import MachineOptions, TaskOptions
from auxol_core.promptable.fold import folded
from auxol_core.promptable.network import PromptableNetwork
from auxol_core.specialist.auxol.learner import AuxolSpecialist
from auxol_core.specialist.paper.learner import PaperSpecialist
from auxol_core.specialist.preset import Learner, Setting
from auxol_core.specialist.registry import find_preset

# The published network, a thousand times smaller.
NARROW = (4, 4, 8, 8, 8)
MACHINE = MachineOptions(threads=1, precision="float32", device="cpu")


@cache
def tiny_generalist() -> BuiltinGeneralist:
    """The built-in generalist on 15,000 numbers instead of 3 million."""
    set_up_torch(MACHINE)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        with patch.multiple("auxol_core.promptable.network", WIDTHS=(8, 8, 8, 8), BLOCKS=(1, 1, 1, 1), DETAIL_WIDTH=8):
            network = folded(PromptableNetwork().eval())
    return BuiltinGeneralist(network, "71" * 32)


def tiny_learner(options: TaskOptions) -> Learner:
    """As build.specialist_factory makes it, both networks with few channels; other presets as they are asked for."""
    preset = find_preset(options.preset)
    if options.preset == "paper":
        return preset.around(PaperSpecialist(options.paper, options.seed, widths=NARROW), options)
    if options.preset == "auxol":
        return preset.around(AuxolSpecialist(tiny_generalist().network, options.auxol), options)
    return preset.learner(options, Setting(tiny_generalist(), options.seed, "float32", "cpu"))
