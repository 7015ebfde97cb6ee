"""What each model says alone of a proposal, asked of a real server."""

from __future__ import annotations

import numpy as np
from small_server import BareClient, ServerFactory, picture, truth

from auxol_core import protocol
from auxol_core.parts import Parts
from auxol_core.server.users import ONLY_USER, User, Users
from auxol_core.specialist.fusion import fuse
from auxol_core.types import Box, Prompt

BOX = Prompt(box=Box(18, 22, 42, 48))


def asked(client: BareClient, proposal_id: str) -> Parts:
    answer = client("GET", "proposals", proposal_id, "parts")
    assert answer.status_code == 200, answer.text
    return protocol.parts_of(protocol.decode(answer.content))


def test_the_parts_are_what_the_fusion_was_made_of(serve: ServerFactory) -> None:
    server = serve()
    client = server.client()
    client.create("discs")
    slice_id = client.put(picture())
    first = client.proposal("discs", slice_id, BOX)
    assert client.correct("discs", slice_id, truth(), "c1", (first.proposal_id,)).status_code == 201
    assert client("POST", "tasks", "discs", "learn").status_code in (200, 202)
    shown = client.proposal("discs", client.put(picture(1)), BOX)
    parts = asked(client, shown.proposal_id)
    assert (parts.proposal_id, parts.version) == (shown.proposal_id, shown.version)
    np.testing.assert_array_equal(parts.fused, shown.mask)
    home = server.run(server.household.home(ONLY_USER))
    pending = home.engine.engine._pending[shown.proposal_id]
    np.testing.assert_array_equal(parts.generalist, pending.generalist.logits > 0)
    assert pending.opinion is not None and parts.specialist is not None
    np.testing.assert_array_equal(parts.specialist, fuse(pending.generalist.logits, pending.opinion, 0.0) > 0)


def test_they_travel_also_where_the_specialist_was_not_asked() -> None:
    mask = truth()
    sent = Parts("p1", 3, mask, ~mask)
    came = protocol.parts_of(protocol.decode(protocol.encode(protocol.parts_message(sent))))
    assert (came.proposal_id, came.version, came.specialist) == ("p1", 3, None)
    np.testing.assert_array_equal(came.fused, mask)
    np.testing.assert_array_equal(came.generalist, ~mask)


def test_what_is_not_pending_or_anothers_has_none(serve: ServerFactory) -> None:
    names = ("alice", "carol")
    users = Users({f"token-of-{name}-0123": User(name, frozenset()) for name in names}, many=True)
    server = serve(users=users)
    alice, carol = (server.client(f"token-of-{name}-0123") for name in names)
    alice.create("mine")
    shown = alice.proposal("mine", alice.put(picture()), BOX)
    assert asked(alice, shown.proposal_id).proposal_id == shown.proposal_id
    for client, proposal_id in ((carol, shown.proposal_id), (alice, "never-made")):
        answer = client("GET", "proposals", proposal_id, "parts")
        assert (answer.status_code, answer.json()["missing"]) == (404, "proposal")
