"""The installed panel in a user's hands: buttons, keys, the mouse in slice views, the Segment Editor."""

import gc
import os
import re
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import slicer
import vtk
from slicer_setting import HERE, HOST, MODULE, SlicerCase, hand, quiet, until
from warm_python import warmPython

LABELS = HERE.parent / "data" / "hippocampus" / "labels" / "hippocampus_042.nii.gz"


class WalkCase(SlicerCase):
    """``self.ui``, ``self.session`` and ``self.editor`` (the embedded Segment Editor) of the module, which is open.

    Its engine is a worker of its own, its tasks lie in a folder of this test. ``startOnEnter``: see Settings.
    """

    startOnEnter = False

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Machine.Settings import Settings

        self.settings = Settings()
        self.settings.reset()
        self.addCleanup(self.settings.reset)
        chosen = {"pythonPath": self.python(), "dataDir": str(self.taskFolder()), "threads": 1, "thinking": "off"}
        chosen["startOnEnter"] = self.startOnEnter
        for name, value in chosen.items():
            self.settings.set(name, value)
        self.volume = self.segmentation = None
        self.addCleanup(self.leaveForGood)
        self.open()

    def taskFolder(self):
        """Where its tasks lie."""
        return self.folder / "tasks"

    def python(self):
        """What its engine is started with."""
        return warmPython()

    # The module

    @property
    def widget(self):
        return slicer.util.getModuleWidget(MODULE)

    @property
    def panel(self):
        return self.widget.panel

    @property
    def ui(self):
        return self.panel.ui

    @property
    def session(self):
        return self.widget.logic.session

    @property
    def editor(self):
        return self.panel.editor.widget

    def open(self):
        """Choose the module."""
        slicer.util.selectModule(MODULE)
        if HOST is not None:
            HOST.check()

    def leave(self):
        """Choose another module."""
        slicer.util.selectModule("" if HOST is not None else "Data")

    def reload(self):
        """The developer's button. Slicer itself neither leaves nor enters the module."""
        self.widget.onReload()
        quiet(0.1)

    def leaveForGood(self):
        """As at Slicer's end: the worker has to go."""
        pids = self.workers()
        self.leave()
        self.session.stopEngine()
        self.session.parts.engine.stopped = False  # the next test is another day, in the same session
        until(lambda: not any(alive(pid) for pid in pids), 20)
        quiet(0.1)

    def workers(self):
        """Process ids of the session's own worker."""
        process = self.session.connection._process
        return [process.ready.pid] if process is not None and process.ready is not None else []

    # The panel

    def press(self, button):
        """Click a button that is on."""
        self.assertTrue(button.enabled, f"{button.name} is off: {button.toolTip}")
        button.click()
        self.failOnError()

    def key(self, letter):
        """Press a key."""
        if HOST is not None:
            HOST.press_keys(letter)
        else:  # QTest is not in Slicer's Python
            for shortcut in self.panel.shortcuts._shortcuts:
                if shortcut.key.toString() == letter:
                    shortcut.activated.emit()
        self.failOnError()

    def failOnError(self):
        text, level = self.session.message
        self.assertNotEqual(level, "error", text)

    def fileAnswer(self, panel, path):
        """The next question for a file in the module ``panel`` is answered with ``path``."""
        return mock.patch.object(panel, "fileToSave", lambda *_unused: str(path))

    def wait(self, true, within=60.0):
        """Until it is so; an error on the status line ends the wait."""
        until(lambda: self.session.message[1] == "error" or true(), within)
        self.failOnError()

    # The image

    def loadSample(self):
        """The volume that ships, and what a reader would draw on it."""
        from AuxOLSegmentLib.Scene.SampleVolume import loadSampleVolume

        self.volume = loadSampleVolume()
        labels = slicer.util.loadVolume(str(LABELS), properties={"labelmap": True, "show": False})
        self.truth = slicer.util.arrayFromVolume(labels) > 0
        slicer.mrmlScene.RemoveNode(labels)
        self.fit()

    def chooseAll(self):
        """What can be chosen by hand before a prompt: volume, segment, engine, task."""
        self.loadSample()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.press(self.ui.addSegmentButton)
        self.segmentation = self.ui.segmentationSelector.currentNode()
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetName("Hippocampus")
        self.press(self.ui.startEngineButton)
        self.wait(lambda: self.session.engineState.value == "ready")
        self.assertEqual(self.ui.taskSelector.currentText, "Hippocampus")
        self.press(self.ui.createTaskButton)
        self.wait(lambda: self.session.status is not None)

    def fit(self):
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        if HOST is not None:
            HOST.picture("Red")  # a view takes its size when it is drawn first
            slicer.util.setSliceViewerLayers(background=self.volume, fit=True)

    def sliceKey(self, index, axis=0):
        from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

        return SliceKey(self.volume.GetID(), axis, index)

    def show(self, index, axis=0):
        """Scroll there."""
        from AuxOLSegmentLib.Scene.VolumeReader import goTo

        goTo(self.volume, self.sliceKey(index, axis))
        quiet(0.25)

    def at(self, index, row, col):
        """Where a pixel of an axial slice is in the red view."""
        from AuxOLSegmentLib.Scene.VolumeReader import rasOfPixel

        return hand("Red").position(rasOfPixel(self.volume, 0, index, row, col))

    def dragBox(self, index, margin=1):
        """Around the structure, on the slice on display."""
        rows, cols = (np.where(self.truth[index].any(axis))[0] for axis in (1, 0))
        low, high = -margin, margin
        hand("Red").drag(
            self.at(index, rows[0] + low, cols[0] + low), self.at(index, rows[-1] + high, cols[-1] + high)
        )

    def clickInside(self, index):
        """On the structure's pixel that is nearest to its middle."""
        places = np.argwhere(self.truth[index])
        row, col = places[np.argmin(((places - places.mean(0)) ** 2).sum(1))]
        hand("Red").click(self.at(index, row, col))

    def proposed(self, index):
        """The proposals on a slice."""
        return self.session.proposals.on(self.sliceKey(index))

    # The segment

    @property
    def segmentID(self):
        return self.session.segmentID

    def mask(self, index):
        """The user's segment on an axial slice."""
        from AuxOLSegmentLib.Scene.SegmentReader import maskOnSlice

        return maskOnSlice(self.segmentation, self.segmentID, self.volume, 0, index)

    def edit(self, index, mask):
        """The user repairs a slice with an effect: through the Segment Editor's logic, as one undo step."""
        before = self.mask(index)
        self.editor.saveStateForUndo()
        logic = slicer.vtkSlicerSegmentEditorLogic()
        logic.SetMRMLScene(slicer.mrmlScene)
        logic.SetSegmentEditorNode(self.panel.editor.node)
        for part, mode in ((before & ~mask, logic.ModificationModeRemove), (mask & ~before, logic.ModificationModeAdd)):
            image = _labelmap(self.volume, index, part)
            logic.ModifySegmentByLabelmap(
                self.segmentation, self.segmentID, image, mode, image.GetExtent(), False, False
            )
        quiet(0.3)

    def state(self, index):
        """Where a slice stands; None where nothing is known of it."""
        record = self.session.book.get(self.sliceKey(index))
        return None if record is None else record.state.value


