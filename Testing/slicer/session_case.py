"""A session with a real worker on a small volume, for the tests of the walk."""

import atexit
import itertools
import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import slicer
from slicer_setting import SlicerCase, allGone, hand, until
from warm_python import warmPython

SHAPE = (12, 64, 64)  # slices, rows, columns
NUMBERS = itertools.count(1)
SPACING = (1.0, 1.0, 2.5)  # i, j, k in mm


def ball(shape=SHAPE, middle=(6, 34, 30), radii=(4.5, 12, 14)):
    """An ellipsoid, (slices, rows, columns) bool."""
    at = np.ogrid[tuple(slice(0, side) for side in shape)]
    return sum(((a - m) / r) ** 2 for a, m, r in zip(at, middle, radii, strict=True)) <= 1


def volume_with(mask, name="CT", contrast=180.0, noise=12.0, seed=0):
    """A volume in which ``mask`` is brighter by ``contrast``, as Hounsfield units."""
    values = np.random.default_rng(seed).normal(0, noise, mask.shape) + np.where(mask, contrast - 60.0, -60.0)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(node, values.astype(np.int16))
    node.SetSpacing(*SPACING)
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetAutoWindowLevel(0)
    node.GetDisplayNode().SetWindowLevelMinMax(-150, 200)
    return node


class SharedWorker:
    """One worker for many tests: each attaches to it, as a second Slicer does. Started by the first."""

    folder = None
    connection = None

    @classmethod
    def tasks(cls):
        """The folder of its tasks, where the file lies that tells how to reach it."""
        from AuxOLSegmentLib.Engine.Async import Tasks
        from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection, EngineState

        if cls.connection is None:
            cls.folder = Path(tempfile.mkdtemp(prefix="auxol worker "))
            options = SimpleNamespace(
                remote=False, serverUrl="", serverToken="", dataDir=str(cls.folder), pythonPath=warmPython(),
                generalist="builtin", device="auto", threads=1, thinking="off",
            )  # fmt: skip
            cls.connection = EngineConnection(options, lambda: None, lambda: None)
            Tasks(lambda error: None).start(cls.connection.ready())
            until(lambda: cls.connection.state in (EngineState.READY, EngineState.FAILED))
            assert cls.connection.state is EngineState.READY, cls.connection.error
            atexit.register(cls.stop)
        return cls.folder

    @classmethod
    def stop(cls):
        cls.connection.stop()
        allGone()
        shutil.rmtree(cls.folder, ignore_errors=True)


class SessionCase(SlicerCase):
    """``self.session`` on a volume with a bright ball and an empty segment. ``own``: with a worker of its own, which
    starts when it is needed and may be killed. ``thinking``: see Settings; of an ``own`` worker. ``view``: the one that
    the mouse was last in, None for none."""

    own = False
    thinking = "off"  # versions that come by themselves are for the tests of these
    view: str | None = "Red"
    contrast, noise = 180.0, 12.0

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Machine.Settings import Settings
        from AuxOLSegmentLib.Session.SessionLogic import SessionLogic

        self.settings = Settings()
        self.settings.reset()
        self.settings.set("pythonPath", warmPython())
        self.settings.set("dataDir", str(self.folder / "tasks" if self.own else SharedWorker.tasks()))
        self.settings.set("threads", 1)
        self.settings.set("thinking", self.thinking)
        self.truth = ball()
        self.volume = volume_with(self.truth, contrast=self.contrast, noise=self.noise)
        self.makeSegment()
        self.session = SessionLogic(self.settings)
        self.addCleanup(self.end)
        self.undoStates = []
        self.session.setEditor(self.editor, lambda: self.undoStates.append(len(self.undoStates)))
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        for name in slicer.app.layoutManager().sliceViewNames():
            hand(name).leave()  # where another test left it
        self.session.views.start()
        if self.view is not None:
            self.session.views.use(self.view)
        self.show(6)

    def makeSegment(self):
        # The task's name, too, which says the kind of image already; no two tests share one.
        self.name = f"Bright ball CT {next(NUMBERS)}"
        self.segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
        self.segmentation.CreateDefaultDisplayNodes()
        self.segmentation.SetReferenceImageGeometryParameterFromVolumeNode(self.volume)
        self.segmentID = self.segmentation.GetSegmentation().AddEmptySegment("", self.name)
        self.editor = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.editor.SetAndObserveSegmentationNode(self.segmentation)
        self.editor.SetSelectedSegmentID(self.segmentID)

    def end(self):
        """End the session, and see that its worker goes."""
        process = self.session.connection._process
        self.session.close()
        if process is not None and process.ready is not None:
            pid = process.ready.pid
            until(lambda: not _alive(pid), 20)

    # The user

    def show(self, index, axis=0):
        """Scroll to a slice."""
        from AuxOLSegmentLib.Scene.VolumeReader import SliceKey, goTo

        goTo(self.volume, SliceKey(self.volume.GetID(), axis, index))

    def key(self, index, axis=0):
        from AuxOLSegmentLib.Scene.VolumeReader import SliceKey

        return SliceKey(self.volume.GetID(), axis, index)

    def at(self, index, row, col, view="Red", axis=0):
        """Where a pixel is in the view."""
        from AuxOLSegmentLib.Scene.VolumeReader import rasOfPixel

        return hand(view).position(rasOfPixel(self.volume, axis, index, row, col))

    def dragBox(self, index=6, margin=1):
        """Drag a box around the ball on a slice, as it is on display."""
        rows, cols = np.where(self.truth[index].any(1))[0], np.where(self.truth[index].any(0))[0]
        self.session.prompts.start("box")
        hand().drag(
            self.at(index, rows[0] - margin, cols[0] - margin), self.at(index, rows[-1] + margin, cols[-1] + margin)
        )

    def propose(self, index=6):
        """Drag a box and wait for the proposal; its mask."""
        self.show(index)
        self.dragBox(index)
        until(lambda: self.session.proposals.on(self.key(index)) or self.failed())
        self.assertFalse(self.failed(), self.session.message)
        return self.session.proposals.on(self.key(index))[0].mask

    def failed(self):
        return self.session.message[1] == "error"

    def mask(self, index=6, axis=0):
        """The user's segment on a slice."""
        from AuxOLSegmentLib.Scene.SegmentReader import maskOnSlice

        return maskOnSlice(self.segmentation, self.segmentID, self.volume, axis, index)

    def draw(self, mask, index=6, add=True):
        """The user's own edit of a slice, through the Segment Editor's logic."""
        from AuxOLSegmentLib.Scene.SegmentWriter import SegmentWriter

        logic = SegmentWriter(self.editor, None)
        if add:
            logic.addMask(mask, self.key(index), self.volume, self.segmentation, self.segmentID)
            return
        array = slicer.util.arrayFromSegmentBinaryLabelmap(self.segmentation, self.segmentID, self.volume)
        array[index] = mask
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, self.segmentation, self.segmentID, self.volume)

    def saved(self, index=6):
        """Save what is on display and wait for the receipt."""
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.assertTrue(self.session.save(), self.session.message)
        until(lambda: self.session.book.get(self.key(index)).state is SliceState.SAVED or self.failed())
        self.assertFalse(self.failed(), self.session.message)

    def learned(self, version):
        """Wait until the task is at that version."""
        until(lambda: self.session.status is not None and self.session.status.version >= version)


def dice(one, two):
    """Dice of two masks."""
    return 2 * np.count_nonzero(one & two) / max(1, np.count_nonzero(one) + np.count_nonzero(two))


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return not _zombie(pid)


def _zombie(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False
