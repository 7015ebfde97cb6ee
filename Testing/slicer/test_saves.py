"""A save cannot vanish: it is on the disk before the status line says so, whatever happens afterwards."""

import gc
import os
import signal
import stat
import unittest
from contextlib import contextmanager
from unittest import mock

import slicer
from session_case import SessionCase
from slicer_setting import allGone, loggedErrors, main, quiet, resultOf, until
from warm_python import warmPython

POSIX = os.name == "posix"


class SavesCase(SessionCase):
    """The engine is this session's own and not started yet; the ball is drawn on slice 6 and its task is named."""

    own = True

    def setUp(self):
        super().setUp()
        self.outbox = self.folder / "tasks" / "outbox"
        self.said, self.saves = [], 0
        self.session.listen(self.heard)
        self.show(6)
        quiet()

    def heard(self, kind):
        if kind == "message" and (not self.said or self.said[-1][0] != self.session.message[0]):
            self.said.append((self.session.message[0], len(self.waiting())))

    def waiting(self):
        return sorted(path.name for path in self.outbox.glob("*.correction"))

    def drawAndSave(self, index=6):
        """The task is chosen, which starts the engine, and the slice saved before that is there."""
        self.show(index)
        quiet()
        self.draw(self.truth[index], index)
        quiet()
        self.session.chooseTask(self.name)
        self.save()

    def save(self):
        self.assertTrue(self.session.save(), self.session.message)
        self.saves += 1

    def onTheDisk(self):
        """How many saves the status line has said that of."""
        return sum(text.startswith("Saved on this machine") for text, _ in self.said)

    def taught(self, session=None, task=None):
        """How many corrections the engine has, asked of the engine itself."""
        from auxol_core.api import EngineApi

        session, name = session or self.session, task or self.name

        async def ask():
            if name not in await session.connection.ask(EngineApi.list_tasks):
                return -1
            await session.connection.ask(EngineApi.open_task, name)
            return len(await session.connection.ask(EngineApi.corrections, name))

        return resultOf(ask())

    def delivered(self):
        """Until all that was saved has left the outbox."""
        until(lambda: self.onTheDisk() >= self.saves and not self.waiting())

    def anotherSession(self):
        from AuxOLSegmentLib.Session.SessionLogic import SessionLogic

        self.session.close()
        self.session = SessionLogic(self.settings)
        self.session.startEngine()
        return self.session


class TestSaves(SavesCase):
    """Pressed while no engine is there yet, as with the first slice of a day."""

    def test_it_is_on_the_disk_before_the_status_line_says_so(self):
        self.drawAndSave()
        until(self.onTheDisk)
        self.assertEqual(self.said[0], ("Saving ...", 0))
        self.assertEqual([files for text, files in self.said if text.startswith("Saved on this machine")], [1])
        if POSIX:
            self.assertEqual(stat.S_IMODE(self.outbox.stat().st_mode), 0o700)
            self.assertEqual({stat.S_IMODE(path.stat().st_mode) for path in self.outbox.iterdir()}, {0o600})
        self.learned(1)
        self.delivered()
        self.assertEqual(self.taught(), 1)

    def test_nothing_waits_for_the_disk_here(self):
        synced = []
        with mock.patch("os.fsync", synced.append):
            self.drawAndSave()
            until(lambda: self.waiting())
        self.assertEqual(synced, [])

    def test_another_segment_is_chosen_while_the_engine_starts(self):
        self.drawAndSave()
        first = self.name
        self.makeSegment()
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        self.session.chooseTask(self.name)
        until(lambda: self.session.status is not None)
        self.delivered()
        self.assertEqual((self.taught(task=first), self.taught()), (1, 0))

    def test_the_scene_is_closed_while_the_engine_starts(self):
        self.drawAndSave()
        slicer.mrmlScene.Clear(0)
        self.delivered()
        self.assertEqual(self.taught(), 1)

    def test_the_session_ends_at_once_and_the_next_one_sends_it_without_the_scene(self):
        self.drawAndSave()
        self.session.close()
        self.assertEqual(len(self.waiting()), 1)
        slicer.mrmlScene.Clear(0)
        self.anotherSession()
        until(lambda: not self.waiting())
        self.assertEqual(self.taught(), 1)

    def test_without_an_engine_it_waits_and_the_next_one_gets_it(self):
        self.settings.set("pythonPath", str(self.folder / "no python"))
        self.drawAndSave()
        until(lambda: "wait for the engine" in self.session.message[0])
        self.assertEqual(len(self.waiting()), 1)  # written without the keeper, which needs a Python, too
        self.settings.set("pythonPath", warmPython())
        self.session.startEngine()
        self.delivered()
        self.assertEqual(self.taught(), 1)

    @unittest.skipUnless(POSIX, "signals are POSIX's")
    def test_a_keeper_that_is_killed_is_done_without(self):
        keeper = self.session.connection.keeper
        keeper.start()
        until(lambda: keeper._process.processId())
        pid = keeper._process.processId()
        os.kill(pid, signal.SIGSTOP)
        with self.assertLogs("AuxOLSegmentLib.Engine.Keeper", "WARNING"):
            self.drawAndSave()
            os.kill(pid, signal.SIGKILL)
            until(self.onTheDisk)
        self.delivered()
        self.assertEqual(self.taught(), 1)


