"""What belongs to the scene and is saved with it: what is segmented, as what task, and how far the work is."""

# No `from __future__ import annotations` here: the wrapper reads the annotations of this class as types.
from typing import Annotated

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.parameterNodeWrapper import Minimum, WithinRange, parameterNodeWrapper


@parameterNodeWrapper
class Parameters:
    """
    volume - the image that is segmented, scalar or colour.
    segmentation, segmentID - the segment that accepted proposals are added to.
    taskName - the task that is taught, empty for none. The segment remembers its own in its tags.
    rangeFirst, rangeLast - slice indices for propagation, both included.
    acceptAbove - estimated quality (0..1) from which "accept all" takes a proposal.
    showProposals - whether the proposal layer is visible.
    sessionState - the state of each slice as JSON text, empty before the first; SessionLogic writes and reads it.
    proposals - what is known of the proposals that the layer shows, as JSON text, in the same way.
    """

    volume: vtkMRMLScalarVolumeNode  # colour volumes are a subclass of it
    segmentation: vtkMRMLSegmentationNode
    segmentID: str
    taskName: str
    rangeFirst: Annotated[int, Minimum(0)] = 0
    rangeLast: Annotated[int, Minimum(0)] = 0
    acceptAbove: Annotated[float, WithinRange(0.0, 1.0)] = 0.9
    showProposals: bool = True
    sessionState: str
    proposals: str
