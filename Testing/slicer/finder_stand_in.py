"""A finder that knows where the structure is, in the place of the engine's: the proposals are the engine's own, asked
for with boxes, and each slice has a presence, as from a locator that has learned."""

from contextlib import ExitStack
from unittest import mock

from auxol_core.types import TAKEN, Box, Prompt, Propagated

SURE, FALSE, ABSENT = 0.92, 0.6, 0.04  # presences


class FinderStandIn:
    """``truth`` (slices, rows, columns) bool along axis 0 of ``volume``; ``falsely``: index -> box of what is found
    there by mistake. ``asked``: the slices of each find, without the taken ones. ``settled``: slices that were saved
    in another scene."""

    def __init__(self, volume, truth, falsely=()):
        from AuxOLSegmentLib.Scene.VolumeReader import sliceImage

        self.boxes = {at: Box.of_mask(truth[at]) for at in range(len(truth)) if truth[at].any()} | dict(falsely)
        self.falsely = dict(falsely)
        images = [sliceImage(volume, 0, at) for at in range(len(truth))]
        self.slices = {image.slice_id: (at, image) for at, image in enumerate(images)}
        assert len(self.slices) == len(truth), "two slices of this volume are the same"
        self.asked, self.settled = [], set()

    def patch(self):
        """Use it instead of the engine's, until the stack is closed."""
        from AuxOLSegmentLib.Engine.TaskLink import TaskLink

        stack = ExitStack()
        for name in ("find", "propagated", "endStream"):
            stack.enter_context(mock.patch.object(TaskLink, name, getattr(self, f"_{name}")()))
        return stack

    def presence(self, index):
        """How likely the structure is there."""
        return FALSE if index in self.falsely else SURE if index in self.boxes else ABSENT

    def _find(self):
        async def find(link, ids, taken):
            self.asked.append([self.slices[each][0] for at, each in enumerate(ids) if at not in taken])
            return mock.Mock(ids=list(ids), taken=set(taken), at=0, done=not ids)

        return find

    def _propagated(self):
        async def propagated(link, stream):
            at, stream.at = stream.at, stream.at + 1
            stream.done = stream.at == len(stream.ids)
            index, image = self.slices[stream.ids[at]]
            presence = self.presence(index)
            if at in stream.taken or index in self.settled:
                return [Propagated(at, None, TAKEN, presence=presence)]
            if index not in self.boxes:
                return [Propagated(at, None, "not found", presence=presence)]
            proposal = await link.predict(image, Prompt(box=self.boxes[index]), None)
            return [Propagated(at, proposal, confidence=presence, presence=presence)]

        return propagated

    def _endStream(self):
        async def endStream(link, stream):
            stream.done = True

        return endStream


def box_at(row, col, side):
    """A box of that side."""
    return Box(float(row), float(col), float(row + side), float(col + side))
