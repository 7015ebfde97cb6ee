"""The extension is removed or updated while a worker lives and a task is open.

Slicer removes an extension when it starts again; what is left then is another Slicer, whose worker's files are gone
or belong to another version.
"""

import os
import shutil
import signal
import subprocess
import sys
import unittest
from pathlib import Path
from unittest import mock

from session_case import SessionCase
from slicer_setting import NAMED_PYTHON, main, until

OLD_WORKER = """
import http.server, json, os, sys
class Old(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"pid": os.getpid(), "error": {"kind": "unknown"}}).encode()
        self.send_response(200)
        self.send_header(sys.argv[1], "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Old)
print(server.server_port, flush=True)
server.serve_forever()
"""


class TestRemoved(SessionCase):
    """``self.files``: what the worker was started from, a copy, so that it can go."""

    own = True

    def setUp(self):
        super().setUp()
        from AuxOLSegmentLib.Engine import EngineProcess

        self.files = self.folder / "the extension"
        shutil.copytree(EngineProcess.packageFolder() / "auxol_core", self.files / "auxol_core")
        patcher = mock.patch.object(EngineProcess, "packageFolder", lambda: self.files)
        patcher.start()
        self.addCleanup(patcher.stop)

    def remove(self):
        shutil.rmtree(self.files)

    def test_a_worker_whose_files_are_gone_goes_on_with_what_it_has(self):
        self.propose(6)
        self.session.accept()
        self.saved(6)
        self.learned(1)
        self.remove()
        self.propose(7)
        self.session.accept()
        self.saved(7)
        self.learned(2)

    @unittest.skipUnless(os.name == "posix", "the worker is ended by a signal")
    def test_a_worker_that_cannot_be_started_again_says_so_and_nothing_is_lost(self):
        from AuxOLSegmentLib.Engine.EngineConnection import EngineState

        mask = self.propose(6)
        self.session.accept()
        self.remove()
        os.kill(self.session.connection._process.ready.pid, signal.SIGKILL)
        until(lambda: self.session.connection.state is EngineState.FAILED)
        told = str(self.session.connection.error)
        self.assertIn("updated or removed", told)
        self.assertIn("restart Slicer", told)
        self.assertTrue((self.mask(6) == mask).all())
        self.assertTrue(self.session.save(), self.session.message)
        outbox = self.folder / "tasks" / "outbox"
        until(lambda: outbox.is_dir() and any(outbox.iterdir()))  # it is taught when there is an engine again


class TestUpdated(SessionCase):
    """Another Slicer on this machine still runs the worker of the version before."""

    own = True

    def setUp(self):
        super().setUp()
        from auxol_core.protocol import HEADER_VERSION
        from AuxOLSegmentLib.Engine.AttachFile import AttachFile, Worker

        script = self.folder / "old.py"
        script.write_text(OLD_WORKER, encoding="utf-8")
        command = [NAMED_PYTHON or sys.executable, str(script), HEADER_VERSION]
        self.old = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.old.wait)
        self.addCleanup(self.old.kill)
        self.addCleanup(self.old.stdout.close)
        port = int(self.old.stdout.readline())
        tasks = self.folder / "tasks"
        tasks.mkdir(exist_ok=True)
        AttachFile(tasks).write(Worker(port, self.old.pid, "token", "builtin"))
        self.tasks = Path(tasks)

    def test_a_worker_of_another_version_is_not_attached_to_and_lives_on(self):
        self.propose(6)
        self.assertFalse(self.session.connection.attached)
        self.assertNotEqual(self.session.connection._process.ready.pid, self.old.pid)
        self.assertIsNone(self.old.poll())


if __name__ == "__main__":
    main()
