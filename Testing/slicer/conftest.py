"""Run by pytest alone: leaves the tests that need a host out, with the reason, where there can be none."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import needs_host

WHY = needs_host.check()
if not WHY:
    import host  # noqa: F401 - before a test imports slicer, which would else take in Testing/slicer (host/wheel.py)
HERE = Path(__file__).parent
collect_ignore_glob = [path.name for path in HERE.glob("test_*.py") if WHY and "cmake" not in path.name]


def pytest_terminal_summary(terminalreporter):
    if WHY:
        terminalreporter.write_line(f"SKIPPED {len(collect_ignore_glob)} files: {WHY}")
