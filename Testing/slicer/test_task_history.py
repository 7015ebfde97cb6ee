"""What is asked of the engine when something has happened: what is new, and everything only where rows were changed."""

import dataclasses
import unittest

import slicer_setting  # first: it loads the module
from fake_session import correction, status, version

from auxol_core.errors import UnavailableError
from auxol_core.types import Event


class FakeTask:
    """A task of the engine's: its rows, what was asked of it, and events when the test says so."""

    def __init__(self, count):
        self.kept = {"corrections": [correction(at, 0.5, 0.6, 0.7) for at in range(1, count + 1)]}
        self.kept["versions"] = [version(at, current=at == count) for at in range(1, count + 1)]
        self.asked = []
        self.failing, self.mayPoll = 0, True
        self.reopened = None  # called where the engine turns out to have closed the task, which is then open again
        self._polls = []
        self._told = []

    async def corrections(self, after=0):
        return await self._rows("corrections", after)

    async def versions(self, after=0):
        return await self._rows("versions", after)

    async def _rows(self, verb, after):
        from AuxOLSegmentLib.Engine.Async import Promise
        from AuxOLSegmentLib.Engine.Async import after as later

        rows = self.kept[verb][after:]
        self.asked.append((verb, after, len(rows)))
        if self.reopened is not None:
            reopened, self.reopened = self.reopened, None
            reopened()
            await Promise()  # the question asked again, of an engine that is killed
        await later(0)
        return rows

    async def status(self):
        return status(queued=0, version=len(self.kept["versions"]))

    async def events(self, after, wait):
        from AuxOLSegmentLib.Engine.Async import Promise

        if self.failing:
            self.failing -= 1
            raise UnavailableError("The engine is not there. Wait.")
        if not wait or self._told:
            told, self._told = self._told, []
            return told
        poll = Promise()
        self._polls.append(poll)
        return await poll

    def tell(self, *kinds):
        """These things have happened."""
        self.asked.clear()
        told = [Event(at, "liver", kind, {}) for at, kind in enumerate(kinds, start=1)]
        polls, self._polls = self._polls, []
        for poll in polls:
            poll.resolve(told)

    @property
    def followed(self):
        return bool(self._polls)

    def save(self):
        """One more correction, not learned yet."""
        number = len(self.kept["corrections"]) + 1
        self.kept["corrections"].append(dataclasses.replace(correction(number, 0.5, 0.6, 0.7), learned=False))

    def learn(self):
        """The last correction is learned: a new version is in use, the one before is not."""
        versions, corrections = self.kept["versions"], self.kept["corrections"]
        versions[:] = [dataclasses.replace(row, current=False) if row.current else row for row in versions]
        versions.append(version(len(corrections), current=True))
        corrections[-1] = dataclasses.replace(corrections[-1], learned=True)


