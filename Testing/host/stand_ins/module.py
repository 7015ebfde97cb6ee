"""A scripted module and its widget: qSlicerScriptedLoadableModule, qSlicerScriptedLoadableModuleWidget.

Order of the real ones: the widget's Python class is made with the widget as parent, setup() runs, then the scene is
set.
"""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from ..pythonqt import callbacks
from ..pythonqt.convert import to_python
from .stored import stored


class ModuleLoadError(RuntimeError):
    """A file in the folder of scripted modules that is no module; Slicer would print an error and go on."""


def import_file(name: str, path: Path) -> Any:
    """Run the file as top-level module `name`, as Slicer does."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class qSlicerObject:
    """Holds the scene and says when it changed."""

    mrmlSceneChanged: Any
    _scene: Any = None

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChanged.emit(scene)


class qSlicerWidget(QtWidgets.QWidget, qSlicerObject):
    mrmlSceneChanged = QtCore.Signal(object)


class qSlicerAbstractModuleWidget(qSlicerWidget):
    isEntered = stored("isEntered", bool, False)

    def enter(self) -> None:
        self.setProperty("isEntered", True)

    def exit(self) -> None:
        self.setProperty("isEntered", False)

    def module(self) -> Any:
        return self.of_module


class qSlicerScriptedLoadableModuleWidget(qSlicerAbstractModuleWidget):
    moduleName = stored("moduleName", str, "")

    def __init__(self, module: "qSlicerScriptedLoadableModule") -> None:
        super().__init__()
        QtWidgets.QVBoxLayout(self)
        self.of_module = module
        self.setProperty("moduleName", module.property("name"))
        self.python: Any = None

    def set_source(self) -> None:
        name = self.of_module.property("name")
        loaded = sys.modules.get(name) or import_file(name, Path(self.of_module.property("path")))
        self.python = getattr(loaded, f"{name}Widget")(to_python(self))
        setattr(slicer.modules, f"{name}Widget", self.python)

    def call(self, method: str) -> None:
        if hasattr(self.python, method):
            callbacks.call(getattr(self.python, method), ())

    def enter(self) -> None:
        super().enter()
        self.call("enter")

    def exit(self) -> None:
        super().exit()
        self.call("exit")

    def reload(self) -> None:
        self.set_source()
        self.call("setup")

    def self(self) -> Any:
        return self.python


class qSlicerAbstractCoreModule(QtCore.QObject):
    name = stored("name", str, "")
    path = stored("path", str, "")
    isInstalled = stored("isInstalled", bool, True)
    isBuiltIn = stored("isBuiltIn", bool, False)
    widgetRepresentationCreationEnabled = stored("widgetRepresentationCreationEnabled", bool, True)

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene

    def logic(self) -> Any:
        return self.vtk_logic


class qSlicerAbstractModule(qSlicerAbstractCoreModule):
    pass


class qSlicerLoadableModule(qSlicerAbstractModule):
    """A C++ module of the application, of which the host has the logic alone."""

    def __init__(self, name: str, logic: Any) -> None:
        super().__init__()
        self.setProperty("name", name)
        self.vtk_logic = logic

    def widgetRepresentation(self) -> Any:
        raise NotImplementedError(f"the widget of module {self.property('name')} is not in Testing/host")


class qSlicerScriptedLoadableModule(qSlicerLoadableModule):
    title = stored("title", str, "")
    categories = stored("categories", "QStringList", [])
    contributors = stored("contributors", "QStringList", [])
    dependencies = stored("dependencies", "QStringList", [])
    associatedNodeTypes = stored("associatedNodeTypes", "QStringList", [])
    helpText = stored("helpText", str, "")
    acknowledgementText = stored("acknowledgementText", str, "")
    hidden = stored("hidden", bool, False)
    index = stored("index", int, -1)
    icon = stored("icon", QtGui.QIcon, QtGui.QIcon())
    extensions = stored("extensions", "QVariantMap", {})

    def __init__(self, path: Path) -> None:
        super().__init__(path.stem, slicer.vtkSlicerScriptedLoadableModuleLogic())
        self.setProperty("path", str(path))
        self._widget: qSlicerScriptedLoadableModuleWidget | None = None
        self.python: Any = None

    def load(self) -> None:
        """Import the file and make its module class. Raises ModuleLoadError where Slicer prints an error."""
        name = self.property("name")
        loaded = import_file(name, Path(self.property("path")))
        if not hasattr(loaded, name):
            where = self.property("path")
            raise ModuleLoadError(f"{where}: expected a class {name}; every .py here is taken for a module")
        self.python = getattr(loaded, name)(to_python(self))
        setattr(slicer.modules, f"{name}Instance", self.python)
        if not hasattr(loaded, f"{name}Widget"):
            self.setProperty("widgetRepresentationCreationEnabled", False)
        if hasattr(self.python, "setup"):
            callbacks.call(self.python.setup, ())

    def createNewWidgetRepresentation(self) -> Any:
        if not self.property("widgetRepresentationCreationEnabled"):
            return None
        widget = qSlicerScriptedLoadableModuleWidget(self)
        widget.set_source()
        widget.call("setup")
        widget.setMRMLScene(slicer.mrmlScene)
        return widget

    def widgetRepresentation(self) -> Any:
        if self._widget is None:
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def drop_widget(self) -> None:
        """As when it is destroyed: the Python widget cleans up."""
        widget, self._widget = self._widget, None
        if widget is not None:
            widget.call("cleanup")
