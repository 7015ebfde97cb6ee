"""An engine that computes is busy and not dead: nothing is killed, nothing lost, and a second Slicer finds it."""

import os
import signal
import unittest
from pathlib import Path
from unittest import mock

from session_case import SessionCase
from slicer_setting import HERE, NAMED_PYTHON, main, quiet, resultOf, shellProgram, until
from warm_python import warmPython

from auxol_core.client.limits import NoAnswerError, Timeouts
from auxol_core.types import Box, Prompt, SliceImage

BOX = Prompt(box=Box(21, 15, 48, 46))


@unittest.skipUnless(os.name == "posix", "the held engine is started by a shell script")
class BusyCase(SessionCase):
    """``self.hold()`` lets the encoder stand still, ``self.letGo()`` run on."""

    own = True

    def setUp(self):
        super().setUp()
        self._hold = self.folder / "hold"
        command = f'exec "{warmPython() or NAMED_PYTHON}" "{HERE / "held_worker.py"}" "{self._hold}" "$@"'
        self.settings.set("pythonPath", shellProgram(self.folder / "held python", command))
        self.addCleanup(self.letGo)

    def hold(self):
        self._hold.touch()

    def letGo(self):
        self._hold.unlink(missing_ok=True)

    @property
    def pid(self):
        return self.session.connection._process.ready.pid

    def hurried(self, lost=lambda: None, **limits):
        """A connection with time limits that a test can wait for, and a task that is open."""
        from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        connection = EngineConnection(self.settings, lambda: None, lost, Timeouts(**limits))
        self.addCleanup(connection.close)
        link = TaskLink(connection, self.name, lambda: None)
        resultOf(link.open(None))
        return connection, link

    def image(self, index):
        from AuxOLSegmentLib.Scene.VolumeReader import sliceImage

        return sliceImage(self.volume, 0, index)

    def start(self, coroutine):
        """It runs until it has ended; its errors are asked for with ``result``."""
        from AuxOLSegmentLib.Engine.Async import Task

        return Task(coroutine)


