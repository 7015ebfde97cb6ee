"""The real scene, application logic and module logics of the wheel, put together as the application does."""

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import slicer
import vtk

# name of the module in Slicer -> class of its logic in the wheel
LOGICS = {
    "Colors": "vtkMRMLColorLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",  # its scene registers the converter rules
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Sequences": "vtkSlicerSequencesLogic",
    "CropVolume": "vtkSlicerCropVolumeLogic",
    "Data": "vtkSlicerDataModuleLogic",
}


@dataclass
class Core:
    """Scene, application logic and the logics of modules, by name."""

    scene: Any
    app_logic: Any
    logics: dict[str, Any] = field(default_factory=dict)
    remote_io: Any = None


def share_folder() -> Path:
    """Terminologies and colours that trame-slicer ships; Slicer's own lie in its share folder."""
    spec = importlib.util.find_spec("trame_slicer")
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "resources"


def build_core() -> Core:
    output = vtk.vtkOutputWindow()
    output.SetDisplayModeToAlwaysStdErr()
    vtk.vtkOutputWindow.SetInstance(output)
    scene = slicer.vtkMRMLScene()
    crosshair = slicer.vtkMRMLCrosshairNode()
    crosshair.SetCrosshairName("default")
    scene.AddNode(crosshair)
    app_logic = slicer.vtkSlicerApplicationLogic()
    app_logic.SetMRMLScene(scene)
    app_logic.GetColorLogic().SetMRMLScene(scene)
    app_logic.GetColorLogic().AddDefaultColorNodes()
    app_logic.SetSliceLogics(vtk.vtkCollection())
    app_logic.SetViewLogics(vtk.vtkCollection())
    slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(app_logic)
    slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance().SetMRMLApplicationLogic(app_logic)
    core = Core(scene, app_logic)
    for name, class_name in LOGICS.items():
        core.logics[name] = _logic(core, name, class_name)
    _data_io(core)
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    return core


def _data_io(core: Core) -> None:
    """Without it the scene cannot open a bundle (.mrb), which it unpacks into the cache folder."""
    remote, data = slicer.vtkMRMLRemoteIOLogic(), slicer.vtkDataIOManagerLogic()
    data.SetMRMLApplicationLogic(core.app_logic)
    data.SetAndObserveDataIOManager(remote.GetDataIOManager())
    core.app_logic.SetMRMLSceneDataIO(core.scene, remote, data)
    core.remote_io = (remote, data)


def _logic(core: Core, name: str, class_name: str) -> Any:
    logic = getattr(slicer, class_name)()
    if hasattr(logic, "SetModuleShareDirectory"):
        folder = share_folder() / "terminologies" if name == "Terminologies" else share_folder()
        logic.SetModuleShareDirectory(str(folder))
    logic.SetMRMLScene(core.scene)
    logic.SetMRMLApplicationLogic(core.app_logic)
    core.app_logic.SetModuleLogic(name, logic)
    return logic
