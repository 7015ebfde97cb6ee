"""Getting a Slicer and running our tests in it, tried with a download service and an application of our own making."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from tools.real_slicer import application, package
from tools.real_slicer.__main__ import main

# What stands for Slicer: notes its arguments, and fails where a test's name has "bad" in it.
FAKE = """#!/bin/sh
printf '%s\\n' "$@" > "$(dirname "$0")/arguments.txt"
case "$*" in *bad*) exit 1;; esac
"""


def archive() -> bytes:
    """A package for Linux: a folder with the executable."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        entry = tarfile.TarInfo("Slicer-9.9.9-linux-amd64/Slicer")
        entry.size, entry.mode = len(FAKE.encode()), 0o755
        tar.addfile(entry, io.BytesIO(FAKE.encode()))
    return file.getvalue()


class Service(BaseHTTPRequestHandler):
    """As the download service answers. ``record``: what /find tells, None for an error; ``asked``: of /find."""

    body: ClassVar[bytes] = archive()
    record: ClassVar[dict[str, Any] | None] = None
    asked: ClassVar[dict[str, list[str]]] = {}

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/find":
            type(self).asked = parse_qs(address.query)
            told = json.dumps(self.record or "no matching revision")
            self._answer(404 if self.record is None else 200, told.encode())
        else:
            self._answer(200, self.body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Not on the test's output."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its address; it offers one package."""
    monkeypatch.setattr(package, "PAUSE_S", 0.0)
    Service.record = {
        "name": "Slicer-9.9.9-linux-amd64.tar.gz",
        "download_url": "/bitstream/abc",
        "size": len(Service.body),
        "sha512": hashlib.sha512(Service.body).hexdigest(),
        "version": "9.9.9",
        "revision": "40000",
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(service: str, folder: Path, *more: str) -> int:
    wanted = ["fetch", "--stability", "nightly", "--system", "linux", "--service", service, "--into", str(folder)]
    return main([*wanted, *more])


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="what stands for Slicer is a shell script")


@POSIX
def test_the_newest_package_is_downloaded_checked_and_unpacked(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ENV", str(tmp_path / "told"))
    assert fetch(service, tmp_path / "a b", "--offset", "-1") == 0
    assert Service.asked == {"os": ["linux"], "stability": ["nightly"], "offset": ["-1"]}
    executable = Path(capsys.readouterr().out.splitlines()[-1])
    assert subprocess.run([executable, "x"]).returncode == 0
    assert (tmp_path / "told").read_text() == f"AUXOL_SLICER={executable}\n"


@pytest.mark.parametrize(("name", "value"), [("size", 7), ("sha512", "0" * 128)])
def test_another_package_than_the_one_told_is_refused(
    service: str, tmp_path: Path, name: str, value: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Service.record = {**(Service.record or {}), name: value}
    assert fetch(service, tmp_path) == 1
    assert str(value) in capsys.readouterr().err


def test_a_service_without_such_a_package_is_told(service: str) -> None:
    Service.record = None
    with pytest.raises(package.PackageError, match="404"):
        package.find("linux", "release", service=service)
    Service.record = {"name": "x"}
    with pytest.raises(package.PackageError, match="download_url"):
        package.find("linux", "release", service=service)


def test_each_system_has_its_own_way_to_install(tmp_path: Path) -> None:
    ran: list[list[str]] = []

    def mount(command: list[str]) -> None:
        ran.append(command)
        if command[1] == "attach":
            (tmp_path / "mac" / "mounted" / "Slicer.app").mkdir(parents=True)
        if command[0] == "cp":
            made = tmp_path / "mac" / "Slicer.app" / "Contents" / "MacOS"
            made.mkdir(parents=True)
            (made / "Slicer").touch()

    assert package.unpack(tmp_path / "Slicer.dmg", tmp_path / "mac", mount).parts[-4:] == (
        "Slicer.app", "Contents", "MacOS", "Slicer",
    )  # fmt: skip
    assert [command[:2] for command in ran] == [["hdiutil", "attach"], ["cp", "-R"], ["hdiutil", "detach"]]
    ran.clear()

    def install(command: list[str]) -> None:
        ran.append(command)
        (tmp_path / "win" / "Slicer.exe").touch()

    package.unpack(tmp_path / "Slicer.exe", tmp_path / "win", install)
    assert ran == [[str(tmp_path / "Slicer.exe"), "/S", f"/D={(tmp_path / 'win').resolve()}"]]
    with pytest.raises(package.PackageError, match=r"Slicer\.zip"):
        package.unpack(tmp_path / "Slicer.zip", tmp_path / "zip", install)


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """The executable of what stands for Slicer."""
    path = tmp_path / "Slicer"
    path.write_text(FAKE)
    path.chmod(0o755)
    return path


@POSIX
def test_each_test_runs_in_a_slicer_of_its_own_and_the_last_line_counts(
    fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(application, "tests", lambda: ["AuxOLSegment", "test_good", "test_bad"])
    command = ["test", "--slicer", str(fake), "--modules", str(tmp_path)]
    assert main(command) == 1
    assert capfd.readouterr().out.splitlines()[-2:] == ["FAILED with 1: test_bad", "2 passed, 1 failed"]
    assert main([*command, "--only", "test_good"]) == 0
    run_test = str(application.INSIDE / "run_test.py")
    assert (tmp_path / "arguments.txt").read_text().splitlines() == [
        "--no-splash", "--testing", "--additional-module-paths", str(tmp_path),
        "--python-script", run_test, str(application.TESTS), "test_good",
    ]  # fmt: skip


@POSIX
def test_first_the_extension_of_pytorch_then_our_first_use(fake: Path, tmp_path: Path) -> None:
    assert main(["prepare", "--slicer", str(fake), "--modules", str(tmp_path)]) == 0
    last = (tmp_path / "arguments.txt").read_text().splitlines()
    assert last[-1] == str(application.INSIDE / "first_use.py") and str(tmp_path) in last
    assert "--testing" not in last  # it keeps no settings, and slicer.packaging would install nothing


@POSIX
def test_a_slicer_that_hangs_is_ended(fake: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    assert application.Slicer(fake).run(Path("x.py"), within=0.3) == 124
    assert "x.py" in capfd.readouterr().err


def test_every_test_for_slicer_is_run() -> None:
    assert application.tests()[0] == "AuxOLSegment"
    assert "test_panel" in application.tests()


@POSIX
def test_ctest_runs_the_same_in_a_real_slicer(fake: Path, tmp_path: Path) -> None:
    host = application.ROOT / "Testing" / "host" / "cmake"
    build = tmp_path / "build"
    options = [f"-DSlicer_DIR={host}", f"-DHOST_SLICER={fake}", f"-DHOST_MODULES={tmp_path / 'tree'}"]
    subprocess.run(["cmake", "-S", str(application.ROOT), "-B", str(build), *options], check=True, capture_output=True)
    listed = subprocess.run(["ctest", "-N"], cwd=build, capture_output=True, text=True, check=True).stdout
    names = [line.split(": py_")[1] for line in listed.splitlines() if ": py_" in line]
    assert sorted(names) == sorted(application.tests())
    ran = subprocess.run(["ctest", "-R", "test_panel$"], cwd=build, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    arguments = (tmp_path / "arguments.txt").read_text().splitlines()
    assert arguments[-2:] == [str(application.TESTS), "test_panel"]
    assert Path(arguments[-3]).resolve() == application.INSIDE / "run_test.py"
    assert arguments[:4] == ["--no-splash", "--testing", "--additional-module-paths", str(tmp_path / "tree")]


def test_the_extension_is_installed_as_cmake_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ENV", str(tmp_path / "told"))
    assert main(["install", str(tmp_path / "tree")]) == 0
    modules = Path(capsys.readouterr().out.strip())
    assert (modules / "AuxOLSegment.py").is_file() and (modules / "auxol_core" / "engine" / "engine.py").is_file()
    assert (tmp_path / "told").read_text() == f"AUXOL_MODULES={modules}\n"
