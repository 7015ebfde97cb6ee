"""The files of ours that one click and one save pass, on both sides of the door, and the arrows between them.

    PYTHONPATH=Testing/slicer python tools/hops.py

A box is dragged in the installed panel of the headless host until its proposal is shown; then it is accepted (not
counted), and S is pressed until the receipt is there. Learning waits meanwhile. Every Python call is seen
(sys.setprofile), here and in the worker, which runs this file, too. An arrow is a pair of files of ours of which one
has called the other, through whatever library lies between; resuming a coroutine or generator is a call as well.
"""

import json
import os
import runpy
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from auxol_core.whole_files import write_whole

OURS = ("AuxOLSegmentLib", "auxol_core")
SLICE = 17


def place(path):
    """A file's path inside the repository; '' for what is not ours."""
    parts = Path(path).parts
    found = [at for at, part in enumerate(parts) if part in OURS]
    return "/".join(parts[found[0] :]) if found else ""


class Hops:
    """What has been called since ``begin``."""

    def __init__(self):
        self._places, self.files, self.arrows = {}, set(), set()

    def begin(self):
        self.files, self.arrows = set(), set()

    def told(self):
        return {"files": sorted(self.files), "arrows": sorted(self.arrows)}

    def _place(self, code):
        known = self._places.get(code.co_filename)
        if known is None:
            known = self._places[code.co_filename] = place(code.co_filename)
        return known

    def profile(self, frame, event, _argument):
        if event != "call" or not (here := self._place(frame.f_code)):
            return
        self.files.add(here)
        caller = frame.f_back
        while caller is not None and not (there := self._place(caller.f_code)):
            caller = caller.f_back
        if caller is not None and there != here:
            self.arrows.add((there, here))


def worker(out, arguments):
    """`auxol serve`, which writes what was called to ``out`` at SIGUSR1, and begins anew."""
    hops, count = Hops(), [0]

    def tell(*_unused):
        count[0] += 1
        write_whole(Path(f"{out}.{count[0]}"), json.dumps(hops.told()).encode())
        hops.begin()  # after it: what is written here is nobody's click

    signal.signal(signal.SIGUSR1, tell)
    threading.setprofile(hops.profile)
    sys.setprofile(hops.profile)
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def main():
    """Run the click and the save, and print both."""
    from slicer_setting import HOST, quiet
    from walk_case import WalkCase, runAlone

    folder = Path(tempfile.mkdtemp(prefix="auxol hops "))
    program = folder / "python"
    traced = f'"{sys.executable}" "{Path(__file__).resolve()}" worker "{folder}/worker"'
    program.write_text(f'#!/bin/sh\ncase "$1" in -m) shift; exec {traced} "$@";; esac\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o700)

    class Walk(WalkCase):
        marks = 0

        def setUp(self):
            super().setUp()
            self.settings.set("pythonPath", str(program))
            self.settings.set("learningMode", "demand")

        def runTest(self):
            self.chooseAll()
            self.show(SLICE)
            self.key("X")
            quiet(2)
            self.count("one click", lambda: self.dragBox(SLICE), lambda: self.proposed(SLICE))
            self.key("A")
            quiet(2)
            self.count("one save", lambda: self.key("S"), lambda: self.state(SLICE) == "saved")

        def ofWorker(self):
            """What it called since the last time."""
            self.marks += 1
            os.kill(self.workers()[0], signal.SIGUSR1)
            told = Path(f"{folder}/worker.{self.marks}")
            while not told.exists():
                time.sleep(0.01)
            return json.loads(told.read_text())

        def count(self, name, act, done):
            hops = Hops()
            self.ofWorker()
            sys.setprofile(hops.profile)
            act()
            self.wait(done)
            HOST.picture("Red")
            sys.setprofile(None)
            sides = {"in Slicer": hops.told(), "in the worker": self.ofWorker()}
            every = set().union(*(side["files"] for side in sides.values()))
            print(f"{name}: {len(every)} files, {sum(len(side['arrows']) for side in sides.values())} arrows")
            for side, told in sides.items():
                print(f"  {side}: {len(told['files'])} files, {len(told['arrows'])} arrows")
                for file in told["files"] if "-v" in sys.argv else ():
                    print(f"    {file}")

    runAlone(Walk())


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], sys.argv[3:])
    else:
        main()
