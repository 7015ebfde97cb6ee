"""Find with all that ships: slices are taught through the panel's session, the worker's own locator learns while nobody
asks, and a volume that the task has never seen is looked through."""

import numpy as np
import slicer
from session_case import SHAPE, SessionCase, ball, dice, volume_with
from slicer_setting import main, quiet, until

TAUGHT, EMPTY = (3, 4, 6, 8, 9), (0, 1, 11)
ELSEWHERE = (6, 30, 36)  # the middle of the other volume's ball


class TestLearnedFind(SessionCase):
    """One bright ball teaches, another one, of other noise and in another place, is found."""

    own = True
    thinking = "full"

    def test_the_structure_is_found_where_it_is_and_nothing_where_it_is_not(self):
        self.teach()
        self.another(ball(middle=ELSEWHERE))
        there, middle = set(np.flatnonzero(self.truth.any(axis=(1, 2))).tolist()), {4, 5, 6, 7, 8}
        found = self.found()
        for _ in range(20):  # a busy machine takes longer to learn while nobody asks
            if middle <= set(found) <= there:
                break
            quiet(4)
            found = self.found()
        self.assertLessEqual(set(found), there, self.session.message)
        # The ends of the ball are a few pixels.
        self.assertGreaterEqual(set(found), middle, self.session.message)
        self.assertEqual(self.session.acceptAbove(0.0), len(found))
        until(lambda: not self.session.proposals.all())
        for index in middle:
            self.assertGreater(dice(self.mask(index), self.truth[index]), 0.85, f"slice {index}")

    def found(self):
        """Look through the volume; what is proposed, by slice."""
        self.session.find(0, SHAPE[0] - 1)
        until(lambda: self.session.propagation.total and not self.session.propagation.running, 120)
        return {item.key.index: item for item in self.session.review() if item.state.value == "proposed"}

    def teach(self):
        """The structure on some slices, nothing on others, and the time to learn it."""
        for number, index in enumerate(TAUGHT, start=1):
            self.propose(index)
            self.session.accept()
            self.draw(self.truth[index], index, add=False)
            self.saved(index)
            self.learned(number)
        for index in EMPTY:
            self.show(index)
            self.assertTrue(self.session.nothingHere(), self.session.message)
        until(lambda: self.session.status.slices_without == len(EMPTY), 30)
        quiet(2)

    def another(self, truth):
        """Another volume with a segment of the same name, taught to the same task."""
        self.truth, self.volume = truth, volume_with(truth, name="Another", seed=9)
        task = self.name
        self.makeSegment()
        self.segmentation.GetSegmentation().GetSegment(self.segmentID).SetName(task)
        self.session.setEditor(self.editor, lambda: None)
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        self.session.chooseTask(task)
        until(lambda: self.session.task == task and self.session.status is not None, 30)
        self.show(6)
        quiet()


if __name__ == "__main__":
    main()
