"""What the documents say is so: the scripts run, and every test that is named exists."""

import re
import unittest
from pathlib import Path

import slicer
from slicer_setting import HERE, PYTHON, SlicerCase, main, quiet, until

DOCS = HERE.parent.parent / "docs"
# The source tree is not there where only the installed tests are.
HAVE_DOCS = (DOCS / "scripting.md").is_file()


@unittest.skipUnless(HAVE_DOCS, "the documents are in the source tree")
class TestScripting(SlicerCase):
    """docs/scripting.md, block after block, as somebody pastes it; the waiting is done here."""

    def test_the_blocks_do_what_the_page_says(self):
        from AuxOLSegmentLib.Machine.Settings import Settings

        settings = Settings()
        settings.reset()
        self.addCleanup(settings.reset)
        for name, value in {"pythonPath": PYTHON, "dataDir": str(self.folder), "threads": 1}.items():
            settings.set(name, value)
        self.names = {}
        self.addCleanup(lambda: self.names["logic"].endSession() if "logic" in self.names else None)
        self.process = None
        for heading, block in blocks((DOCS / "scripting.md").read_text(encoding="utf-8")):
            exec(compile(block, f"scripting.md, {heading}", "exec"), self.names)
            self.waitAfter(heading)
        until(lambda: not self.process.running, 20)

    def waitAfter(self, heading):
        session = self.names["session"]
        self.process = session.connection._process or self.process
        waits = {
            "Start": lambda: session.status is not None,
            "One slice": lambda: session.status.version == 1,
            "Teach from a finished segment": lambda: self.taught(session, len(self.names["slices"])),
            "The whole volume": lambda: session.propagation.total and not session.propagation.running,
            "End": lambda: True,
        }
        until(lambda: session.message[1] == "error" or waits[heading]())
        quiet(0.1)
        self.assertNotEqual(session.message[1], "error", session.message[0])
        if heading == "The whole volume":
            self.assertEqual([key.index for key in session.unreviewed()], [3, 5, 7, 9])

    def taught(self, session, count):
        return session.task == "Ball, scripted" and len(session.corrections) == count and session.learning.queued == 0

    def tearDown(self):
        slicer.mrmlScene.Clear(0)


class TestNamedTests(unittest.TestCase):
    """docs/complaints.md names the test that shows each answer."""

    @unittest.skipUnless(HAVE_DOCS, "the documents are in the source tree")
    def test_every_complaint_names_tests_that_exist(self):
        rows = complaints((DOCS / "complaints.md").read_text(encoding="utf-8"))
        self.assertEqual(sorted(rows), list(range(1, 21)))
        for number, named in rows.items():
            self.assertTrue(named, f"complaint {number} names no test")
            for path, name in named:
                file = HERE.parent.parent / path
                self.assertTrue(file.is_file(), f"complaint {number}: {path}")
                self.assertRegex(file.read_text(encoding="utf-8"), rf"def {name}\(", f"complaint {number}: {path}")


def blocks(text):
    """(heading, code) of each Python block of a page."""
    heading = ""
    for part in re.split(r"(^## [^\n]*$|^```python\n.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        if part.startswith("## "):
            heading = part[3:].strip()
        elif part.startswith("```python"):
            yield heading, part.removeprefix("```python\n").removesuffix("```")


def complaints(text):
    """Number of the complaint -> [(path, test)] of a table whose rows begin with the number."""
    rows = {}
    for line in text.splitlines():
        if match := re.match(r"\| (\d+) \|", line):
            named = re.findall(r"`([\w/]+\.py)::(\w+)`", line)
            rows[int(match.group(1))] = [(str(Path("Testing") / path), name) for path, name in named]
    return rows


if __name__ == "__main__":
    main()
