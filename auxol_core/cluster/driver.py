"""The process that begins a cluster (or joins one), puts the application there, and ends when that does not answer.

``python -m auxol_core.cluster.driver``, started by ``supervisor`` with its Plan on standard input. It ends with exit
code 0 when asked to (SIGTERM, SIGINT, standard input closed), after the tasks were closed; with 1 when the application
could not be begun or has stopped answering, and then its supervisor begins another.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import requests

from auxol_core import __version__
from auxol_core.cluster import local
from auxol_core.cluster.plan import BEGUN, Plan
from auxol_core.errors import AuxolError
from auxol_core.protocol import PROTOCOL_VERSION, Ready, ready_line
from auxol_core.server.standard_input import wait_until_closed

log = logging.getLogger(__name__)

LOOK_S, TIMEOUT_S = 2.0, 5.0
# Serve replaces an ingress or a proxy by itself, which takes a while on a busy machine; only then is all begun anew.
SILENT_S = 60.0
HEAD = ("gcs_server", "raylet")


def main() -> int:
    """Serve until asked to leave."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for loud in ("ray", "urllib3"):
        logging.getLogger(loud).setLevel(logging.WARNING)
    plan = Plan.from_json(json.loads(sys.stdin.readline()))
    asked = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: asked.set())
    threading.Thread(target=_until_stdin_closes, args=(asked,), daemon=True).start()
    try:
        local.joined(plan.address, plan.options.machine.threads or os.cpu_count() or 1, plan.scratch)
        local.serving(plan.options, plan.host, plan.port)
    except AuxolError as error:
        log.error("%s", error)
        return 2
    (Path(plan.scratch) / BEGUN).touch()
    sys.stdout.write(ready_line(Ready(plan.port, PROTOCOL_VERSION, os.getpid(), __version__)) + "\n")
    sys.stdout.flush()
    if not _watching(plan, asked):
        os._exit(1)  # Ray's own end waits for a head that is not there, while the proxies of before keep the port
    local.withdrawn(plan.address)
    return 0


def _until_stdin_closes(asked: threading.Event) -> None:
    wait_until_closed()
    asked.set()


def _watching(plan: Plan, asked: threading.Event) -> bool:
    """Wait until asked to leave: True; or until the head has ended, or nothing was answered for long: False."""
    url, heard = f"http://{plan.asked_at}:{plan.port}/health", time.monotonic()
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the environment is not on the way to this machine
        while not asked.wait(LOOK_S):
            if plan.address == local.LOCAL and not _head_lives():
                log.error("The head of the cluster has ended")
                return False
            try:
                session.get(url, headers={"Host": "localhost"}, timeout=TIMEOUT_S).raise_for_status()
                heard = time.monotonic()
            except requests.RequestException as error:
                log.warning("The application did not answer: %s", type(error).__name__)
            if time.monotonic() - heard > SILENT_S:
                return False
    return True


def _head_lives() -> bool:
    """Whether what this process has begun of Ray runs."""
    names = {each.name() for each in psutil.Process().children() if each.status() != psutil.STATUS_ZOMBIE}
    return all(any(name.startswith(wanted) for name in names) for wanted in HEAD)


if __name__ == "__main__":
    sys.exit(main())
