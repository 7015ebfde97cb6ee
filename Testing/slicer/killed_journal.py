"""What is in a task file after the kill campaign, and whether its journal is sound. Runs with torch, without Slicer.

``python killed_journal.py FOLDER`` learns what is left, checks the journal as Testing/core/endurance does after its
kills (its replay from nothing gives the stored weights, bit for bit) and prints what is there, in the order of saving:
a line of JSON, [[slice id, digest of the mask], ...] and the version. ``python killed_journal.py FOLDER new`` makes
the task.
"""

import json
import sys
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORE = HERE.parent / "core"
sys.path[:0] = [str(HERE.parents[1]), *(str(CORE / each) for each in ("endurance", "engine", "server", "")), str(HERE)]

from killed_masks import TASK, digestOf  # noqa: E402
from ledger import LEARNING, Ledger  # noqa: E402
from small_engine import narrow_engine  # noqa: E402
from small_server import tiny_parts  # noqa: E402
from tiny_network import tiny_generalist  # noqa: E402

from auxol_core.taskfile.task_file import TaskFile  # noqa: E402


def make(folder):
    """An empty task, which learns quickly and publishes what it has learned."""
    with closing(narrow_engine(folder)) as engine:
        engine.create_task(TASK, LEARNING)


def found(folder):
    """Learn what is left, check the journal; what was saved, and the version."""
    ledger = Ledger(folder, folder / "outbox")
    with closing(narrow_engine(folder)) as engine:
        engine.open_task(TASK)
        ledger.saved = [each.correction_id for each in engine.corrections(TASK)]
        ledger.learned(engine)
    ledger.rebuilt(tiny_parts())
    return kept(folder), ledger.version


def kept(folder):
    """[slice id, digest of the mask] of each correction. Slices of 64 x 64 are kept whole, as one lesson each."""
    there = []
    path = folder / f"{TASK}.auxol"
    with closing(TaskFile.open(path, generalist_hash=tiny_generalist().weights_hash)) as file:
        lessons = file.lessons()
        for row in file.corrections():
            (key,) = row.lessons
            there.append([row.slice_id, digestOf(lessons[key].arrays["truth_whole"])])
    return there


if __name__ == "__main__":
    if sys.argv[2:] == ["new"]:
        make(Path(sys.argv[1]))
    else:
        sys.stdout.write(json.dumps(found(Path(sys.argv[1]))) + "\n")
