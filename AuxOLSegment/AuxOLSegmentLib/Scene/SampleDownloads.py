"""Whole scans in the module Sample Data, which Slicer downloads from its own home when the user presses one.

Addresses, file names and SHA-256 are those of Slicer's own Sample Data module (Modules/Scripted/SampleData, commit
583e9b37d50e of 21 August 2026); so a scan that Slicer has downloaded already is not downloaded again. Licences are what
that module's acknowledgement says; where it says nothing, nothing is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from AuxOLSegmentLib.Scene.SampleVolume import CATEGORY, NAME, RESOURCES

HOME = "https://github.com/Slicer/SlicerTestingData/releases/download/SHA256/"


@dataclass(frozen=True)
class Scan:
    """One scan. ``megabytes``: its voxels in memory; the file is compressed, so the download is smaller than that."""

    name: str
    node: str
    file: str
    sha256: str
    megabytes: int

    @property
    def address(self) -> str:
        return HOME + self.sha256

    @property
    def sampleName(self) -> str:
        return f"AuxOL{self.name}"

    @property
    def thumbnail(self) -> Path:
        return RESOURCES / "Icons" / f"{self.sampleName}.png"


SCANS = (
    # 512 x 512, all of abdomen and pelvis: liver with tumours, kidneys, spleen
    Scan("CTLiver", "CTLiver", "CTLiver.nrrd", "e16eae0ae6fefa858c5c11e58f0f1bb81834d81b7102e021571056324ef6f37e", 360),
    # 441 x 321 x 215
    Scan(
        *("CTAAbdomen", "Panoramix-cropped", "Panoramix-cropped.nrrd"),
        *("146af87511520c500a3706b7b2bfb545f40d5d04dd180be3a7a2c6940e447433", 61),
    ),
    # 512 x 512 x 321
    Scan(
        *("CTACardio", "CTACardio", "CTA-cardio.nrrd"),
        *("3b0d4eb1a7d8ebb0c5a89cc0504640f76a030b4e869e33ff34c564c3d3b88ad2", 168),
    ),
    # 256 x 256 x 130
    Scan("MRHead", "MRHead", "MR-head.nrrd", "cc211f0dfd9a05ca3841ce1141b292898b2dd2d3f08286affadf823a7e58df93", 17),
    # 256 x 256 x 112
    Scan(
        *("MRBrainTumor", "MRBrainTumor1", "RegLib_C01_1.nrrd"),
        *("998cb522173839c78657f4bc0ea907cea09fd04e44601f17c82ea27927937b95", 15),
    ),
)


def descriptions() -> dict[str, str]:
    """What stands under each scan's thumbnail, by ``Scan.name``: what it shows, its licence, its size. Made anew: the
    language may change."""
    home, size = "github.com/Slicer/SlicerTestingData", {scan.name: scan.megabytes for scan in SCANS}
    return {
        "CTLiver": _(
            "CT: liver with tumours, kidneys\nMedical Decathlon, CC BY-SA 4.0\ndownload: at most {megabytes} MB"
        ).format(megabytes=size["CTLiver"]),
        "CTAAbdomen": _(
            "CT angiography: kidneys, aorta\nOsiriX library, research and teaching only\n"
            "download: at most {megabytes} MB"
        ).format(megabytes=size["CTAAbdomen"]),
        "CTACardio": _("CT angiography: heart\nlicence: see {home}\ndownload: at most {megabytes} MB").format(
            home=home, megabytes=size["CTACardio"]
        ),
        "MRHead": _("MR: healthy head\ndonated, no restrictions\ndownload: at most {megabytes} MB").format(
            megabytes=size["MRHead"]
        ),
        "MRBrainTumor": _("MR: brain tumour\nlicence: see {home}\ndownload: at most {megabytes} MB").format(
            home=home, megabytes=size["MRBrainTumor"]
        ),
    }


def registerDownloads() -> None:
    """Put the scans into the module Sample Data; nothing is downloaded by that. Harmless a second time."""
    import SampleData  # a module of Slicer's, there once it has started

    logic, told = SampleData.SampleDataLogic, descriptions()
    for scan in SCANS:
        if any(source.sampleName == scan.sampleName for source in logic.sampleDataSourcesByCategory(CATEGORY)):
            continue
        logic.registerCustomSampleDataSource(
            category=CATEGORY,
            sampleName=scan.sampleName,
            thumbnailFileName=str(scan.thumbnail),
            uris=scan.address,
            fileNames=scan.file,
            nodeNames=scan.node,
            checksums=f"SHA256:{scan.sha256}",
            loadFileTypes="VolumeFile",
            customDownloader=download,
        )
        # There is no argument for what stands under the thumbnail.
        logic.sampleDataSourcesByCategory(CATEGORY)[-1].sampleDescription = told[scan.name]


def download(source: Any) -> None:
    """What a press of the scan's button does: Slicer's own download, and a word where it fails."""
    logic = slicer.util.getModuleWidget("SampleData").logic  # its log shows how far it is
    if not any(logic.downloadFromSource(source)):
        slicer.util.errorDisplay(
            _(
                "The scan {file} could not be downloaded from {address}, or what came is not what was expected. The "
                "log of the module Sample Data says why. Check the network and press it again, or go on with "
                "{sample}, which is part of the extension and needs no network."
            ).format(file=source.fileNames[0], address=source.uris[0], sample=NAME)
        )
