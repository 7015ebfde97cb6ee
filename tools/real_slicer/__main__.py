"""The command; see the package."""

import argparse
import subprocess
import sys
from pathlib import Path

from tools.real_slicer import application, package


def main(arguments: list[str] | None = None) -> int:
    """0 where all went well."""
    given = _parser().parse_args(arguments)
    if given.command == "fetch":
        return _fetch(given)
    if given.command == "install":
        modules = application.install(given.tree.resolve())
        application.tell("GITHUB_ENV", AUXOL_MODULES=modules)
        sys.stdout.write(f"{modules}\n")
        return 0
    slicer = application.Slicer(given.slicer.resolve(), given.modules.resolve())
    if given.command == "prepare":
        return application.prepare(slicer)
    return 1 if application.test(slicer, given.only) else 0


def _fetch(given: argparse.Namespace) -> int:
    try:
        found = package.find(given.system, given.stability, given.offset, given.service)
        told = f"revision {found.revision}, {found.size / 1e6:.0f} MB: {found.name}"
        sys.stdout.write(f"Slicer {found.version}, {told}\n")
        path = package.download(found, given.into)
        executable = package.unpack(path, given.into / "installed", package.carry_out).resolve()
    except (package.PackageError, subprocess.SubprocessError, OSError) as error:
        sys.stderr.write(f"Slicer could not be had: {error}\n")
        return 1
    application.tell("GITHUB_ENV", AUXOL_SLICER=executable)
    sys.stdout.write(f"{executable}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.real_slicer")
    commands = parser.add_subparsers(dest="command", required=True)
    fetch = commands.add_parser("fetch", help="the newest Slicer from its download service")
    fetch.add_argument("--stability", choices=("release", "nightly"), required=True)
    fetch.add_argument("--system", choices=sorted(package.SYSTEMS.values()), default=package.this_system())
    fetch.add_argument("--offset", type=int, default=0, help="-1: the build before the newest")
    fetch.add_argument("--into", type=Path, required=True)
    fetch.add_argument("--service", default=package.SERVICE)
    commands.add_parser("install", help="the extension as CMake installs it").add_argument("tree", type=Path)
    for name, told in (("prepare", "PyTorch's extension and our first use"), ("test", "the tests, one by one")):
        each = commands.add_parser(name, help=told)
        each.add_argument("--slicer", type=Path, required=True)
        each.add_argument("--modules", type=Path, required=True)
    each.add_argument("--only", nargs="*", default=[])
    return parser


if __name__ == "__main__":
    sys.exit(main())
