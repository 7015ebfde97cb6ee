"""How an errand along a volume ended, as a value: what is told of it needs no session."""

from typing import NamedTuple


class WalkEnd(NamedTuple):
    """How the last errand ended: ``why`` is 'done', 'cancelled' or 'failed', '' before there was one; ``found``: slices
    with a proposal; ``looked``: whether it looked at every slice."""

    why: str = ""
    found: int = 0
    looked: bool = False
