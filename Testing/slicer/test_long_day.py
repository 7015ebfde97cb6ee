"""What happens in a long day: another task, another frame, another volume in the view, a line that breaks, a mask that
is gone back to, thick voxels."""

import numpy as np
import slicer
from session_case import SessionCase, volume_with
from slicer_setting import main, quiet, resultOf, until


class TestSaved(SessionCase):
    """"Saved" means: in this task, of these pixels, this mask."""

    def setUp(self):
        super().setUp()
        self.propose()
        self.session.accept()
        self.saved()

    def ids(self):
        return [each.correction_id for each in self.session.corrections]

    def test_a_slice_that_was_taught_in_another_task_can_be_taught_in_this_one(self):
        self.assertFalse(self.session.canSave()[0])
        self.session.chooseTask(f"{self.name} right")
        until(lambda: self.session.status is not None and self.session.status.name == f"{self.name} right")
        self.assertEqual(self.session.canSave(), (True, ""))
        self.assertTrue(self.session.save())
        until(lambda: self.ids())
        self.assertFalse(self.session.canSave()[0])

    def test_seeds_are_taught_in_another_task_too(self):
        self.session.chooseTask(f"{self.name} left")
        until(lambda: self.session.status is not None and self.session.status.name == f"{self.name} left")
        self.assertEqual(self.session.useAsSeeds(teach=True), 1)
        until(lambda: self.ids())

    def test_after_a_reset_or_a_forgotten_correction_it_can_be_taught_again(self):
        until(lambda: self.ids())
        self.session.forget(self.ids()[0])
        until(lambda: self.session.canSave()[0])
        self.assertTrue(self.session.save())
        until(lambda: self.ids())
        self.session.reset()
        until(lambda: self.session.canSave()[0])

    def test_a_mask_that_is_gone_back_to_is_the_last_lesson(self):
        good, wrong = self.mask(), np.zeros(self.truth.shape[1:], bool)
        wrong[2:12, 2:12] = True
        self.draw(wrong)
        quiet()
        self.saved()
        self.draw(good, add=False)
        quiet()
        np.testing.assert_array_equal(self.mask(), good)
        self.saved()
        until(lambda: len(self.ids()) == 3)
        self.assertEqual(len(set(self.ids())), 3)
        self.assertEqual(self.session.book.get(self.key(6)).correctionID, self.ids()[-1])

    def test_saved_in_turn_in_two_tasks_each_has_each_mask_once(self):
        first, task = self.mask(), self.session.task
        wrong = np.zeros(self.truth.shape[1:], bool)
        wrong[2:12, 2:12] = True
        for name in (f"{self.name} right", task):
            self.session.chooseTask(name)
            until(lambda name=name: self.session.status is not None and self.session.status.name == name)
            self.assertTrue(self.session.canSave()[0], name)
            self.session.save()
            until(lambda: not self.session.canSave()[0])
            quiet(0.5)
        self.assertEqual(len(self.ids()), 1)  # the engine knows it
        self.draw(wrong)
        quiet()
        self.saved()
        self.draw(first, add=False)
        quiet()
        self.saved()
        until(lambda: len(self.ids()) == 3)

    def test_a_change_that_is_undone_before_it_is_saved_is_no_lesson(self):
        good, wrong = self.mask(), np.zeros(self.truth.shape[1:], bool)
        wrong[2:12, 2:12] = True
        self.draw(wrong)
        quiet(0.3)
        self.draw(good, add=False)
        quiet(0.3)
        self.session.save()
        quiet(1.0)
        self.assertEqual(len(self.ids()), 1)

    def test_the_scene_says_in_which_task_it_was_saved(self):
        books = self.session.parts.books
        books.readJson(books.toJson())
        self.assertFalse(self.session.canSave()[0])
        self.session.chooseTask(f"{self.name} right")
        self.assertTrue(self.session.canSave()[0])

    def test_a_deleted_task_is_not_made_again_by_the_segment_that_had_it(self):
        from AuxOLSegmentLib.Scene.SegmentTag import tagOf

        name = self.session.task
        self.session.deleteTask()
        until(lambda: name not in self.session.taskNames)
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        until(lambda: tagOf(segment, "AuxOL.Task") == "")


