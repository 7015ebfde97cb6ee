"""``auxol doctor``: every finding has a verdict, a sentence and a next step, and none tells of a patient or a user."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import typer
from tiny_network import MACHINE, tiny_generalist, tiny_learner
from typer.testing import CliRunner, Result

from auxol_core import __version__
from auxol_core.build import Compute, set_up_torch
from auxol_core.cli import doctor_checks, doctor_compute
from auxol_core.cli.doctor_checks import Check, check_folder, check_proxies, check_tasks
from auxol_core.cli.doctor_command import doctor, without_home
from auxol_core.cli.doctor_compute import check_device, check_threads, made_up_image
from auxol_core.engine.engine import Engine
from auxol_core.errors import CheckpointError
from auxol_core.generalist import figures, measuring, registry
from auxol_core.generalist.checkpoints import FOLDER_VARIABLE
from auxol_core.machine import machine_memory
from auxol_core.machine.machine_memory import Memory, memory_of_machine
from auxol_core.options import TaskOptions
from auxol_core.taskfile.task_file import TaskFile
from auxol_core.types import Box, Prompt

NAMES = (
    *("python", "platform", "packages", "memory", "data folder", "cache folder", "checkpoint folder", "tasks"),
    *("proxies", "loopback", "torch", "device", "precision", "threads", "checkpoints", "generalists", "prediction"),
)
CHEAP = ("--threads", "1", "--precision", "float32", "--device", "cpu")
PATIENT = "Mustermann, Erika 1964"


@pytest.fixture(autouse=True)
def small_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine on the tiny network in place of the real one."""
    threads = torch.get_num_threads()
    set_up_torch(MACHINE)

    def make(generalist: str, data_dir: Path, machine: object) -> Engine:
        return Engine(
            tiny_generalist(),
            tiny_learner,
            data_dir,
            MACHINE,
        )

    monkeypatch.setattr(doctor_compute, "engine_factory", lambda: make)
    for name in [name for name in os.environ if name.upper() in doctor_checks.PROXY_VARIABLES]:
        monkeypatch.delenv(name)
    yield
    torch.set_flush_denormal(False)
    torch.set_num_threads(threads)


def call(folder: Path, *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(doctor)
    return CliRunner().invoke(app, [*CHEAP, "--data-dir", str(folder), *arguments])


def report(folder: Path, *arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """What --json prints; the findings by name under ``by_name``."""
    result = call(folder, "--json", *arguments)
    assert result.exit_code == exit_code, result.output
    said = json.loads(result.stdout)
    return {**said, "by_name": {check["name"]: check for check in said["checks"]}}


# The report


def test_json_is_one_object_with_a_verdict_and_a_sentence_for_every_check(tmp_path: Path) -> None:
    said = report(tmp_path)
    assert (said["auxol"], said["verdict"]) == (__version__, "warning")  # the tiny network's masks are nonsense
    assert tuple(check["name"] for check in said["checks"]) == NAMES
    for check in said["checks"]:
        assert set(check) == {"name", "verdict", "sentence", "next_step", "details"}
        assert check["verdict"] in ("ok", "warning")
        assert check["sentence"].endswith((".", ")"))
        assert bool(check["next_step"]) == (check["verdict"] != "ok"), check
    device, precision = said["by_name"]["device"], said["by_name"]["precision"]
    assert (device["details"], precision["sentence"]) == (
        {**device["details"], "device": "cpu", "reason": "as asked for"},
        "float32: as asked for.",
    )
    timed = said["by_name"]["prediction"]["details"]
    assert timed["first_s"] > 0 and timed["second_s"] > 0 and "update_s" not in timed


def test_full_also_measures_and_learns_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "remembered", dict)
    monkeypatch.setattr(measuring, "worth_measuring", lambda row: row.name == "builtin")
    asked: list[str] = []
    monkeypatch.setattr(figures, "remember", lambda name, _: asked.append(name))
    assert report(tmp_path, "--full")["by_name"]["prediction"]["details"]["update_s"] > 0
    assert asked == ["builtin"]


@pytest.mark.slow  # every network at its own size, on one thread
def test_full_measures_every_generalist_that_is_not_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(figures, "remembered", dict)
    monkeypatch.setattr(figures, "remember", lambda name, _: asked.append(name))
    report(tmp_path, "--full")
    assert asked == [row.name for row in registry.rows() if measuring.worth_measuring(row)]


def test_a_person_reads_one_line_a_check_and_the_next_step_below(tmp_path: Path) -> None:
    result = call(tmp_path)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line[8:26].strip() for line in lines if line[0] != " "] == list(NAMES)
    # The tiny network's masks are nonsense, which the doctor sees.
    assert lines[-1].split()[:2] == ["Next:", "The"]


def test_a_problem_ends_with_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "check_loopback", lambda: Check("loopback", "problem", "No.", "Do this."))
    said = report(tmp_path, exit_code=1)
    assert said["verdict"] == "problem"
    assert call(tmp_path).exit_code == 1