class TestSaveAll(SavesCase):
    """Many slices at once hold up nobody, and count as saved together. Each breath is taken, as if each took long."""

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Engine import Async

        patch = mock.patch.object(Async, "BREATH_S", 0.0)
        patch.start()
        self.addCleanup(patch.stop)
        self.session.chooseTask(self.name)
        until(lambda: self.session.status is not None)
        for index in (4, 5, 6, 7):
            self.show(index)
            quiet()
            self.draw(self.truth[index], index)
            quiet()
        self.said.clear()
        self.assertEqual(self.session.saveAllReviewed(), 4)

    def test_they_are_read_in_steps_and_the_line_waits_for_the_last(self):
        self.assertEqual(self.session.parts.saving._teacher.waiting, 1)
        until(lambda: self.onTheDisk() and not self.waiting())
        told = [files for text, files in self.said if text.startswith("Saved on this machine")]
        self.assertEqual(len(told), 1)
        self.assertEqual(self.taught(), 4)

    def test_another_segment_chosen_at_once_changes_nothing(self):
        first = self.name
        self.makeSegment()
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        until(lambda: self.onTheDisk() and not self.waiting())
        self.assertEqual(self.taught(task=first), 4)

    def test_the_scene_closed_at_once_changes_nothing(self):
        slicer.mrmlScene.Clear(0)
        until(lambda: self.session.parts.saving._teacher.waiting == 0 and not self.waiting())
        self.assertEqual(self.taught(), 4)

    def test_the_session_closed_at_once_changes_nothing(self):
        self.anotherSession()
        until(lambda: not self.waiting())
        self.assertEqual(self.taught(), 4)


