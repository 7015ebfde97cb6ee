"""The task's verbs under the names that the panel and scripts use."""

from pathlib import Path

from auxol_core.types import CorrectionInfo, TaskStatus, VersionInfo
from AuxOLSegmentLib.Session.TaskDesk import TaskDesk
from AuxOLSegmentLib.Session.TaskFollower import LearningState


class TaskDoor:
    """What SessionLogic hands on to its TaskDesk, ``desk``."""

    desk: TaskDesk

    @property
    def taskNames(self) -> list[str]:
        """Names of the tasks that the engine has."""
        return self.desk.names

    @property
    def task(self) -> str:
        """The chosen one; '' where none is."""
        return self.desk.task

    @property
    def status(self) -> TaskStatus | None:
        """Where it stands; None until it is open."""
        return self.desk.status

    @property
    def corrections(self) -> list[CorrectionInfo]:
        """Its corrections and confirmations in order, with their scores."""
        return self.desk.corrections

    @property
    def versions(self) -> list[VersionInfo]:
        """Its updates in order, published or discarded."""
        return self.desk.versions

    @property
    def learning(self) -> LearningState:
        """What is being learned."""
        return self.desk.learning

    def chooseTask(self, name: str) -> None:
        """Open the task of that name, or make it; the segment remembers it."""
        self.desk.choose(name)

    def suggestedTaskName(self) -> str:
        """A name from the segment's name and terminology."""
        return self.desk.suggestedName()

    def setLearningMode(self, mode: str, every: int) -> None:
        """'auto', 'every' (so many corrections) or 'demand'."""
        self.desk.setLearningMode(mode, every)

    def pause(self, paused: bool) -> None:
        """Keep corrections queued, or learn by itself again."""
        self.desk.pause(paused)

    def learnNow(self) -> None:
        """Learn what is queued."""
        self.desk.learnNow()

    def undo(self) -> None:
        """Take the last update back."""
        self.desk.undo()

    def rollBack(self, version: int) -> None:
        """Go back to ``version``."""
        self.desk.rollBack(version)

    def forget(self, correctionID: str) -> None:
        """Delete one correction with its crops, and relearn without it."""
        self.desk.forget(correctionID)

    def reset(self) -> None:
        """Delete all that was learned and saved in the task."""
        self.desk.reset()

    def exportTask(self, path: str | Path) -> None:
        """Write a copy of the task."""
        self.desk.exportTo(path)

    def importTask(self, path: str | Path, name: str) -> None:
        """Take a copy in under ``name`` and choose it."""
        self.desk.importFrom(path, name)

    def deleteTask(self) -> None:
        """Delete the chosen task for good."""
        self.desk.delete()
