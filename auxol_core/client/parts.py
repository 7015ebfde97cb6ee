"""What a client asks of a proposal beside the verbs: what each model says alone."""

from __future__ import annotations

from auxol_core import protocol
from auxol_core.client.calls import Calls, Request, message_of, understood
from auxol_core.client.effects import Flow
from auxol_core.parts import Parts


def parts(calls: Calls, proposal_id: str) -> Flow[Parts]:
    """The masks of generalist and specialist behind a pending proposal; NotFoundError where it is not pending."""
    answer = yield from calls.call(Request("GET", ("proposals", proposal_id, "parts"), calls.limits.predict))
    return understood(lambda: protocol.parts_of(message_of(answer)))
