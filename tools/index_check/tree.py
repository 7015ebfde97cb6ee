"""An extension's source tree, as the Index reads it."""

import json
import re
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Tree:
    """An extension's source tree."""

    def __init__(self, root: Path, topics: list[str] | None = None) -> None:
        self.root, self.topics = root, topics

    @cached_property
    def descriptions(self) -> list[Path]:
        """The files that may be the catalog entry: there is to be one."""
        return sorted(self.root.glob("*.json"))

    @cached_property
    def name(self) -> str:
        """The extension's: that of its catalog entry."""
        return self.descriptions[0].stem if self.descriptions else ""

    @cached_property
    def entry(self) -> dict[str, Any]:
        """The catalog entry; empty where it cannot be read, which `entry_format` tells."""
        try:
            read = json.loads(self.descriptions[0].read_text(encoding="utf-8"))
        except (IndexError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}

    @cached_property
    def cmake(self) -> str:
        """The top-level CMakeLists.txt; empty where there is none."""
        path = self.root / "CMakeLists.txt"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def literal(self, name: str) -> str:
        """The text of EXTENSION_<name>, as the Index reads it: a literal on one line. Empty where it finds none."""
        found = re.search(rf'^set\(EXTENSION_{name} "([^"$\n]+)"\)$', self.cmake, re.M)
        return found[1] if found else ""

    @cached_property
    def address(self) -> tuple[str, str]:
        """Account and repository, of scm_url."""
        parts = urlsplit(str(self.entry.get("scm_url", ""))).path.strip("/").split("/")
        return (parts[0], parts[-1].removesuffix(".git")) if len(parts) > 1 else ("", parts[0].removesuffix(".git"))

    def size(self) -> int:
        """Bytes of a clone: the files and, where git knows this folder, its history up to here."""
        listed = self._git("ls-files", "-z")
        if listed is None:
            return sum(path.stat().st_size for path in self.root.rglob("*") if path.is_file())
        files = (self.root / name for name in listed.split("\0") if name)
        history = self._git("rev-list", "--objects", "--disk-usage", "HEAD") or "0"
        return sum(path.stat().st_size for path in files if path.is_file()) + int(history)

    def _git(self, *arguments: str) -> str | None:
        if not (self.root / ".git").exists():
            return None
        done = subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None
