"""What is on offer: a proposal as the layer shows it, the slice's record has it, and the engine keeps it pending."""

from AuxOLSegmentLib.Session.Proposals import Proposals, Shown
from AuxOLSegmentLib.Session.Selection import Selection
from AuxOLSegmentLib.Session.SliceBook import SliceState
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk


class Offers:
    """Keeps the three in step."""

    def __init__(self, selection: Selection, proposals: Proposals, desk: TaskDesk) -> None:
        self._selection, self._proposals, self._desk = selection, proposals, desk

    def show(self, shown: Shown) -> None:
        """Put it on display."""
        self._proposals.put(shown)
        self._selection.book.of(shown.key).proposed(shown.quality)

    def drop(self, shown: Shown) -> None:
        """Take it away; the engine need not keep it."""
        self._proposals.drop(shown.proposalID)
        record = self._selection.book.get(shown.key)
        if record is not None and record.state is SliceState.PROPOSED and not self._proposals.on(shown.key):
            record.state = SliceState.EMPTY
        self.forgetInEngine(shown.proposalID)

    def acceptInEngine(self, proposalID: str) -> None:
        """The engine is told that the user took it over."""
        self._desk.ifOpen(lambda link: link.accept(proposalID))

    def forgetInEngine(self, proposalID: str) -> None:
        """The engine need not keep it."""
        self._desk.ifOpen(lambda link: link.dismiss(proposalID))
