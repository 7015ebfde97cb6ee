"""A proposal is for the segment that was chosen when it was asked for, whatever is chosen when it comes."""

import slicer
from session_case import SessionCase
from slicer_setting import main, quiet, resultOf, until


class OtherSegment(SessionCase):
    """A second segment beside the one that prompts were made for."""

    def other(self, name="Spleen CT"):
        return self.segmentation.GetSegmentation().AddEmptySegment("", name)

    def choose(self, segmentID):
        self.editor.SetSelectedSegmentID(segmentID)
        self.session.setInputs(self.volume, self.segmentation, segmentID)
        quiet()

    def filled(self, segmentID):
        array = slicer.util.arrayFromSegmentBinaryLabelmap(self.segmentation, segmentID, self.volume)
        return 0 if array is None else int(array.sum())


class TestAnotherSegmentIsChosen(OtherSegment):
    def test_a_proposal_is_not_written_into_another_segment_and_comes_back_with_its_own(self):
        proposed = self.propose()
        spleen = self.other()
        self.choose(spleen)
        self.assertEqual((self.session.hasProposalOnDisplay(), self.session.review()), (False, []))
        self.assertIsNone(self.session.layer.mask(self.key(6)))
        self.assertFalse(self.session.accept())
        self.editor.SetActiveEffectName("Paint")  # which accepts what is on display
        quiet()
        self.assertEqual((self.filled(self.segmentID), self.filled(spleen)), (0, 0))
        self.choose(self.segmentID)
        self.assertEqual(int(self.session.layer.mask(self.key(6)).sum()), int(proposed.sum()))
        self.assertTrue(self.session.accept())
        self.assertEqual((self.filled(self.segmentID), self.filled(spleen)), (int(proposed.sum()), 0))

    def test_the_other_segment_has_proposals_of_its_own_on_the_same_slice(self):
        self.propose()
        spleen = self.other(self.name.replace("Bright ball", "Spleen"))
        self.choose(spleen)
        self.propose(6)
        (shown,) = self.session.proposals.on(self.key(6))
        self.assertTrue(self.session.accept())
        self.assertGreater(self.filled(spleen), 100)
        self.choose(self.segmentID)
        (own,) = self.session.proposals.on(self.key(6))
        self.assertNotEqual(own.proposalID, shown.proposalID)
        self.assertEqual([each.objectID for each in self.session.prompts.objects()], [own.objectID])
        self.assertEqual(self.filled(self.segmentID), 0)

    def test_what_is_put_aside_is_seen_as_it_is_when_it_comes_back(self):
        self.propose(7)
        (before,) = self.session.proposals.on(self.key(7))
        spleen = self.other()
        self.choose(spleen)
        link = self.linkOf(self.name)
        self.teach(link)
        self.choose(self.segmentID)
        until(lambda: self.session.proposals.on(self.key(7))[0].version > before.version)
        now = resultOf(link.proposal(before.proposalID))
        self.assertTrue((now.mask == self.session.proposals.on(self.key(7))[0].mask).all())

    def linkOf(self, name):
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        return TaskLink(self.session.connection, name, lambda: None)

    def teach(self, link):
        """As another window of the same task does."""
        from auxol_core.api import EngineApi
        from AuxOLSegmentLib.Scene.VolumeReader import sliceImage

        ask = self.session.connection.ask
        (slice_id,) = resultOf(link.sendSlices([sliceImage(self.volume, 0, 5)]))
        resultOf(ask(EngineApi.correct, self.name, slice_id, self.truth[5], correction_id="elsewhere"))
        resultOf(ask(EngineApi.learn_now, self.name))

    def test_a_propagation_ends_with_the_segment_it_was_for(self):
        self.propose()
        self.session.accept()
        self.saved()
        spleen = self.other()
        self.session.propagate(2, 10)
        until(lambda: self.session.propagation.running)
        self.choose(spleen)
        until(lambda: not self.session.propagation.running)
        quiet(0.5)
        self.assertEqual((self.session.proposals.all(), self.session.review()), ([], []))
        self.assertEqual(self.session.acceptAbove(0.0), 0)
        self.assertEqual(self.filled(spleen), 0)

    def test_a_prompt_that_is_answered_too_late_is_answered_for_its_segment_when_that_is_chosen_again(self):
        spleen = self.other()
        self.dragBox(6)
        self.session.setInputs(self.volume, self.segmentation, spleen)  # before any answer can be there
        quiet(1.5)
        self.assertEqual(self.session.proposals.all(), [])
        self.choose(self.segmentID)
        until(lambda: self.session.proposals.on(self.key(6)) or self.failed())
        self.assertTrue(self.session.proposals.on(self.key(6)))
        self.choose(spleen)
        self.assertEqual(self.session.proposals.all(), [])

    def test_a_click_after_the_choice_begins_an_object_of_the_other_segment(self):
        self.propose()
        (own,) = self.session.prompts.objects()
        self.choose(self.other(self.name.replace("Bright ball", "Spleen")))
        self.session.promptPoint(self.key(6), 34, 30)
        until(lambda: self.session.proposals.on(self.key(6)) or self.failed())
        self.assertNotEqual(self.session.proposals.on(self.key(6))[0].objectID, own.objectID)

    def test_a_mark_for_another_segment_is_answered_for_that_one_alone(self):
        spleen = self.other()
        self.propose()
        (own,) = self.session.prompts.objects()
        self.choose(spleen)
        self.session.prompts.activate(own.objectID)
        self.session.promptPoint(self.key(6), 34, 30)  # which refines the active object
        quiet(1.0)
        self.assertEqual(self.session.proposals.all(), [])
        self.assertIn("another segment", self.session.message[0])
        self.choose(self.segmentID)
        until(lambda: len(self.session.proposals.on(self.key(6))) == 1)
        self.assertEqual(self.session.proposals.on(self.key(6))[0].objectID, own.objectID)

    def test_a_mark_that_waits_for_its_segment_is_not_taken_away_with_those_of_another(self):
        spleen = self.other(self.name.replace("Bright ball", "Spleen"))
        self.dragBox(6)
        self.choose(spleen)  # before any answer can be there
        quiet(1.0)
        (own,) = self.session.prompts.objects()
        self.assertFalse(self.session.dismiss())
        self.assertEqual([each.objectID for each in self.session.prompts.objects()], [own.objectID])
        self.choose(self.segmentID)
        until(lambda: self.session.proposals.on(self.key(6)) or self.failed())

    def test_what_is_aside_comes_back_also_after_the_segmentation_chosen_meanwhile_is_gone(self):
        self.propose()
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Second")
        other.CreateDefaultDisplayNodes()
        other.SetReferenceImageGeometryParameterFromVolumeNode(self.volume)
        self.session.setInputs(self.volume, other, other.GetSegmentation().AddEmptySegment("", "Spleen CT"))
        slicer.mrmlScene.RemoveNode(other)
        self.choose(self.segmentID)
        self.assertEqual([shown.key for shown in self.session.proposals.all()], [self.key(6)])
        self.assertEqual(self.session.layer.slices(), [self.key(6)])

    def test_the_scene_says_for_which_segment_they_are(self):
        self.propose()
        text, spleen = self.session.proposals.toJson(), self.other()
        self.session.proposals.readJson(text)
        self.choose(spleen)
        self.assertEqual(self.session.proposals.all(), [])
        self.choose(self.segmentID)
        self.assertEqual([shown.key for shown in self.session.proposals.all()], [self.key(6)])

    def test_a_scene_from_before_gives_them_to_the_segment_that_is_chosen(self):
        import json

        self.propose()
        old = json.dumps([each[:-1] for each in json.loads(self.session.proposals.toJson())])
        self.session.proposals.readJson(old)
        self.choose(self.other())
        self.assertEqual(len(self.session.proposals.all()), 1)

    def test_they_go_with_their_segmentation_and_their_volume(self):
        self.propose()
        self.choose(self.other())
        slicer.mrmlScene.RemoveNode(self.segmentation)
        self.assertEqual(self.session.proposals.objectsAside(), set())
        self.assertEqual(self.session.layer.slices(), [])


