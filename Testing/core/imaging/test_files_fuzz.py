"""Damaged files of every kind: refused in a sentence or read, without a traceback, a hang or much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MOST_SECONDS = 5.0
MOST_MB = 1024


def fuzzed(count: int, seed: int) -> str:
    """What came of ``count`` damaged files, in words; fails where a reader crashed, hung or asked for too much."""
    way = os.pathsep.join([str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, str(HERE / "fuzz_files.py"), str(count), str(seed)],
        capture_output=True,
        text=True,
        timeout=60 + count,
        env={**os.environ, "PYTHONPATH": way},
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode} after: {done.stderr[-2000:]}"
    answer = json.loads(done.stdout.split("\nFUZZ ")[1])
    assert answer["wrong"] == []
    assert answer["longest"] < MOST_SECONDS
    assert answer["peak_mb"] < MOST_MB
    told = answer["told"]
    assert sum(told.values()) == count
    return (
        f"{count} damaged files, {told['refused']} refused in a sentence, {told['read']} read; longest "
        f"{answer['longest']:.2f} s, peak {answer['peak_mb']:.0f} MB ({answer['before_mb']:.0f} MB before the first)"
    )


def test_damaged_files_are_refused_in_a_sentence(capsys):
    told = fuzzed(200, seed=1)
    with capsys.disabled():
        sys.stdout.write(f"\nfuzz: {told}\n")


@pytest.mark.slow
def test_many_damaged_files_are_refused_in_a_sentence(capsys):
    told = fuzzed(2000, seed=2)
    with capsys.disabled():
        sys.stdout.write(f"\nfuzz: {told}\n")
