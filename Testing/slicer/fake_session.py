"""A SessionLogic without an engine for tests of the panel: it has the contract's names and no other.

It keeps what was asked of it in ``calls``, and shows what a test puts into its fields. A name that the panel uses and
the contract has not raises AttributeError.
"""

from types import SimpleNamespace

import numpy as np

from auxol_core.errors import InvalidInputError
from auxol_core.types import CorrectionInfo, IntensityWindow, Scores, TaskStatus, VersionInfo
from AuxOLSegmentLib.Engine.EngineConnection import EngineState
from AuxOLSegmentLib.Scene.VolumeReader import SliceKey
from AuxOLSegmentLib.Session.Payoff import Payoff
from AuxOLSegmentLib.Session.SliceBook import SliceState
from AuxOLSegmentLib.Session.WalkEnd import WalkEnd

VALUES = """message engineState engineText engineTold taskNames task status prompts layer corrections versions learning
propagation propagationEnd windowInfo generalists preparing viewInUse"""
ASKED = """proposalText hasProposalOnDisplay canSave canSayNothing sliceCounts unreviewedCount review presence
suggestedTaskName diagnostics displayKey canGoOn shownName payoff outline"""
ORDERS = """startEngine openEngine stopEngine testServer setEditor setInputs chooseTask accept dismiss save nothingHere
saveAllReviewed setLearningMode learnNow pause undo rollBack forget reset exportTask importTask deleteTask
setWindow windowFromVolume resetWindow
proposeNeighbours propagate find cancelPropagation goTo acceptAbove writeCsv close
downloadGeneralist cancelGeneralistDownload measureGeneralists useGeneralist cancelRelearning cancelPrompt
acceptAndNext saveAndNext useAsSeeds fillBetween compare useViewUnderMouse"""
READER_ORDERS = "start stop remove removeLast removeAll removeOn activate setVolume restore cleanup"


class Strict:
    """``values`` are attributes, ``asked`` functions that return a value, ``orders`` (names in one text)
    functions that are kept."""

    def __init__(self, calls, values, asked, orders):
        self.__dict__.update(calls=calls, values=values, asked=asked, orders=orders.split(), error=None)

    def __getattr__(self, name):
        if name in self.values:
            return self.values[name]
        if name in self.asked:
            return lambda *arguments: _answered(self.asked[name])
        if name in self.orders:
            return lambda *arguments: self._order(name, arguments)
        raise AttributeError(f"{name} is not in the contract of SessionLogic")

    def __setattr__(self, name, value):
        if name == "error":
            self.__dict__["error"] = value
        elif name in self.values:
            self.values[name] = value
        elif name in self.asked:
            self.asked[name] = value
        else:
            raise AttributeError(f"{name} is not in the contract of SessionLogic")

    def _order(self, name, arguments):
        self.calls.append((name, *arguments))
        if self.error is not None:
            raise self.error
        return True


def _answered(value):
    if isinstance(value, Exception):
        raise value
    return value


class FakeSession(Strict):
    """Engine off, nothing chosen."""

    def __init__(self):
        calls = []
        asked = {"objects": [], "prompt": None, "key": None}
        reader = Strict(calls, {"mode": "", "active": None}, asked, READER_ORDERS)
        layer = Strict(calls, {}, {"slices": [], "node": None}, "setVisible clear clearAll")
        values = dict.fromkeys(VALUES.split())
        values |= {"message": ("", "info"), "engineState": EngineState.OFF, "engineText": "", "engineTold": {}}
        values |= {"taskNames": [], "task": "", "generalists": {}, "viewInUse": ""}
        values |= {"prompts": reader, "layer": layer, "corrections": [], "versions": [], "propagation": (False, 0, 0)}
        values |= {"learning": SimpleNamespace(queued=0, phase="", done=0, total=0)}
        asked = dict.fromkeys(ASKED.split(), "")
        asked |= {"hasProposalOnDisplay": False, "canSave": (False, "Nothing to save."), "sliceCounts": {}}
        values["propagationEnd"] = WalkEnd()
        asked |= {"payoff": Payoff(), "outline": np.zeros((20, 20), bool)}
        asked |= {"unreviewedCount": 0, "review": [], "presence": None, "canSayNothing": (False, "No task.")}
        asked |= {"canGoOn": False, "displayKey": InvalidInputError("Choose a volume first")}
        super().__init__(calls, values, asked, ORDERS)
        self.__dict__["listeners"] = []

    def listen(self, callback):
        self.listeners.append(callback)

    def unlisten(self, callback):
        self.listeners.remove(callback)

    def tell(self, kind):
        """As SessionLogic does when something has changed."""
        for callback in list(self.listeners):
            callback(kind)

    def ordered(self, name):
        """The arguments of every call of that name."""
        return [call[1:] for call in self.calls if call[0] == name]


def status(**changed):
    """A task that has learned a little."""
    values = {"name": "liver", "preset": "auxol", "generalist": "builtin", "generalist_hash": "a" * 64, "version": 12}
    values |= {"corrections": 18, "confirmations": 5, "queued": 0, "paused": False, "share": 0.38, "device": "cpu"}
    values |= {"window": IntensityWindow(-150.0, 250.0), "precision": "float32"}
    return TaskStatus(**(values | changed))


def correction(sequence, generalist, specialist, fused, *, confirmation=False):
    scores = (Scores(generalist, specialist, fused),)
    return CorrectionInfo(f"c{sequence}", sequence, "s" * 64, confirmation, True, scores)


def version(number, *, current=False, published=True, reason=""):
    return VersionInfo(number, (f"c{number}",), 3, 1, published, reason, 2.4, current)


def reviewItem(volumeID, index, quality, state=SliceState.PROPOSED, confidence=None, nothing=False):
    worth = quality if confidence is None else min(quality, confidence)
    key = SliceKey(volumeID, 0, index)
    made = {"quality": quality, "confidence": confidence, "worth": worth, "nothing": nothing, "shownAs": ""}
    return SimpleNamespace(key=key, state=state, **made)


def prompt(objectID, volumeID, index, label):
    return SimpleNamespace(objectID=objectID, key=SliceKey(volumeID, 0, index), label=label)
