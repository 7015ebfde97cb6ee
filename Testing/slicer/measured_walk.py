"""One run of ``make bench-walks``: a task is taught and tried on other patients, all of it through the panel.

``python measured_walk.py PLAN ROWS`` reads what to do (Plan, as JSON) and writes what came of each slice. The arms:

taught      the patients that teach: proposed, repaired to the label, saved, learned
in use      the taught task goes on: each slice is saved, a good one as it was proposed, and learned before the next
paused      a copy of the taught task that learns nothing more: proposed and discarded
frozen      the same preset before any lesson
generalist  the generalist's mask alone: a task of the preset ``paper`` that learns nothing

The engine may know the slices by the time the last three ask for them, and nobody saves there: the actions and seconds
that are told of a user are those of the first two.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from counted_panel import CountedPanel
from walk_case import dice, runAlone

TASK, COPY = "Taught", "Paused"
ALONE = {"paused": COPY, "frozen": "Frozen", "generalist": "Generalist"}
OUT, IN = 0.10, 0.03  # a box's edge lies at most so much of its side outside of the piece, or inside
DEEP = 0.7  # a click is so near to the middle: of the largest distance to the border


@dataclass(frozen=True)
class Plan:
    """``prompt``: box or point. ``taught`` and ``tried``: volumes as {"name", "patient", "image", "labels", "slices"}.
    ``value``: of the label. ``window``: greys that the user sets, or None. ``good``: a proposal below that Dice is
    repaired. ``area``: pixels of the label that a slice has at least, ``piece``: those of a piece that is prompted."""

    prompt: str
    seed: int
    value: int
    window: tuple | None
    taught: list
    tried: list
    good: float = 0.9
    area: int = 150
    piece: int = 60


class MeasuredWalk(CountedPanel):
    """``self.plan`` before it runs, ``self.rows`` after."""

    def walk(self):
        """Teach, go on, and ask the arms that do not learn."""
        self.rows = []
        self.startEngine()
        for volume in self.plan.taught:
            self.openAs(volume, TASK)
            self.setPaused(False)
            self.each("taught", volume, self.teach)
        self.prepareArms()
        for volume in self.plan.tried:
            self.openAs(volume, TASK)
            self.each("in use", volume, self.use)
        for volume in self.plan.tried:
            self.openImage(volume)
            for arm, task in ALONE.items():
                self.chooseTask(task)
                self.rest()
                self.each(arm, volume, self.ask)

    def prepareArms(self):
        """Tasks that see the same greys as the taught one, and the copy that learns no more."""
        from auxol_core.options import TaskOptions

        window = self.taskWindow()
        for arm, preset in (("frozen", "auxol"), ("generalist", "paper")):
            self.makeTask(ALONE[arm], TaskOptions(preset=preset, learning=False, window=window))
        self.copyTask(COPY)
        self.setPaused(True)

    def openImage(self, volume):
        self.openVolume(volume["image"], volume["labels"], self.plan.value, self.plan.window)

    def openAs(self, volume, task):
        self.openImage(volume)
        self.chooseTask(task)
        self.rest()

    def each(self, arm, volume, what):
        for index in self.slices(volume["slices"]):
            self.goToSlice(index)
            version = self.session.status.version
            prompts, waited = self.prompt(volume["name"], index)
            shown, truth = self.onShow(index), self.truth[index]
            about = {
                "arm": arm,
                "volume": volume["name"],
                "patient": volume["patient"],
                "slice": index,
                "version": version,
                "dice": float(dice(shown, truth)),
                "changed": int(np.count_nonzero(shown ^ truth)),
                "size": int(np.count_nonzero(truth)),
                "prompts": prompts,
                "waited": waited,
            }
            self.rows.append(about | what(index, about["dice"]))

    def slices(self, count):
        """At most so many, evenly spread over those that show the structure well."""
        large = np.where(self.truth.sum((1, 2)) >= self.plan.area)[0]
        found = [index for index in large if self.pieces(index)]
        return [int(found[i]) for i in np.unique(np.linspace(0, len(found) - 1, count).round().astype(int)) if found]

    def pieces(self, index):
        """A mask of each connected piece that is large enough."""
        from scipy import ndimage

        labels, count = ndimage.label(self.truth[index], np.ones((3, 3)))
        sizes = np.bincount(labels.ravel(), minlength=count + 1)
        return [labels == number for number in range(1, count + 1) if sizes[number] >= self.plan.piece]

    # What is done on a slice

    def prompt(self, name, index):
        """One for each piece, the same for every arm; how many, and the seconds of waiting, all together."""
        random = np.random.default_rng([self.plan.seed, index, *name.encode()])
        pieces = self.pieces(index)
        if self.plan.prompt == "box":
            waits = [self.drag(index, boxAround(piece, random)) for piece in pieces]
        else:
            waits = [self.click(index, placeInside(piece, random)) for piece in pieces]
        return len(pieces), sum(waits)

    def teach(self, index, _score):
        return self.saved(index, repaired=True)

    def use(self, index, score):
        return self.saved(index, repaired=score < self.plan.good)

    def saved(self, index, repaired):
        if repaired:
            self.repair(index, self.truth[index])
        safe, learned = self.save(index)
        return self.counted() | {"repaired": repaired, "safe": safe, "learned": learned}

    def ask(self, _index, _score):
        counted = self.counted()
        self.discard()
        return counted | {"repaired": False, "safe": None, "learned": None}


class OneRun(MeasuredWalk):
    """For ``runAlone``."""

    def runTest(self):
        self.walk()


def boxAround(piece, random):
    """(row, col, row, col): corners of a box as a careful hand drags it."""
    edges = []
    for axis in (1, 0):
        at = np.where(piece.any(axis))[0]
        side = at[-1] - at[0] + 1
        low, high = random.uniform(-IN, OUT, 2) * side
        edges.append((round(at[0] - low), round(at[-1] + high)))
    (row0, row1), (col0, col1) = edges
    return row0, col0, row1, col1


def placeInside(piece, random):
    """(row, col) near the piece's middle."""
    from scipy import ndimage

    depth = ndimage.distance_transform_edt(np.pad(piece, 1))[1:-1, 1:-1]
    places = np.argwhere(depth >= DEEP * depth.max())
    return tuple(int(each) for each in places[random.integers(len(places))])


if __name__ == "__main__":
    plan, rows = map(Path, sys.argv[1:])
    run = OneRun()
    run.plan = Plan(**json.loads(plan.read_text(encoding="utf-8")))
    failed = runAlone(run)
    if not failed:
        rows.write_text(json.dumps(run.rows), encoding="utf-8")
    sys.exit(failed)
