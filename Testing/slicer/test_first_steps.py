"""From a loaded volume to the first proposal: what the module chooses, makes and starts by itself, and what not.

The actions are counted here; docs/user-guide.md, "How many actions", has the same numbers.
"""

import re
from unittest import mock

import numpy as np
import slicer
from session_case import SharedWorker
from slicer_setting import HERE, PYTHON, main, quiet, resultOf, shellProgram, until
from walk_case import WalkCase, alive

from auxol_core.api import EngineApi

MIDDLE = 17  # an axial slice through the structure
GUIDE = HERE.parents[1] / "docs" / "user-guide.md"


class FirstStepsCase(WalkCase):
    """The sample volume is loaded and on display, then the module is opened; ``actions`` counts what the user does.

    ``own``: with a worker of its own, which takes its time to start; else with one that other tests use, too, and that
    has no task when the test begins.
    """

    startOnEnter = True
    loads = True
    own = False

    def taskFolder(self):
        if self.own:
            return super().taskFolder()
        folder = SharedWorker.tasks()
        _withoutTasks(SharedWorker.connection)
        return folder

    def python(self):
        return PYTHON if self.own else super().python()

    def open(self):
        self.actions = 0
        if self.loads and self.volume is None:
            self.loadSample()
            self.show(MIDDLE)
        super().open()

    def tool(self):
        self.actions += 1
        self.key("X")

    def drag(self, index=MIDDLE):
        self.actions += 1
        self.dragBox(index)

    def firstProposal(self, index=MIDDLE):
        self.tool()
        self.drag(index)
        self.wait(lambda: self.proposed(index))

    @property
    def state(self):
        return self.session.engineState.value

    def tasks(self):
        """Names of the tasks that the engine has."""
        self.wait(lambda: self.state == "ready")
        self.session.startEngine()
        quiet(0.2)
        return sorted(self.session.taskNames)

    def rename(self, name):
        """Double-click the segment in the Segment Editor and type."""
        self.session.segmentation.GetSegmentation().GetSegment(self.segmentID).SetName(name)


def _withoutTasks(connection):
    async def deleted():
        for name in await connection.ask(EngineApi.list_tasks):
            await connection.ask(EngineApi.delete_task, name)

    resultOf(deleted())


