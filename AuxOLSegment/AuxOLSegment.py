"""AuxOLSegment: segment from clicks and boxes with a model that learns from each correction, on your own machine.

The module's shell: what Slicer asks of a scripted module, handed on to AuxOLSegmentLib. Opening it installs and
downloads nothing. torch is never imported here: models run in a process of their own.
"""

import importlib.util
import sys
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin

# In an installed extension auxol_core lies beside this file; in the source tree one folder up.
if importlib.util.find_spec("auxol_core") is None:
    sys.path.append(str(Path(__file__).resolve().parent.parent))

LIBRARY = "AuxOLSegmentLib"
BATCH_MS = 50  # a scene that is still being loaded is looked at again after this


class AuxOLSegment(ScriptedLoadableModule):
    """What Slicer's list of modules shows."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        _speak()
        self.parent.title = _("AuxOL Segment")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["SegmentEditor", "Segmentations", "Markups"]
        self.parent.contributors = ["The AuxOLSegment contributors"]
        self.parent.helpText = _(
            "Click points or drag a box: a network that knows many images (built in, or SAM), joined with what a small "
            "one has learned from your earlier corrections, proposes a mask. Repair it in the Segment Editor and save "
            "it: each saved repair teaches the small network, in the background and on this machine. Research use "
            "only, not for diagnosis."
        )
        self.parent.acknowledgementText = _(
            "Method: Huang et al., Improving Segment Anything on the Fly: Auxiliary Online Learning and Adaptive "
            "Fusion for Medical Image Segmentation, IEEE Transactions on Medical Imaging 2025. Segment Anything: "
            "Kirillov et al., ICCV 2023."
        )
        slicer.app.connect("startupCompleted()", _registerSampleData)


def _speak():
    """Before the first text: in the language of the application, or the one chosen in Settings."""
    from AuxOLSegmentLib.Machine.Language import speak
    from AuxOLSegmentLib.Machine.Settings import Settings

    speak(Settings().language)


def _isThere(node):
    return node is not None and slicer.mrmlScene.IsNodePresent(node)


def _registerSampleData():
    from AuxOLSegmentLib.Scene.SampleDownloads import registerDownloads
    from AuxOLSegmentLib.Scene.SampleVolume import registerSampleData

    registerSampleData()
    registerDownloads()


class AuxOLSegmentWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel's life cycle."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self._chosen = None  # volume, segmentation, segment: before a scene was added to the one that is open

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        _speak()  # again after a reload, which takes the translator away
        self.logic = AuxOLSegmentLogic()
        self.logic.startSession()
        self._makePanel()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(scene, scene.StartImportEvent, self.onSceneStartImport)
        self.addObserver(scene, scene.EndImportEvent, self.onSceneEndImport)
        self._takeParameters()
        if self.isEntered():  # by the developers' Reload, which neither leaves nor enters
            self.enter()

    def isEntered(self):
        """Whether Slicer shows this module."""
        return bool(getattr(self.parent, "isEntered", False))

    def _makePanel(self):
        from AuxOLSegmentLib.Panel.Widget import PanelWidget

        session = self.logic.session
        self.panel = PanelWidget(self.layout, session, session.settings)
        # Later: the selector that asks for it is part of the panel that goes.
        self.panel.languageChanged = lambda: qt.QTimer.singleShot(0, self.remakePanel)

    def remakePanel(self):
        """In the language that is spoken now. The session, its tasks and the scene stay as they are."""
        if self.panel is None:
            return
        entered, tab = self.panel.entered, self.panel.ui.stepTabs.currentIndex
        collapsed = {name: part.collapsed for name, part in self.panel.collapsible().items()}
        if entered:
            self.exit()
        self.panel.cleanup()
        self._makePanel()
        self._takeParameters()
        for name, part in self.panel.collapsible().items():
            part.collapsed = collapsed.get(name, part.collapsed)
        self.panel.ui.stepTabs.currentIndex = tab
        if entered:
            self.enter()

    def enter(self):
        if not self.panel.speaksNow():
            self.remakePanel()
        if self.panel.inputs.parameters is None:
            self._takeParameters()
        self.logic.session.views.start()
        self.panel.enter()

    def exit(self):
        if self.panel is not None:
            self.panel.exit()
            self.logic.session.views.stop()

    def cleanup(self):
        self.removeObservers()
        if self.panel is not None:
            self.panel.cleanup()
            self.panel = None
        if self.logic is not None:
            self.logic.endSession()

    def onSceneStartClose(self, caller, event):
        self._chosen = None
        self.panel.setParameters(None)
        self.panel.sceneClosing()

    def onSceneStartImport(self, caller, event):
        """What an import brings takes the place of the choices that the scene keeps, and Slicer's selectors lose
        theirs. The user chose neither."""
        session = self.logic.session
        if session.volume is not None or session.segmentation is not None:
            self._chosen = session.volume, session.segmentation, session.segmentID
        self.panel.setParameters(None)
        self.panel.inputs.sceneClosing()

    def onSceneEndClose(self, caller, event):
        self._sceneEnded()

    def onSceneEndImport(self, caller, event):
        # Later: Slicer's own widgets still change what they show, some at this event, some at the end of the batch
        # that a scene is loaded in.
        qt.QTimer.singleShot(0, self._sceneEnded)

    def _sceneEnded(self):
        if self.panel is None or self.logic.session is None:
            return
        if slicer.mrmlScene.IsBatchProcessing() or slicer.mrmlScene.IsImporting():
            qt.QTimer.singleShot(BATCH_MS, self._sceneEnded)
            return
        self.panel.sceneClosed()
        if self.panel.entered:
            self._takeParameters()
        else:  # no node is made in the scene of somebody who works elsewhere; enter() takes what is there then
            self.panel.setParameters(None)
            self.logic.session.setParameters(None)

    def _takeParameters(self):
        parameters = self.logic.getParameters()
        self._chooseAgain(parameters)
        self.logic.session.setParameters(parameters)
        self.panel.setParameters(parameters)

    def _chooseAgain(self, parameters):
        """What was chosen before an import, as far as it is there."""
        chosen, self._chosen = self._chosen, None
        if chosen is None:
            return
        volume, segmentation, segmentID = chosen
        volume, segmentation = (node if _isThere(node) else None for node in (volume, segmentation))
        parameters.volume, parameters.segmentation = volume, segmentation
        parameters.segmentID = segmentID if segmentation is not None else ""

    def onReload(self):
        """Load the library's files anew as well; Slicer knows only this one."""
        from AuxOLSegmentLib.Machine.Language import speak

        speak("en")  # or the translator would stay for as long as something holds the old library
        for name in [each for each in sys.modules if each == LIBRARY or each.startswith(f"{LIBRARY}.")]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class AuxOLSegmentLogic(ScriptedLoadableModuleLogic):
    """For scripts: ``AuxOLSegmentLogic().startSession()`` gives a SessionLogic; docs/scripting.md shows how."""

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)
        self.session = None

    def getParameters(self):
        """What the scene keeps of the session: the module's parameter node, wrapped."""
        from AuxOLSegmentLib.Machine.Parameters import Parameters

        return Parameters(self.getParameterNode())

    def startSession(self, settings=None):
        """A session; it is this logic's only one, and ends with ``endSession``."""
        from AuxOLSegmentLib.Machine.Settings import Settings
        from AuxOLSegmentLib.Session.SessionLogic import SessionLogic

        self.endSession()
        self.session = SessionLogic(settings or Settings())
        return self.session

    def endSession(self):
        """End it, and the worker with it."""
        session, self.session = self.session, None
        if session is not None:
            session.close()


class AuxOLSegmentTest(ScriptedLoadableModuleTest):
    """Reload and Test: the sample volume is opened and a task suggested; the tests proper are in Testing/slicer."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        self.setUp()
        self.test_a_session_begins_and_ends()

    def test_a_session_begins_and_ends(self):
        """A session on an empty scene says what to do first, and leaves nothing behind."""
        before = slicer.mrmlScene.GetNumberOfNodes()
        logic = AuxOLSegmentLogic()
        session = logic.startSession()
        self.assertTrue(session.whyNot())
        logic.endSession()
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
