"""Stand-in for slicer.packaging: the real signatures, but nothing is installed; each request is kept in REQUESTS.

A test decides what is there: INSTALLED maps a package name to its version, FAIL[0] is raised by the next installation.
A package that is not in INSTALLED counts as missing even if the test's own environment has it.
"""

from pathlib import Path

import slicer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REQUESTS = []
INSTALLED = {}
FAIL = []


def _to_requirements(requirements):
    if isinstance(requirements, str):
        requirements = requirements.split()
    if isinstance(requirements, Requirement):
        requirements = [requirements]
    return [each if isinstance(each, Requirement) else Requirement(each) for each in requirements]


def load_requirements(path):
    lines = [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]


def pip_check(req):
    return all(_satisfied(each) for each in _to_requirements(req))


def _satisfied(requirement):
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    version = INSTALLED.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)


def pip_ensure(requirements, constraints=None, skip_packages=None, prompt_install=True, prompt_restart=True,
               requester=None, skip_in_testing=True, show_progress=True):  # fmt: skip
    """Asks as the real one does; RuntimeError if the answer is no."""
    missing = [str(each) for each in _to_requirements(requirements) if not pip_check(each)]
    if not missing or (skip_in_testing and slicer.app.testingEnabled()):
        return None
    if prompt_install:
        question = f"{len(missing)} Python packages need to be installed."
        if not slicer.util.confirmOkCancelDisplay(question, requester or "", detailedText="\n".join(missing)):
            raise RuntimeError("User declined package installation")
    return pip_install(missing, constraints, skip_packages=skip_packages, requester=requester)


def pip_install(requirements, constraints=None, no_deps_requirements=None, skip_packages=None, blocking=True,
                show_progress=True, requester=None, logCallback=None, completedCallback=None):  # fmt: skip
    REQUESTS.append({"requirements": [str(each) for each in _to_requirements(requirements)],
                     "constraints": constraints, "requester": requester})  # fmt: skip
    if FAIL:
        raise FAIL.pop()
    for each in _to_requirements(requirements):
        INSTALLED[canonicalize_name(each.name)] = next((s.version for s in each.specifier), "1.0")
    return [] if skip_packages is not None else None
