"""The panel with a SessionLogic that only listens: what it shows, what it asks for, what it leaves behind."""

import re
from pathlib import Path
from unittest import mock

import numpy as np
import slicer
from slicer_setting import SlicerCase, main, quiet, until

TAKEN = set("QWZYI" + "BFVRGT")  # by the Segment Editor and by slice views
NAMED = {"builtin": "built-in network", "vit_h": "SAM ViT-H", "medsam": "MedSAM", "mine.pth": "mine.pth"}
TASK_BUTTONS = ("undoButton", "rollBackButton", "forgetButton", "resetButton", "deleteButton", "exportButton")


class PanelCase(SlicerCase):
    """``self.panel`` over ``self.session``, a FakeSession, in a window of its own."""

    def setUp(self):
        super().setUp()
        import fake_session
        import qt

        from AuxOLSegmentLib.Machine import Dependencies
        from AuxOLSegmentLib.Machine.Settings import Settings

        self.fake = fake_session
        self.missing = self.patch(Dependencies, "missing", list)
        self.settings = Settings()
        self.settings.reset()
        self.addCleanup(self.settings.reset)
        self.session = fake_session.FakeSession()
        self.window = qt.QWidget()
        self.panel = self.makePanel(qt.QVBoxLayout(self.window))
        self.ui = self.panel.ui

    def patch(self, owner, name, value):
        patcher = mock.patch.object(owner, name, value)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def makePanel(self, layout):
        from AuxOLSegmentLib.Machine.Parameters import Parameters
        from AuxOLSegmentLib.Panel.Widget import PanelWidget

        panel = PanelWidget(layout, self.session, self.settings)
        self.parameters = Parameters(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))
        panel.setParameters(self.parameters)
        panel.enter()
        self.addCleanup(self.clean)
        return panel

    def clean(self):
        panel, self.panel = self.panel, None
        if panel is not None:
            panel.exit()
            panel.cleanup()

    def chooseVolume(self):
        """A volume, the segmentation that the panel makes of it, and a first segment."""
        voxels = np.arange(6 * 20 * 20, dtype=np.int16).reshape(6, 20, 20)
        self.volume = slicer.util.addVolumeFromArray(voxels, name="CT")
        slicer.util.setSliceViewerLayers(background=self.volume, fit=True)
        self.ui.volumeSelector.setCurrentNode(self.volume)
        self.ui.addSegmentButton.click()
        self.segmentation = self.ui.segmentationSelector.currentNode()

    def chooseAll(self):
        """Everything that has to be chosen before a prompt."""
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.chooseVolume()
        self.session.engineState = EngineState.READY
        self.session.taskNames, self.session.task, self.session.status = ["liver"], "liver", self.fake.status()
        self.tell("engine", "task")

    def tell(self, *kinds):
        for kind in kinds:
            self.session.tell(kind)

    def buttons(self):
        import qt

        buttons = [each for each in vars(self.ui).values() if isinstance(each, (qt.QPushButton, qt.QToolButton))]
        return [button for button in buttons if button.name[0].islower()]  # Qt's own ones begin with capitals