class TestBusyEngine(BusyCase):
    """What waits for the encoder, and what does not."""

    def test_a_slice_is_accepted_while_the_next_is_encoded(self):
        from auxol_core.api import EngineApi

        mask = self.propose(6)
        (shown,) = self.session.proposals.on(self.key(6))
        pid = self.pid
        self.hold()
        self.show(7)
        self.dragBox(7)
        quiet()
        self.show(6)
        self.assertTrue(self.session.accept())
        again = self.start(self.session.connection.ask(EngineApi.accept, shown.proposalID, version=shown.version))
        until(lambda: again.done, 10)
        again.result()
        self.assertFalse(self.session.proposals.on(self.key(7)))
        self.letGo()
        until(lambda: self.session.proposals.on(self.key(7)), 20)
        self.assertEqual(self.pid, pid)
        self.assertTrue((self.mask(6) == mask).all())

    def test_a_click_that_is_late_raises_and_the_worker_lives(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        connection, link = self.hurried(predict=3.0)
        pid = connection._process.ready.pid
        self.hold()
        late = self.start(link.predict(self.image(6), BOX, None))
        until(lambda: late.done, 10)
        self.assertRaises(NoAnswerError, late.result)
        quiet(1.5)  # time enough for whoever would kill it
        self.assertIs(connection.state, EngineState.READY)
        self.letGo()
        again = self.start(link.predict(self.image(6), BOX, None))
        until(lambda: again.done)
        self.assertTrue(again.result().mask.any())
        self.assertEqual(connection._process.ready.pid, pid)

    def test_a_worker_that_gives_no_sign_of_life_is_replaced(self):
        lost = []
        connection, link = self.hurried(lambda: lost.append(1), predict=4.0, health=0.3)
        pid = connection._process.ready.pid
        os.kill(pid, signal.SIGSTOP)
        late = self.start(link.predict(self.image(6), BOX, None))
        until(lambda: late.done and lost, 20)
        self.assertRaises(NoAnswerError, late.result)
        again = self.start(link.predict(self.image(6), BOX, None))
        until(lambda: again.done)
        self.assertTrue(again.result().mask.any())
        self.assertNotEqual(connection._process.ready.pid, pid)

    def test_slices_brought_before_a_restart_are_brought_again(self):
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        link = TaskLink(self.session.connection, self.name, lambda: None)

        async def sent():
            await link.open(None)
            return await link.sendSlices([self.image(index) for index in (5, 6)])

        ids = self.start(sent())
        until(lambda: ids.done)
        os.kill(self.pid, signal.SIGKILL)

        async def walked():
            begun = await link.propagate(ids.result(), {1: self.truth[6]}, [])
            found = []
            while not begun.done:
                found += await link.propagated(begun)
            return found

        walk = self.start(walked())
        until(lambda: walk.done)
        self.assertEqual([item.index for item in walk.result()], [0])


@unittest.skipUnless(os.name == "posix", "signals are POSIX's")
class TestDeadWorker(SessionCase):
    """What the status line says of a worker that died is what happens."""

    own = True

    def setUp(self):
        super().setUp()
        self.said = []
        self.session.listen(lambda kind: kind == "message" and self.said.append(self.session.message[0]))

    def ready(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        until(lambda: self.session.engineState is EngineState.READY)
        return self.session.connection._process.ready.pid

    def killed(self, pid):
        """It is killed, and the session has seen that."""
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.session.connection._process is None or self.session.connection._process.ready is None)

    def test_it_is_started_again_by_itself_and_the_line_says_so(self):
        self.session.startEngine()
        self.killed(pid := self.ready())
        self.assertIn("is being started again", self.session.message[0])
        self.assertNotEqual(self.ready(), pid)
        self.assertIn("was started again", self.session.message[0])

    def failing(self, times):
        """From now on Python ends at once so many times; how often it was tried, when asked."""
        tries = self.folder / "tries"
        script = f'echo try >>"{tries}"\n[ "$(wc -l <"{tries}")" -gt {times} ] || exit 3\n'
        script += f'exec "{warmPython() or NAMED_PYTHON}" "$@"'
        self.settings.set("pythonPath", shellProgram(self.folder / "failing python", script))
        return lambda: len(tries.read_text().split())

    def test_one_that_dies_while_it_begins_is_begun_again(self):
        self.session.startEngine()
        pid, tries = self.ready(), self.failing(2)
        self.killed(pid)
        self.ready()
        self.assertEqual(tries(), 3)
        until(lambda: "was started again" in self.session.message[0])

    def test_one_that_cannot_begin_is_tried_no_more_than_one_that_dies(self):
        from AuxOLSegmentLib.Engine.EngineConnection import RESTARTS, EngineState

        self.session.startEngine()
        pid, tries = self.ready(), self.failing(99)
        self.killed(pid)
        until(lambda: tries() >= RESTARTS and self.session.engineState is EngineState.FAILED)
        quiet(1)
        self.assertEqual(tries(), RESTARTS)
        self.assertIn("it ended at once", self.session.connection.text())
        self.assertEqual(self.session.message[1], "error")

    def test_one_that_dies_again_and_again_is_left_alone_until_it_is_needed(self):
        from AuxOLSegmentLib.Engine.EngineConnection import RESTARTS, EngineState

        self.session.chooseTask(self.name)
        until(lambda: self.session.status is not None)
        for _ in range(RESTARTS + 1):
            self.killed(self.ready())
        self.assertIn("the next prompt or save starts it", " ".join(self.said[-2:]))
        quiet(6)  # whoever follows the task asks every two seconds
        self.assertIs(self.session.engineState, EngineState.OFF)
        self.assertIn("again and again", self.session.message[0])
        self.propose(6)
        self.killed(self.ready())
        self.assertIn("is being started again", self.session.message[0])
        self.ready()

    def test_one_that_dies_before_who_waited_for_it_goes_on_is_counted_too(self):
        from AuxOLSegmentLib.Engine.EngineConnection import RESTARTS, EngineState

        connection, begun = self.session.connection, []

        def dying(kind):
            if kind == "engine" and connection.state is EngineState.READY:
                begun.append(connection._process.ready.pid)
                connection._died("")

        self.session.listen(dying)
        self.session.startEngine()
        until(lambda: len(begun) > RESTARTS and connection.state is EngineState.OFF)
        quiet(1)
        self.assertEqual(len(begun), RESTARTS + 1)
        self.assertIn("again and again", self.session.message[0])

    def test_a_save_that_arrived_shows_that_it_works(self):
        from AuxOLSegmentLib.Engine.EngineConnection import RESTARTS

        self.session.chooseTask(self.name)
        until(lambda: self.session.status is not None)
        for _ in range(RESTARTS):
            self.killed(self.ready())
        self.ready()
        self.draw(self.truth[6])
        quiet()
        self.saved(6)
        self.killed(self.ready())
        self.assertIn("is being started again", " ".join(self.said[-2:]))
        self.ready()


class TestSecondSlicer(BusyCase):
    """Another session on the same folder, as in a second Slicer."""

    def second(self):
        from AuxOLSegmentLib.Session.SessionLogic import SessionLogic

        session = SessionLogic(self.settings)
        self.addCleanup(session.close)
        session.startEngine()
        return session

    def test_it_attaches_to_a_worker_that_is_busy(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.propose(6)
        self.hold()
        self.show(7)
        self.dragBox(7)
        quiet()
        second = self.second()
        until(lambda: second.engineState is EngineState.READY, 10)
        self.assertTrue(second.connection.attached)
        self.assertIn("another Slicer", second.engineText)
        self.assertNotIn("generalist", second.engineText)

    def test_it_waits_for_a_worker_that_is_just_being_started(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.session.startEngine()
        second = self.second()
        until(lambda: second.engineState is EngineState.READY)
        self.assertTrue(second.connection.attached)
        self.assertEqual(second.connection.about["pid"], self.pid)

    def test_it_says_so_where_its_settings_name_another_generalist(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.session.startEngine()
        until(lambda: self.session.engineState is EngineState.READY)
        self.settings.set("generalist", "vit_b")
        second = self.second()
        until(lambda: second.engineState is EngineState.READY)
        self.assertTrue(second.connection.attached)
        self.assertIn("It runs the generalist builtin, not vit_b", second.engineText)

    def test_a_worker_of_a_slicer_that_is_gone_is_no_reason_to_wait(self):
        from AuxOLSegmentLib.Engine.AttachFile import AttachFile, Worker
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        folder = Path(self.settings.dataDir)
        folder.mkdir()
        AttachFile(folder).write(Worker(0, 2**22 + 1, "a token", "builtin"))
        self.session.startEngine()
        until(lambda: self.session.engineState is EngineState.READY)
        self.assertFalse(self.session.connection.attached)


class TestChangedProposal(SessionCase):
    """The task has learned between what the user saw and what they accepted."""

    def test_what_nobody_has_seen_is_shown_and_not_in_the_segment(self):
        from AuxOLSegmentLib.Session.Proposals import Shown

        seen, shown, told = self.acceptedTooLate()
        self.assertEqual(told, [(shown.proposalID, 0), (shown.proposalID, True)])
        self.assertTrue((self.mask(6) == seen).all())
        (offered,) = self.session.proposals.on(self.key(6))
        self.assertIsInstance(offered, Shown)
        self.assertTrue((offered.mask == ~seen).all())
        self.assertIn("learned meanwhile", self.session.message[0])
        self.assertTrue(self.session.accept())
        self.assertTrue(self.mask(6).all())

    def test_what_the_user_repaired_is_saved_and_not_what_was_offered_again(self):
        self.acceptedTooLate()
        mask = self.mask(6)
        self.session.parts.events.effectBegun()  # it accepts what was asked for, and that was accepted already
        self.assertTrue((self.mask(6) == mask).all())
        repaired = self.truth[6] & (self.truth[6].cumsum(1) > 3)
        self.draw(repaired, 6, add=False)
        quiet()
        kept = []
        with mock.patch.object(
            self.session.parts.saving._teacher, "add", lambda *given: kept.append((given[2].slice_id, given[3]))
        ):
            self.assertTrue(self.session.save(), self.session.message)
        self.assertTrue((kept[0][1] == repaired).all())
        self.assertTrue((self.mask(6) == repaired).all())
        self.assertEqual(self.session.proposals.on(self.key(6)), [])

    def acceptedTooLate(self):
        """A proposal is accepted as it was before the task learned: what was seen, and what the engine was asked."""
        from dataclasses import replace

        from auxol_core.errors import ProposalChangedError
        from AuxOLSegmentLib.Engine.Async import after

        seen = self.propose(6)
        (shown,) = self.session.proposals.on(self.key(6))
        told = []

        class Link:
            async def accept(self, proposalID, version):
                await after(0)
                told.append((proposalID, version))
                raise ProposalChangedError("The version of the proposal was 0, it is 1. Ask for it again.")

            async def proposal(self, proposalID, image):
                told.append((proposalID, isinstance(image, SliceImage)))
                return replace(fresh, mask=~seen, version=1)

        link = resultOf(self.session.desk.link())
        fresh = resultOf(link.proposal(shown.proposalID))
        self.session.desk.ifOpen = lambda verb: self.start(verb(Link()))
        self.assertTrue(self.session.accept())
        quiet()
        return seen, shown, told

    def start(self, coroutine):
        from AuxOLSegmentLib.Engine.Async import Task

        return Task(coroutine)


if __name__ == "__main__":
    main()
