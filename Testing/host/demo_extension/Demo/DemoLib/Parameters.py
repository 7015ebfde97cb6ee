from enum import Enum
from typing import Annotated

import slicer
from slicer.parameterNodeWrapper import Default, WithinRange, parameterNodeWrapper


class Mode(Enum):
    FAST = "fast"
    EXACT = "exact"


@parameterNodeWrapper
class Parameters:
    inputVolume: slicer.vtkMRMLScalarVolumeNode
    threshold: Annotated[float, WithinRange(0, 10)] = 3.0
    invert: bool = False
    label: str = "none"
    mode: Mode = Mode.FAST
    rounds: Annotated[int, Default(2)]
