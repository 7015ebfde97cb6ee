"""The Slicer module's client under the contract of the door: a process of its own, with torch beside the host."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import needs_host

WHY = needs_host.check()
collect_ignore_glob = ["test_*.py"] if WHY else []


def pytest_terminal_summary(terminalreporter):
    if WHY:
        terminalreporter.write_line(f"SKIPPED Testing/qt_client: {WHY}")