class TestTwoActions(FirstStepsCase):
    """The tool, and the drag."""

    own = True

    def test_from_a_loaded_volume_to_the_first_proposal_it_is_two_actions(self):
        self.assertIs(self.ui.volumeSelector.currentNode(), self.volume)
        self.assertEqual((self.state, self.ui.taskSelector.currentText), ("starting", "Segment"))
        self.firstProposal()
        self.assertEqual(self.actions, 2)
        row = re.search(r"^\| from a loaded volume to the first proposal \| (\d+): .+ \| (\d+): .+ \|", _guide(), re.M)
        self.assertEqual((7, self.actions), tuple(map(int, row.groups())))
        self.assertEqual(self.session.segmentation.GetName(), "AuxOLSampleMR segmentation")
        self.assertEqual((self.ui.segmentSelector.currentText, self.ui.taskSelector.currentText), ("Segment",) * 2)
        self.assertIs(self.ui.segmentationSelector.currentNode(), self.session.segmentation)
        self.assertIn("Its new task Segment takes the name", self.ui.statusLabel.text)
        self.key("A")
        self.segmentation = self.session.segmentation
        self.assertTrue(self.mask(MIDDLE).any())

    def test_two_prompts_drawn_while_the_engine_starts_wait_for_it_and_share_a_segment(self):
        self.tool()
        self.drag()
        self.assertEqual(self.state, "starting")
        self.assertIn("The engine is starting; what you marked is answered", self.ui.statusLabel.text)
        self.show(MIDDLE + 1)
        self.drag(MIDDLE + 1)
        self.wait(lambda: self.proposed(MIDDLE) and self.proposed(MIDDLE + 1))
        self.assertEqual(self.session.segmentation.GetSegmentation().GetNumberOfSegments(), 1)
        self.assertEqual(self.tasks(), ["Segment"])

    def test_one_that_is_typed_before_the_engine_is_there_is_the_one_that_is_asked(self):
        self.tool()
        self.drag()
        self.assertEqual(self.state, "starting")
        self.ui.taskSelector.lineEdit().setText("Amygdala")
        self.ui.taskSelector.lineEdit().textEdited.emit("Amygdala")
        self.press(self.ui.createTaskButton)
        self.wait(lambda: self.proposed(MIDDLE))
        self.assertEqual((self.session.task, self.tasks()), ("Amygdala", ["Amygdala"]))

    def test_a_scene_that_is_closed_meanwhile_leaves_nothing(self):
        self.tool()
        self.drag()
        self.assertEqual(self.state, "starting")
        slicer.mrmlScene.Clear(0)
        self.wait(lambda: self.state == "ready")
        quiet()
        self.assertEqual((self.session.volume, self.session.prompts.objects(), self.tasks()), (None, [], []))
        self.assertIn("Choose a volume", self.ui.statusLabel.text)

    def test_where_it_does_not_start_the_mark_stays_and_is_answered_later(self):
        self.session.stopEngine()
        self.settings.set("pythonPath", str(self.folder / "no python here"))
        self.tool()
        self.dragBox(MIDDLE)
        until(lambda: self.state == "failed")
        self.assertIn("What you marked stays", self.ui.statusLabel.text)
        self.assertEqual(self.ui.promptList.count, 1)
        self.settings.set("pythonPath", PYTHON)
        self.session.say("")
        self.press(self.ui.startEngineButton)
        self.wait(lambda: self.proposed(MIDDLE))

    def test_a_task_that_is_there_is_opened_whatever_generalist_it_was_learned_with(self):
        self.press(self.ui.addSegmentButton)
        self.rename("Hippocampus")
        self.firstProposal()
        self.key("A")
        self.key("S")
        self.wait(lambda: self.session.status is not None and self.session.status.version == 1)
        self.session.stopEngine()
        quiet(0.5)
        python = self.folder / "other generalist.py"
        python.write_text(OTHER, encoding="utf-8")
        self.settings.set("pythonPath", shellProgram(python.with_suffix(".sh"), f'exec "{PYTHON}" "{python}" "$@"'))
        self.press(self.ui.addSegmentButton)
        self.rename("hippocampus")
        self.assertEqual(self.ui.taskSelector.currentText, "Hippocampus")  # another way to write it
        self.show(MIDDLE + 2)
        self.drag(MIDDLE + 2)
        self.wait(lambda: self.proposed(MIDDLE + 2))
        self.assertEqual((self.session.task, self.tasks()), ("Hippocampus", ["Hippocampus"]))
        self.assertIn("The task Hippocampus is used for it", self.ui.statusLabel.text)
        self.assertIsNotNone(self.session.status.relearning)


