"""The engine as a session has it: started, tested, stopped, and what happens when it comes or goes."""

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from auxol_core.errors import AuxolError, CancelledError
from AuxOLSegmentLib.Engine.Async import Tasks
from AuxOLSegmentLib.Engine.EngineConnection import EngineConnection, EngineState
from AuxOLSegmentLib.Machine.Messages import sentence
from AuxOLSegmentLib.Session.Teller import Teller


class EngineFlow:
    """``ready()`` is called when there is one, ``lost()`` when what it held is gone."""

    def __init__(
        self, settings: Any, tasks: Tasks, teller: Teller, ready: Callable[[], None], lost: Callable[[], None]
    ) -> None:
        self._tasks, self._teller, self._ready, self._onLost = tasks, teller, ready, lost
        self.stopped = False  # by the user, and not started since
        self.connection = EngineConnection(settings, self._changed, self._lost)

    @property
    def mayBegin(self) -> bool:
        """Whether it may be started without being asked for: neither the user nor its own end put it off."""
        connection = self.connection
        return connection.state is EngineState.OFF and not self.stopped and not connection.resting

    def test(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        """Ask the server at ``url`` who it is; ``then(ok, sentence)``."""
        self._tasks.start(self._tested(url, token, then))

    async def _tested(self, url: str, token: str, then: Callable[[bool, str], None]) -> None:
        try:
            about = await self.connection.test(url, token)
        except CancelledError:
            raise
        except AuxolError as error:
            then(False, sentence(error))
        else:
            then(True, _("The server answers: AuxOL {version}").format(version=about.get("version", "?")))

    def _changed(self) -> None:
        self._teller.tell("engine")
        if self.connection.state is EngineState.READY:
            self.stopped = False
            self._ready()

    def _lost(self) -> None:
        self._onLost()
        if self.connection.remote:
            text = _("The server does not answer; it is asked again until it does. Nothing saved is lost")
        elif self.connection.resting:
            text = _("The engine has ended again and again; the next prompt or save starts it. Nothing saved is lost")
        else:
            text = _("The engine has ended and is being started again. Nothing saved is lost")
        self._teller.say(text, "warning")
        if not self.connection.resting:
            self._tasks.start(self._again(text))

    async def _again(self, told: str) -> None:
        await self.connection.ready()
        if self._teller.message[0] == told:
            self._teller.say(_("The engine was started again. Nothing saved is lost"))