class TestSavesLater(SavesCase):
    """With a task that is open."""

    def setUp(self):
        super().setUp()
        self.drawAndSave()
        self.learned(1)
        self.delivered()

    def drawOn(self, index):
        self.show(index)
        quiet()
        self.draw(self.truth[index], index)
        quiet()

    def test_the_worker_is_killed_as_it_is_saved(self):
        self.drawOn(5)
        os.kill(self.session.connection._process.ready.pid, signal.SIGKILL)
        self.save()
        until(lambda: self.session.status.version >= 2)
        self.delivered()
        self.assertEqual(self.taught(), 2)

    def test_no_receipt_of_an_earlier_save_is_shown_while_the_newest_is_not_on_the_disk(self):
        from AuxOLSegmentLib.Engine.Async import Promise

        pid, keeper = self.session.connection._process.ready.pid, self.session.connection.keeper
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        self.drawOn(5)
        self.save()
        until(lambda: self.waiting())
        disk, keep = Promise(), keeper.carryOut

        async def slowly(effect):
            if getattr(effect, "kept", None) is not None:
                await disk
            return await keep(effect)

        self.drawOn(4)
        with mock.patch.object(keeper, "carryOut", slowly):
            pressed = len(self.said)
            self.save()
            os.kill(pid, signal.SIGCONT)
            until(lambda: self.session.book.get(self.key(5)).state.value == "saved")
            until(lambda: self.session.status.version >= 2)
            self.assertEqual([text for text, _ in self.said[pressed:] if "Saved" in text], [])
            disk.resolve()
            until(lambda: self.session.book.get(self.key(4)).state.value == "saved")
        told = [text for text, _ in self.said[pressed:] if text.startswith("Saved")]
        self.assertEqual(len(told), 2, told)  # on this machine, then with its receipt
        self.delivered()

    def test_the_same_mask_saved_again_while_it_waits_is_said_to_be_on_the_disk(self):
        self.session.stopEngine()
        self.settings.set("pythonPath", str(self.folder / "no python"))
        self.drawOn(5)
        self.save()
        until(lambda: len(self.waiting()) == 1 and "wait for the engine" in self.session.message[0])
        self.save()
        self.assertIn("Saved on this machine", self.session.message[0])
        self.assertEqual(len(self.waiting()), 1)

    def test_it_waits_while_the_engine_is_stopped_and_two_of_one_slice_stay_in_order(self):
        self.session.stopEngine()
        self.settings.set("pythonPath", str(self.folder / "no python"))
        self.draw(self.truth[6] & (self.truth[6].cumsum(1) > 3), 6, add=False)
        quiet()
        self.save()
        until(lambda: len(self.waiting()) == 1)
        second = self.session.book.get(self.key(6)).correctionID
        self.draw(self.truth[6], 6, add=False)
        quiet()
        self.draw(self.truth[6] & (self.truth[6].cumsum(1) > 5), 6, add=False)
        quiet()
        self.save()
        until(lambda: len(self.waiting()) == 2)
        third = self.session.book.get(self.key(6)).correctionID
        self.settings.set("pythonPath", warmPython())
        self.session.startEngine()
        self.delivered()
        self.session.chooseTask(self.name)
        until(lambda: len(self.session.corrections) == 3)
        self.assertEqual([row.correction_id for row in self.session.corrections][1:], [second, third])

    def test_the_end_of_a_session_leaves_no_orphan(self):
        self.session.close()
        gc.collect()
        allGone()
        self.assertEqual(loggedErrors(), [])

    def test_one_that_the_role_refuses_is_told_kept_and_sent_again_with_the_next(self):
        from auxol_core.client.corrections import Corrections
        from auxol_core.errors import RoleError

        def refused(corrections, kept):
            yield from ()
            raise RoleError("You use what others taught. Ask the owner.")

        with mock.patch.object(Corrections, "_send", refused):
            self.drawAndSave(7)
            until(lambda: "was not learned" in self.session.message[0])
            self.assertIn("Ask the owner", self.session.message[0])
            self.assertEqual(len(self.waiting()), 1)
            self.assertEqual(self.session.canSave(), (True, ""))
        self.drawAndSave(8)
        self.delivered()
        self.assertEqual(self.taught(), 3)

    def test_a_task_that_takes_no_save_holds_up_no_other(self):
        from auxol_core.client.corrections import Corrections
        from auxol_core.errors import TaskFileLockedError

        real, other = Corrections._send, f"{self.name} left"

        def locked(corrections, kept):
            if kept.task == self.name:
                raise TaskFileLockedError("Another program has it open.")
            return (yield from real(corrections, kept))

        with mock.patch.object(Corrections, "_send", locked):
            self.drawOn(7)
            self.save()
            until(lambda: "Another program" in self.session.message[0])
            self.session.chooseTask(other)
            until(lambda: self.session.status is not None and self.session.status.name == other)
            self.drawOn(8)
            self.save()
            until(lambda: self.taught(task=other) == 1, 8)
            self.assertEqual(self.taught(), 1)
        until(lambda: self.taught() == 2)

    def test_what_a_worker_that_was_leaving_kept_from_the_next_one_is_sent_by_itself(self):
        with self.heldElsewhere():
            self.drawOn(5)
            self.save()
            until(self.onTheDisk)
            self.session.close()
            slicer.mrmlScene.Clear(0)
            with self.assertLogs("auxol_core.client.corrections", "WARNING") as logged:
                self.anotherSession()
                until(lambda: logged.output)
            self.assertIn("to be free", logged.output[0])
            self.assertEqual(len(self.waiting()), 1)
        until(lambda: not self.waiting())
        self.assertEqual(self.taught(), 2)

    def test_a_task_that_a_leaving_worker_has_still_is_opened_once_it_is_free(self):
        with self.heldElsewhere():
            self.anotherSession()
            self.session.chooseTask(self.name)
            quiet(1)
            self.assertIsNone(self.session.status)
            self.assertNotEqual(self.session.message[1], "error", self.session.message)
        until(lambda: self.session.status is not None)

    @contextmanager
    def heldElsewhere(self):
        """The engine is stopped, and another process, this one, has the task."""
        from auxol_core.taskfile.task_file import TaskFile

        pid = self.session.connection._process.ready.pid
        self.session.stopEngine()
        until(lambda: not _runs(pid))
        (path,) = (self.folder / "tasks").glob("*.auxol")
        with TaskFile.open(path, generalist_hash="", relearn=True):
            yield

    def test_what_waits_for_a_task_that_is_deleted_goes_with_it(self):
        self.session.stopEngine()
        self.settings.set("pythonPath", str(self.folder / "no python"))
        self.draw(self.truth[6] & (self.truth[6].cumsum(1) > 3), 6, add=False)
        quiet()
        self.save()
        until(lambda: "wait for the engine" in self.session.message[0])
        self.settings.set("pythonPath", warmPython())
        self.session.deleteTask()
        self.delivered()
        quiet(1)
        self.assertEqual(self.taught(), -1)


def _runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