class TestWhatThePanelSays(PanelCase):
    """Texts, and the reasons of buttons that are off."""

    def test_research_use_stands_on_top(self):
        self.assertEqual(self.ui.researchUseLabel.text, "Research use only, not for diagnosis.")

    def test_a_button_that_is_off_says_why(self):
        self.chooseAll()
        for _ in ("with everything chosen", "with an empty scene"):
            off = [button for button in self.buttons() if not button.enabled]
            self.assertGreater(len(off), 5)
            self.assertEqual([button.name for button in off if not button.toolTip.strip()], [])
            slicer.mrmlScene.RemoveNode(self.volume)

    def test_the_first_thing_to_do_is_said(self):
        self.assertIn("volume", self.ui.boxButton.toolTip)
        self.assertIn("volume", self.ui.statusLabel.text)
        self.chooseVolume()
        self.assertTrue(self.ui.boxButton.enabled)  # before there is an engine or a task
        self.assertIn("answered as soon as the engine is there", self.ui.statusLabel.text)
        self.assertIn("engine", self.ui.propagateButton.toolTip)
        self.chooseAll()
        self.assertIn("Ready", self.ui.statusLabel.text)

    def test_the_status_line_shows_the_message_with_an_icon(self):
        self.session.message = ("Saved; learning ...", "busy")
        self.tell("message")
        self.assertEqual(self.ui.statusLabel.text, "Saved; learning ...")
        self.assertFalse(self.ui.statusIcon.pixmap.isNull())

    def test_the_engine_line_says_which_device_and_why(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        self.assertFalse(self.ui.startEngineButton.isHidden())
        self.session.engineState, self.session.engineText = EngineState.READY, "Processor: no graphics card was found."
        self.tell("engine")
        self.assertIn("no graphics card was found", self.ui.engineLabel.text)
        self.assertTrue(self.ui.startEngineButton.isHidden())

    def test_the_section_of_the_buttons_names_the_slice_that_they_mean(self):
        self.chooseAll()
        self.assertEqual(self.ui.proposalSection.text, "3  Proposal, repair, save")
        self.session.viewInUse = "Red"
        self.session.displayKey = self.fake.reviewItem(self.volume.GetID(), 7, 0.5).key
        self.tell("slices")
        self.assertEqual(self.ui.proposalSection.text, "3  Proposal, repair, save: Red, Axial 7")

    def test_counts_leave_out_what_is_not_there(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.session.sliceCounts = {SliceState.SAVED: 3, SliceState.EDITED: 1, SliceState.EMPTY: 9}
        self.tell("slices")
        self.assertEqual(self.ui.countsLabel.text, "Slices: 1 edited, 3 saved.")

    def test_what_the_session_refuses_becomes_a_sentence(self):
        from auxol_core.errors import AccessError

        self.chooseAll()
        self.session.hasProposalOnDisplay = True
        self.tell("slices")
        self.session.error = AccessError("401")
        self.ui.acceptButton.click()
        self.assertIn("token", self.ui.statusLabel.text)

    def test_a_name_outside_the_contract_fails(self):
        with self.assertRaises(AttributeError):
            self.session.acceptEverything()

    def test_the_stand_in_has_the_names_of_the_real_session(self):
        from AuxOLSegmentLib.Session.SessionLogic import SessionLogic

        real = SessionLogic(self.settings)
        self.addCleanup(real.close)
        pairs = ((self.session, real), (self.session.prompts, real.prompts), (self.session.layer, real.layer))
        for stand_in, session in pairs:
            names = [*stand_in.values, *stand_in.asked, *stand_in.orders]
            self.assertEqual([name for name in names if not hasattr(session, name)], [])

    def test_the_stand_in_has_the_names_of_the_panels_protocol(self):
        from AuxOLSegmentLib.Panel.PanelSession import PanelSession

        names = [name for name in vars(PanelSession) if not name.startswith("_")]
        self.assertEqual([name for name in names if not hasattr(self.session, name)], [])


class TestInputs(PanelCase):
    """Volume, segment, task."""

    def test_new_makes_a_segmentation_of_the_volume_and_tells_the_session(self):
        self.chooseVolume()
        self.assertEqual(self.segmentation.GetName(), "CT segmentation")
        segmentID = self.segmentation.GetSegmentation().GetSegmentIDs()[0]
        self.assertEqual(self.session.ordered("setInputs")[-1], (self.volume, self.segmentation, segmentID))
        self.assertEqual(self.parameters.segmentID, segmentID)
        self.assertIs(self.parameters.volume, self.volume)

    def test_a_segment_chosen_in_the_editor_is_chosen_here(self):
        self.chooseVolume()
        other = self.segmentation.GetSegmentation().AddEmptySegment("", "Spleen")
        self.panel.editor.widget.setCurrentSegmentID(other)
        self.assertEqual(self.ui.segmentSelector.currentText, "Spleen")
        self.assertEqual(self.session.ordered("setInputs")[-1][2], other)

    def test_a_renamed_segment_is_renamed_in_the_list(self):
        self.chooseVolume()
        self.segmentation.GetSegmentation().GetNthSegment(0).SetName("Liver")
        self.assertEqual(self.ui.segmentSelector.itemText(0), "Liver")

    def test_the_choice_of_a_loaded_scene_comes_back(self):
        self.chooseVolume()
        self.panel.setParameters(None)
        self.panel.setParameters(self.parameters)
        self.assertIs(self.ui.volumeSelector.currentNode(), self.volume)
        self.assertIs(self.panel.editor.node.GetSourceVolumeNode(), self.volume)

    def test_a_typed_task_is_created_and_a_listed_one_opened(self):
        self.chooseAll()
        self.assertFalse(self.ui.createTaskButton.enabled)  # it is open
        self.ui.taskSelector.setEditText("spleen")
        self.panel.inputs._onTyped()
        self.tell("tasks")  # an event that comes in between does not take the text away
        self.assertEqual((self.ui.taskSelector.currentText, self.ui.createTaskButton.text), ("spleen", "Create"))
        self.ui.createTaskButton.click()
        self.assertEqual(self.session.ordered("chooseTask"), [("spleen",)])

    def test_a_task_is_suggested_where_none_is_open(self):
        self.session.suggestedTaskName = "Liver, CT"
        self.tell("task")
        self.assertEqual(self.ui.taskSelector.currentText, "Liver, CT")

    def test_the_open_task_is_written_into_the_scene(self):
        self.chooseAll()
        self.assertEqual(self.parameters.taskName, "liver")
        self.session.task, self.session.suggestedTaskName = "", ""
        self.tell("task")
        self.assertEqual(self.ui.taskSelector.currentText, "liver")

    def test_closing_the_scene_lets_go_of_its_nodes(self):
        self.chooseVolume()
        self.panel.setParameters(None)
        self.panel.sceneClosing()
        slicer.mrmlScene.Clear(0)
        self.panel.sceneClosed()
        self.assertEqual(self.ui.segmentSelector.count, 0)
        self.assertFalse(self.ui.boxButton.enabled)


class TestTheLoop(PanelCase):
    """Prompt, accept, save; keys."""

    def setUp(self):
        super().setUp()
        self.chooseAll()

    def test_a_prompt_button_starts_its_mode_and_stops_it(self):
        self.ui.positiveButton.click()
        self.assertEqual(self.session.ordered("start"), [("positive",)])
        self.session.prompts.mode = "positive"
        self.tell("prompts")
        self.assertTrue(self.ui.positiveButton.checked)
        self.assertFalse(self.ui.boxButton.checked)
        self.ui.positiveButton.click()
        self.assertEqual(len(self.session.ordered("stop")), 1)

    def test_each_way_to_mark_an_object_has_its_button_its_key_and_its_words(self):
        texts = {}
        for mode, button in self.panel.prompts.modeButtons.items():
            button.click()
            self.session.prompts.mode = mode
            self.tell("prompts")
            self.assertTrue(button.checked)
            texts[mode] = (button.text, self.ui.promptHintLabel.text, button.toolTip)
            key = button.text[-2]
            self.panel.prompts.keys()[key]()
        self.assertEqual(self.session.ordered("start"), [(mode,) for mode in texts])
        self.assertEqual(len(self.session.ordered("stop")), len(texts))
        self.assertEqual(list(texts), ["box", "lasso", "scribble", "positive", "negative"])
        self.assertEqual(len({text for three in texts.values() for text in three}), 15)

    def test_prompts_are_listed_selected_and_removed(self):
        listed = [self.fake.prompt(name, self.volume.GetID(), 2, f"object {name}") for name in "ab"]
        self.session.prompts.objects, self.session.prompts.active = listed, "b"
        self.tell("prompts")
        self.assertEqual(self.ui.promptList.currentRow, 1)
        self.ui.removePromptButton.click()
        self.ui.removeLastButton.click()
        self.assertEqual((self.session.ordered("remove"), self.session.ordered("removeLast")), ([("b",)], [("b",)]))
        self.ui.promptList.setCurrentRow(0)
        self.panel.prompts._onPromptClicked()
        self.assertEqual(self.session.ordered("activate"), [("a",)])
        self.assertEqual(self.session.ordered("goTo"), [(listed[0].key,)])

    def test_accept_and_discard_need_a_proposal(self):
        self.assertFalse(self.ui.acceptButton.enabled)
        self.session.hasProposalOnDisplay, self.session.proposalText = True, "Estimated quality 0.91."
        self.tell("slices")
        self.ui.acceptButton.click()
        self.ui.discardButton.click()
        self.assertEqual((len(self.session.ordered("accept")), len(self.session.ordered("dismiss"))), (1, 1))
        self.assertEqual(self.ui.proposalLabel.text, "Estimated quality 0.91.")

    def test_save_says_why_not(self):
        self.assertIn("Nothing to save.", self.ui.saveButton.toolTip)
        self.session.canSave = (True, "")
        self.tell("slices")
        self.ui.saveButton.click()
        self.assertEqual(len(self.session.ordered("save")), 1)

    def test_nothing_here_says_why_not_and_which_key_it_has(self):
        self.assertIn("No task.", self.ui.nothingButton.toolTip)
        self.session.canSayNothing = (True, "")
        self.tell("slices")
        self.assertIn("Key: E", self.ui.nothingButton.toolTip)
        self.assertEqual(self.ui.nothingButton.text, "Nothing here  (E)")
        self.ui.nothingButton.click()
        self.assertEqual(len(self.session.ordered("nothingHere")), 1)

    def test_accept_and_next_needs_a_proposal_that_can_be_saved(self):
        self.session.canSave = (True, "")
        self.tell("slices")
        self.assertIn("no proposal", self.ui.acceptNextButton.toolTip)
        self.ui.saveNextButton.click()
        self.session.hasProposalOnDisplay = True
        self.tell("slices")
        self.ui.acceptNextButton.click()
        self.assertEqual((len(self.session.ordered("acceptAndNext")), len(self.session.ordered("saveAndNext"))), (1, 1))
        self.session.canSave = (False, "Name a task.")
        self.tell("slices")
        self.assertIn("Name a task.", self.ui.acceptNextButton.toolTip)
        self.assertFalse(self.ui.saveNextButton.enabled)
        self.session.canGoOn = True  # it is saved already
        self.tell("slices")
        self.assertTrue(self.ui.saveNextButton.enabled)
        self.assertEqual(self.ui.acceptNextButton.text, "Accept, save, next  (Shift+A)")

    def test_which_slice_comes_next_is_chosen_and_remembered(self):
        self.assertEqual(self.ui.nextBySelector.currentText, "towards the end")
        self.ui.nextBySelector.setCurrentIndex(1)
        self.ui.proposeAheadCheckBox.click()
        self.assertEqual((self.settings.nextBy, self.settings.proposeAhead), ("quality", False))
        self.clean()
        self.panel = self.makePanel(self.window.layout())
        self.assertEqual(self.panel.ui.nextBySelector.currentText, "worst proposal first")
        self.assertFalse(self.panel.ui.proposeAheadCheckBox.checked)

    def test_one_key_compares_and_says_what_is_shown(self):
        self.session.shownName, self.session.hasProposalOnDisplay = "The specialist alone", True
        self.tell("slices")
        self.assertEqual(self.ui.compareLabel.text, "The specialist alone")
        self.ui.compareButton.click()
        self.panel.compare.keys()["M"]()
        self.assertEqual(len(self.session.ordered("compare")), 2)

    def test_seeds_are_taught_only_when_asked_and_asked_anew_each_time(self):
        self.ui.useAsSeedsButton.click()
        self.ui.teachSeedsCheckBox.click()
        self.ui.useAsSeedsButton.click()
        self.ui.useAsSeedsButton.click()
        self.ui.fillBetweenButton.click()
        self.assertEqual(self.session.ordered("useAsSeeds"), [(False,), (True,), (False,)])
        self.assertEqual(len(self.session.ordered("fillBetween")), 1)
        self.session.propagation = (True, 0, 9)
        self.tell("propagation")
        self.assertFalse(self.ui.useAsSeedsButton.enabled)

    def test_a_key_asks_for_the_view_under_the_mouse_first(self):
        shortcut = next(each for each in self.panel.shortcuts._shortcuts if each.key.toString() == "A")
        shortcut.activated.emit()
        names = [call[0] for call in self.session.calls]
        self.assertEqual(names[names.index("useViewUnderMouse") :], ["useViewUnderMouse", "accept"])

    def test_every_key_is_in_the_legend_and_the_legend_follows_the_view_in_use(self):
        from AuxOLSegmentLib.Panel import Shortcuts

        here = {each.key.toString() for each in self.panel.shortcuts._shortcuts}
        self.assertEqual(here - {key for key, _what in Shortcuts.legend()}, set())
        legend = self.panel.onward.legend
        self.session.viewInUse = "Red"
        self.tell("slices")
        self.assertEqual(legend.view, "")
        before = self.props("Red"), self.props("Green")
        self.panel.onward.keys()["H"]()
        self.assertEqual((legend.view, self.settings.keyLegend), ("Red", True))
        self.session.viewInUse = "Green"
        self.tell("slices")
        self.assertEqual((self.props("Red"), self.props("Green")), (before[0], before[1] + 1))
        self.panel.exit()
        self.assertEqual((legend.view, self.props("Green")), ("", before[1]))
        self.panel.enter()
        self.assertEqual(legend.view, "Green")  # it was wanted
        self.settings.set("shortcuts", False)
        self.panel._whileShown()
        self.assertEqual(legend.view, "")  # there is no key to tell of
        self.assertIn("switched off", self.ui.keyLegendCheckBox.toolTip)

    def props(self, view):
        renderers = slicer.app.layoutManager().sliceWidget(view).sliceView().renderWindow().GetRenderers()
        return renderers.GetFirstRenderer().GetViewProps().GetNumberOfItems()

    def test_hiding_proposals_reaches_the_layer(self):
        self.ui.showProposalsCheckBox.click()
        self.assertEqual(self.session.ordered("setVisible"), [(False,)])
        self.assertFalse(self.parameters.showProposals)

    def test_an_oblique_view_can_be_rotated_to_the_volume(self):
        import vtk

        self.tell("prompts")
        self.assertTrue(self.ui.rotateButton.isHidden())
        view = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
        turned = vtk.vtkTransform()
        turned.SetMatrix(view.GetSliceToRAS())
        turned.RotateX(20)
        view.GetSliceToRAS().DeepCopy(turned.GetMatrix())
        view.UpdateMatrices()
        self.tell("prompts")
        self.assertFalse(self.ui.rotateButton.isHidden())
        self.ui.rotateButton.click()
        self.assertTrue(self.ui.rotateButton.isHidden())

    def test_keys_work_between_enter_and_exit_alone(self):
        keys = self.panel.shortcuts
        self.assertEqual({each.key.toString() for each in keys._shortcuts} & TAKEN, set())
        self.assertEqual(len(keys._shortcuts), 14)
        self.assertEqual(self.ui.saveButton.text, "Save slice  (S)")
        self.panel.exit()
        self.assertEqual(keys._shortcuts, [])
        self.panel.enter()
        self.settings.set("shortcuts", False)
        self.panel._onSettings()
        self.assertEqual((keys._shortcuts, self.ui.saveButton.text), ([], "Save slice"))

    def test_a_key_whose_button_is_off_says_why(self):
        self.ui.volumeSelector.setCurrentNode(None)
        self.panel.prompts.keys()["X"]()
        self.assertIn("volume", self.ui.statusLabel.text)
        self.assertEqual(self.session.ordered("start"), [])

    def test_keys_for_a_slice_ask_the_session_which_knows_it_as_it_is_now(self):
        self.assertFalse(self.ui.acceptButton.enabled)  # as just after scrolling to a slice with a proposal
        for letter, order in (("A", "accept"), ("D", "dismiss"), ("S", "save"), ("E", "nothingHere")):
            self.panel.prompts.keys()[letter]()
            self.assertEqual(len(self.session.ordered(order)), 1, order)


class TestReview(PanelCase):
    """Next slices, the list, acceptance above a quality."""

    def setUp(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        super().setUp()
        self.chooseAll()
        self.session.sliceCounts = {SliceState.ACCEPTED: 1}
        self.items = [self.fake.reviewItem(self.volume.GetID(), at, 0.5 + 0.1 * at) for at in range(5)]
        self.session.review = self.items
        self.tell("slices", "prompts")

    def test_the_list_is_shown_as_the_session_orders_it_and_a_click_goes_there(self):
        table = self.ui.reviewTable
        shown = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
        self.assertEqual(shown, [["Axial 0", "proposed", "0.50"], ["Axial 1", "proposed", "0.60"]])
        table.cellClicked.emit(3, 0)
        self.assertEqual(self.session.ordered("goTo"), [(self.items[3].key,)])

    def test_a_quality_just_below_is_not_shown_as_reached(self):
        self.session.review = [self.fake.reviewItem(self.volume.GetID(), 1, 0.896)]
        self.tell("slices")
        self.assertEqual((self.ui.reviewTable.item(0, 2).text(), self.ui.acceptAboveLabel.text), ("0.89", "0 slices"))

    def test_accept_all_from_a_quality_says_how_many(self):
        self.ui.acceptAboveSpinBox.value = 0.7
        self.assertEqual(self.ui.acceptAboveLabel.text, "3 slices")
        self.ui.acceptAboveButton.click()
        self.assertEqual(self.session.ordered("acceptAbove"), [(0.7,)])
        self.assertEqual(self.parameters.acceptAbove, 0.7)

    def test_a_fresh_range_is_the_whole_volume_and_can_be_narrowed(self):
        self.ui.rangeFirstSpinBox.value = 2
        self.ui.propagateButton.click()
        self.assertEqual(self.session.ordered("propagate"), [(2, 5)])

    def test_find_needs_a_lesson_and_no_seed(self):
        self.session.sliceCounts = {}
        self.tell("slices")
        self.assertIn("Save the structure", self.ui.findButton.toolTip)
        self.assertFalse(self.ui.findButton.enabled)
        self.session.corrections = [self.fake.correction(1, 0.5, 0.6, 0.7)]
        self.tell("task")
        self.ui.rangeFirstSpinBox.value = 1
        self.session.displayKey = self.items[3].key
        self.ui.findButton.click()
        for where in (1, 0):
            self.ui.findWhereSelector.setCurrentIndex(where)
            self.ui.findButton.click()
        self.assertEqual(self.session.ordered("find"), [(0, None), (1, 5), (3, 3)])

    def test_a_range_that_runs_backward_is_no_matter_to_the_whole_volume(self):
        self.session.corrections = [self.fake.correction(1, 0.5, 0.6, 0.7)]
        self.ui.rangeFirstSpinBox.value, self.ui.rangeLastSpinBox.value = 4, 2
        self.tell("task")
        self.assertTrue(self.ui.findButton.enabled)
        self.ui.findWhereSelector.setCurrentIndex(1)
        self.assertFalse(self.ui.findButton.enabled)

    def test_it_says_what_find_was_taught_and_asks_for_an_empty_slice(self):
        texts = []
        for counts in ((0, 0), (4, 0), (4, 1)):
            given = dict(zip(("slices_with", "slices_without"), counts, strict=True))
            self.session.status = self.fake.status(**given)
            self.tell("task")
            texts.append(self.ui.taughtLabel.text)
        self.assertIn("saved slices had it", texts[0])
        self.assertIn("4 slices with it and 0 without it. Go to a slice without it and press Nothing here", texts[1])
        self.assertEqual(texts[2], "Find was taught with 4 slices with it and 1 without it.")

    def test_the_next_ones_are_looked_at_where_the_user_wants_that(self):
        self.assertFalse(self.settings.findNext)
        self.ui.findNextCheckBox.click()
        self.assertTrue(self.settings.findNext)

    def test_the_range_can_be_this_slice_alone(self):
        self.session.displayKey = self.items[3].key
        self.ui.thisSliceButton.click()
        self.assertEqual((self.ui.rangeFirstSpinBox.value, self.ui.rangeLastSpinBox.value), (3, 3))

    def test_what_was_found_says_how_sure_it_is_and_is_not_accepted_for_its_quality_alone(self):
        self.session.review = [self.fake.reviewItem(self.volume.GetID(), 1, 0.95, confidence=0.4), *self.items[4:]]
        self.ui.acceptAboveSpinBox.value = 0.9
        self.tell("slices")
        self.assertEqual([self.ui.reviewTable.item(row, 3).text() for row in range(2)], ["0.40", ""])
        self.assertEqual([self.ui.reviewTable.item(row, 1).text() for row in range(2)], ["found", "proposed"])
        self.assertEqual(self.ui.acceptAboveLabel.text, "1 slice")

    def test_a_slice_with_nothing_on_it_is_listed_in_these_words(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        said = self.fake.reviewItem(self.volume.GetID(), 2, None, SliceState.SAVED, nothing=True)
        self.session.review = [*self.items, said]
        self.tell("slices")
        self.assertEqual(self.ui.reviewTable.item(5, 1).text(), "nothing here")

    def test_progress_and_cancel_while_it_runs(self):
        self.assertFalse(self.ui.cancelPropagationButton.enabled)
        self.session.propagation = (True, 0, 5)
        self.tell("propagation")
        self.assertEqual(self.ui.propagationBar.maximum, 0)  # it moves without a number
        self.session.propagation = (True, 2, 5)
        self.tell("propagation")
        self.assertEqual((self.ui.propagationBar.value, self.ui.propagationBar.maximum), (2, 5))
        self.assertFalse(self.ui.propagateButton.enabled)
        self.ui.cancelPropagationButton.click()
        self.assertEqual(len(self.session.ordered("cancelPropagation")), 1)

    def test_without_an_accepted_slice_there_is_nothing_to_start_from(self):
        self.session.sliceCounts = {}
        self.tell("slices")
        self.assertIn("seed", self.ui.propagateButton.toolTip)
        self.assertFalse(self.ui.neighboursButton.enabled)


class TestLongLists(PanelCase):
    """Hundreds of slices and corrections do not hold up the mouse."""

    def test_a_long_list_is_written_in_parts_and_ends_complete(self):
        self.chooseAll()
        items = [self.fake.reviewItem(self.volume.GetID(), at % 6, at / 300) for at in range(300)]
        self.session.review = items
        self.tell("slices")
        table = self.ui.reviewTable
        self.assertEqual(table.rowCount, 300)
        self.assertIsNotNone(table.item(0, 2))
        self.assertIsNone(table.item(299, 2))
        until(lambda: table.item(299, 2) is not None)
        self.assertEqual(table.item(299, 2).text(), "0.99")
        self.session.review = items[1:]
        self.tell("slices")
        until(lambda: table.rowCount == 299 and table.item(0, 0).text() == "Axial 1")


class TestLearning(PanelCase):
    """The learning panel."""

    def setUp(self):
        super().setUp()
        self.chooseAll()
        self.session.corrections = [self.fake.correction(at, 0.8, 0.7 + 0.02 * at, 0.85) for at in range(1, 5)]
        self.session.versions = [self.fake.version(at, current=at == 2, published=at != 3) for at in range(1, 4)]
        self.tell("learning")

    def test_the_current_version_is_marked(self):
        table = self.ui.versionsTable
        shown = [[table.item(row, 0).text(), table.item(row, 0).font().bold()] for row in range(3)]
        self.assertEqual(shown, [["3", False], ["\u25b6 2", True], ["1", False]])

    def test_the_share_is_the_specialists(self):
        self.assertEqual(self.ui.shareBar.value, 62)
        self.assertIn("18 corrections, 5 confirmed", self.ui.taskCountsLabel.text)

    def test_each_score_has_its_line_in_light_and_dark(self):
        import qt

        from AuxOLSegmentLib.Panel.CurveData import Curve
        from AuxOLSegmentLib.Panel.LearningCurve import DARK, LIGHT, drawCurve

        for colors, base in ((LIGHT, "#ffffff"), (DARK, "#202020")):
            palette = qt.QPalette(qt.QColor(base))
            palette.setColor(qt.QPalette.Base, qt.QColor(base))
            pixmap = drawCurve(
                Curve.of(self.session.corrections), "SAM ViT-B", 380, 200, self.ui.curveLabel.font, palette
            )
            image = pixmap.toImage()
            seen = {image.pixelColor(x, y).name() for x in range(0, 380) for y in range(0, 200)}
            self.assertEqual({code.lower() for code in colors.values()} - seen, set())

    def test_the_column_and_the_legend_name_the_generalist_in_use(self):
        from AuxOLSegmentLib.Panel import LearningPanel

        drawn = self.patch(LearningPanel, "drawCurve", mock.Mock(wraps=LearningPanel.drawCurve))
        heading = self.ui.correctionsTable.horizontalHeaderItem(2)
        for generalist, named in (("vit_b", "SAM ViT-B"), ("mine.pth", "mine.pth"), ("builtin", "Built-in")):
            self.session.status = self.fake.status(generalist=generalist)
            self.tell("learning")
            self.assertEqual((heading.text(), drawn.call_args[0][1]), (named, named))

    def test_a_name_that_is_too_long_leaves_room_for_the_other_lines(self):
        import qt

        from AuxOLSegmentLib.Panel.CurveData import Curve
        from AuxOLSegmentLib.Panel.LearningCurve import LIGHT, drawCurve

        palette = qt.QPalette(qt.QColor("#ffffff"))
        palette.setColor(qt.QPalette.Base, qt.QColor("#ffffff"))
        curve = Curve.of(self.session.corrections)
        image = drawCurve(curve, "x" * 200 + ".pth", 380, 200, self.ui.curveLabel.font, palette).toImage()
        top = {image.pixelColor(x, y).name() for x in range(380) for y in range(18)}
        self.assertIn(LIGHT["fused"].lower(), top)

    def test_a_curve_skips_what_was_not_asked_and_averages_objects(self):
        from auxol_core.types import CorrectionInfo, Scores
        from AuxOLSegmentLib.Panel.CurveData import Curve, lastMean

        scores = (Scores(0.5, None, 0.5), Scores(0.7, None, 0.9))
        unscored = CorrectionInfo("d", 2, "s", True, False, ())
        curve = Curve.of([CorrectionInfo("c", 1, "s", False, True, scores), unscored])
        self.assertEqual((curve.generalist, curve.specialist, curve.fused), ([0.6], [None], [0.7]))
        self.assertEqual([lastMean([None, 1.0, 0.0], at, 2) for at in range(3)], [None, 1.0, 0.5])
        self.assertEqual(curve.floor, 0.6)

    def test_undo_does_not_ask_and_what_cannot_be_undone_does(self):
        self.ui.undoButton.click()
        self.assertEqual(len(self.session.ordered("undo")), 1)
        self.session.learning.queued = 1  # a slice that was saved by mistake waits: undoing would undo another one
        for answer, undone in ((False, 1), (True, 2)):
            with mock.patch.object(slicer.util, "confirmOkCancelDisplay", return_value=answer):
                self.ui.undoButton.click()
            self.assertEqual(len(self.session.ordered("undo")), undone)
        self.ui.versionsTable.selectRow(2)
        self.ui.correctionsTable.selectRow(0)
        orders = {"rollBack": (1,), "forget": ("c4",), "reset": (), "deleteTask": ()}
        buttons = {"rollBack": "rollBack", "forget": "forget", "reset": "reset", "deleteTask": "delete"}
        for order, arguments in orders.items():
            with mock.patch("AuxOLSegmentLib.Panel.LearningPanel.confirmed", side_effect=[False, True]) as asked:
                getattr(self.ui, f"{buttons[order]}Button").click()
                getattr(self.ui, f"{buttons[order]}Button").click()
            self.assertEqual(asked.call_count, 2)
            self.assertEqual(self.session.ordered(order), [arguments])

    def test_an_import_does_not_take_a_name_that_exists(self):
        self.session.taskNames = ["liver", "liver (2)"]
        with mock.patch("AuxOLSegmentLib.Panel.LearningPanel.fileToOpen", return_value="/somewhere/liver.auxol"):
            self.ui.importButton.click()
        self.assertEqual(self.session.ordered("importTask"), [("/somewhere/liver.auxol", "liver (3)")])

    def test_learning_on_demand_is_kept_in_the_settings(self):
        self.ui.learningModeSelector.setCurrentIndex(1)
        self.ui.learnEverySpinBox.value = 8
        self.assertEqual(self.session.ordered("setLearningMode")[-1], ("every", 8))
        self.assertEqual((self.settings.learningMode, self.settings.learnEvery), ("every", 8))

    def test_pause_says_that_it_is_paused(self):
        self.ui.pauseButton.click()
        self.assertEqual(self.session.ordered("pause"), [(True,)])
        self.session.status = self.fake.status(paused=True)
        self.tell("learning")
        self.assertEqual((self.ui.pauseButton.checked, self.ui.pauseButton.text), (True, "Learning is paused"))

    def test_without_a_task_nothing_can_be_done_to_it(self):
        self.session.status = None
        self.tell("task")
        self.assertEqual([name for name in TASK_BUTTONS if getattr(self.ui, name).enabled], [])


class TestFirstUseAndSettings(PanelCase):
    """What is missing, what is remembered."""

    def test_nothing_is_installed_by_opening_and_what_is_missing_is_said(self):
        from AuxOLSegmentLib.Machine import Dependencies

        self.chooseVolume()
        self.assertTrue(self.ui.setupSection.isHidden())
        install = self.patch(Dependencies, "install", mock.Mock())
        self.patch(Dependencies, "missing", lambda: ["torch>=2.4", "typer>=0.15"])
        self.patch(Dependencies, "canInstall", lambda *_: (True, "Downloads PyTorch."))
        self.panel.enter()
        self.assertFalse(self.ui.setupSection.isHidden())
        self.assertIn("torch, typer", self.ui.setupLabel.text)
        self.assertFalse(self.ui.startEngineButton.enabled)
        self.assertEqual(len(self.session.ordered("openEngine")), 1)  # when nothing was missing
        self.assertIn("Packages are missing", self.ui.boxButton.toolTip)
        install.assert_not_called()
        self.ui.installButton.click()
        progress, done, folder = install.call_args[0]
        progress("Collecting torch")
        self.assertIn("Collecting torch", self.ui.statusLabel.text)
        done(False, "No network. Use a wheel folder.")
        self.assertIn("wheel folder", self.ui.installProgressLabel.text)
        self.assertEqual(folder, "")

    def test_what_was_installed_is_started_unless_the_setting_says_no(self):
        for starts, said in ((True, "being started"), (False, "Press Start engine")):
            self.settings.set("startOnEnter", starts)
            self.panel.setup._onDone(True, "")
            self.assertIn(said, self.ui.statusLabel.text)
        self.assertEqual(len(self.session.ordered("openEngine")), 3)  # the session looks at the setting

    def test_another_python_needs_no_packages_here(self):
        from AuxOLSegmentLib.Machine import Dependencies

        self.patch(Dependencies, "missing", lambda: ["torch>=2.4"])
        self.settings.set("pythonPath", "/opt/python")
        self.panel.enter()
        self.assertTrue(self.ui.setupSection.isHidden())

    def test_a_server_is_off_until_it_is_ticked_and_its_token_stays_here(self):
        self.assertFalse(self.ui.serverUrlEdit.enabled)
        self.ui.remoteCheckBox.click()
        self.assertTrue(self.settings.remote)
        self.ui.serverUrlEdit.text, self.ui.serverTokenEdit.text = "https://gpu:8765", "secret-token"
        self.ui.serverUrlEdit.editingFinished.emit()
        self.ui.serverTokenEdit.editingFinished.emit()
        self.ui.testServerButton.click()
        url, token, then = self.session.ordered("testServer")[0]
        self.assertEqual((url, token, self.settings.serverToken), ("https://gpu:8765", "secret-token", "secret-token"))
        then(True, "AuxOL 0.1.0 answers.")
        self.assertEqual(self.ui.testServerLabel.text, "AuxOL 0.1.0 answers.")
        self.assertNotIn("secret-token", repr(self.settings))
        self.assertEqual(self.settings.forDiagnostics()["serverToken"], "set")

    def test_generalists_and_presets_are_those_that_the_engine_tells(self):
        generalists, presets = self.ui.generalistSelector, self.ui.presetSelector
        self.assertEqual((generalists.count, generalists.currentText), (1, "builtin"))
        self.assertEqual((presets.count, presets.itemData(presets.currentIndex)), (1, "auxol"))
        self.settings.set("generalist", "mine.pth")
        self.session.engineTold = {
            "generalist": {"name": "bright", "title": "Bright pixels"},
            "generalists": [{"name": "builtin", "title": "built-in"}, {"name": "bright", "title": "Bright pixels"}],
            "presets": [{"name": "auxol", "title": "AuxOL, ours"}, {"name": "shifting", "title": "Shifted"}],
        }
        self.session.tell("engine")
        self.assertEqual([generalists.itemText(i) for i in range(generalists.count)], ["builtin", "bright"])
        self.assertEqual(generalists.currentText, "mine.pth")
        self.assertEqual([presets.itemText(i) for i in range(presets.count)], ["AuxOL, ours", "Shifted"])
        self.assertEqual(presets.currentIndex, 0)
        presets.setCurrentIndex(1)
        presets.activated.emit(1)
        self.assertEqual(self.settings.preset, "shifting")
        self.session.status = self.fake.status(generalist="bright")
        self.session.tell("learning")
        self.assertIn("Generalist: Bright pixels;", self.ui.taskLabel.text)
        self.session.status = self.fake.status(generalist="mine.pth")
        self.session.tell("learning")
        self.assertIn("Generalist: mine.pth;", self.ui.taskLabel.text)
        # A preset that the engine has not: what is chosen is shown, and the engine will say why it cannot be.
        self.session.engineTold = {"presets": [{"name": "auxol", "title": "AuxOL, ours"}]}
        self.session.tell("engine")
        self.assertEqual(presets.currentText, "shifting")

    def test_settings_have_their_defaults_and_refuse_what_they_are_not(self):
        from auxol_core.errors import InvalidInputError

        self.assertEqual((self.settings.device, self.settings.threads, self.settings.remote), ("auto", 0, False))
        for name, value in (("device", "tpu"), ("threads", -1), ("remote", 1), ("learnEvery", "5"), ("colour", "red")):
            with self.assertRaises(InvalidInputError):
                self.settings.set(name, value)
        with self.assertRaises(AttributeError):
            _ = self.settings.colour

    def test_a_broken_value_in_the_settings_file_reads_as_the_default(self):
        import qt

        qt.QSettings().setValue("AuxOLSegment/threads", "many")
        qt.QSettings().setValue("AuxOLSegment/remote", "true")
        self.assertEqual((self.settings.threads, self.settings.remote), (0, True))

    def test_every_requirement_is_one_that_pip_understands(self):
        import slicer.packaging

        from AuxOLSegmentLib.Machine import Dependencies

        names = [each.name for each in slicer.packaging.load_requirements(Dependencies.REQUIREMENTS)]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(set(names) & set(Dependencies.KEPT_AS_SLICER_HAS_THEM), set())


class TestGeneralistNames(SlicerCase):
    """Whoever proposes is called by its own name, and nobody else's."""

    def test_whether_learning_paid_is_said_beside_its_name(self):
        import fake_session

        from AuxOLSegmentLib.Machine.GeneralistName import generalistName
        from AuxOLSegmentLib.Panel.LearningTexts import payoffText
        from AuxOLSegmentLib.Session.Payoff import Payoff

        for name, called in NAMED.items():
            told = payoffText(Payoff(4, 0.05, 120, 3), generalistName(fake_session.status(generalist=name)))
            self.assertIn(f"than the {called} alone, by 0.050 Dice. On 3 slices of this scene that is about 120", told)

    def test_a_task_that_is_learned_again_says_so_and_who_answers_until_then(self):
        import fake_session

        from auxol_core.types import Progress
        from AuxOLSegmentLib.Panel.LearningTexts import learningText
        from AuxOLSegmentLib.Session.TaskFollower import LearningState

        told = learningText(fake_session.status(relearning=Progress(3, 12)), LearningState())
        self.assertIn("learned again from your saved slices, 3 of 12", told)
        self.assertIn("the built-in network alone", told)

    def test_no_other_text_of_the_panel_calls_it_sam(self):
        import AuxOLSegmentLib

        module = Path(AuxOLSegmentLib.__file__).parent
        meant = {"GeneralistName.py": 3, "SettingsPanel.ui": 1}  # the names themselves, and the choice of a checkpoint
        files = [*module.rglob("*.py"), *(module.parent / "Resources/UI").glob("*.ui")]
        found = {
            file.name: len(re.findall(r"\b(?:SAM|dice_sam)\b", file.read_text(encoding="utf-8"))) for file in files
        }
        self.assertEqual({name: count for name, count in found.items() if count}, meant)


class TestMessages(SlicerCase):
    """One sentence for each error."""

    def test_every_error_of_the_engine_has_a_sentence_of_its_own(self):
        from auxol_core import errors
        from AuxOLSegmentLib.Machine.Messages import sentence

        classes = [each for each in vars(errors).values() if isinstance(each, type)]
        kinds = [kind for kind in classes if issubclass(kind, errors.AuxolError)]
        told = {kind.__name__: sentence(kind("why")) for kind in kinds}
        self.assertEqual(len(set(told.values())), len(kinds))
        self.assertEqual([name for name, text in told.items() if not text], [])

    def test_what_is_missing_decides_the_next_step(self):
        from auxol_core.errors import NotFoundError
        from AuxOLSegmentLib.Machine.Messages import sentence

        kinds = ("slice", "open task", "proposal", "job", "")
        told = {missing: sentence(NotFoundError("x", missing)) for missing in kinds}
        self.assertEqual(len(set(told.values())), 5)
        self.assertNotIn("(x)", told["slice"])

    def test_braces_in_an_error_do_not_break_its_sentence(self):
        from AuxOLSegmentLib.Machine.Messages import sentence

        self.assertIn("{a: 1}", sentence(ValueError("{a: 1}")))
        self.assertIn("KeyError", sentence(KeyError()))


class TestLeaving(PanelCase):
    """What is left behind: nothing."""

    def test_cleanup_takes_listener_observers_keys_and_editor_away(self):
        self.chooseAll()
        panel, editor = self.panel, self.panel.editor.widget
        self.clean()
        self.assertEqual(self.session.listeners, [])
        self.assertEqual(panel.inputs.observations, [])
        self.assertEqual(panel.shortcuts._shortcuts, [])
        self.assertFalse(editor)  # destroyed, not only dropped: one that lives at exit crashes Slicer

    def test_ten_panels_leave_no_node_behind(self):
        import qt

        self.clean()
        before = slicer.mrmlScene.GetNumberOfNodes()
        for _ in range(10):
            window = qt.QWidget()
            self.panel = self.makePanel(qt.QVBoxLayout(window))
            self.clean()
            slicer.mrmlScene.RemoveNode(self.parameters.parameterNode)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

    def test_answers_that_come_after_the_panel_are_passed_over(self):
        from AuxOLSegmentLib.Machine import Dependencies

        install = self.patch(Dependencies, "install", mock.Mock())
        self.panel.setup.install()
        self.panel.settingsPart._test()
        self.clean()
        progress, done, _folder = install.call_args[0]
        progress("line")
        done(True, "done")
        self.session.ordered("testServer")[0][2](True, "late")
        quiet(0.1)


if __name__ == "__main__":
    main()