class TestTheTaskThatWasMade(FirstStepsCase):
    """It follows the segment's name, and another choice, until something was taught in it."""

    def test_entering_makes_nothing_in_the_scene(self):
        quiet()
        made = ("Segmentation", "Markups", "LabelMapVolume", "ColorTable")
        nodes = [node for kind in made for node in slicer.util.getNodesByClass(f"vtkMRML{kind}Node")]
        ours = [node.GetName() for node in nodes if not node.GetHideFromEditors()]
        self.assertEqual((ours, self.session.segmentID, self.session.task), ([], "", ""))
        self.wait(lambda: self.state == "ready")
        self.assertEqual(self.tasks(), [])

    def test_with_a_named_segment_the_task_has_its_name(self):
        self.press(self.ui.addSegmentButton)
        self.rename("Hippocampus")
        self.assertEqual(self.ui.taskSelector.currentText, "Hippocampus")
        self.firstProposal()
        self.assertEqual((self.session.task, self.tasks()), ("Hippocampus", ["Hippocampus"]))

    def test_a_segment_that_is_named_renames_it(self):
        self.firstProposal()
        before = self.proposed(MIDDLE)[0].proposalID
        self.rename("Hippocampus")
        self.wait(lambda: self.session.task == "Hippocampus" and self.session.status is not None)
        self.wait(lambda: self.proposed(MIDDLE) and self.proposed(MIDDLE)[0].proposalID != before)
        self.assertEqual((self.tasks(), self.ui.taskSelector.currentText), (["Hippocampus"], "Hippocampus"))

    def test_a_name_that_is_given_after_accepting_is_in_time_too(self):
        self.firstProposal()
        self.key("A")
        self.rename("Hippocampus")
        self.wait(lambda: self.session.task == "Hippocampus" and self.session.status is not None)
        self.key("S")
        self.wait(lambda: self.session.status is not None and self.session.status.version == 1)
        self.assertEqual(self.tasks(), ["Hippocampus"])

    def test_once_a_slice_is_saved_the_name_stays(self):
        self.firstProposal()
        self.key("A")
        self.key("S")
        self.rename("Hippocampus")
        self.wait(lambda: self.session.status.version == 1)
        quiet()
        self.assertEqual((self.session.task, self.tasks()), ("Segment", ["Segment"]))

    def test_another_task_that_is_chosen_takes_its_place(self):
        self.firstProposal()
        before = self.proposed(MIDDLE)[0].proposalID
        self.ui.taskSelector.lineEdit().setText("Amygdala")
        self.ui.taskSelector.lineEdit().textEdited.emit("Amygdala")
        self.press(self.ui.createTaskButton)
        self.wait(lambda: self.proposed(MIDDLE) and self.proposed(MIDDLE)[0].proposalID != before)
        self.assertEqual((self.session.task, self.tasks()), ("Amygdala", ["Amygdala"]))

    def test_a_second_unnamed_segment_gets_a_task_of_its_own(self):
        self.firstProposal()
        self.press(self.ui.addSegmentButton)
        self.assertEqual((self.session.task, self.ui.taskSelector.currentText), ("", "Segment 2"))
        self.show(MIDDLE + 1)
        self.drag(MIDDLE + 1)
        self.wait(lambda: self.proposed(MIDDLE + 1))
        self.assertEqual(self.tasks(), ["Segment", "Segment 2"])


