"""The walk of the user guide as one session: the installed module's panel, real events, a real worker."""

import os
from unittest import mock

import numpy as np
import slicer
from slicer_setting import HOST, PYTHON, hand, logged, main, quiet, until
from walk_case import WalkCase, alive, dice, observers, ownObservers, ownShortcuts

MIDDLE = 17  # an axial slice through the structure


class TestTheWalk(WalkCase):
    """Steps 1 to 8, each on what the one before left. Its engine starts as users' engines do."""

    def python(self):
        return PYTHON

    def test_the_walk(self):
        self.firstLook()
        self.chooses()
        self.prompts()
        self.acceptsAndEdits()
        self.saves()
        self.nextSlice()
        self.wholeVolume()
        self.learning()
        self.savesTheScene()
        self.comesBack()
        self.reloads()
        self.closesInTheMiddle()
        self.leaves()
        self.assertEqual(logged(), [])

    def firstLook(self):
        """1. Opening installs nothing and starts nothing, and says what to do."""
        self.assertEqual(self.ui.researchUseLabel.text, "Research use only, not for diagnosis.")
        self.assertEqual(self.session.engineState.value, "off")
        self.assertEqual(self.workers(), [])
        self.assertIn("volume", self.ui.statusLabel.text)
        if HOST is not None:
            self.assertEqual(HOST.dialogs.installations, [])

    def chooses(self):
        """2. Volume, segment, engine, task."""
        self.chooseAll()
        self.assertIn("on this machine", self.ui.engineLabel.text)
        self.assertIn("intensity window", self.ui.taskLabel.text)
        self.assertIn("Generalist: built-in;", self.ui.taskLabel.text)

    def prompts(self):
        """3. A box, a point, and the key that takes it away."""
        self.show(MIDDLE)
        self.key("X")
        self.assertTrue(self.ui.boxButton.checked)
        self.dragBox(MIDDLE)
        self.wait(lambda: self.proposed(MIDDLE))
        self.assertFalse(self.mask(MIDDLE).any())
        self.assertEqual(self.ui.promptList.count, 1)
        self.key("D")
        self.assertEqual((self.proposed(MIDDLE), self.ui.promptList.count), ([], 0))
        self.dragBox(MIDDLE)
        self.wait(lambda: self.proposed(MIDDLE))
        first = self.proposed(MIDDLE)[0]
        self.key("P")
        self.clickInside(MIDDLE)
        self.wait(lambda: self.proposed(MIDDLE) and self.proposed(MIDDLE)[0].proposalID != first.proposalID)
        self.assertEqual(self.ui.promptList.count, 1)
        self.assertGreater(dice(self.proposed(MIDDLE)[0].mask, self.truth[MIDDLE]), 0.6)

    def acceptsAndEdits(self):
        """4. One undo step; then the user's own repair."""
        mask = self.proposed(MIDDLE)[0].mask
        self.key("A")
        np.testing.assert_array_equal(self.mask(MIDDLE), mask)
        self.assertEqual(self.state(MIDDLE), "accepted")
        self.editor.undo()
        self.assertFalse(self.mask(MIDDLE).any())
        self.editor.redo()
        np.testing.assert_array_equal(self.mask(MIDDLE), mask)
        quiet()
        self.edit(MIDDLE, self.truth[MIDDLE])
        np.testing.assert_array_equal(self.mask(MIDDLE), self.truth[MIDDLE])
        self.assertEqual(self.state(MIDDLE), "edited")

    def saves(self):
        """5. The receipt, and the lesson."""
        self.key("S")
        self.wait(lambda: self.state(MIDDLE) == "saved")
        self.wait(lambda: self.session.status.version == 1)
        self.wait(lambda: "Learned (version 1). The specialist has" in self.ui.statusLabel.text)
        self.assertFalse(self.session.corrections[0].confirmation)

    def nextSlice(self):
        """7a. Beginning an effect accepts; this one is corrected too, and the walk goes on in both directions."""
        index = MIDDLE + 1
        self.show(index)
        self.key("X")
        self.dragBox(index)
        self.wait(lambda: self.proposed(index))
        mask = self.proposed(index)[0].mask
        self.editor.setActiveEffectByName("Paint")
        np.testing.assert_array_equal(self.mask(index), mask)
        self.assertFalse(self.ui.boxButton.checked)  # drags are the brush's now
        self.key("X")
        self.assertIsNone(self.editor.activeEffect())  # and now the box's
        self.key("X")
        self.edit(index, self.truth[index])
        self.press(self.ui.saveButton)
        self.wait(lambda: self.session.status.version == 2)

    def wholeVolume(self):
        """7b. Propagation, the list worst first, a click into it, accept above a quality."""
        self.ui.rangeFirstSpinBox.setValue(MIDDLE - 3)
        self.ui.rangeLastSpinBox.setValue(MIDDLE + 4)
        self.press(self.ui.propagateButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        items = self.session.review()
        self.assertEqual(len(items), 6)
        self.assertEqual([item.quality for item in items], sorted(item.quality for item in items))
        self.assertEqual(self.ui.reviewTable.rowCount, 6)
        self.ui.reviewTable.cellClicked.emit(0, 0)
        self.assertEqual(self.session.displayKey(), items[0].key)
        self.assertTrue(self.ui.acceptButton.enabled)
        between = (items[2].quality + items[3].quality) / 2
        self.ui.acceptAboveSpinBox.setValue(round(between, 2))
        above = [item.key.index for item in items if item.quality >= self.ui.acceptAboveSpinBox.value]
        self.press(self.ui.acceptAboveButton)
        self.assertTrue(above)
        self.wait(lambda: {self.state(index) for index in above} == {"accepted"})
        self.assertTrue(all(self.mask(index).any() for index in above))
        quiet()
        self.assertIn("looked at", self.ui.reviewLabel.text)
        self.editor.undo()
        self.assertFalse(any(self.mask(index).any() for index in above))
        self.editor.redo()

    def learning(self):
        """6. The learning panel: curve, undo, roll back, CSV, export, diagnostics."""
        from AuxOLSegmentLib.Engine.EngineConnection import dataFolder
        from AuxOLSegmentLib.Panel import LearningPanel

        self.assertEqual(self.ui.correctionsTable.rowCount, 2)
        self.assertIn("2 corrections", self.ui.taskCountsLabel.text)
        table, task = self.folder / "session é.csv", self.folder / "hippocampus ä.auxol"
        with self.fileAnswer(LearningPanel, table):
            self.press(self.ui.csvButton)
        self.assertIn("dice_generalist,dice_specialist", table.read_text(encoding="utf-8"))
        with self.fileAnswer(LearningPanel, task):
            self.press(self.ui.exportButton)
        self.wait(task.exists)
        if os.name == "posix":
            self.assertEqual([path.stat().st_mode & 0o077 for path in (task, dataFolder(self.settings))], [0, 0])
        self.press(self.ui.undoButton)
        self.wait(lambda: self.session.status.version == 1)
        self.ui.versionsTable.selectRow(0)
        self.assertEqual(self.ui.versionsTable.item(0, 0).text(), "2")
        with mock.patch.object(LearningPanel, "confirmed", lambda *_unused: True):
            self.press(self.ui.rollBackButton)
        self.wait(lambda: self.session.status.version == 2)
        self.press(self.ui.diagnosticsButton)
        import qt

        text = qt.QApplication.clipboard().text()
        self.assertIn("0.1.0", text)
        self.assertNotIn(self.volume.GetName(), text)

    def savesTheScene(self):
        """8a. Saving says what nobody has reviewed."""
        self.show(MIDDLE + 6)
        self.key("X")
        self.dragBox(MIDDLE + 6)
        self.wait(lambda: self.proposed(MIDDLE + 6))
        quiet()
        self.before = {index: self.state(index) for index in range(self.truth.shape[0])}
        self.masks = {key.index: self.session.layer.mask(key) for key in self.session.proposals.slices()}
        folder = self.folder / "scene ü"
        folder.mkdir()
        self.assertTrue(slicer.app.applicationLogic().SaveSceneToSlicerDataBundleDirectory(str(folder), None))
        self.assertTrue(slicer.util.saveScene(str(self.folder / "walk.mrb")))  # File > Save, which tells of it
        self.assertIn("nobody has reviewed", self.ui.statusLabel.text)
        self.scene = next(folder.rglob("*.mrml"))

    def comesBack(self):
        """8b. The scene is closed and loaded: choice, prompts, states and proposals are there again."""
        slicer.mrmlScene.Clear(0)
        quiet()
        self.assertEqual((self.session.volume, self.session.prompts.objects(), self.ui.promptList.count), (None, [], 0))
        slicer.util.loadScene(str(self.scene), {"clear": True})
        quiet()
        self.volume, self.segmentation = self.session.volume, self.session.segmentation
        self.assertEqual(self.volume.GetName(), "AuxOLSampleMR")
        self.assertEqual(self.ui.segmentSelector.currentText, "Hippocampus")
        self.wait(lambda: self.session.task == "Hippocampus" and self.session.status is not None)
        after = {index: self.state(index) for index in range(self.truth.shape[0])}
        self.assertEqual(after, self.before)
        self.assertEqual(len(self.session.prompts.objects()), 1)
        self.assertEqual(sorted(key.index for key in self.session.layer.slices()), sorted(self.masks))
        self.assertEqual(sorted(key.index for key in self.session.proposals.slices()), sorted(self.masks))
        for index, mask in self.masks.items():
            np.testing.assert_array_equal(self.proposed(index)[0].mask, mask)

    def reloads(self):
        """8c. Reload: a new session, a new worker, the same work; a proposal from before can be accepted, before the
        mouse was in any view."""
        pids = self.workers()
        hand("Red").leave()  # to the reload button
        self.reload()
        until(lambda: not any(alive(pid) for pid in pids), 20)
        self.wait(lambda: self.session.status is not None)
        self.assertEqual((self.session.task, self.session.status.version), ("Hippocampus", 2))
        self.assertEqual({index: self.state(index) for index in self.before}, self.before)
        index = min(self.masks)
        self.fit()
        self.show(0)  # where no view shows a proposal
        for letter in "ADS":
            self.session.say("")
            self.key(letter)
            self.assertIn("Move the mouse into the slice view", self.ui.statusLabel.text)
        self.show(index)
        self.assertEqual(self.session.views.view, "Red")
        self.key("A")
        np.testing.assert_array_equal(self.mask(index), self.masks[index])

    def closesInTheMiddle(self):
        """8d. The scene is closed while a slice is on its way: it is learned all the same."""
        self.edit(min(self.masks), self.truth[min(self.masks)])
        self.key("S")
        slicer.mrmlScene.Clear(0)
        quiet(0.5)
        self.assertIsNone(self.session.volume)
        self.assertEqual((self.session.task, self.session.proposals.all()), ("", []))
        self.ui.taskSelector.lineEdit().setText("Hippocampus")
        self.ui.taskSelector.lineEdit().textEdited.emit("Hippocampus")
        self.press(self.ui.createTaskButton)
        self.wait(lambda: self.session.status is not None and self.session.status.version == 3)
        self.wait(lambda: self.session.corrections, 20)  # asked for after the status of a task that was opened
        self.assertEqual(len(self.session.corrections), 3)

    def leaves(self):
        """8e. Another module: no key of ours, and no prompt mode."""
        self.assertEqual((len(self.panel.shortcuts._shortcuts), ownShortcuts()), (14, 14))
        self.leave()
        quiet(0.05)
        self.assertEqual((self.panel.shortcuts._shortcuts, ownShortcuts(), self.session.prompts.mode), ([], 0, ""))


class TestStopping(WalkCase):
    """The engine is the user's to stop."""

    def test_stopped_while_it_answers_the_engine_stays_off(self):
        self.chooseAll()
        pids = self.workers()
        self.show(MIDDLE)
        self.key("X")
        self.dragBox(MIDDLE)
        self.press(self.ui.stopEngineButton)
        until(lambda: not any(alive(pid) for pid in pids), 20)
        quiet(1)
        self.assertEqual((self.session.engineState.value, self.workers()), ("off", []))


class TestTenTimes(WalkCase):
    """What is left behind: nothing."""

    def left(self):
        """Nodes, observers, shortcuts and processes, as Slicer counts them."""
        application = slicer.app.applicationLogic()
        # The host's Segment Editor does not let go of the scene when it is deleted; ours are counted beside.
        events = slicer.mrmlScene.EndCloseEvent, slicer.mrmlScene.EndBatchProcessEvent
        ofDeadEditors = events if HOST is not None else ()
        watched = [slicer.mrmlScene, application.GetInteractionNode(), application.GetSelectionNode()]
        for name in slicer.app.layoutManager().sliceViewNames():
            widget = slicer.app.layoutManager().sliceWidget(name)
            watched += [widget.mrmlSliceNode(), widget.sliceView().interactor()]
        return {
            "nodes": slicer.mrmlScene.GetNumberOfNodes(),
            "observers": [observers(each, without=ofDeadEditors) for each in watched],
            "our observers": ownObservers(),
            "shortcuts": ownShortcuts(),
            "workers": self.workers(),
        }

    def round(self):
        """Enter, work a little, leave, reload."""
        self.open()
        self.ui.boxButton.click()
        self.ui.positiveButton.click()
        self.leave()
        self.widget.onReload()
        quiet(0.05)

    def test_entered_left_and_reloaded_ten_times_nothing_is_left_behind(self):
        self.loadSample()
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.press(self.ui.addSegmentButton)
        self.round()
        before = self.left()
        for _ in range(10):
            self.round()
        self.assertEqual(self.left(), before)
        self.assertEqual((before["shortcuts"], before["workers"]), (0, []))


if __name__ == "__main__":
    main()
