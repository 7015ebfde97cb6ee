"""The volume that ships with the extension, in the module Sample Data and for scripts. Nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

RESOURCES = Path(__file__).resolve().parents[2] / "Resources"
FILE = RESOURCES / "SampleData" / "hippocampus_042.nii.gz"
SHA256 = "9d65b599afa3ca786b7a3e72ac6508926320d083fa617dc2f334dc6f61c5b6ea"
NAME = "AuxOLSampleMR"
CATEGORY = "AuxOL Segment"


def registerSampleData() -> None:
    """Put the volume into the module Sample Data; call it once Slicer has started. Harmless a second time."""
    import SampleData  # a module of Slicer's, there once it has started

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category=CATEGORY,
        sampleName=NAME,
        thumbnailFileName=str(RESOURCES / "Icons" / f"{NAME}.png"),
        # A file's address: Sample Data copies it from there to its cache and checks it, as it does with a download.
        uris=FILE.as_uri(),
        fileNames=FILE.name,
        nodeNames=NAME,
        checksums=f"SHA256:{SHA256}",
        loadFileTypes="VolumeFile",
    )


def loadSampleVolume() -> Any:
    """The volume node, loaded into the scene; for scripts, without the module Sample Data."""
    return slicer.util.loadVolume(str(FILE), properties={"name": NAME})
