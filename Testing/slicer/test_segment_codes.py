"""A segment's name becomes the codes that Slicer writes into DICOM SEG; what the user chose stays."""

import numpy as np
import slicer
from session_case import SessionCase
from slicer_setting import SlicerCase, main

LIVER, KIDNEY, TISSUE = ("SCT", "10200004"), ("SCT", "64033007"), ("SCT", "85756007")
LEFT, RIGHT, NO_SIDE = ("SCT", "7771000"), ("SCT", "24028007"), ("", "")


def codes(segment):
    """Type and modifier as Slicer itself reads the segment's entry."""
    entry = slicer.vtkSlicerTerminologyEntry()
    logic = slicer.modules.terminologies.logic()
    assert logic.DeserializeTerminologyEntry(segment.GetTerminology(), entry)
    read = [entry.GetTypeObject(), entry.GetTypeModifierObject()]
    return tuple((each.GetCodingSchemeDesignator() or "", each.GetCodeValue() or "") for each in read)


class TestNames(SlicerCase):
    """Names and what they mean."""

    def named(self, name):
        from AuxOLSegmentLib.Scene.Terminology import structureNamed

        found = structureNamed(name)
        return None if found is None else (found.words, found.kind.value)

    def test_a_structure_is_found_by_its_name_in_any_case(self):
        for name in ("Liver", "liver", "LIVER", " liver ", "Liver_1", "Leber", "foie"):
            self.assertEqual(self.named(name), ("Liver", "10200004"), name)

    def test_a_side_is_found_before_and_after_the_name(self):
        left = ("left kidney", "kidney left", "Kidney_L", "kidney-left", "links Niere", "Niere links", "rein gauche")
        for name in left:
            self.assertEqual(self.named(name), ("Left Kidney", "64033007"), name)
        for name in ("right kidney", "Niere rechts", "rein droit", "kidney R"):
            self.assertEqual(self.named(name), ("Right Kidney", "64033007"), name)

    def test_without_a_side_none_is_said(self):
        for name in ("kidney", "kidneys", "Nieren", "reins"):
            self.assertEqual(self.named(name), ("Kidney", "64033007"), name)

    def test_accents_and_letters_of_other_languages(self):
        meant = {"Schilddrüse": "Thyroid", "schilddruse": "Thyroid", "cœur": "Heart", "coeur": "Heart"}
        meant |= {"weisse Substanz": "White Matter", "vésicule biliaire": "Gallbladder"}
        for name, words in meant.items():
            self.assertEqual(self.named(name)[0], words)

    def test_a_side_that_is_part_of_a_name_is_no_modifier(self):
        for name in ("left ventricle", "linker Ventrikel", "ventricule gauche"):
            self.assertEqual(self.named(name)[0], "Left Ventricle")

    def test_the_second_list_knows_more(self):
        self.assertEqual(self.named("femur right")[0], "Right Femur")
        self.assertEqual(self.named("Pfortader")[0], "Portal vein")

    def test_nothing_is_guessed(self):
        for name in ("", "Segment_1", "Segment", "left", "liver lesion 3 mm", "left liver", "Bright ball 1", "tissue"):
            self.assertIsNone(self.named(name), name)

    def test_every_name_of_ours_means_something_in_slicer_s_lists(self):
        from AuxOLSegmentLib.Scene.OrganNames import NAMES

        unknown = {meaning for meaning in NAMES if self.named(meaning) is None}
        self.assertEqual(unknown, set())
        for meaning, names in NAMES.items():
            for name in filter(None, names.split(",")):
                self.assertEqual(self.named(name), self.named(meaning), name)

    def test_no_name_stands_for_two_structures(self):
        from AuxOLSegmentLib.Scene.OrganNames import NAMES

        names = [name.strip().casefold() for each in NAMES.values() for name in each.split(",") if name]
        twice = {name for name in names if names.count(name) > 1}
        self.assertEqual(twice, set())

    def test_looking_up_prints_no_error(self):
        from slicer_setting import logged

        from AuxOLSegmentLib.Scene.Terminology import structureNamed

        structureNamed("left liver")
        self.assertEqual(logged(), [])


