"""Run by pytest alone: leaves the tests that need a host out, with the reason, where there can be none."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import needs_host
import pytest

WHY = needs_host.check()
if not WHY:
    import host  # noqa: F401 - before a test imports slicer, which would else take in Testing/slicer (host/wheel.py)
HERE = Path(__file__).parent
collect_ignore_glob = [path.name for path in HERE.glob("test_*.py") if WHY and "cmake" not in path.name]
# Files with a walk through the real engine or many starts of it take longest: they are handed out first, so that no
# process has one left when the others are done. Before them test_proposal_layer.py: where the module was opened in this
# process, its own session, too, takes up the proposals of a scene that is loaded.
FIRST = (
    *("proposal_layer", "killed", "first_steps", "pictures", "session", "busy_engine", "saves", "walk", "finding"),
    *("find_walk", "choosing", "onward", "measured_walk", "screenshots", "documents", "extension_changes"),
    "find_learned",
)


def pytest_collection_modifyitems(items):
    ranks = {f"test_{name}.py": rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))


class LeftOut(pytest.Module):
    def collect(self):
        pytest.skip(WHY, allow_module_level=True)


def pytest_pycollect_makemodule(module_path, parent):
    """A file that is asked for by its name is collected though it is to be ignored."""
    return LeftOut.from_parent(parent, path=module_path) if module_path.name in collect_ignore_glob else None


def pytest_terminal_summary(terminalreporter):
    if WHY:
        terminalreporter.write_line(f"SKIPPED {len(collect_ignore_glob)} files: {WHY}")
