"""The walk of `make bench-walks` on two made-up patients: what its rows say has happened in the panel."""

import numpy as np
import slicer
from measured_walk import IN, OUT, TASK, MeasuredWalk, Plan, boxAround, placeInside
from session_case import ball, volume_with
from slicer_setting import main

SHAPE = (6, 64, 64)
BALL = ball(SHAPE, (2.5, 34, 30), (4.5, 14, 16))
SEEN, HARD = 1, 4  # slices of the label


class TestAMeasuredWalk(MeasuredWalk):
    """One patient teaches a slice, the other is tried on two: a ball, and a ring that no proposal fits."""

    def test_each_arm_tries_the_same_slices_and_the_one_in_use_learns_from_all_of_them(self):
        ring = BALL & ~ball(SHAPE, (2.5, 34, 30), (9, 9, 10))
        self.plan = Plan(
            prompt="box",
            seed=1,
            value=1,
            window=(-150, 250),
            taught=[self.patient("one", {SEEN: BALL}, 1)],
            tried=[self.patient("two", {SEEN: BALL, HARD: ring}, 2)],
        )
        self.walk()
        self.everyArmIsThere()
        self.theCopyIsWhatWasTaught()
        self.allThatWasAcceptedWasSaved()
        self.actionsAreCounted()

    def patient(self, name, label, slices):
        """A volume with a bright ball, and its label, on the disk. ``label``: slice -> mask of a volume."""
        truth = np.zeros(SHAPE, bool)
        for index, mask in label.items():
            truth[index] = mask[index]
        image = volume_with(BALL, seed=slices)  # else the two are one slice to the engine, saved already
        labels = volume_with(truth, contrast=1.0, noise=0.0)
        slicer.util.updateVolumeFromArray(labels, truth.astype(np.uint8))
        paths = {}
        for word, node in (("image", image), ("labels", labels)):
            path = self.folder / f"{name} {word}.nrrd"
            self.assertTrue(slicer.util.saveNode(node, str(path)))
            paths[word] = str(path)
        return {"name": name, "patient": name, "slices": slices, **paths}

    def of(self, arm):
        return [row for row in self.rows if row["arm"] == arm]

    def everyArmIsThere(self):
        self.assertEqual([row["slice"] for row in self.of("taught")], [SEEN])
        for arm in ("in use", "paused", "frozen", "generalist"):
            self.assertEqual([(row["patient"], row["slice"]) for row in self.of(arm)], [("two", SEEN), ("two", HARD)])

    def theCopyIsWhatWasTaught(self):
        first, second = self.of("in use")
        paused = self.of("paused")
        self.assertEqual((first["dice"], first["changed"]), (paused[0]["dice"], paused[0]["changed"]))
        self.assertEqual([row["version"] for row in (first, *paused)], [1, 1, 1])
        self.assertEqual(second["version"], 2)
        self.assertEqual({row["version"] for row in self.of("frozen") + self.of("generalist")}, {0})

    def allThatWasAcceptedWasSaved(self):
        self.assertEqual([row["repaired"] for row in self.of("in use")], [False, True])
        self.chooseTask(TASK)
        self.wait(lambda: len(self.session.corrections) == 3)
        self.assertEqual([each.confirmation for each in self.session.corrections], [False, True, False])
        for row in self.of("taught") + self.of("in use"):
            self.assertLessEqual(0, row["safe"])
            self.assertLessEqual(row["safe"], row["learned"])
        self.assertEqual({row["safe"] for row in self.of("paused")}, {None})

    def actionsAreCounted(self):
        (taught,), (good, hard) = self.of("taught"), self.of("in use")
        names = ("keys", "buttons", "drags", "clicks")
        self.assertEqual([taught[name] for name in names], [3, 0, 1, 0])  # X, drag, A, S
        self.assertEqual([good[name] for name in names], [2, 0, 1, 0])  # X, drag, S: another volume ends the tool
        self.assertEqual([hard[name] for name in names], [2, 0, 1, 0])  # drag, A, S
        self.assertTrue(all(row["prompts"] == 1 and row["waited"] > 0 for row in self.rows))

    def test_boxes_are_as_loose_as_they_say_and_clicks_are_near_the_middle(self):
        random, piece = np.random.default_rng(0), BALL[2]
        rows, cols = (np.where(piece.any(axis))[0] for axis in (1, 0))
        height, width = len(rows), len(cols)
        for _ in range(50):
            row0, col0, row1, col1 = boxAround(piece, random)
            for place, edge, side, outwards in (
                (row0, rows[0], height, -1),
                (col0, cols[0], width, -1),
                (row1, rows[-1], height, 1),
                (col1, cols[-1], width, 1),
            ):
                moved = outwards * (place - edge)
                self.assertTrue(-IN * side - 0.5 <= moved <= OUT * side + 0.5, moved)
            row, col = placeInside(piece, random)
            self.assertLess(np.hypot((row - 34) / 14, (col - 30) / 16), 0.4)


if __name__ == "__main__":
    main()