def _labelmap(volume, index, mask):
    """``mask`` of an axial slice as the editor's logic takes it."""
    rows, cols = mask.shape
    image, matrix = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    image.SetExtent(0, cols - 1, 0, rows - 1, index, index)
    image.SetGeometryFromImageToWorldMatrix(matrix)
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    vtk.util.numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = mask.ravel()
    return image


def dice(one, two):
    """Dice of two masks; 1 for two empty ones."""
    both = np.count_nonzero(one) + np.count_nonzero(two)
    return 2 * np.count_nonzero(one & two) / both if both else 1.0


def alive(pid):
    """Whether a process runs; one that ended and was not yet asked for does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return not Path("/proc/self").exists()  # no /proc on this system: it answered the signal


def observers(*objects, without=()):
    """How many observers VTK itself counts on these objects; events in ``without`` do not count."""
    found = [event for each in objects for event in re.findall(r"Event: (\d+)", str(each))]
    return sum(int(event) not in without for event in found)


def ownShortcuts():
    """How many shortcuts of the main window have one of our keys; the application has some of its own."""
    from AuxOLSegmentLib.Panel import Shortcuts

    ours = {key for key, _what in Shortcuts.legend()}
    shortcuts = slicer.util.findChildren(slicer.util.mainWindow(), className="QShortcut")
    return sum(shortcut.key.toString() in ours for shortcut in shortcuts)


def ownObservers():
    """How many observers Python objects with Slicer's observation mixin hold."""
    gc.collect()
    from AuxOLSegmentLib.Scene.Observing import Observing

    holders = [each for each in gc.get_objects() if isinstance(each, slicer.util.VTKObservationMixin)]
    ours = [each for each in gc.get_objects() if isinstance(each, Observing)]
    return sum(len(each.Observations) for each in holders) + sum(len(each.observations) for each in ours)


def runAlone(case):
    """Run a case that is no test of a run; 0, or 1 with what went wrong on standard error."""
    result = case.defaultTestResult()
    case.run(result)
    for _, trace in [*result.errors, *result.failures]:
        sys.stderr.write(trace)
    return 0 if result.wasSuccessful() else 1
