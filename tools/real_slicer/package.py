"""Slicer's download service: which package is the newest, its download, and what is checked and unpacked of it.

The service (Slicer/slicer_download 2a29258e) answers /find with a record: download_url (relative), name, size, sha512
(may be null), revision, version. `offset` -1 is the build before: a preview's extensions are built some hours after it.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urljoin
from urllib.request import urlopen

SERVICE = "https://download.slicer.org"
SYSTEMS = {"linux": "linux", "darwin": "macosx", "win32": "win"}
TRIES, PAUSE_S, SILENCE_S = 4, 15.0, 60.0

Run = Callable[[list[str]], None]


class PackageError(RuntimeError):
    """No package, or not the one that was told."""


@dataclass(frozen=True)
class Package:
    """One build of Slicer for one system. ``sha512``: empty where the service tells none."""

    name: str
    url: str
    size: int
    sha512: str
    version: str
    revision: str


def this_system() -> str:
    """As the service names it."""
    return SYSTEMS[sys.platform]


def find(system: str, stability: str, offset: int = 0, service: str = SERVICE) -> Package:
    """The newest build; PackageError where there is none, or the answer is none of the service's."""
    query = urlencode({"os": system, "stability": stability, "offset": offset})
    with _opened(f"{service}/find?{query}") as answer:
        try:
            told: dict[str, Any] = json.loads(answer.read())
            return Package(
                str(told["name"]), urljoin(service, told["download_url"]), int(told["size"]), str(told["sha512"] or ""),
                str(told["version"]), str(told["revision"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            raise PackageError(f"expected a record of a package from {service}/find?{query}: {error!r}") from error


def download(package: Package, folder: Path) -> Path:
    """The package as a file in ``folder``, whole; PackageError where size or hash differ."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / Path(package.name).name
    with _opened(package.url) as answer, path.open("wb") as file:
        shutil.copyfileobj(answer, file, 1 << 20)
    size = path.stat().st_size
    if size != package.size:
        raise PackageError(f"{path.name} is to have {package.size} bytes, {size} came")
    if package.sha512:
        with path.open("rb") as file:
            digest = hashlib.sha512()
            while piece := file.read(1 << 20):
                digest.update(piece)
        if digest.hexdigest() != package.sha512:
            raise PackageError(f"{path.name} is to have the SHA-512 {package.sha512}, it has {digest.hexdigest()}")
    return path


def unpack(path: Path, folder: Path, run: Run) -> Path:
    """Install the package in ``folder``; its executable. ``run`` carries out what a system's own tools do."""
    folder.mkdir(parents=True, exist_ok=True)
    if path.name.endswith(".tar.gz"):
        run(["tar", "-xzf", str(path), "-C", str(folder)])
        return _one(folder, "*/Slicer")
    if path.suffix == ".dmg":
        mounted = folder / "mounted"
        run(["hdiutil", "attach", "-nobrowse", "-readonly", "-mountpoint", str(mounted), str(path)])
        try:
            run(["cp", "-R", str(_one(mounted, "*.app")), str(folder / "Slicer.app")])
        finally:
            run(["hdiutil", "detach", str(mounted)])
        return _one(folder, "Slicer.app/Contents/MacOS/Slicer")
    if path.suffix == ".exe":
        # The installer takes its folder as the last argument, without quotes: no spaces in it.
        run([str(path), "/S", f"/D={folder.resolve()}"])
        return _one(folder, "Slicer.exe")
    raise PackageError(f"expected a .tar.gz, .dmg or .exe, got {path.name}")


def carry_out(command: list[str]) -> None:
    """Run a system's own tool; it raises where that fails."""
    subprocess.run(command, check=True, timeout=900)


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise PackageError(f"expected one {pattern} in {folder}, found {len(found)}")
    return found[0]


def _opened(url: str) -> Any:
    """The answer; a service that does not answer is asked again."""
    for left in reversed(range(TRIES)):
        try:
            return urlopen(url, timeout=SILENCE_S)
        except URLError as error:
            if not left:
                raise PackageError(f"{url}: {error}") from error
            time.sleep(PAUSE_S)
    raise AssertionError("unreachable")
