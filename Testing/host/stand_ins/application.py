"""slicer.app: qSlicerApplication."""

import sys
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from .managers import qSlicerMainWindow, qSlicerModuleManager
from .stored import stored


class qSlicerCoreCommandOptions(QtCore.QObject):
    noMainWindow = stored("noMainWindow", bool, False)
    testingEnabled = stored("testingEnabled", bool, False)


class qSlicerCommandOptions(qSlicerCoreCommandOptions):
    pass


class qSlicerCoreApplication(QtWidgets.QApplication):
    """The host fills the attributes in lower case before module code runs."""

    mrmlSceneChanged = QtCore.Signal(object)

    temporaryPath = stored("temporaryPath", str, "")
    slicerHome = stored("slicerHome", str, "")
    slicerSharePath = stored("slicerSharePath", str, "share/Slicer-5.12")
    slicerUserSettingsFilePath = stored("slicerUserSettingsFilePath", str, "")
    extensionsInstallPath = stored("extensionsInstallPath", str, "")
    cachePath = stored("cachePath", str, "")
    startupWorkingPath = stored("startupWorkingPath", str, str(Path.cwd()))
    documentationBaseUrl = stored("documentationBaseUrl", str, "")
    majorVersion = stored("majorVersion", int, 5)
    minorVersion = stored("minorVersion", int, 12)
    revision = stored("revision", str, "00000")
    applicationLocaleName = stored("applicationLocaleName", str, "en_US")
    repositoryRevision = stored("repositoryRevision", str, "0000000")
    releaseType = stored("releaseType", str, "Stable")
    mainApplicationName = stored("mainApplicationName", str, "Slicer")
    isInstalled = stored("isInstalled", bool, True)
    os = stored("os", str, {"linux": "linux", "darwin": "macosx", "win32": "win"}[sys.platform])
    platform = stored("platform", str, "linux-amd64")
    arch = stored("arch", str, "amd64")
    intDir = stored("intDir", str, ".")

    core: Any  # scene.Core
    begun_with = QtCore.QProcessEnvironment.systemEnvironment()
    testing: bool = False
    module_manager: qSlicerModuleManager
    io_manager: Any
    layout_manager: Any

    def mrmlScene(self) -> Any:
        return self.core.scene

    def applicationLogic(self) -> Any:
        return self.core.app_logic

    def moduleLogic(self, name: str) -> Any:
        return self.core.app_logic.GetModuleLogic(name)

    def moduleManager(self) -> qSlicerModuleManager:
        return self.module_manager

    def coreIOManager(self) -> Any:
        return self.io_manager

    def settings(self) -> QtCore.QSettings:
        return QtCore.QSettings()

    def userSettings(self) -> QtCore.QSettings:
        return QtCore.QSettings()

    revisionUserSettings = userSettings

    def testingEnabled(self) -> bool:
        return self.testing

    def moduleDocumentationUrl(self, name: str) -> str:
        return f"{self.property('documentationBaseUrl')}/{name}"

    def startupEnvironment(self) -> QtCore.QProcessEnvironment:
        """The one from before the application's launcher, a copy."""
        return QtCore.QProcessEnvironment(self.begun_with)

    def environment(self) -> QtCore.QProcessEnvironment:
        return QtCore.QProcessEnvironment.systemEnvironment()

    def toSlicerHomeAbsolutePath(self, path: str) -> str:
        return str(Path(self.property("slicerHome")) / path)

    def resumeRender(self) -> None:
        self.layout_manager.resumeRender()

    def pauseRender(self) -> None:
        self.layout_manager.pauseRender()

    def setRenderPaused(self, paused: bool) -> None:
        self.layout_manager.setRenderPaused(paused)


class qSlicerApplication(qSlicerCoreApplication):
    startupCompleted = QtCore.Signal()

    main_window: qSlicerMainWindow
    options: qSlicerCommandOptions

    def layoutManager(self) -> Any:
        return self.layout_manager

    def ioManager(self) -> Any:
        return self.io_manager

    def commandOptions(self) -> qSlicerCommandOptions:
        return self.options

    def pythonManager(self) -> Any:
        raise NotImplementedError("slicer.app.pythonManager() is not in Testing/host")
