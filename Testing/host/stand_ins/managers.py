"""What slicer.app hands out about modules: qSlicerModuleManager, qSlicerModuleFactoryManager; and the main window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from ..pythonqt.convert import to_python
from .ctk_widgets import ctkCollapsibleButton
from .module import qSlicerAbstractCoreModule, qSlicerScriptedLoadableModule
from .stored import stored


class qSlicerAbstractModuleFactoryManager(QtCore.QObject):
    searchPaths = stored("searchPaths", "QStringList", [])


class qSlicerModuleFactoryManager(qSlicerAbstractModuleFactoryManager):
    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)
    moduleUnloaded = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.modules: dict[str, qSlicerAbstractCoreModule] = {}

    def add(self, module: qSlicerAbstractCoreModule) -> None:
        name = module.property("name")
        self.modules[name] = module
        setattr(slicer.modules, name.lower(), to_python(module))
        setattr(slicer.moduleNames, name, name)
        self.moduleLoaded.emit(name)

    def load_scripted(self, folder: Path) -> list[str]:
        """Every .py directly in the folder is taken for a module, in the order of names."""
        self.setProperty("searchPaths", [*self.property("searchPaths"), str(folder)])
        names = []
        for path in sorted(folder.glob("*.py")):
            module = qSlicerScriptedLoadableModule(path)
            self.modules[path.stem] = module  # slicer.util.modulePath works while the module is made
            setattr(slicer.modules, path.stem.lower(), to_python(module))
            module.load()
            self.add(module)
            names.append(path.stem)
        return names

    def loadedModuleNames(self) -> list[str]:
        return list(self.modules)

    def loadedModule(self, name: str) -> Any:
        return self.modules.get(name)

    def isLoaded(self, name: str) -> bool:
        return name in self.modules

    def unloadModules(self) -> None:
        for name, module in list(self.modules.items()):
            self.moduleAboutToBeUnloaded.emit(name)
            if isinstance(module, qSlicerScriptedLoadableModule):
                module.drop_widget()


class qSlicerModuleManager(QtCore.QObject):
    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._factory = qSlicerModuleFactoryManager()
        self._factory.moduleLoaded.connect(self.moduleLoaded)
        self._factory.moduleAboutToBeUnloaded.connect(self.moduleAboutToBeUnloaded)

    def factoryManager(self) -> qSlicerModuleFactoryManager:
        return self._factory

    def module(self, name: str) -> Any:
        return self._factory.modules.get(name)

    def modulesNames(self) -> list[str]:
        return list(self._factory.modules)


class qSlicerModuleSelectorToolBar(QtWidgets.QToolBar):
    moduleSelected = QtCore.Signal(str)
    selectedModule = stored("selectedModule", str, "")

    def __init__(self, manager: qSlicerModuleManager, show: Callable[[Any], None]) -> None:
        super().__init__()
        self._manager, self._show = manager, show

    def selectModule(self, name: str) -> None:
        """As the module panel does: exit() of the old widget, then enter() of the new one."""
        if name == self.property("selectedModule"):
            return
        module = self._manager.module(name) if name else None
        if name and module is None:
            raise RuntimeError(f"there is no module named {name!r}")
        self.setProperty("selectedModule", name)
        self._show(module)
        self.moduleSelected.emit(name)


# Of the markups tool bar and the sequence browser's (Slicer 583e9b37d5), which stay while modules come and go.
SHORTCUTS = ("Ctrl+Shift+A", "Ctrl+Shift+T", "Ctrl+Shift+Space", "Ctrl+Shift+Down", "Ctrl+Shift+Left",
             "Ctrl+Shift+Right")  # fmt: skip


class qSlicerMainWindow(QtWidgets.QMainWindow):
    """Menus and tool bars of the real one are missing; it shows the module panel and holds focus and shortcuts."""

    initialWindowShown = QtCore.Signal()

    def __init__(self, manager: qSlicerModuleManager) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = qSlicerModuleSelectorToolBar(manager, self.show_module)
        self.addToolBar(self._selector)
        self.panel = QtWidgets.QWidget(self)
        QtWidgets.QVBoxLayout(self.panel)
        self.setCentralWidget(self.panel)
        self.statusBar()
        probe = ctkCollapsibleButton("Data Probe", self)  # its contents are missing, and it is not shown
        probe.setObjectName("DataProbeCollapsibleWidget")
        probe.hide()
        for keys in SHORTCUTS:
            QtGui.QShortcut(QtGui.QKeySequence(keys), self)
        self.current: Any = None

    def show_module(self, module: Any) -> None:
        if self.current is not None:
            self.current.exit()
            self.panel.layout().removeWidget(self.current)
            self.current.setVisible(False)
            self.current.setParent(None)
        self.current = module.widgetRepresentation() if module is not None else None
        if self.current is not None:
            self.panel.layout().addWidget(self.current)
            self.current.setVisible(True)
            self.current.enter()

    def moduleSelector(self) -> qSlicerModuleSelectorToolBar:
        return self._selector
