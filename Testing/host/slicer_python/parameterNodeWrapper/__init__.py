"""Stand-in for slicer.parameterNodeWrapper, written anew: typed access to a scripted module node, bound to widgets.

Types: int, float, str, bool, pathlib.Path, Enum, MRML nodes, X | None, list[X], tuple[X, ...]. Parameter packs,
dictionaries, colours and GUI creation are missing. Values are stored under the names and in the form of the real one,
so that a scene saved here opens there. Nothing is cached.
"""

from .annotations import (
    Choice,
    Decimals,
    Default,
    Exclude,
    IsInstance,
    Maximum,
    Minimum,
    NotNone,
    SingleStep,
    Validator,
    WithinRange,
)
from .wrapper import SlicerParameterNamePropertyName, isParameterNodeWrapper, parameterNodeWrapper

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "IsInstance",
    "Maximum",
    "Minimum",
    "NotNone",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "Validator",
    "WithinRange",
    "isParameterNodeWrapper",
    "parameterNodeWrapper",
]