class TestAnotherFrame(SessionCase):
    def other(self):
        """The next frame of a sequence, in the same node."""
        values = slicer.util.arrayFromVolume(self.volume).copy()
        slicer.util.updateVolumeFromArray(self.volume, np.roll(values, 5, axis=2))

    def test_what_was_proposed_on_the_one_before_is_asked_for_anew(self):
        self.propose(7)
        (before,) = self.session.proposals.on(self.key(7))
        self.other()
        quiet()
        self.assertNotIn(before.proposalID, [shown.proposalID for shown in self.session.proposals.all()])
        until(lambda: self.session.proposals.on(self.key(7)) or self.failed())

    def test_a_slice_that_was_saved_of_the_one_before_can_be_saved_of_this(self):
        self.propose()
        self.session.accept()
        self.saved()
        until(lambda: len(self.session.corrections) == 1)
        self.other()
        quiet()
        self.assertTrue(self.session.save(), self.session.message)
        until(lambda: len(self.session.corrections) == 2)

    def test_brightness_changes_nothing(self):
        self.propose(7)
        (before,) = self.session.proposals.on(self.key(7))
        self.volume.GetDisplayNode().SetWindowLevelMinMax(-50, 100)
        self.volume.Modified()
        quiet(0.3)
        self.assertEqual(self.session.proposals.on(self.key(7))[0].proposalID, before.proposalID)

    def test_an_image_of_another_size_is_no_error(self):
        self.propose()
        self.session.accept()
        quiet()
        values = slicer.util.arrayFromVolume(self.volume)[:, :48, :48].copy()
        slicer.util.updateVolumeFromArray(self.volume, values)
        quiet()
        self.session.save()  # whatever it says, it says it


class TestWhatTheViewShows(SessionCase):
    def test_nothing_is_marked_accepted_or_saved_on_a_volume_that_is_not_on_display(self):
        self.propose()
        other = volume_with(np.roll(self.truth, 20, axis=2), name="CT2")
        slicer.util.setSliceViewerLayers(background=other, fit=False)
        quiet()
        self.assertEqual(self.session.canSave()[0], False)
        self.assertIn("does not show CT", self.session.canSave()[1])
        self.assertFalse(self.session.accept())
        count = len(self.session.prompts.objects())
        self.dragBox(6)
        quiet(0.3)
        self.assertEqual(len(self.session.prompts.objects()), count)
        slicer.util.setSliceViewerLayers(foreground=self.volume, foregroundOpacity=0.5)
        quiet()
        self.assertTrue(self.session.accept())

    def test_the_prompts_of_a_volume_go_with_it(self):
        self.propose(6)
        self.session.promptPoint(self.key(6), 30, 30)
        quiet(0.5)
        slicer.mrmlScene.RemoveNode(self.volume)
        quiet()
        markups = slicer.util.getNodesByClass("vtkMRMLMarkupsNode")
        self.assertEqual([node.GetName() for node in markups if node.GetAttribute("AuxOL.Role")], [])


