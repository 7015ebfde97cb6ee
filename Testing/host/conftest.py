"""The host with the demo extension, installed into a folder with a space and letters beyond ASCII."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

import needs_host

WHY = needs_host.check()
if not WHY:
    import host
collect_ignore_glob = ["test_*.py"] if WHY else []

DEMO = Path(__file__).parent / "demo_extension"
WHY = needs_host.check()
collect_ignore_glob = ["test_*.py"] if WHY else []


def pytest_terminal_summary(terminalreporter):
    if WHY:
        terminalreporter.write_line(f"SKIPPED Testing/host: {WHY}")


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    tree = tmp_path_factory.mktemp("Slicer äö")
    host.install(DEMO, tree)
    return tree


@pytest.fixture(scope="session")
def session_host(installed):
    return host.start(installed)


@pytest.fixture
def slicer_host(session_host):
    yield session_host
    session_host.check()
    session_host.reset()


@pytest.fixture
def volume(slicer_host):
    """A bright box of 10 x 20 x 40 voxels in 20 x 64 x 64 (k, j, i), shown in all slice views."""
    import numpy as np
    import slicer

    voxels = np.zeros((20, 64, 64), np.int16)
    voxels[5:15, 20:40, 10:50] = 100
    node = slicer.util.addVolumeFromArray(voxels, name="box")
    slicer.util.setSliceViewerLayers(background=node, fit=True)
    return node
