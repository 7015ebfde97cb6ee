"""Who may ask a cluster: the token file that every ingress reads."""

from __future__ import annotations

from pathlib import Path

from auxol_core.cluster.options import ClusterOptions
from auxol_core.server.users import Users, one_user, read_users


def users_of(options: ClusterOptions) -> Users:
    """The users of ``options.token_file``; DataError or InvalidInputError as ``read_users``."""
    path = Path(options.token_file)
    return one_user(path.read_text("utf-8").strip()) if options.only else read_users(path)