class TestJoints(SessionCase):
    def test_refreshes_that_were_not_heard_of_are_asked_for(self):
        from auxol_core.api import EngineApi
        from auxol_core.errors import UnavailableError

        self.propose(5)
        (shown,) = self.session.proposals.on(self.key(5))
        connection, broken = self.session.connection, []
        real = connection.ask

        async def ask(verb, *args, **options):
            if broken and verb is EngineApi.events:
                raise UnavailableError("the line is broken")
            return await real(verb, *args, **options)

        connection.ask = ask
        self.addCleanup(setattr, connection, "ask", real)
        quiet(0.5)
        broken.append(True)
        link = self.session.desk._follower.link
        for number, index in enumerate((7, 4), start=1):
            self.draw(np.roll(self.truth[index], 6, axis=1), index)
            self.show(index)
            quiet()
            self.session.save()
            until(lambda number=number: resultOf(link.status()).version >= number)
        broken.clear()
        until(lambda: self.session.proposals.get(shown.proposalID).version >= 2)
        now = resultOf(link.proposal(shown.proposalID))
        np.testing.assert_array_equal(self.session.proposals.get(shown.proposalID).mask, now.mask)

    def test_more_events_than_the_engine_keeps_have_all_that_is_shown_asked_for_anew(self):
        from auxol_core.types import Event

        self.propose(5)
        quiet(0.5)
        follower, fetched = self.session.desk._follower, []
        real, missed = follower.link.events, follower._missed
        follower._missed = lambda: (fetched.append(1), missed())

        async def flood(after, wait):
            follower.link.events = real
            first = after + 500  # those before it have fallen out
            return [Event(first + at, self.name, "progress", {"steps": at}) for at in range(1000)]

        follower.link.events = flood
        self.session.pause(True)  # so that the call that waits comes back
        self.draw(np.roll(self.truth[7], 6, axis=1), 7)
        self.show(7)
        quiet()
        self.session.save()
        until(lambda: fetched)

    def test_propagation_passes_over_what_was_prompted(self):
        self.propose(8)
        self.propose(6)
        self.session.accept()
        self.saved()
        self.session.propagate(4, 9)
        until(lambda: self.session.propagation.running)
        until(lambda: not self.session.propagation.running)
        self.assertEqual([bool(each.objectID) for each in self.session.proposals.on(self.key(8))], [True])
        self.assertTrue(self.session.proposals.on(self.key(7)))

    def test_a_segmentation_of_surfaces_says_what_to_do(self):
        self.propose()
        self.session.accept()
        segments = self.segmentation.GetSegmentation()
        segments.CreateRepresentation("Closed surface")
        segments.SetSourceRepresentationName("Closed surface")
        quiet(0.3)
        for why in (self.session.whyNot(), self.session.canSave()[1], self.session.canSayNothing()[1]):
            self.assertIn("Convert it to binary labelmap", why)
        self.assertEqual((self.session.saveAllReviewed(), self.session.unreviewed()), (0, []))
        self.session.presence()

    def test_voxels_thicker_than_the_slices_make_no_edit_of_the_neighbour(self):
        thick = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "thick")
        slicer.util.updateVolumeFromArray(thick, np.zeros((6, 64, 64), np.int16))
        thick.SetSpacing(1.0, 1.0, 5.0)
        thick.SetOrigin(0, 0, 1.25)
        made = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Thick")
        made.CreateDefaultDisplayNodes()
        made.SetReferenceImageGeometryParameterFromVolumeNode(thick)
        name = f"{self.name} thick"
        self.segmentation, self.segmentID = made, made.GetSegmentation().AddEmptySegment("", name)
        self.session.setInputs(self.volume, self.segmentation, self.segmentID)
        self.session.chooseTask(name)
        until(lambda: self.session.status is not None)
        self.show(6)
        quiet()
        self.assertTrue(self.session.nothingHere(), self.session.message)
        until(lambda: self.session.book.get(self.key(6)).state.value == "saved")
        self.propose(7)
        self.assertTrue(self.session.accept())
        self.assertIn("thicker", self.session.message[0])
        self.show(6)
        quiet(0.4)
        self.assertEqual(self.session.book.get(self.key(6)).state.value, "saved")
        self.assertEqual(self.session.parts.saving.saveAllReviewed(), 1)  # slice 7 alone


class TestNothingStaysInMemory(SessionCase):
    def test_volume_and_segmentation_that_were_removed_are_let_go(self):
        import gc

        self.propose()
        self.session.accept()
        self.saved()
        freed = []
        for name, node in (("volume", self.volume), ("segmentation", self.segmentation.GetSegmentation())):
            node.AddObserver("DeleteEvent", lambda _caller, _event, name=name: freed.append(name))
        node = None
        slicer.mrmlScene.RemoveNode(self.segmentation)
        slicer.mrmlScene.RemoveNode(self.volume)
        self.volume = self.segmentation = None
        quiet(0.5)
        gc.collect()
        self.assertEqual(sorted(freed), ["segmentation", "volume"])

    def test_what_is_observed_no_longer_is_not_held(self):
        from AuxOLSegmentLib.Scene.Observing import Observing

        freed, heard, holder, seen = [], [], Observing(), slicer.vtkSegment()
        notice = lambda _caller, _event: heard.append(1)  # noqa: E731
        seen.AddObserver("DeleteEvent", lambda _caller, _event: freed.append(1))
        holder.addObserver(seen, "ModifiedEvent", notice)
        holder.addObserver(seen, "ModifiedEvent", notice)
        seen.Modified()
        holder.removeObserver(seen, "ModifiedEvent", notice)
        seen.Modified()
        del seen
        self.assertEqual((heard, freed, holder.observations), ([1], [1], []))


if __name__ == "__main__":
    main()