class TestWhatHasTheSameID(OtherSegment):
    def test_two_segmentations_with_equal_segment_ids_are_two_places_to_look_at(self):
        import numpy as np

        from AuxOLSegmentLib.Session.SliceBook import SliceState

        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Imported")
        other.CreateDefaultDisplayNodes()
        other.SetReferenceImageGeometryParameterFromVolumeNode(self.volume)
        same = other.GetSegmentation().AddEmptySegment(self.segmentID, "Imported")
        self.assertEqual(same, self.segmentID)
        slicer.util.updateSegmentBinaryLabelmapFromArray(self.truth.astype(np.uint8), other, same, self.volume)
        self.session.parts.scene.looked()
        quiet(0.5)
        self.session.setInputs(self.volume, other, same)
        self.session.parts.scene.looked()
        quiet(0.5)
        self.assertEqual([r.state for r in self.session.book if r.state is not SliceState.EMPTY], [])

    def test_a_new_segment_with_the_id_of_a_deleted_one_begins_anew(self):
        self.propose()
        self.session.accept()
        self.saved()
        self.propose(7)
        task, segmentation = self.session.task, self.segmentation.GetSegmentation()
        segmentation.RemoveSegment(self.segmentID)
        self.session.setInputs(self.volume, self.segmentation, "")
        self.assertEqual(segmentation.AddEmptySegment(self.segmentID, "Spleen CT"), self.segmentID)
        self.choose(self.segmentID)
        self.assertNotEqual(self.session.task, task)
        self.assertEqual((list(self.session.book), self.session.proposals.all()), ([], []))
        self.assertEqual(self.session.saveAllReviewed(), 0)

    def test_nothing_of_a_segmentation_that_is_gone_is_held_against_the_next_case(self):
        known = self.session.parts.inputs._known  # ids begin anew with each scene
        self.assertEqual(list(known), [self.session.parts.selection.ids])
        slicer.mrmlScene.RemoveNode(self.segmentation)
        self.assertEqual(self.session.parts.inputs._known, {})
        self.makeSegment()
        self.choose(self.segmentID)
        self.assertEqual(len(self.session.parts.inputs._known), 1)
        slicer.mrmlScene.Clear(0)
        self.assertEqual(self.session.parts.inputs._known, {})

    def test_a_segment_that_an_undo_brings_back_is_known(self):
        self.propose()
        self.session.accept()
        self.saved()
        segmentation = self.segmentation.GetSegmentation()
        copy = slicer.vtkSegment()
        copy.DeepCopy(segmentation.GetSegment(self.segmentID))
        segmentation.RemoveSegment(self.segmentID)
        self.session.setInputs(self.volume, self.segmentation, "")
        segmentation.AddSegment(copy, self.segmentID)
        self.choose(self.segmentID)
        self.assertEqual([each.key for each in self.session.book], [self.key(6)])

    def test_the_task_that_is_suggested_goes_to_the_segment_that_is_chosen_then(self):
        from auxol_core.api import EngineApi
        from auxol_core.options import TaskOptions
        from AuxOLSegmentLib.Scene.SegmentTag import tagOf

        connection, segmentation = self.session.connection, self.segmentation.GetSegmentation()
        name = f"Liver{self.name.split()[-1]}"
        until(lambda: connection.link is not None) if connection.link else resultOf(connection.ready())
        resultOf(connection.ask(EngineApi.create_task, name, TaskOptions()))
        liver, spleen = segmentation.AddEmptySegment("", name), self.other("Spleen")
        self.choose(liver)
        real = connection.ask

        async def ask(verb, *args, **options):
            answer = await real(verb, *args, **options)
            if verb is EngineApi.window and self.session.segmentID == liver:
                self.session.setInputs(self.volume, self.segmentation, spleen)  # the user, meanwhile
            return answer

        connection.ask = ask
        self.addCleanup(setattr, connection, "ask", real)
        self.dragBox(6)
        quiet(3)
        self.assertNotEqual(tagOf(segmentation.GetSegment(spleen), "AuxOL.Task"), name)
        self.assertEqual(self.session.proposals.all(), [])


if __name__ == "__main__":
    main()
