"""The grey range that a new task sees: what the radiologist looks at when it is made."""

from typing import Any

from auxol_core.types import IntensityWindow


def windowOf(volumeNode: Any) -> IntensityWindow | None:
    """The window that a grey volume is shown with; None for colour and where none is set."""
    display = None if volumeNode is None else volumeNode.GetDisplayNode()
    if display is None or volumeNode.IsA("vtkMRMLVectorVolumeNode") or not volumeNode.IsA("vtkMRMLScalarVolumeNode"):
        return None
    low, high = float(display.GetWindowLevelMin()), float(display.GetWindowLevelMax())
    return IntensityWindow(low, high) if high > low else None
