"""Runs the flows of auxol_core.client on Qt's event loop: each is sent what it asks for, when that is there."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from auxol_core.client.effects import Effect, Exchange, Flow, OutboxEffect, Pause
from AuxOLSegmentLib.Engine.Async import after

Result = TypeVar("Result")


async def _noOutbox(effect: OutboxEffect) -> Any:
    raise OSError("This client has no outbox")


class FlowDriver:
    """``exchange`` carries a request out, ``outbox`` what concerns kept corrections; both raise what goes wrong."""

    def __init__(
        self,
        exchange: Callable[[Exchange], Awaitable[Any]],
        outbox: Callable[[OutboxEffect], Awaitable[Any]] = _noOutbox,
    ) -> None:
        self._exchange, self._outbox = exchange, outbox

    async def run(self, flow: Flow[Result]) -> Result:
        """The result of ``flow``. Where the coroutine is cancelled, the flow ends where it waits."""
        try:
            effect = next(flow)
            while True:
                try:
                    done = await self._carryOut(effect)
                except Exception as error:  # noqa: BLE001 - handed to the flow, which lets go of what it holds
                    effect = flow.throw(error)
                else:
                    effect = flow.send(done)
        except StopIteration as end:
            result: Result = end.value
            return result
        finally:
            flow.close()

    async def _carryOut(self, effect: Effect) -> Any:
        if isinstance(effect, Exchange):
            return await self._exchange(effect)
        if isinstance(effect, Pause):
            return await after(round(1000 * effect.seconds))
        return await self._outbox(effect)
