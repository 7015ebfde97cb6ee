"""Pictures of the whole window at work, in Slicer as in the host: AUXOL_SCREENSHOTS names the folder that keeps them.

Those of the documentation are made by test_pictures.py, in the host alone.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import slicer
from slicer_setting import IN_SLICER, main, quiet, save_picture
from walk_case import WalkCase

LEAST_BYTES = 3000  # a picture of one colour has less


class TestScreenshots(WalkCase):
    """One slice from its box to the lesson."""

    def setUp(self):
        super().setUp()
        given = os.environ.get("AUXOL_SCREENSHOTS", "")
        self.pictures = Path(given or tempfile.mkdtemp(prefix="auxol pictures "))
        if not given:
            self.addCleanup(shutil.rmtree, self.pictures, ignore_errors=True)

    def photograph(self, name):
        """The window and the red view, named for the application and its version."""
        quiet()
        version = re.sub(r"[^\w.-]+", "-", f"{slicer.app.applicationName}-{slicer.app.applicationVersion}")
        where = version if IN_SLICER else "host"
        for what, part in ((slicer.util.mainWindow(), "window"), ("Red", "red")):
            path = self.pictures / f"{where}-{name}-{part}.png"
            save_picture(what, path)
            self.assertGreater(path.stat().st_size, LEAST_BYTES, path.name)

    def test_the_window_at_work(self):
        self.chooseAll()
        self.show(17)
        self.key("X")
        self.dragBox(17)
        self.wait(lambda: self.proposed(17))
        self.photograph("1-proposed")
        self.key("A")
        self.photograph("2-accepted")
        version = self.session.status.version
        self.key("S")
        self.wait(lambda: self.session.status.version > version or self.session.learning.phase == "discarded")
        self.photograph("3-learned")


if __name__ == "__main__":
    main()
