"""What learning changed and whether it has paid: said from what was measured."""

import numpy as np
from slicer_setting import SlicerCase, main
from test_panel import PanelCase

from auxol_core.types import CorrectionInfo, Scores


def row(name, generalist, specialist, fused):
    return CorrectionInfo(name, 1, "s" * 64, False, True, (Scores(generalist, specialist, fused),))


class TestPayoff(SlicerCase):
    """Numbers."""

    def test_what_differs_between_two_masks_of_one_size_follows_from_their_dice(self):
        from AuxOLSegmentLib.Session.Payoff import voxelsSaved

        truth, shown, alone = (np.zeros(100, bool) for _ in range(3))
        truth[:20], shown[2:22], alone[10:30] = True, True, True
        dice = [2 * np.count_nonzero(mask & truth) / 40 for mask in (alone, shown)]
        differing = np.count_nonzero(alone ^ truth) - np.count_nonzero(shown ^ truth)
        self.assertAlmostEqual(voxelsSaved((Scores(dice[0], None, dice[1]),), 20), differing)

    def test_slices_without_the_specialist_say_nothing(self):
        from AuxOLSegmentLib.Session.Payoff import Payoff

        self.assertEqual(Payoff.of([row("a", 0.5, None, 0.5)], {"a": 100}), Payoff())
        found = Payoff.of([row("a", 0.5, None, 0.5), row("b", 0.6, 0.7, 0.7), row("c", 0.6, 0.7, 0.8)], {"b": 100})
        self.assertEqual((found.slices, found.known, found.voxels), (2, 1, 20))
        self.assertAlmostEqual(found.dice, 0.15)

    def test_only_what_was_saved_in_this_session_has_voxels(self):
        from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
        from AuxOLSegmentLib.Session.Payoff import savedVoxels
        from AuxOLSegmentLib.Session.SliceBook import SliceRecord

        bits = np.packbits(np.arange(64) < 10).tobytes()
        saved = SliceRecord(SliceKey("v", 0, 1), correctionID="a", savedAt=1.0, written=bits)
        loaded = SliceRecord(SliceKey("v", 0, 2), correctionID="b", savedAt=1.0)
        open_ = SliceRecord(SliceKey("v", 0, 3), written=bits)
        self.assertEqual(savedVoxels([saved, loaded, open_]), {"a": 10})


class TestSentences(SlicerCase):
    """Words."""

    def test_the_guards_own_words_are_understood(self):
        from types import SimpleNamespace

        from auxol_core.specialist.guard import EarlierObjects
        from AuxOLSegmentLib.Session.Learned import guardText

        lessons = {f"{at}#0": SimpleNamespace(key=f"{at}#0") for at in range(9)}
        for gain, told in ((0.02, "better by 0.020"), (-0.01, "worse by 0.010"), (0.0, "as good as it was")):
            specialist = SimpleNamespace(
                state=0, doubts=lambda own: "", scores=lambda state, asked, gain=gain: [0.8 + state * gain] * len(asked)
            )
            trial = SimpleNamespace(
                specialist=specialist, candidate=SimpleNamespace(state=1), lessons=lessons, new=["8#0"], shown=(0.9,),
                version=2, current=1,
            )  # fmt: skip
            published, reason = EarlierObjects(last=4, tolerance=0.05, doubtful=0.05, surprise=0.1).verdict(trial)
            self.assertTrue(published)
            self.assertIn(told, guardText(reason))
            self.assertIn("On the 4 objects before", guardText(reason))
        self.assertEqual(guardText("not guarded: 1 earlier objects say too little"), "")

    def test_what_a_lesson_changed_is_said_without_three_equal_numbers(self):
        from AuxOLSegmentLib.Session.Learned import learnedText

        reason = "the last 6 objects changed by +0.012 Dice"
        self.assertEqual(
            learnedText(4, reason, 0.9, 0.62),
            "Learned (version 4). On the 6 objects before, the specialist is better by 0.012 Dice. The specialist has "
            "38 % of the next proposals, after 10 %.",
        )
        self.assertEqual(learnedText(1, "", None, 0.8), "Learned (version 1). The specialist has 20 % of a proposal.")

    def test_nothing_a_loss_and_a_gain_are_told_apart(self):
        from AuxOLSegmentLib.Panel.LearningTexts import payoffText
        from AuxOLSegmentLib.Session.Payoff import Payoff

        told = [payoffText(Payoff(5, dice, voxels, 5), "x") for dice, voxels in ((0, 0), (0.1, 9), (-0.1, -9))]
        beginnings = ("Learning has made no difference", "Learning has paid", "Learning has not paid")
        self.assertEqual([text.startswith(words) for text, words in zip(told, beginnings, strict=True)], [True] * 3)
        self.assertIn("about 9 voxels fewer", told[1])
        self.assertIn("about 9 voxels more", told[2])
        self.assertNotIn("voxels", payoffText(Payoff(5, 0.1), "x"))
        self.assertIn("first saved slice", payoffText(Payoff(), "x"))


class TestTheCurve(PanelCase):
    """Confirmations beside corrections."""

    def test_a_confirmation_is_drawn_hollow_and_named_below(self):
        import qt

        from AuxOLSegmentLib.Panel.CurveData import Curve
        from AuxOLSegmentLib.Panel.LearningCurve import axisText, drawCurve

        palette = qt.QPalette(qt.QColor("#ffffff"))
        palette.setColor(qt.QPalette.Base, qt.QColor("#ffffff"))
        drawn = []
        for confirmed in (False, True):
            curve = Curve.of([self.fake.correction(at, 0.7, 0.7, 0.8, confirmation=confirmed) for at in range(1, 4)])
            self.assertEqual("hollow" in axisText(curve), confirmed)
            image = drawCurve(curve, "x", 380, 180, qt.QFont(), palette).toImage()
            drawn.append([image.pixelColor(x, y).name() for x in range(380) for y in range(20, 140)])
        self.assertNotEqual(*drawn)

    def test_it_is_drawn_in_the_size_that_it_has(self):
        self.chooseAll()
        self.ui.stepTabs.setCurrentIndex(2)
        for width in (420, 600):
            self.window.resize(width, 600)
            self.window.show()
            self.window.layout().activate()
            from slicer_setting import quiet

            quiet(0.1)
            pixmap = self.ui.curveLabel.pixmap
            pixmap = pixmap() if callable(pixmap) else pixmap
            self.assertEqual(pixmap.width(), self.ui.curveLabel.width)
        self.window.hide()


if __name__ == "__main__":
    main()
