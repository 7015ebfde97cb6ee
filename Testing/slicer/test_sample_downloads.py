"""Scans to download: each says what it is before it is pressed, none comes unasked, and a failure is told."""

import importlib.util
import re
import shutil
import types
import unittest
import urllib.request
from pathlib import Path
from unittest import mock

import sample_data_stand_in
import slicer
from slicer_setting import HOST, SlicerCase, main

REAL = importlib.util.find_spec("SampleData") is not None  # Slicer's own


@unittest.skipUnless(REAL or HOST is not None, "this Slicer was built without Sample Data")
class TestSampleDownloads(SlicerCase):
    def setUp(self):
        super().setUp()
        self.patch(slicer.modules, "sampleDataSources", {})
        if not REAL:
            patcher = sample_data_stand_in.installed()
            patcher.start()
            self.addCleanup(patcher.stop)
        import SampleData

        from AuxOLSegmentLib.Scene import SampleDownloads

        self.downloads, self.logic = SampleDownloads, SampleData.SampleDataLogic
        self.asked, self.told = [], []
        self.patch(urllib.request, "urlretrieve", self.retrieve)
        self.patch(slicer.util, "errorDisplay", self.told.append)
        self.patch(slicer.util, "getModuleWidget", lambda name: types.SimpleNamespace(logic=self.logic()))
        self.sent = None  # the file that the network gives; None: there is no network
        SampleDownloads.registerDownloads()

    def patch(self, owner, name, value):
        patcher = mock.patch.object(owner, name, value, create=True)
        patcher.start()
        self.addCleanup(patcher.stop)

    def retrieve(self, address, path, *_hook):
        self.asked.append(address)
        if self.sent is None:
            raise OSError("no network here")
        shutil.copy(self.sent, path)

    @property
    def sources(self):
        return self.logic.sampleDataSourcesByCategory(self.downloads.CATEGORY)

    def test_each_has_an_address_and_the_hash_of_its_content(self):
        self.assertEqual(len(self.sources), len(self.downloads.SCANS))
        for source in self.sources:
            digest = re.fullmatch(r"SHA256:([0-9a-f]{64})", source.checksums[0])[1]
            self.assertEqual(
                source.uris, [f"https://github.com/Slicer/SlicerTestingData/releases/download/SHA256/{digest}"]
            )

    def test_ct_and_mr_are_both_there(self):
        kinds = {source.sampleName.removeprefix("AuxOL")[:2] for source in self.sources}
        self.assertEqual(kinds, {"CT", "MR"})

    def test_what_it_is_its_licence_and_its_size_are_told_before_it_is_pressed(self):
        for source in self.sources:
            contents, licence, size = source.sampleDescription.split("\n")
            self.assertRegex(contents, r"^(CT|MR)")
            self.assertRegex(licence, r"CC BY-SA 4.0|research and teaching|no restrictions|licence: see github.com/")
            self.assertRegex(size, r"^download: at most \d+ MB$")

    def test_each_has_a_thumbnail_of_ours(self):
        for source in self.sources:
            self.assertTrue(Path(source.thumbnailFileName).is_file(), source.thumbnailFileName)

    def test_registering_downloads_nothing_and_a_second_time_adds_nothing(self):
        self.downloads.registerDownloads()
        self.assertEqual(len(self.sources), len(self.downloads.SCANS))
        self.assertEqual(self.asked, [])

    def test_a_download_that_fails_is_told_with_what_else_to_do(self):
        source = self.sources[0]
        source.customDownloader(source)
        self.assertEqual(set(self.asked), set(source.uris))
        self.assertEqual(len(self.told), 1)
        for part in (source.fileNames[0], source.uris[0], "Check the network", "AuxOLSampleMR"):
            self.assertIn(part, self.told[0])

    def test_what_came_and_is_not_what_was_expected_is_told_and_not_loaded(self):
        from AuxOLSegmentLib.Scene.SampleVolume import FILE

        self.sent = FILE
        source = self.sources[0]
        source.customDownloader(source)
        self.assertEqual(len(self.told), 1)
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode"), 0)

    def test_a_download_that_comes_is_a_volume_in_the_scene(self):
        from AuxOLSegmentLib.Scene.SampleVolume import FILE, SHA256

        source = self.sources[0]
        self.sent, source.fileNames, source.checksums = FILE, [FILE.name], [f"SHA256:{SHA256}"]
        source.customDownloader(source)
        self.assertEqual(self.told, [])
        volume = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
        self.assertEqual(volume.GetName(), source.nodeNames[0])


if __name__ == "__main__":
    main()