class TestFollowing(unittest.TestCase):
    """A task of 1,000 corrections."""

    def setUp(self):
        from AuxOLSegmentLib.Engine.Async import Tasks
        from AuxOLSegmentLib.Session.TaskFollower import TaskFollower

        self.task, self.errors, self.lines = FakeTask(1000), [], []
        self.tasks = Tasks(self.errors.append)
        self.addCleanup(self.tasks.close)
        self.follower = TaskFollower(
            self.task,
            self.tasks,
            lambda kind: None,
            lambda *line: self.lines.append(line),
            lambda event: None,
            lambda: None,
        )
        self.follower.begin(status())
        self.settled()

    def settled(self):
        """It waits for events again, and shows what the task has."""
        slicer_setting.until(lambda: (self.task.followed and self.shown == self.task.kept) or self.errors, 5)
        self.assertEqual(self.errors, [])

    @property
    def shown(self):
        return {"corrections": self.follower.corrections, "versions": self.follower.versions}

    def test_a_saved_slice_is_one_row_more(self):
        self.task.save()
        self.task.tell("queued")
        self.settled()
        self.assertEqual(self.task.asked, [("versions", 999, 1), ("corrections", 1000, 1)])

    def test_an_update_is_one_version_and_the_rows_that_it_changed(self):
        self.task.save()
        self.task.tell("queued")
        self.settled()
        earlier = self.follower.corrections[:1000]
        self.task.learn()
        self.task.tell("learning", "progress", "learned")
        self.settled()
        self.assertEqual(self.task.asked, [("versions", 999, 2), ("corrections", 1000, 1)])
        self.assertTrue(all(now is then for now, then in zip(self.follower.corrections, earlier, strict=False)))

    def test_nothing_is_asked_for_while_it_learns(self):
        self.task.tell("progress", "refreshed")
        slicer_setting.until(lambda: self.task.followed)
        self.assertEqual(self.task.asked, [])

    def test_while_it_is_learned_again_it_is_told_how_far_that_is_and_nothing_is_asked_for(self):
        from auxol_core.types import Progress

        self.task.tell("relearning")
        slicer_setting.until(lambda: self.follower.status.relearning is not None)
        self.assertEqual(self.follower.status.relearning, Progress(0, 0))
        self.assertEqual(self.task.asked, [])
        self.task.tell("relearned")
        self.settled()
        self.assertIsNone(self.follower.status.relearning)
        self.assertIn("learned again", self.lines[-1][0])

    def test_what_was_rehearsed_is_one_version_more(self):
        self.task.tell("rehearsed")
        self.settled()
        self.assertEqual([asked[0] for asked in self.task.asked], ["versions", "corrections"])

    def test_what_was_taken_back_is_read_anew(self):
        for kind in ("restored", "forgotten", "reset"):
            del self.task.kept["corrections"][3:5]
            self.task.tell(kind)
            self.settled()
            self.assertEqual([asked[:2] for asked in self.task.asked], [("versions", 0), ("corrections", 0)])

    def test_what_happened_while_the_engine_was_away_is_read_anew(self):
        from AuxOLSegmentLib.Session import TaskFollower

        self.addCleanup(setattr, TaskFollower, "RETRY_MS", TaskFollower.RETRY_MS)
        TaskFollower.RETRY_MS = 1
        self.task.failing = 2
        del self.task.kept["versions"][5:]
        self.task.tell("progress")
        self.settled()
        self.assertEqual([after for _, after, _ in self.task.asked], [0, 0])

    def test_the_first_row_of_a_task_is_new_too(self):
        self.task.kept["corrections"].clear()
        self.task.kept["versions"].clear()
        self.task.tell("reset")
        self.settled()
        self.task.save()
        self.task.tell("queued")
        self.settled()
        self.assertEqual(self.task.asked, [("versions", 0, 0), ("corrections", 0, 1)])

    def test_two_who_ask_at_once_do_not_get_rows_twice(self):
        self.task.save()
        self.task.asked.clear()
        for _ in range(2):
            self.tasks.start(self.follower.catchUp())
        gone = self.tasks.start(self.follower.catchUp())
        gone.cancel()
        self.tasks.start(self.follower.read())
        slicer_setting.until(lambda: len(self.task.asked) == 6)
        self.settled()

    def test_who_reads_while_the_task_is_opened_again_holds_up_nobody(self):
        self.task.failing = 1  # the engine was away: everything is read anew
        self.task.reopened = self.follower.followAnew
        self.task.save()
        self.task.tell("queued")
        slicer_setting.until(lambda: self.task.reopened is None)
        self.settled()
        self.task.learn()
        self.task.tell("learned")
        self.settled()


class TestCancelledFromWithin(unittest.TestCase):
    """A coroutine whose own call has it cancelled ends where it waits next, and lets go of what it holds."""

    def test_it_ends_at_once_and_gives_up_what_it_waits_for(self):
        from AuxOLSegmentLib.Engine.Async import Promise, Task, after

        told, given_up = [], []
        waited = Promise(cancel=lambda: given_up.append(True))

        async def work():
            try:
                await after(0)
                task.cancel()
                told.append("went on")
                await waited
                told.append("was there")
            finally:
                told.append("let go")

        task = Task(work())
        slicer_setting.until(lambda: told)
        self.assertEqual((told, given_up, task.done), (["went on", "let go"], [True], True))


if __name__ == "__main__":
    slicer_setting.main()
