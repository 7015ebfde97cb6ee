"""A scripted module as the template makes it: what the host must carry."""

import logging

import qt
import slicer
import vtk
from DemoLib.Parameters import Parameters
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class Demo(ScriptedLoadableModule):
    def __init__(self, parent):
        super().__init__(parent)
        parent.title = _("Demo")
        parent.categories = ["Testing"]
        parent.helpText = _("Nothing to see.")


class DemoWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.calls = []
        self.parameters = None
        self.connection = None

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/Demo.ui"))
        self.layout.addWidget(widget)
        self.ui = slicer.util.childWidgetVariables(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.logic = DemoLogic()
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)
        self.shortcut = None
        self.initializeParameters()

    def initializeParameters(self):
        self.parameters = Parameters(self.logic.getParameterNode())
        self.connection = self.parameters.connectGui(self.ui)
        self.addObserver(self.parameters, vtk.vtkCommand.ModifiedEvent, self.onParameters)
        self.onParameters()

    def forgetParameters(self):
        if self.parameters is not None:
            self.parameters.disconnectGui(self.connection)
            self.removeObserver(self.parameters, vtk.vtkCommand.ModifiedEvent, self.onParameters)
        self.parameters = None

    def enter(self):
        self.calls.append("enter")
        if self.parameters is None:
            self.initializeParameters()
        self.shortcut = qt.QShortcut(slicer.util.mainWindow())
        self.shortcut.setKey(qt.QKeySequence("Ctrl+Shift+D"))
        self.shortcut.connect("activated()", self.onShortcut)

    def exit(self):
        self.calls.append("exit")
        self.removeShortcut()

    def removeShortcut(self):
        if self.shortcut is not None:
            self.shortcut.setParent(None)
            self.shortcut.deleteLater()
        self.shortcut = None

    def cleanup(self):
        self.calls.append("cleanup")
        self.removeShortcut()
        self.ui.applyButton.disconnect("clicked(bool)", self.onApply)  # the old panel lives on, hidden, after a reload
        self.forgetParameters()
        self.removeObservers()

    def onSceneStartClose(self, caller, event):
        self.forgetParameters()

    def onSceneEndClose(self, caller, event):
        if self.parent.isEntered:
            self.initializeParameters()

    def onShortcut(self):
        self.calls.append("shortcut")

    def onParameters(self, caller=None, event=None):
        self.ui.applyButton.enabled = self.parameters.inputVolume is not None
        self.ui.applyButton.toolTip = "" if self.ui.applyButton.enabled else _("Choose a volume first")

    def onApply(self):
        with slicer.util.tryWithErrorDisplay(_("It failed.")):
            self.ui.answerLabel.text = str(self.logic.process(self.parameters.inputVolume, self.parameters.threshold))


class DemoLogic(ScriptedLoadableModuleLogic):
    def getParameterNode(self):
        return super().getParameterNode()

    def process(self, volume, threshold):
        if volume is None:
            raise ValueError("no volume")
        logging.info("counting")
        return int((slicer.util.arrayFromVolume(volume) > threshold).sum())


class DemoTest(ScriptedLoadableModuleTest):
    def setUp(self):
        slicer.mrmlScene.Clear()

    def test_nothing(self):
        assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 0
