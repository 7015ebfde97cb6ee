"""Choosing a generalist in the panel, what it means for a task, and a click that takes long: told, and cancelled."""

import sys
import unittest
from pathlib import Path
from unittest import mock

from session_case import SessionCase
from slicer_setting import NAMED_PYTHON, main, quiet, shellProgram, until
from test_panel import PanelCase
from warm_python import warmPython

HERE = Path(__file__).resolve().parent
LICENCE = "Apache-2.0 of somebody."


def row(name="small", **changed):
    """What the engine tells of a generalist."""
    values = {"name": name, "title": name.title(), "licence": LICENCE, "obtained": "download", "megabytes": 40}
    values |= {"page": "https://example.org/page", "recommended": False, "first_s": 0.4, "next_s": 0.06}
    values |= {"measured": True, "times": "measured, random weights", "clicks": "first click 0.4 s, next 0.06 s"}
    return values | {"partly": 0, "download": None} | changed


def table(*rows, **changed):
    values = {"generalists": list(rows), "recommended": "Recommended: Small.", "may_change": True}
    return values | {"measuring": "", "not_measured": ""} | changed


def download(state, done=10_000_000, total=40_000_000, error=""):
    return {"state": state, "done": done, "total": total, "error": error}


class TestTheBox(PanelCase):
    """The panel with a table that a test makes up."""

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.session.engineState = EngineState.READY
        self.session.engineTold = {"generalist": {"name": "builtin", "title": "built-in"}}
        self.asked = []
        self.answer = True
        for module in ("GeneralistPanel", "LearningPanel"):
            patcher = mock.patch(f"AuxOLSegmentLib.Panel.{module}.confirmed", self.confirmed)
            patcher.start()
            self.addCleanup(patcher.stop)

    def confirmed(self, question, title):
        self.asked.append(question)
        return self.answer

    def told(self, *rows, chosen="small", **changed):
        self.session.generalists = table(*rows, **changed)
        self.settings.set("generalist", chosen)
        self.tell("engine", "generalists")

    def test_the_box_lists_what_is_here_what_can_be_had_and_what_a_click_takes(self):
        builtin = row("builtin", obtained="here", megabytes=None, clicks="", recommended=True)
        self.told(builtin, row(), row("large", obtained="file", clicks="first click about 13 s, next 0.06 s"))
        box = self.ui.generalistSelector
        self.assertEqual(
            [box.itemText(i) for i in range(box.count)],
            [
                "Builtin, here, recommended",
                "Small, 40 MB, download, first click 0.4 s, next 0.06 s",
                "Large, 40 MB, from a file, first click about 13 s, next 0.06 s",
            ],
        )
        self.assertEqual(box.currentIndex, 1)
        for text in ("first click 0.4 s, next 0.06 s", "measured, random weights", "40 MB to download", LICENCE):
            self.assertIn(text, self.ui.generalistLabel.text)
        self.assertIn("Recommended: Small.", self.ui.generalistLabel.text)
        box.setCurrentIndex(2)
        self.assertEqual(self.settings.generalist, "large")
        self.assertIn("get its file from https://example.org/page", self.ui.generalistLabel.text)
        self.assertFalse(self.ui.generalistDownloadButton.enabled)
        self.assertIn("no address or hash", self.ui.generalistDownloadButton.toolTip)

    def test_a_path_that_is_typed_is_a_file_of_the_users_own(self):
        self.told(row())
        self.ui.generalistSelector.setEditText("/data/mine.pth")
        self.assertEqual(self.settings.generalist, "/data/mine.pth")
        self.assertIn("file of your own", self.ui.generalistLabel.text)
        self.assertTrue(self.ui.generalistUseButton.enabled)
        self.tell("generalists")
        self.assertEqual(self.ui.generalistSelector.currentText, "/data/mine.pth")

    def test_the_licence_is_told_and_confirmed_before_a_download(self):
        self.told(row())
        self.answer = False
        self.ui.generalistDownloadButton.click()
        self.assertIn(LICENCE, self.asked[0])
        self.assertEqual(self.session.ordered("downloadGeneralist"), [])
        self.answer = True
        self.ui.generalistDownloadButton.click()
        self.assertEqual(self.session.ordered("downloadGeneralist"), [("small",)])

    def test_a_download_shows_its_progress_and_can_be_cancelled_and_continued(self):
        self.told(row())
        self.assertTrue(self.ui.generalistBar.isHidden() and self.ui.generalistCancelButton.isHidden())
        self.told(row(download=download("running"), partly=10_000_000))
        self.assertFalse(self.ui.generalistBar.isHidden() or self.ui.generalistCancelButton.isHidden())
        self.assertEqual((self.ui.generalistBar.value, self.ui.generalistBar.maximum), (10_000, 40_000))
        self.assertTrue(self.ui.generalistDownloadButton.isHidden())
        self.ui.generalistCancelButton.click()
        self.assertEqual(self.session.ordered("cancelGeneralistDownload"), [("small",)])
        self.told(row(download=download("cancelled"), partly=10_000_000))
        self.assertEqual(self.ui.generalistDownloadButton.text, "Continue")
        self.assertIn("10 MB of it have come", self.ui.generalistLabel.text)
        self.told(row(download=download("failed", error="It had another SHA-256.")))
        self.assertIn("another SHA-256", self.ui.generalistLabel.text)

    def test_using_another_one_offers_to_learn_the_task_again(self):
        self.chooseAll()
        self.told(row(obtained="here"))
        self.answer = False
        self.ui.generalistUseButton.click()
        self.assertIn("'liver' was taught beside the built-in network. Beside Small", self.asked[0])
        self.assertIn("its 23 saved slices", self.asked[0])
        self.assertEqual(self.session.ordered("useGeneralist"), [])
        self.answer = True
        self.ui.generalistUseButton.click()
        self.assertEqual(self.session.ordered("useGeneralist"), [("small",)])

    def test_what_is_not_here_or_runs_already_cannot_be_used(self):
        self.told(row())
        self.assertIn("not on this machine", self.ui.generalistUseButton.toolTip)
        self.told(row("builtin", obtained="here"), chosen="builtin")
        self.assertIn("runs it already", self.ui.generalistUseButton.toolTip)
        self.told(row(), may_change=False)
        self.assertIn("keeper", self.ui.generalistDownloadButton.toolTip)
        self.settings.set("remote", True)
        self.told(row(obtained="here"))
        self.assertIn("chosen where it runs", self.ui.generalistUseButton.toolTip)

    def test_measuring_is_asked_for_and_shown(self):
        self.told(row())
        self.ui.generalistMeasureButton.click()
        self.assertEqual(self.session.ordered("measureGeneralists"), [()])
        self.told(row(), measuring="Small")
        self.assertFalse(self.ui.generalistMeasureButton.enabled)
        self.assertIn("Being timed: Small", self.ui.generalistMeasureButton.toolTip)

    def test_learning_again_can_be_cancelled_where_it_goes_on(self):
        from auxol_core.types import Progress

        self.chooseAll()
        self.assertTrue(self.ui.cancelRelearningButton.isHidden())
        self.session.status = self.fake.status(relearning=Progress(3, 12))
        self.tell("task")
        self.assertFalse(self.ui.cancelRelearningButton.isHidden())
        self.ui.cancelRelearningButton.click()
        self.assertIn("as it was", self.asked[-1])
        self.assertEqual(self.session.ordered("cancelRelearning"), [()])

    def test_a_slice_that_is_prepared_for_long_shows_how_far_it_is_and_a_way_out(self):
        self.assertTrue(self.ui.preparingBar.isHidden() and self.ui.cancelPromptButton.isHidden())
        self.session.preparing = (3, 12)
        self.tell("prompts")
        self.assertEqual((self.ui.preparingBar.value, self.ui.preparingBar.maximum), (3, 12))
        self.ui.cancelPromptButton.click()
        self.assertEqual(self.session.ordered("cancelPrompt"), [()])
        self.session.preparing = (3, 0)
        self.tell("prompts")
        self.assertEqual(self.ui.preparingBar.maximum, 0)
        self.session.preparing = None
        self.tell("prompts")
        self.assertTrue(self.ui.preparingBar.isHidden() and self.ui.cancelPromptButton.isHidden())


