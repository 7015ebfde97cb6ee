"""Which stand-ins there are, and how the application object is put together."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from . import application, ctk_widgets, files, managers, module, node_widgets, segment_editor, segment_widgets, views

CTK = (
    ctk_widgets.ctkCollapsibleButton, ctk_widgets.ctkCollapsibleGroupBox, ctk_widgets.ctkCheckBox,
    ctk_widgets.ctkExpandableWidget,
    ctk_widgets.ctkCheckablePushButton, ctk_widgets.ctkSliderWidget, ctk_widgets.ctkDoubleRangeSlider,
    ctk_widgets.ctkRangeWidget, ctk_widgets.ctkPathLineEdit, ctk_widgets.ctkComboBox, ctk_widgets.ctkMenuButton,
    ctk_widgets.ctkMessageBox, ctk_widgets.ctkPushButton, ctk_widgets.ctkDoubleSlider, ctk_widgets.ctkDoubleSpinBox,
    ctk_widgets.ctkDirectoryButton, ctk_widgets.ctkColorPickerButton,
)  # fmt: skip

SLICER = (
    application.qSlicerApplication, managers.qSlicerMainWindow, managers.qSlicerModuleManager,
    managers.qSlicerModuleFactoryManager, managers.qSlicerModuleSelectorToolBar, files.qSlicerIOManager,
    files.qSlicerCoreIOManager, module.qSlicerWidget, module.qSlicerAbstractModuleWidget, module.qSlicerLoadableModule,
    module.qSlicerScriptedLoadableModule, module.qSlicerScriptedLoadableModuleWidget, views.qMRMLWidget,
    views.qMRMLSliceWidget, views.qMRMLSliceView, views.qMRMLSliceControllerWidget, views.qMRMLLayoutManager,
    views.qSlicerLayoutManager, node_widgets.qMRMLNodeComboBox, segment_widgets.qMRMLSegmentSelectorWidget,
    segment_widgets.qMRMLSegmentsTableView, segment_widgets.qSlicerSimpleMarkupsWidget, node_widgets.qMRMLSliderWidget,
    node_widgets.qMRMLSpinBox, node_widgets.qMRMLRangeWidget,
    segment_editor.qMRMLSegmentEditorWidget, views.qMRMLUtils,
)  # fmt: skip


def register(ctk: ModuleType, add_to_slicer: Callable[[type], None]) -> None:
    ctk.add(*CTK)
    for real_type in SLICER:
        add_to_slicer(real_type)


def make_application(core: Any, folder: Path) -> application.qSlicerApplication:
    app = application.qSlicerApplication(["Slicer"])
    app.setOrganizationName("slicer.org")
    app.setApplicationName("Slicer")
    app.setApplicationVersion("5.12.0")
    app.core = core
    app.setProperty("temporaryPath", str(folder / "temporary"))
    app.setProperty("cachePath", str(folder / "cache"))
    app.setProperty("slicerHome", str(folder))
    core.remote_io[0].GetCacheManager().SetRemoteCacheDirectory(str(folder / "cache"))
    app.module_manager = managers.qSlicerModuleManager()
    app.io_manager = files.qSlicerIOManager()
    app.io_manager.core = core
    app.layout_manager = views.qSlicerLayoutManager(core)
    app.options = application.qSlicerCommandOptions()
    app.main_window = managers.qSlicerMainWindow(app.module_manager)
    return app


def add_module(app: application.qSlicerApplication, name: str, logic: Any) -> None:
    """A module of the application, of which the host has the logic: slicer.modules.volumes.logic()."""
    app.module_manager.factoryManager().add(module.qSlicerLoadableModule(name, logic))


def add_slice_nodes(manager: views.qMRMLLayoutManager, name: str) -> None:
    """Slice and composite nodes are in the scene from the start, so the views are made at the start."""
    manager.sliceWidget(name)
