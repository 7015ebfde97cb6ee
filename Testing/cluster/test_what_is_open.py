"""A cluster on this machine: nothing listens beyond loopback, and who has no token learns nothing."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
import time

import psutil
import requests
from contract_setting import OPTIONS, taught
from ray_cluster import HEAD, RayCluster


def test_every_port_is_on_loopback(cluster: RayCluster) -> None:
    with cluster.client(390) as client:
        client.create_task("ports", OPTIONS)
        taught(client, 0, "ports")
        driver = cluster.supervisor._driver
        assert driver is not None
        open_ones = {}
        for process in psutil.Process(driver.pid).children(recursive=True):
            for each in process.net_connections("inet"):
                if each.status == psutil.CONN_LISTEN:
                    open_ones[each.laddr.port] = (each.laddr.ip, process.name())
        assert len(open_ones) > 5  # the look saw something
        beyond = {
            port: told
            for port, told in open_ones.items()
            if not ipaddress.ip_address(told[0].removeprefix("::ffff:")).is_loopback
        }
        assert not beyond
        assert 8265 not in open_ones  # the dashboard, and with it the job server
        client.close_task("ports")


def test_another_account_of_this_machine_cannot_join(cluster: RayCluster) -> None:
    (head,) = cluster.processes(HEAD)
    ports = sorted(each.laddr.port for each in head.net_connections() if each.status == psutil.CONN_LISTEN)
    script = f"import ray; ray.init('127.0.0.1:{ports[0]}', logging_level='ERROR')"
    environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
    tried = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, timeout=120)
    assert tried.returncode != 0 and b"auth" in tried.stderr.lower() + tried.stdout.lower()


def test_the_gate_is_the_one_of_the_server(cluster: RayCluster) -> None:
    assert requests.get(f"{cluster.url}/tasks", timeout=30).status_code == 401
    assert requests.get(f"{cluster.url}/health", headers={"Host": "evil.example"}, timeout=30).status_code == 421
    began = time.monotonic()
    answer = requests.get(f"{cluster.url}/health", timeout=30)
    assert answer.json()["program"] == "auxol" and time.monotonic() - began < 30