def test_no_task_no_file_of_the_users_and_no_home_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "erika"
    folder = home / "tasks"
    folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    checkpoints = home / "checkpoints"
    checkpoints.mkdir()
    (checkpoints / f"{PATIENT}.pth").write_bytes(b"weights")
    (checkpoints / "sam_vit_b_01ec64.pth").write_bytes(b"not those weights")
    monkeypatch.setenv(FOLDER_VARIABLE, str(checkpoints))
    path = folder / f"{PATIENT}.auxol"
    TaskFile.create(path, name=PATIENT, options=TaskOptions(), generalist="builtin", generalist_hash="0" * 64).close()
    (folder / f"{PATIENT} 2.auxol").write_bytes(b"damaged")
    for arguments in (("--json", "--full"), ("--full",)):
        result = call(folder, *arguments)
        assert result.exit_code == 1, "a checkpoint is not what it should be"
        assert "Mustermann" not in result.output and "erika" not in result.output
    said = report(folder, exit_code=0)["by_name"]
    assert said["tasks"]["details"] == {"files": 2, "in_use": 0, "unreadable": 1}
    assert said["tasks"]["verdict"] == "warning"
    assert said["data folder"]["details"]["path"] == str(Path("~") / "tasks")


def test_only_the_home_folder_itself_becomes_a_tilde() -> None:
    home = Path("/home/eva").absolute()
    text = f"{home}/a, {home}: {home}b"
    assert without_home({"x": {"y": text}, "n": 1}, home) == {"x": {"y": f"~/a, ~: {home}b"}, "n": 1}
    assert without_home("/a/b", Path("/")) == "/a/b"


