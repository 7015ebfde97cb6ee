"""The models of a cluster under test: the tiny network, made in each of its processes."""

from __future__ import annotations

from tiny_locator import tiny_locator
from tiny_network import MACHINE, tiny_generalist, tiny_learner

from auxol_core.build import Compute, EngineParts, set_up_torch
from auxol_core.cluster.options import ClusterOptions


def tiny(_: ClusterOptions) -> EngineParts:
    """As build.make_parts."""
    set_up_torch(MACHINE)
    compute = Compute("cpu", "as asked for", "float32", "as asked for", 1)
    return EngineParts(tiny_generalist(), tiny_learner, MACHINE, compute, tiny_locator)
