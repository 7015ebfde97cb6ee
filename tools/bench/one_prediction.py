"""A fresh process that makes one prediction and says what it took: as a client of a server, or with its own engine.

``python -m tools.bench.one_prediction`` reads one line of JSON from standard input, ``{"url", "token"}`` or
``{"generalist", "data_dir", "threads", "precision", "device"}``, writes a line as soon as it has an engine, and at its
end one of JSON: resident memory now and at its peak in MB (null: unknown), and whether torch was loaded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from auxol_core.api import EngineApi
from auxol_core.options import MachineOptions
from auxol_core.replay.peak import peak_rss_mb, rss_mb
from tools.bench.worker_slices import made_up_slice

TASK = "one prediction"


def engine_of(told: Mapping[str, Any]) -> EngineApi:
    """A client where ``told`` has a url, else an engine in this process."""
    if "url" in told:
        from auxol_core.client.blocking import EngineClient

        return EngineClient(told["url"], told["token"])
    from auxol_core.build import make_engine

    machine = MachineOptions(threads=told["threads"], device=told["device"], precision=told["precision"])
    return make_engine(told["generalist"], Path(told["data_dir"]), machine)


def main() -> None:
    """Read, predict, tell."""
    told = json.loads(sys.stdin.readline())
    with closing(engine_of(told)) as engine:
        sys.stdout.write("engine\n")
        sys.stdout.flush()
        shown = made_up_slice(0)
        engine.create_task(TASK)
        engine.predict(TASK, engine.put_slice(shown.image), shown.box())
        memory = {"now_mb": rss_mb(), "peak_mb": peak_rss_mb(), "torch": "torch" in sys.modules}
        sys.stdout.write(json.dumps(memory) + "\n")


if __name__ == "__main__":
    main()