class TestEntries(SlicerCase):
    """What is written into a segment, and when."""

    def setUp(self):
        super().setUp()
        self.node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        self.segmentation = self.node.GetSegmentation()

    def add(self, name):
        return self.segmentation.GetSegment(self.segmentation.AddEmptySegment("", name))

    def follow(self):
        from AuxOLSegmentLib.Scene.SegmentCodes import SegmentCodes

        codes = SegmentCodes()
        codes.follow(self.node)
        self.addCleanup(codes.close)
        return codes

    def test_slicer_reads_the_entry(self):
        from AuxOLSegmentLib.Scene.Terminology import structureNamed

        segment = self.add("x")
        segment.SetTerminology(structureNamed("kidney left").entry)
        self.assertEqual(codes(segment), (KIDNEY, LEFT))

    def test_an_added_segment_gets_the_codes_of_its_name(self):
        self.follow()
        self.assertEqual(codes(self.add("Niere rechts")), (KIDNEY, RIGHT))

    def test_a_renamed_segment_gets_the_codes_of_its_name(self):
        segment = self.add("Segment_1")
        self.follow()
        self.assertEqual(codes(segment), (TISSUE, NO_SIDE))
        segment.SetName("Liver")
        self.assertEqual(codes(segment), (LIVER, NO_SIDE))

    def test_codes_of_ours_follow_the_name_and_go_with_it(self):
        self.follow()
        segment = self.add("Liver")
        segment.SetName("left kidney")
        self.assertEqual(codes(segment), (KIDNEY, LEFT))
        segment.SetName("my thing")
        self.assertEqual(codes(segment), (TISSUE, NO_SIDE))

    def test_what_the_user_chose_is_never_touched(self):
        from AuxOLSegmentLib.Scene.Terminology import structureNamed

        self.follow()
        segment = self.add("Segment_1")
        segment.SetTerminology(structureNamed("spleen").entry)
        for name in ("Liver", "my thing"):
            segment.SetName(name)
            self.assertEqual(codes(segment)[0], ("SCT", "78961009"))

    def test_a_choice_over_codes_of_ours_stays(self):
        from AuxOLSegmentLib.Scene.Terminology import structureNamed

        self.follow()
        segment = self.add("Liver")
        segment.SetTerminology(structureNamed("Mass").entry)
        segment.SetName("Liver lesion")
        segment.SetName("Liver")
        self.assertEqual(codes(segment)[0][1], structureNamed("Mass").kind.value)

    def test_an_unknown_name_leaves_the_default(self):
        self.follow()
        segment = self.add("Bright ball")
        self.assertEqual(segment.GetTerminology(), slicer.vtkSegment().GetTerminology())

    def test_somebody_s_finished_segment_is_left_alone(self):
        volume = slicer.util.addVolumeFromArray(np.zeros((4, 8, 8), np.int16))
        self.node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        segmentID = self.segmentation.AddEmptySegment("", "Liver")
        slicer.util.updateSegmentBinaryLabelmapFromArray(np.ones((4, 8, 8), np.uint8), self.node, segmentID, volume)
        self.follow()
        self.assertEqual(codes(self.segmentation.GetSegment(segmentID)), (TISSUE, NO_SIDE))

    def test_an_empty_segment_that_was_made_just_before_gets_its_codes(self):
        segment = self.add("Liver")
        self.follow()
        self.assertEqual(codes(segment), (LIVER, NO_SIDE))

    def test_after_the_end_nothing_is_followed(self):
        self.follow().close()
        self.assertEqual(codes(self.add("Liver")), (TISSUE, NO_SIDE))

    def test_what_a_segment_is_can_be_asked(self):
        from AuxOLSegmentLib.Scene.Terminology import structureNamed, structureOf

        segment = self.add("left kidney")
        self.assertEqual(structureOf(segment).words, "Left Kidney")
        segment.SetTerminology(structureNamed("Liver").entry)
        self.assertEqual(structureOf(segment).words, "Liver")
        self.assertIsNone(structureOf(self.add("Bright ball")))


class TestInASession(SessionCase):
    """The session follows the segmentation that is worked on."""

    def test_a_rename_in_the_segment_editor_is_followed(self):
        segment = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        segment.SetName("Leber")
        self.assertEqual(codes(segment), (LIVER, NO_SIDE))

    def test_another_segmentation_is_followed_instead(self):
        other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        otherID = other.GetSegmentation().AddEmptySegment("", "Milz")
        first = self.segmentation.GetSegmentation().GetSegment(self.segmentID)
        self.session.setInputs(self.volume, other, otherID)
        first.SetName("Leber")
        self.assertEqual(codes(first), (TISSUE, NO_SIDE))
        self.assertEqual(codes(other.GetSegmentation().GetSegment(otherID))[0], ("SCT", "78961009"))


if __name__ == "__main__":
    main()
