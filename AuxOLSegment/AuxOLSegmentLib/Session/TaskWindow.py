"""The grey range that a new task sees: what the radiologist has chosen to look at, else that of the whole volume."""

from typing import Any

from auxol_core.types import IntensityWindow


def windowOf(volumeNode: Any) -> IntensityWindow | None:
    """The window that somebody has set for a grey volume; None for colour and where nobody has: the task then takes the
    volume's own (VolumeScale), without the padding that an automatic window counts."""
    display = None if volumeNode is None else volumeNode.GetDisplayNode()
    if display is None or volumeNode.IsA("vtkMRMLVectorVolumeNode") or not volumeNode.IsA("vtkMRMLScalarVolumeNode"):
        return None
    low, high = float(display.GetWindowLevelMin()), float(display.GetWindowLevelMax())
    return IntensityWindow(low, high) if high > low and not display.GetAutoWindowLevel() else None
