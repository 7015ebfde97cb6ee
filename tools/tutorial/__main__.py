"""python -m tools.tutorial --data DIR --out docs/tutorial: walks docs/tutorial-ct.md and makes its pictures anew.

DIR holds volumes/ and labels/ as the project's development data do (btcv_ct); the scan stands in for the download,
which a machine without a network cannot make, and its labels for the reader's eye and hand. Some minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True, help="a folder with volumes/ and labels/ (btcv_ct)")
    asked.add_argument("--case", default="btcv_13", help="which volume, its file's name without .nii.gz")
    asked.add_argument("--label", type=int, default=6, help="the organ's value in the labels; btcv_ct's liver is 6")
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "tutorial", help="where the pictures go")
    page = ROOT / "docs" / "tutorial-ct.md"
    asked.add_argument("--page", type=Path, default=page, help="whose table of numbers is made")
    given = asked.parse_args()
    scan, labels = (given.data / folder / f"{given.case}.nii.gz" for folder in ("volumes", "labels"))
    for path in (scan, labels):
        if not path.is_file():
            asked.error(f"{path} is not there; --data expects {given.case}.nii.gz in volumes/ and in labels/")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT / "Testing" / "slicer")]  # whose files import each other by name
    from tools.tutorial.walk import walk

    return walk(scan, labels, given.label, given.out, given.page)


if __name__ == "__main__":
    sys.exit(main())
