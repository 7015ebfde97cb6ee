"""What a session tells: its status line, and to whom it says that something has changed."""

from collections.abc import Callable

from auxol_core.errors import AuxolError
from AuxOLSegmentLib.Machine.Messages import sentence

Listener = Callable[[str], None]


class Teller:
    """``message``: the sentence on the status line and its level: info, busy, warning or error."""

    def __init__(self) -> None:
        self.message: tuple[str, str] = ("", "info")
        self._listeners: list[Listener] = []
        self._closed = False

    def listen(self, listener: Listener) -> None:
        """Have ``listener(kind)`` called with 'engine', 'tasks', 'task', 'prompts', 'slices', 'unreviewed', 'learning',
        'propagation', 'generalists' or 'message' whenever that has changed; in the order in which they came."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """No longer."""
        self._listeners = [each for each in self._listeners if each != listener]

    def tell(self, kind: str) -> None:
        """This kind of thing has changed."""
        if not self._closed:
            for listener in list(self._listeners):
                listener(kind)

    def say(self, text: str, level: str = "info") -> None:
        """Put a sentence on the status line."""
        self.message = (text, level)
        self.tell("message")

    def failed(self, error: Exception) -> None:
        """Something that was under way ended with this error."""
        self.say(sentence(error), "error")
        self.tell("slices")

    def refused(self, error: AuxolError) -> None:
        """What the user wants cannot be done, for this reason."""
        self.say(sentence(error), "warning")
        self.tell("prompts")

    def close(self) -> None:
        """Tell nobody any more."""
        self._closed = True
        self._listeners = []
