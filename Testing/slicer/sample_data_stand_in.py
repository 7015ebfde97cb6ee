"""The module Sample Data where it is not there, as in the headless host: its registry and its download.

What the real one does was read in Slicer's Modules/Scripted/SampleData/SampleData.py (commit 583e9b37d50e). The tests
that use this pass with that file, too (it has to be on PYTHONPATH).
"""

import sys
import types
import urllib.request
from pathlib import Path
from unittest import mock

import slicer


class SampleDataSource:
    def __init__(
        self, sampleName, uris, fileNames, nodeNames, checksums, thumbnailFileName, loadFileTypes, customDownloader=None
    ):
        self.sampleName = self.sampleDescription = sampleName
        self.uris, self.fileNames, self.nodeNames, self.checksums = [uris], [fileNames], [nodeNames], [checksums]
        self.loadFileTypes = [loadFileTypes]
        self.thumbnailFileName, self.customDownloader = thumbnailFileName, customDownloader


class SampleDataLogic:
    """Sources by category lie in ``slicer.modules.sampleDataSources``."""

    @staticmethod
    def registerCustomSampleDataSource(category="Custom", **about):
        slicer.modules.sampleDataSources.setdefault(category, []).append(SampleDataSource(**about))

    @staticmethod
    def sampleDataSourcesByCategory(category=None):
        return slicer.modules.sampleDataSources.get(category, [])

    def downloadFromSource(self, source, maximumAttemptsCount=3, forceDownload=False):
        """Nodes, or an empty list after so many attempts."""
        path = Path(slicer.app.temporaryPath) / source.fileNames[0]
        algorithm, digest = slicer.util.extractAlgoAndDigest(source.checksums[0])
        for _attempt in range(maximumAttemptsCount):
            try:
                urllib.request.urlretrieve(source.uris[0], str(path), None)
            except OSError:
                continue
            if slicer.util.computeChecksum(algorithm, str(path)) == digest:
                return [slicer.util.loadVolume(str(path), properties={"name": source.nodeNames[0]})]
        return []


def installed():
    """A patch of sys.modules under which ``import SampleData`` finds this."""
    module = types.ModuleType("SampleData")
    module.SampleDataLogic, module.SampleDataSource = SampleDataLogic, SampleDataSource
    return mock.patch.dict(sys.modules, {"SampleData": module})
