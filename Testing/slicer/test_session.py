"""The life of a slice in Slicer's scene, with a real worker: prompt, propose, accept, edit, save, learn, refresh."""

import csv
import json
import os
import shutil
import signal
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import slicer
from session_case import SessionCase, SharedWorker, dice
from slicer_setting import main, quiet, resultOf, until

from auxol_core.types import Box  # once slicer_setting has loaded the module


async def _nothing():
    """A verb of the engine that has been done."""


class TestLifeOfASlice(SessionCase):
    """One slice, from the box to the lesson."""

    def test_a_box_is_answered_with_a_proposal_that_is_not_in_the_segment(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        mask = self.propose()
        self.assertGreater(dice(mask, self.truth[6]), 0.8)
        self.assertFalse(self.mask().any())
        np.testing.assert_array_equal(self.session.layer.mask(self.key(6)), mask)
        self.assertIs(self.session.book.get(self.key(6)).state, SliceState.PROPOSED)
        self.assertEqual(self.session.task, self.name)
        self.assertEqual(self.session.status.window.low, -150)
        self.assertEqual(self.undoStates, [])
        self.assertRegex(self.session.proposalText(), r"^expected Dice 0\.\d\d; built-in network \d+%, specialist \d+%")

    def test_slices_beside_a_prompt_are_prepared_where_the_engine_says_that_it_is_worth_it(self):
        asked = []
        for worth in (False, True):
            self.session.connection.about = {"compute": {"prefetch": worth}}
            link = SimpleNamespace(prefetch=lambda images: asked.append(len(images)) or _nothing())
            self.session.parts.prompting.prepare(link, self.volume, self.key(6))
            until(lambda worth=worth: bool(asked) == worth)
        self.assertEqual(asked, [4])

    def test_a_task_is_made_with_the_preset_that_was_chosen_for_new_ones(self):
        self.session.settings.set("preset", "paper")
        self.addCleanup(self.session.settings.reset)
        self.propose()
        self.assertEqual(self.session.status.preset, "paper")

    def test_accepting_is_one_undo_step_and_takes_the_prompt_away(self):
        mask = self.propose()
        self.assertTrue(self.session.accept())
        np.testing.assert_array_equal(self.mask(), mask)
        self.assertEqual(len(self.undoStates), 1)
        self.assertEqual(self.session.prompts.objects(), [])
        self.assertFalse(self.session.hasProposalOnDisplay())
        self.assertFalse(self.session.accept())

    def test_discarding_leaves_nothing(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        self.assertTrue(self.session.dismiss())
        self.assertFalse(self.session.hasProposalOnDisplay())
        self.assertEqual(self.session.prompts.objects(), [])
        self.assertIs(self.session.book.get(self.key(6)).state, SliceState.EMPTY)
        self.assertFalse(self.mask().any())

    def test_a_script_prompts_without_a_mouse(self):
        key = self.key(6)
        self.session.promptBox(key, Box(21, 15, 48, 46))
        until(lambda: self.session.proposals.on(key) or self.failed())
        first = self.session.proposals.on(key)[0]
        self.session.promptPoint(key, 34, 30)
        until(lambda: [s.proposalID for s in self.session.proposals.on(key)] not in ([], [first.proposalID]))
        self.session.promptPoint(key, 3, 3, positive=False)
        (only,) = self.session.prompts.objects()
        points = self.session.prompts.prompt(only.objectID).points
        self.assertEqual([(p.row, p.col, p.positive) for p in points], [(34, 30, True), (3, 3, False)])
        with self.assertRaises(ValueError):
            self.session.promptBox(self.key(600), Box(1, 1, 9, 9))

    def test_a_script_draws_without_a_mouse(self):
        key = self.key(6)
        self.session.promptLasso(key, ((14, 20), (14, 49), (48, 47), (49, 20)))
        until(lambda: self.session.proposals.on(key) or self.failed())
        first = self.session.proposals.on(key)[0]
        self.assertTrue(first.mask.any())
        self.session.promptScribble(key, ((34, 26), (34, 40)), width=2.0)
        until(lambda: [s.proposalID for s in self.session.proposals.on(key)] not in ([], [first.proposalID]))
        self.session.promptScribble(key, ((3, 3), (3, 40)), positive=False)
        (only,) = self.session.prompts.objects()
        strokes = self.session.prompts.prompt(only.objectID).strokes
        wanted = [("lasso", True), ("scribble", True), ("scribble", False)]
        self.assertEqual([(stroke.kind, stroke.positive) for stroke in strokes], wanted)
        with self.assertRaises(ValueError):
            self.session.promptLasso(key, ((3, 3), (3, 4000), (9, 9)))
        with self.assertRaises(ValueError):
            self.session.promptScribble(self.key(600), ((3, 3),))

    def test_one_more_click_refines_what_is_shown(self):
        from slicer_setting import hand

        self.propose()
        first = self.session.proposals.on(self.key(6))[0].proposalID
        self.session.prompts.start("positive")
        hand().click(self.at(6, 34, 30))
        until(lambda: [s.proposalID for s in self.session.proposals.on(self.key(6))] not in ([], [first]))
        self.assertEqual(len(self.session.proposals.on(self.key(6))), 1)
        self.assertEqual(len(self.session.prompts.objects()), 1)

    def test_beginning_an_effect_accepts_what_is_on_display(self):
        mask = self.propose()
        self.editor.SetActiveEffectName("Paint")
        np.testing.assert_array_equal(self.mask(), mask)

    def test_an_effect_leaves_proposals_alone_where_the_user_wants_that(self):
        self.settings.set("acceptOnEffect", False)
        self.propose()
        self.editor.SetActiveEffectName("Paint")
        self.assertFalse(self.mask().any())

    def test_saving_untouched_is_a_confirmation(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        mask = self.propose()
        self.saved()
        np.testing.assert_array_equal(self.mask(), mask)
        self.assertEqual(self.session.sliceCounts()[SliceState.SAVED], 1)
        until(lambda: bool(self.session.corrections))
        self.assertTrue(self.session.corrections[0].confirmation)
        self.assertEqual(self.session.canSave()[0], False)
        provenance = self.session.writer.provenance(self.segmentation, self.segmentID)
        self.assertEqual(provenance["task"], self.name)

    def test_the_table_of_a_session_counts_prompts_actions_and_voxels_changed_by_hand(self):
        self.propose()
        self.session.accept()
        record = self.session.book.get(self.key(6))
        self.assertEqual((record.prompts, record.changed, record.actions), (1, 0, 2))
        more = np.zeros_like(self.mask())
        more[:2, :5] = True
        self.draw(more)
        self.saved()
        self.assertEqual((record.changed, record.edits), (10, 1))
        self.assertEqual(record.actions, 4)
        table = Path(tempfile.mkdtemp()) / "session.csv"
        self.addCleanup(shutil.rmtree, table.parent)
        self.session.writeCsv(table)
        with table.open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        told = [row[name] for name in ("prompts", "edits", "actions", "voxels_changed")]
        self.assertEqual(told, ["1", "1", "4", "10"])

    def test_the_same_mask_saved_again_is_taken_once(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        self.saved()
        until(lambda: len(self.session.corrections) == 1)
        record = self.session.book.get(self.key(6))
        # As in a scene that was saved before the slice had its receipt.
        record.state, record.correctionID, record.savedAt = SliceState.EDITED, "", 0.0
        self.saved()
        resultOf(self.session.desk.link())
        quiet(1)
        self.assertEqual(len(self.session.corrections), 1)

    def test_the_engines_line_says_where_it_computes_and_why(self):
        self.propose()
        self.assertRegex(self.session.engineText, r"computing on cpu \(.*CUDA.*\)|computing on cuda \(.+\)")

    def test_a_mask_drawn_without_a_prompt_teaches_too(self):
        self.session.chooseTask(f"By hand {self.name}")
        quiet()
        self.draw(self.truth[6])
        quiet()
        self.saved()
        self.learned(1)
        self.assertFalse(self.session.corrections[0].confirmation)

    def test_a_segment_that_was_there_is_not_taught_by_scrolling_through_it(self):
        for index in (5, 6, 7):
            self.draw(self.truth[index], index)
        quiet()
        self.session.book.clear()
        self.session.chooseTask(f"Imported {self.name}")
        for index in (5, 6, 7):
            self.show(index)
            quiet(0.3)
        self.assertEqual(self.session.saveAllReviewed(), 0)
        self.assertEqual(len(self.session.unreviewed()), 3)

    def test_an_undone_accept_leaves_an_empty_slice(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        self.session.accept()
        self.draw(np.zeros_like(self.truth[6]), 6, add=False)
        quiet()
        self.assertIs(self.session.book.get(self.key(6)).state, SliceState.EMPTY)

    def test_a_completed_segment_saves_what_was_reviewed(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        self.session.accept()
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        logic.SetSegmentStatus(segment, logic.Completed)
        until(lambda: self.session.sliceCounts()[SliceState.SAVED] == 1)

    def test_without_inputs_it_says_what_to_choose(self):
        self.session.setInputs(None, None, "")
        self.assertIn("volume", self.session.whyNot())
        self.session.setInputs(self.volume, None, "")
        self.assertIn("segment", self.session.whyNot())
        self.assertFalse(self.session.save())
        self.assertFalse(self.session.accept())


class TestProtection(SessionCase):
    """Nothing of ours writes where a person has been."""

    def test_a_sagittal_proposal_leaves_edited_axial_slices_alone(self):
        self.propose(6)
        self.session.accept()
        edited = self.truth[6] & (np.arange(self.truth.shape[2]) < 24)
        self.draw(edited, 6, add=False)
        quiet()
        key = self.key(30, axis=2)
        self.show(30, axis=2)
        self.session.views.use("Yellow")
        self.session.promptBox(key, Box(1, 20, 12, 48))
        until(lambda: self.session.proposals.on(key) or self.failed())
        self.assertTrue(self.session.proposals.on(key)[0].mask[6].any())
        self.assertTrue(self.session.accept())
        np.testing.assert_array_equal(self.mask(6), edited)
        self.assertTrue(self.mask(5)[:, 30].any())


class TestServer(SessionCase):
    """An engine at an address."""

    def address(self):
        told = json.loads((SharedWorker.tasks() / "worker.json").read_text(encoding="utf-8"))
        return f"http://127.0.0.1:{told['port']}", told["token"]

    def asked(self, url, token):
        answers = []
        self.session.testServer(url, token, lambda ok, text: answers.append((ok, text)))
        until(lambda: answers, 20)
        return answers[0]

    def test_the_test_button_tells_what_is_there(self):
        url, token = self.address()
        ok, text = self.asked(url, token)
        self.assertTrue(ok, text)
        ok, text = self.asked(url, "another token")
        self.assertFalse(ok)
        self.assertIn("token", text)
        self.assertFalse(self.asked(url, "")[0])
        self.assertFalse(self.asked("127.0.0.1", token)[0])
        ok, text = self.asked("http://127.0.0.1:9", token)
        self.assertFalse(ok)
        self.assertIn("127.0.0.1:9", text)

    def test_prompts_are_answered_by_the_server_and_no_worker_is_started(self):
        url, token = self.address()
        for name, value in {"remote": True, "serverUrl": url, "serverToken": token}.items():
            self.settings.set(name, value)
        self.settings.set("dataDir", str(self.folder / "none"))
        self.assertTrue(self.propose().any())
        self.assertIsNone(self.session.connection._process)
        self.assertIn("images are sent there", self.session.engineText)
        self.assertFalse((self.folder / "none").exists())
        self.assertNotIn(token, self.session.diagnostics())

    def test_a_server_of_another_version_is_told_with_both(self):
        class Other(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps({"program": "auxol", "protocol": 99, "version": "9.9", "pid": 1}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_unused):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        ok, text = self.asked(f"http://127.0.0.1:{server.server_port}", "a token of some length")
        self.assertFalse(ok)
        self.assertIn("99", text)


class TestRefresh(SessionCase):
    """On a picture so faint that what was learned changes what is proposed."""

    contrast, noise = 50.0, 40.0

    def test_a_saved_correction_is_learned_and_the_rest_refreshed(self):
        waiting = self.key(3)
        self.propose(3)
        before = self.session.proposals.on(waiting)[0]
        half = self.truth & (np.arange(self.truth.shape[2]) < 30)
        for number, index in enumerate((6, 5, 7, 8), start=1):
            self.propose(index)
            self.session.accept()
            self.draw(half[index], index, add=False)
            quiet()
            self.saved(index)
            self.learned(number)
            quiet()
            if self.session.proposals.on(waiting)[0].version > 0:
                break
        until(lambda: len(self.session.corrections) == number)
        self.assertFalse(any(info.confirmation for info in self.session.corrections))
        after = self.session.proposals.on(waiting)[0]
        self.assertEqual(after.proposalID, before.proposalID)
        self.assertGreater(after.version, 0)
        self.assertFalse(np.array_equal(after.mask, before.mask))
        np.testing.assert_array_equal(self.session.layer.mask(waiting), after.mask)
        self.assertFalse(self.mask(3).any())


class TestThinking(SessionCase):
    """A worker that goes over the saved slices again while nobody asks for anything."""

    own = True
    thinking = "gentle"

    def test_after_a_save_it_makes_a_version_of_its_own_and_the_history_says_so(self):
        from AuxOLSegmentLib.Panel.LearningTexts import versionRows

        self.propose()
        self.session.accept()
        self.draw(self.truth[6], add=False)
        self.saved()
        self.learned(1)
        until(lambda: any(not version.corrections for version in self.session.versions), 60)
        self.assertIn("gone over again", [row[1] for row in versionRows(self.session.versions)])
        self.assertFalse(self.failed(), self.session.message)
        self.session.undo()  # the save, with what was rehearsed since
        until(lambda: self.session.status.version == 0, 20)


class TestVolume(SessionCase):
    """Propagation and review."""

    def test_neighbours_are_proposed_and_accepted_in_one_step(self):
        from AuxOLSegmentLib.Session.SliceBook import SliceState

        self.propose()
        self.saved()
        self.session.propagate(2, 10)
        until(lambda: self.session.propagation.total and not self.session.propagation.running)
        items = self.session.review()
        self.assertTrue(items)
        self.assertEqual([i.quality for i in items], sorted(i.quality for i in items))
        self.assertFalse(any(self.mask(item.key.index).any() for item in items))
        states = len(self.undoStates)
        self.assertEqual(self.session.acceptAbove(0.0), len(items))
        until(lambda: not self.session.proposals.all())
        self.assertEqual(len(self.undoStates), states + 1)
        # Nobody has looked at them yet, so they are not taught.
        self.assertEqual(self.session.saveAllReviewed(), 0)
        self.assertEqual(self.session.sliceCounts()[SliceState.ACCEPTED], len(items))
        self.session.goTo(items[0].key)
        quiet()
        self.assertEqual(self.session.saveAllReviewed(), 1)

    def test_propagation_never_proposes_where_the_user_has_drawn(self):
        self.propose()
        self.session.accept()
        self.draw(self.truth[8], 8)
        self.session.propagate(4, 9)
        until(lambda: self.session.propagation.total and not self.session.propagation.running)
        self.assertNotIn(8, [item.key.index for item in self.session.review() if item.quality is not None])

    def test_propagation_can_be_cancelled(self):
        self.propose()
        self.session.accept()
        self.session.propagate(0, 11)
        until(lambda: self.session.propagation.running)
        self.session.cancelPropagation()
        self.assertFalse(self.session.propagation.running)
        quiet()
        self.assertFalse(self.session.propagation.running)

    def test_without_a_filled_slice_it_says_so(self):
        self.session.propagate(0, 11)
        self.assertEqual(self.session.message[1], "warning")


class TestFinding(SessionCase):
    """The structure is looked for on slices that nobody prompted."""

    def setUp(self):
        super().setUp()
        self.propose()
        self.session.accept()
        self.saved()
        self.learned(1)

    def found(self, first, last):
        self.session.find(first, last)
        until(lambda: self.session.propagation.total and not self.session.propagation.running)
        return [item for item in self.session.review() if item.state.value == "proposed"]

    def test_it_is_proposed_with_a_confidence_and_nothing_where_a_person_was(self):
        self.draw(self.truth[8], 8)
        quiet()
        items = self.found(2, 10)
        self.assertTrue(items, self.session.message)
        self.assertFalse({6, 8} & {item.key.index for item in items})
        self.assertTrue(all(0 < item.confidence <= 1 for item in items))
        self.assertEqual([item.worth for item in items], sorted(min(i.quality, i.confidence) for i in items))
        self.assertEqual((self.session.propagation.done, self.session.propagation.total), (7, 7))
        self.assertIn(f"Found on {len(items)} slices", self.session.message[0])
        self.assertEqual(self.session.acceptAbove(min(item.worth for item in items)), len(items))
        until(lambda: not self.session.proposals.all())

    def test_nothing_found_is_said(self):
        self.assertEqual(self.found(0, 0), [])
        self.assertIn("Nothing was found", self.session.message[0])

    def test_a_confidence_comes_back_with_the_scene(self):
        items = self.found(4, 8)
        text = self.session.proposals.toJson()
        self.session.proposals.readJson(text)
        again = [item for item in self.session.review() if item.state.value == "proposed"]
        self.assertEqual([item.confidence for item in again], [item.confidence for item in items])

    def test_it_can_be_cancelled_and_a_full_range_is_refused_in_words(self):
        self.session.find(0, 11)
        until(lambda: self.session.propagation.running)
        self.session.cancelPropagation()
        quiet()
        self.assertFalse(self.session.propagation.running)
        self.session.find(6, 6)
        self.assertEqual(self.session.message[1], "warning")


class TestTrouble(SessionCase):
    """What may go wrong while an answer is on its way."""

    own = True

    def test_the_volume_is_deleted_meanwhile(self):
        self.dragBox()
        slicer.mrmlScene.RemoveNode(self.volume)
        quiet(3)
        self.assertEqual(self.session.proposals.all(), [])
        self.assertIsNone(self.session.volume)

    def test_the_segmentation_is_deleted_meanwhile(self):
        self.dragBox()
        slicer.mrmlScene.RemoveNode(self.segmentation)
        until(lambda: self.session.status is not None or self.failed(), 30)
        quiet(2)
        self.assertEqual(self.session.proposals.all(), [])

    def test_the_scene_is_closed_meanwhile(self):
        self.dragBox()
        slicer.mrmlScene.Clear(0)
        quiet(3)
        self.assertEqual(self.session.proposals.all(), [])
        self.assertEqual(self.session.sliceCounts()[next(iter(self.session.sliceCounts()))], 0)

    def test_the_worker_is_killed_and_the_next_prompt_is_answered(self):
        self.propose()
        os.kill(self.session.connection._process.ready.pid, signal.SIGKILL)
        mask = self.propose(5)
        self.assertTrue(mask.any())

    def test_a_save_survives_the_workers_death(self):
        self.propose()
        self.session.accept()
        os.kill(self.session.connection._process.ready.pid, signal.SIGKILL)
        self.saved()
        self.learned(1)

    def test_a_python_that_is_none_is_told_in_words(self):
        self.settings.set("pythonPath", str(self.folder / "no python"))
        self.dragBox()
        until(self.failed, 20)
        self.assertIn("no python", self.session.engineText)


if __name__ == "__main__":
    main()
