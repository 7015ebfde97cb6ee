"""What a driver is told by its supervisor, as one line of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auxol_core.cluster.options import ClusterOptions, options_from

EVERYWHERE = ("0.0.0.0", "::")
BEGUN = "begun"  # a file in the scratch folder: the application has answered


@dataclass(frozen=True)
class Plan:
    """``address``: of the Ray cluster, or ``local``. ``host``, ``port``: where the application answers. ``scratch``: a
    folder for what Ray writes on this machine, with a short path, because sockets lie in it."""

    address: str
    host: str
    port: int
    options: ClusterOptions
    scratch: str = ""

    @property
    def asked_at(self) -> str:
        """The address under which this machine reaches it."""
        return "127.0.0.1" if self.host in EVERYWHERE else self.host

    def to_json(self) -> dict[str, Any]:
        told = {"address": self.address, "host": self.host, "port": self.port, "scratch": self.scratch}
        return {**told, "options": self.options.told()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Plan:
        options = options_from(told["options"])
        return cls(str(told["address"]), str(told["host"]), int(told["port"]), options, str(told["scratch"]))
