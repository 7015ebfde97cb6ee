"""The walk with Find: teach, say where nothing is, find on a volume never seen, accept the good, refuse the false.

The panel, the keys and the worker are real; who says where the structure is, is a stand-in."""

import numpy as np
import slicer
from finder_stand_in import FinderStandIn, box_at
from slicer_setting import HOST, logged, main, quiet
from walk_case import WalkCase, dice

TAUGHT, EMPTY = (17, 21), 2
MISTAKEN = 31  # a slice of the other volume without the structure, on which something is found


class TestFindWalk(WalkCase):
    """Each step on what the one before left."""

    def test_the_walk(self):
        self.chooseAll()
        self.teaches()
        self.saysThatNothingIsHere()
        self.opensAnother()
        with FinderStandIn(self.volume, self.truth, {MISTAKEN: box_at(8, 8, 12)}).patch():
            self.finds()
            self.acceptsWhatIsGood()
            self.refusesWhatIsNot()
            self.goesOnByItself()
        self.assertEqual(logged(), [])

    def teaches(self):
        """1. Two slices, as in the tutorial. Find is off until one is saved, and says why."""
        self.assertFalse(self.ui.findButton.enabled)
        self.assertIn("Save the structure on one slice first", self.ui.findButton.toolTip)
        self.key("X")
        for index in TAUGHT:
            self.show(index)
            self.dragBox(index)
            self.wait(lambda index=index: self.proposed(index))
            self.key("A")
            self.edit(index, self.truth[index])
            self.key("S")
            self.wait(lambda index=index: self.state(index) == "saved")
        self.key("X")
        self.wait(lambda: self.session.status.version >= 2 and self.ui.findButton.enabled)

    def saysThatNothingIsHere(self):
        """2. On a slice without it: one key, saved as any other, in the list in these words."""
        self.show(EMPTY)
        self.assertTrue(self.ui.nothingButton.enabled, self.ui.nothingButton.toolTip)
        self.assertIn("Key: E", self.ui.nothingButton.toolTip)
        self.key("E")
        self.wait(lambda: self.state(EMPTY) == "saved")
        self.wait(lambda: len(self.session.corrections) == 3)
        quiet()
        self.assertEqual(self.states()[f"Axial {EMPTY}"], "nothing here")
        self.show(TAUGHT[0])  # where the user's segment is: it is not removed
        self.key("E")
        self.assertIn("Erase it here first", self.ui.statusLabel.text)
        np.testing.assert_array_equal(self.mask(TAUGHT[0]), self.truth[TAUGHT[0]])

    def opensAnother(self):
        """3. A volume that the task has never seen: the same body, mirrored and brighter."""
        values = np.ascontiguousarray(slicer.util.arrayFromVolume(self.volume)[:, ::-1]) + 7
        other = slicer.util.addVolumeFromArray(values, name="Another")
        other.CopyOrientation(self.volume)
        self.truth = self.truth[:, ::-1]
        self.volume = other
        self.ui.volumeSelector.setCurrentNode(other)
        if self.ui.segmentationSelector.currentNode() is self.segmentation:
            self.ui.segmentationSelector.addNode()
        self.segmentation = self.ui.segmentationSelector.currentNode()
        self.press(self.ui.addSegmentButton)
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetName("Hippocampus")
        if self.session.task != "Hippocampus":
            self.session.chooseTask("Hippocampus")
        self.fit()
        self.show(17)
        self.wait(lambda: self.session.corrections and self.ui.findButton.enabled)
        self.assertFalse(self.session.presence().looked)

    def finds(self):
        """4. One press: the whole volume, the list worst first, the curve."""
        self.press(self.ui.findButton)
        self.wait(lambda: self.session.propagation.running)
        self.assertFalse(self.ui.findButton.enabled)
        self.assertTrue(self.ui.cancelPropagationButton.enabled)
        self.wait(lambda: not self.session.propagation.running)
        there = int(self.truth.any(axis=(1, 2)).sum())
        self.assertIn(f"Found on {there + 1} slices", self.ui.statusLabel.text)
        items = self.session.review()
        self.assertEqual(len(items), there + 1)
        self.assertEqual([item.worth for item in items], sorted(item.worth for item in items))
        self.assertEqual(set(self.states().values()), {"found"})
        self.assertFalse(self.mask(17).any())
        self.picturesAClick()

    def picturesAClick(self):
        """A click on the picture goes to the slice under it."""
        picture = self.panel.review.presence
        self.assertIn(f"slice {17}: 0.92, found", picture.accessibleDescription)
        if HOST is None:
            return
        from host.pythonqt.convert import to_real
        from PySide6 import QtCore, QtTest

        x = 5 + int((MISTAKEN + 0.5) * (picture.width - 10) / len(self.truth))
        QtTest.QTest.mousePress(to_real(picture), QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(x, 30))
        quiet(0.3)
        self.assertEqual(self.session.displayKey(), self.sliceKey(MISTAKEN))

    def acceptsWhatIsGood(self):
        """5. Those that are as good as the reader wants, in one step; the false one is not as sure."""
        self.ui.acceptAboveSpinBox.setValue(0.65)
        above = [item.key.index for item in self.session.review() if item.worth >= 0.65]
        self.assertTrue(above)
        self.assertNotIn(MISTAKEN, above)
        self.press(self.ui.acceptAboveButton)
        self.wait(lambda: {self.state(index) for index in above} == {"accepted"})
        self.assertGreater(np.mean([dice(self.mask(index), self.truth[index]) for index in above]), 0.6)
        self.accepted = above

    def refusesWhatIsNot(self):
        """6. The false find: the views are there since the click, and one key corrects it."""
        self.show(MISTAKEN)
        self.assertTrue(self.proposed(MISTAKEN))
        before = len(self.session.corrections)
        self.key("E")
        self.assertEqual(self.proposed(MISTAKEN), [])
        self.wait(lambda: self.state(MISTAKEN) == "saved")
        self.assertFalse(self.mask(MISTAKEN).any())
        self.wait(lambda: len(self.session.corrections) > before)
        self.assertEqual(self.states()[f"Axial {MISTAKEN}"], "nothing here")
        self.press(self.ui.findButton)
        self.wait(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.assertEqual(self.proposed(MISTAKEN), [])

    def goesOnByItself(self):
        """7. Switched on, a saved slice has the ones beside it looked at."""
        for shown in self.session.proposals.all():
            self.session.parts.offers.drop(shown)
        self.ui.findNextCheckBox.click()
        self.assertTrue(self.settings.findNext)
        index = min(self.accepted)
        self.show(index)
        self.key("S")
        self.wait(lambda: self.state(index) == "saved")
        free = [at for at in range(len(self.truth)) if self.truth[at].any() and at not in self.accepted]
        near = [at for at in free if abs(at - index) <= 3]
        self.wait(lambda: all(self.proposed(at) for at in near) and not self.session.propagation.running)

    def states(self):
        """What the list says of each slice."""
        table = self.ui.reviewTable
        return {table.item(row, 0).text(): table.item(row, 1).text() for row in range(table.rowCount)}


if __name__ == "__main__":
    main()
