"""The task that a prompt had made of a suggestion: it is not the user's choice until something is taught in it."""

from typing import Any

from slicer.i18n import tr as _


class MadeTask:
    """``name``: of the task, '' where there is none such. TaskDesk renames it with its segment, and deletes it when
    another one is chosen."""

    def __init__(self) -> None:
        self.name = ""
        self._segmentName = ""
        self._news = ""

    def make(self, name: str, segment: Any, generic: bool) -> None:
        """It was made for ``segment``; ``generic``: which nobody has named yet."""
        self.name, self._segmentName = name, str(segment.GetName() or "")
        self._news = _("The new task {task} was made for it").format(task=name)
        if generic:
            self._news = _("Its new task {task} takes the name that you give to the segment").format(task=name)

    def found(self, name: str) -> None:
        """One that was there already is used."""
        self._news = _("The task {task} is used for it").format(task=name)

    def isStillOf(self, segment: Any) -> bool:
        """Whether the segment is called as it was when it was last asked, or there is no such task."""
        name = str(segment.GetName() or "")
        before, self._segmentName = self._segmentName, name
        return not self.name or name == before

    def handOver(self) -> str:
        """It is not such a task any more; its name."""
        name, self.name = self.name, ""
        return name

    def takeNews(self) -> str:
        """What became of the suggestion since this was last asked for, as a sentence; '' where nothing did."""
        news, self._news = self._news, ""
        return news