@unittest.skipUnless(sys.platform != "win32", "its worker is started by a shell script")
class TestWithAWorker(SessionCase):
    """A real worker with two generalists, whose encoder and relearning a test can hold."""

    own = True

    def setUp(self):
        super().setUp()
        command = f'exec "{warmPython() or NAMED_PYTHON}" "{HERE / "choosing_worker.py"}" "{self.folder}" "$@"'
        self.settings.set("pythonPath", shellProgram(self.folder / "choosing python", command))
        self.addCleanup(self.free)

    def free(self):
        for name in ("slow", "hold"):
            (self.folder / name).unlink(missing_ok=True)

    def generalist(self):
        return self.session.engineTold.get("generalist", {}).get("name")

    def test_the_table_of_the_engine_is_there_when_it_has_started(self):
        self.session.startEngine()
        until(lambda: self.session.generalists)
        names = [each["name"] for each in self.session.generalists["generalists"]]
        self.assertEqual((names[0], names[-1]), ("builtin", "other"))
        self.assertTrue(self.session.generalists["may_change"])

    def test_another_generalist_learns_the_task_again_and_cancelled_it_is_as_it_was_beside_the_first(self):
        self.propose()
        self.session.accept()
        self.saved()
        self.learned(1)
        (self.folder / "hold").touch()
        self.session.useGeneralist("other")
        until(lambda: self.session.status is not None and self.session.status.relearning is not None)
        self.assertEqual((self.generalist(), self.session.status.generalist), ("other", "other"))
        self.session.cancelRelearning()
        until(lambda: self.generalist() == "builtin" and self.session.status is not None)
        self.assertEqual(self.settings.generalist, "builtin")
        self.assertEqual((self.session.status.version, self.session.status.relearning), (1, None))

    def test_another_generalist_learns_the_task_again_to_its_version(self):
        self.propose()
        self.session.accept()
        self.saved()
        self.learned(1)
        self.session.useGeneralist("other")
        until(lambda: self.session.status is not None and self.session.status.generalist == "other")
        until(lambda: self.session.status.relearning is None and self.session.status.version == 1)

    def test_a_slow_click_tells_how_far_it_is_and_is_cancelled_at_the_next_block(self):
        self.propose(5)
        (self.folder / "slow").touch()
        self.show(7)
        self.dragBox(7)
        until(lambda: self.session.preparing is not None)
        done, total = self.session.preparing
        self.assertEqual(total, 100)
        self.assertGreater(done, 0)
        self.assertIn("Preparing this slice, once for all clicks on it:", self.session.message[0])
        self.session.cancelPrompt()
        self.assertIsNone(self.session.preparing)
        self.assertIn("Cancelled", self.session.message[0])
        quiet(1.0)
        blocks = (self.folder / "blocks").stat().st_size
        quiet(1.0)
        self.assertEqual((self.folder / "blocks").stat().st_size, blocks)
        self.assertLess(blocks, 100)
        self.free()
        self.assertEqual(len(self.session.prompts.objects()), 2)  # the mark stays
        self.dragBox(7)
        until(lambda: self.session.proposals.on(self.key(7)) or self.failed())
        self.assertFalse(self.failed(), self.session.message)


if __name__ == "__main__":
    main()