# Folders, tasks, proxies, loopback


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_only_may_be_read_is_a_problem_if_it_is_needed(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert check_folder("data folder", tmp_path, "X", needed=True).verdict == "problem"
    tmp_path.chmod(0o700)


def test_a_folder_that_the_system_refuses_to_write_to_is_told_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        raise PermissionError(13, "Permission denied", options["dir"])

    monkeypatch.setattr(doctor_checks.tempfile, "TemporaryFile", refuse)
    needed = check_folder("data folder", tmp_path, "AUXOL_DATA_DIR", needed=True)
    assert needed.verdict == "problem"
    assert needed.details["writable"] is False
    assert "Permission denied" in needed.sentence and "AUXOL_DATA_DIR" in needed.next_step
    assert check_folder("cache folder", tmp_path).verdict == "warning"


def test_a_file_where_the_folder_should_be_is_found(tmp_path: Path) -> None:
    (tmp_path / "tasks").write_text("")
    assert check_folder("data folder", tmp_path / "tasks" / "deep", needed=True).verdict == "problem"


def test_a_folder_that_is_not_there_yet_is_tried_where_it_would_be_made_and_nothing_is_left(tmp_path: Path) -> None:
    check = check_folder("data folder", tmp_path / "a" / "b", needed=True)
    assert (check.verdict, check.details["exists"], check.details["writable"]) == ("ok", False, True)
    assert list(tmp_path.iterdir()) == []


def test_little_free_space_is_a_warning_and_next_to_none_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for free, verdict in ((500 << 20, "warning"), (50 << 20, "problem")):
        monkeypatch.setattr(doctor_checks.shutil, "disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert check_folder("data folder", tmp_path, needed=True).verdict == verdict


def test_a_task_in_use_is_counted_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "liver.auxol"
    with TaskFile.create(path, name="liver", options=TaskOptions(), generalist="builtin", generalist_hash="0" * 64):
        check = check_tasks(tmp_path)
    assert (check.verdict, check.details["in_use"]) == ("ok", 1)


def test_of_a_proxy_only_the_variables_name_is_said_and_never_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://eva:geheim@proxy.clinic.example:3128")
    monkeypatch.setenv("no_proxy", "intranet.clinic.example")
    for arguments in ((), ("--json",)):
        output = call(tmp_path, *arguments).output
        assert "HTTPS_PROXY" in output and "no_proxy" in output
        assert not re.search("eva:|geheim|clinic|3128", output)
        assert "loopback" in output
    check = check_proxies(os.environ)
    assert check.details == {"set": ["HTTPS_PROXY", "no_proxy"], "with_credentials": ["HTTPS_PROXY"]}
    assert "None set" in check_proxies({"HTTP_PROXY": ""}).sentence


def test_a_machine_that_refuses_loopback_has_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_checks.check_loopback().verdict == "ok"

    def refuse(self: socket.socket, address: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    check = doctor_checks.check_loopback()
    assert check.verdict == "problem" and "Operation not permitted" in check.sentence


# Packages and memory


def test_the_packages_are_those_that_pyproject_declares(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    server = re.search(r"^server = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    assert block is not None and server is not None
    assert dict(re.findall(r'"([\w-]+)>=([\d.]+)"', block.group(1))) == doctor_checks.REQUIRED
    assert set(doctor_checks.OPTIONAL) <= set(re.findall(r'"([\w-]+)', server.group(1)))


def installed(monkeypatch: pytest.MonkeyPatch, **versions: str | None) -> Check:
    """The finding on packages where these have these versions, and all others their own."""
    real = metadata.version

    def version(name: str) -> str:
        if name.replace("-", "_") not in versions:
            return real(name)
        if (found := versions[name.replace("-", "_")]) is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(metadata, "version", version)
    return doctor_checks.check_packages()


def test_without_the_servers_packages_there_is_a_warning_with_the_way_to_install_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = installed(monkeypatch, fastapi=None, uvicorn=None)
    assert check.verdict == "warning"
    assert "fastapi and uvicorn" in check.sentence and "auxol-core[server]" in check.next_step


def test_a_missing_or_old_package_is_a_problem_that_names_the_version_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    check = installed(monkeypatch, scipy=None, torch="1.13.1+cu117")
    assert check.verdict == "problem"
    assert "scipy is missing" in check.sentence and "torch is too old (1.13.1+cu117)" in check.sentence
    assert '"torch>=2.4"' in check.next_step and '"scipy>=1.11"' in check.next_step


def test_any_build_of_opencv_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    check = installed(monkeypatch, opencv_python_headless=None, opencv_python="4.10.0.84")
    assert check.details["opencv-python-headless"] == "4.10.0.84"
    assert check.verdict == "ok"


def test_little_memory_is_a_warning_and_next_to_none_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    for available, verdict in ((8 << 30, "ok"), (1 << 30, "warning"), (100 << 20, "problem")):
        monkeypatch.setattr(doctor_checks, "memory_of_machine", lambda left=available: Memory(16 << 30, left))
        assert doctor_checks.check_memory().verdict == verdict
    monkeypatch.setattr(doctor_checks, "memory_of_machine", lambda: None)
    assert doctor_checks.check_memory().verdict == "warning"


def test_a_containers_limit_counts_where_it_is_below_the_machines_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = SimpleNamespace(total=8000 * 1024, available=6000 * 1024)
    monkeypatch.setattr(machine_memory.psutil, "virtual_memory", lambda: machine)
    (tmp_path / "limit").write_text(f"{4000 * 1024}\n")
    (tmp_path / "used").write_text(f"{1000 * 1024}\n")
    cgroup = ((str(tmp_path / "limit"), str(tmp_path / "used")),)
    assert memory_of_machine(cgroup) == Memory(4000 * 1024, 3000 * 1024, "the container's")
    (tmp_path / "limit").write_text("max\n")
    assert memory_of_machine(cgroup) == Memory(8000 * 1024, 6000 * 1024)


def test_a_system_that_does_not_tell_of_its_memory_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise FileNotFoundError("/proc/meminfo")

    monkeypatch.setattr(machine_memory.psutil, "virtual_memory", refuse)
    assert memory_of_machine() is None


# What computes


def test_a_gpu_that_lies_idle_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_compute.shutil, "which", lambda name: f"/usr/bin/{name}")
    compute = Compute("cpu", "this build of torch has no CUDA", "float32", "measured", 1)
    idle = check_device(compute, wanted="auto", cuda_build=False)
    assert idle.verdict == "warning" and "build of torch with CUDA" in idle.next_step
    assert check_device(compute, wanted="cpu", cuda_build=False).verdict == "ok"
    assert check_device(compute, wanted="auto", cuda_build=True).next_step == "Update the NVIDIA driver."


def test_more_threads_than_cores_are_a_warning() -> None:
    assert check_threads(1).verdict == "ok"
    assert check_threads(4096).verdict == "warning"


def test_torch_that_cannot_be_loaded_is_a_problem_and_ends_the_computing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    said = report(tmp_path, exit_code=1)
    assert said["checks"][-1]["name"] == "torch"
    assert said["checks"][-1]["verdict"] == "problem"


def test_an_engine_that_fails_is_a_problem_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise CheckpointError("The weights are damaged. Install the package anew.\nSecond line")

    monkeypatch.setattr(doctor_compute, "engine_factory", lambda: broken)
    check = report(tmp_path, exit_code=1)["by_name"]["prediction"]
    assert check["verdict"] == "problem"
    assert "The weights are damaged" in check["sentence"] and "Second line" not in check["sentence"]


def test_the_shipped_weights_find_the_made_up_discs() -> None:
    from auxol_core.generalist.builtin import load_builtin
    from auxol_core.imaging.metrics import dice
    from auxol_core.steps import finish
    from auxol_core.types import IntensityWindow

    image, masks = made_up_image()
    builtin = load_builtin()
    embedding = finish(builtin.encode(IntensityWindow.of(image).apply(image)))
    found = builtin.decode(embedding, Prompt(box=Box.of_mask(masks[0]))).mask
    assert dice(found, masks[0]) > doctor_compute.EXPECTED_DICE
