"""What makes the models of a cluster's processes, by the name that ``ClusterOptions.parts`` has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from auxol_core.cluster.options import MADE_BY_BUILD, ClusterOptions
from auxol_core.errors import InvalidInputError
from auxol_core.options import DEFAULT_GENERALIST, TaskOptions

if TYPE_CHECKING:
    from auxol_core.build import EngineParts
    from auxol_core.cluster.remote_generalist import About, Replicas

MakeParts = Callable[[ClusterOptions], "EngineParts"]


def built(options: ClusterOptions) -> EngineParts:
    """The parts that the one server has, too."""
    from auxol_core.build import make_parts

    return make_parts(options.generalist, options.machine)


def maker(options: ClusterOptions) -> MakeParts:
    """What ``options.parts`` names; InvalidInputError where there is no such function."""
    module, _, name = options.parts.partition(":")
    try:
        made: MakeParts = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInputError(
            f"parts must name a function, module:function, got {options.parts!r} ({error}). Correct it."
        ) from None
    return made


def beside_replicas(options: ClusterOptions, about: About, replicas: Replicas) -> EngineParts:
    """The parts of a task's process, whose generalist is asked in the cluster's replicas, unless ``options.in_tasks``.

    The built-in network is loaded here, too, because the learner begins as a copy of it. A preset that learns in its
    generalist's decoder needs all of that in this process, which is then not asked of the replicas any more. Another
    generalist's weights stay with the replicas.
    """
    if options.in_tasks if options.in_tasks is not None else not about.worth_storing:
        return maker(options)(options)

    from auxol_core.cluster.remote_generalist import RemoteGeneralist

    asked = RemoteGeneralist(about, replicas, options.answer_s)
    if options.parts != MADE_BY_BUILD or about.name == DEFAULT_GENERALIST:
        return replace(maker(options)(options), generalist=asked)

    from auxol_core.build import EngineParts, locator_factory, make_generalist, set_up_torch
    from auxol_core.specialist.preset import Learner, Setting
    from auxol_core.specialist.registry import find_preset

    compute = set_up_torch(options.machine)

    def make_specialist(task: TaskOptions) -> Learner:
        preset = find_preset(task.preset)
        if preset.sees_embedding:
            asked.work_here(make_generalist(options.generalist, compute))
        return preset.learner(task, Setting(asked.worked_by, task.seed, compute.precision, compute.device))

    make_locator = locator_factory(compute) if options.machine.locating else None
    return EngineParts(asked, make_specialist, options.machine, compute, make_locator)