# A built-in network with other weights: what was learned beside the real one has to be learned again.
OTHER = """
import runpy, sys
if sys.argv[1] == "-m":
    from auxol_core.generalist.builtin import BuiltinGeneralist
    made = BuiltinGeneralist.__init__
    def other(self, *arguments, **named):
        made(self, *arguments, **named)
        self.weights_hash = "b" * 64
    BuiltinGeneralist.__init__ = other
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _guide():
    return GUIDE.read_text(encoding="utf-8")


class TestTheEngine(FirstStepsCase):
    """It starts when the module is entered, if that is wanted and nothing is in the way."""

    def test_entered_again_it_is_the_same_engine_and_the_same_work(self):
        self.firstProposal()
        pids, segment = self.workers(), self.segmentID
        self.leave()
        self.open()
        self.assertEqual((self.workers(), self.segmentID, self.session.task), (pids, segment, "Segment"))
        self.assertTrue(self.proposed(MIDDLE))

    def test_one_that_the_user_has_stopped_stays_off_until_it_is_asked_for(self):
        self.wait(lambda: self.state == "ready")
        self.press(self.ui.stopEngineButton)
        self.leave()
        self.open()
        quiet()
        self.assertEqual((self.state, self.workers()), ("off", []))
        self.firstProposal()

    def test_a_server_takes_the_place_of_the_local_one(self):
        self.session.stopEngine()
        SharedWorker.tasks()
        process = SharedWorker.connection._process
        self.settings.set("remote", True)
        self.settings.set("serverUrl", f"http://127.0.0.1:{process.ready.port}")
        self.settings.set("serverToken", process.token)
        self.session.parts.engine.stopped = False  # as on another day
        self.leave()
        self.open()
        self.actions = 0
        self.firstProposal()
        self.assertEqual((self.actions, self.workers()), (2, []))
        self.assertIn("images are sent there", self.ui.engineLabel.text)


class TestSwitchedOff(FirstStepsCase):
    """The setting says no."""

    startOnEnter = False

    def test_it_is_off_until_its_button_is_pressed(self):
        self.assertEqual((self.state, self.ui.startEngineButton.isHidden()), ("off", False))
        self.press(self.ui.startEngineButton)
        self.wait(lambda: self.state == "ready")
        self.firstProposal()

    def test_a_prompt_starts_it_too(self):
        self.assertTrue(self.ui.boxButton.enabled)
        self.firstProposal()
        self.assertEqual(self.actions, 2)
        self.assertTrue(all(alive(pid) for pid in self.workers()))


class TestWhichVolume(FirstStepsCase):
    """The one on display, and none where that is not clear."""

    startOnEnter = loads = False

    def test_with_no_volume_the_tool_says_so_until_one_is_loaded(self):
        self.assertFalse(self.ui.boxButton.enabled)
        self.key("X")
        self.assertIn("Choose a volume first", self.ui.statusLabel.text)
        self.loadSample()
        quiet(0.1)
        self.assertIs(self.session.volume, self.volume)
        self.assertTrue(self.ui.boxButton.enabled)

    def test_of_two_the_one_on_display_is_taken_until_work_on_it_begins(self):
        self.leave()
        one, other = _volume("CT one"), _volume("CT other")
        for volume in (one, other):
            slicer.util.setSliceViewerLayers(background=volume)
            self.open()
            self.assertIs(self.ui.volumeSelector.currentNode(), volume)
            self.leave()
        self.open()
        self.press(self.ui.addSegmentButton)
        self.leave()
        slicer.util.setSliceViewerLayers(background=one)
        self.open()
        self.assertIs(self.session.volume, other)

    def test_a_choice_by_hand_and_that_of_a_loaded_scene_stay(self):
        self.leave()
        one, other = _volume("CT one"), _volume("CT other")
        slicer.util.setSliceViewerLayers(background=one)
        self.open()
        self.ui.volumeSelector.setCurrentNode(other)
        self.leave()
        self.open()
        self.assertIs(self.session.volume, other)
        scene = self.folder / "scene"
        scene.mkdir()
        self.assertTrue(slicer.app.applicationLogic().SaveSceneToSlicerDataBundleDirectory(str(scene), None))
        slicer.mrmlScene.Clear(0)
        slicer.util.loadScene(str(next(scene.rglob("*.mrml"))), {"clear": True})
        quiet()
        self.assertEqual(self.session.volume.GetName(), "CT other")

    def test_of_two_that_are_not_on_display_none_is_taken(self):
        self.leave()
        _volume("CT one"), _volume("CT other")
        self.open()
        self.assertIsNone(self.ui.volumeSelector.currentNode())

    def test_the_only_one_is_taken_though_it_is_not_on_display(self):
        self.leave()
        volume = _volume("CT")
        self.open()
        self.assertIs(self.ui.volumeSelector.currentNode(), volume)

    def test_one_that_is_refused_says_why_and_begins_nothing(self):
        self.leave()
        volume = slicer.util.addVolumeFromArray(np.zeros((4, 30, 30, 4), np.uint8), nodeClassName=VECTOR)
        slicer.util.setSliceViewerLayers(background=volume)
        self.open()
        self.assertIn("four components", self.ui.boxButton.toolTip)
        self.assertFalse(self.ui.boxButton.enabled)
        self.assertIsNone(self.session.segmentation)

    def test_another_volume_gets_a_segmentation_of_its_own_while_the_first_is_empty(self):
        self.leave()
        one, other = _volume("CT one"), _volume("CT other")
        slicer.util.setSliceViewerLayers(background=one)
        self.open()
        self.press(self.ui.addSegmentButton)
        made = self.session.segmentation
        self.ui.volumeSelector.setCurrentNode(other)
        self.assertEqual((self.session.volume, self.session.segmentation), (other, None))
        self.ui.volumeSelector.setCurrentNode(one)
        self.assertIs(self.session.segmentation, made)


VECTOR = "vtkMRMLVectorVolumeNode"


def _volume(name):
    """A CT by its numbers."""
    voxels = np.full((4, 30, 30), -1000, np.int16)
    voxels[:, 5:25, 5:25] = np.arange(20) * 20 - 100
    return slicer.util.addVolumeFromArray(voxels, name=name)


class TestSuggestions(FirstStepsCase):
    """The name of a task, before there is one."""

    startOnEnter = loads = False

    def suggested(self, name, names=(), kind="CT"):
        from AuxOLSegmentLib.Session import TaskSuggestion

        segment = slicer.vtkSegment()
        segment.SetName(name)
        with mock.patch.object(TaskSuggestion, "kindOf", lambda volume: kind):
            suggestion = TaskSuggestion.suggestionFor(segment, None)
        return suggestion.existing(names) or suggestion.existingPlain(names) or suggestion.new(names)

    def test_it_is_of_the_structure_and_the_kind_of_image(self):
        self.assertEqual(self.suggested("Liver"), "Liver CT")
        self.assertEqual(self.suggested("Liver, portal CT"), "Liver, portal CT")
        self.assertEqual(self.suggested("Liver", kind=""), "Liver")
        self.assertEqual(self.suggested("Segmental artery", ["Segmental artery CT"]), "Segmental artery CT")

    def test_a_task_of_that_name_is_meant_however_it_is_written(self):
        self.assertEqual(self.suggested("liver", ["Spleen CT", "Liver CT"]), "Liver CT")
        self.assertEqual(self.suggested("liver", ["Liver"]), "Liver")
        self.assertEqual(self.suggested("liver", ["Liver MR"]), "liver CT")

    def test_an_unnamed_segment_never_means_a_task_that_is_there(self):
        self.assertEqual(self.suggested("Segment", ["Segment CT", "segment ct 2", "Liver CT"]), "Segment CT 3")
        self.assertEqual(self.suggested("Segment_1"), "Segment CT")

    def test_its_type_counts_where_the_segment_has_no_name_and_the_numbers_where_dicom_says_nothing(self):
        from AuxOLSegmentLib.Session.TaskSuggestion import suggestionFor

        segment = slicer.vtkSegment()
        segment.SetName("Segment_1")
        segment.SetTag("TerminologyEntry", "x~SCT^85756007^Tissue~SCT^10200004^Liver~^^~x~^^~^^")
        self.assertEqual(suggestionFor(segment, _volume("Doe, John 1970")).name, "Liver CT")
        segment.SetTag("TerminologyEntry", "x~SCT^1^Organ~SCT^64033007^Kidney~SCT^7771000^Left~x~^^~^^")
        self.assertEqual(suggestionFor(segment, _volume("Doe, John 1970")).name, "Left Kidney CT")

    def test_a_name_that_no_file_can_have_is_made_one(self):
        self.assertEqual(self.suggested("a/b: c?"), "a b  c CT")
        self.assertLessEqual(len(self.suggested("x" * 200)), 100)
        self.assertEqual(self.suggested("///"), "Segment CT")

    def test_a_task_of_the_plain_name_is_used_for_its_own_kind_of_image_alone(self):
        from auxol_core.types import WindowInfo
        from AuxOLSegmentLib.Session.TaskSuggestion import suits

        volume = _volume("a CT by its numbers")
        words = {"CT, -110 to 240": True, "CT (a guess), 0 to 1": True, "MR, 0 to 900": False, "": True}
        self.assertEqual({each: suits(WindowInfo(None, words=each), volume) for each in words}, words)


if __name__ == "__main__":
    main()
