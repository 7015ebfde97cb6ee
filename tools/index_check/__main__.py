"""The command; see the package."""

import argparse
import sys
from pathlib import Path

from tools.index_check.checks import CHECKS, findings
from tools.index_check.tree import Tree

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """0: the Index would take it, but for what waits for the account; with --release that counts, too."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.index_check", description="What the Extensions Index of Slicer checks, without a network."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--release", action="store_true", help="the account is to be there, too")
    parser.add_argument("--topics", help="the topics of the repository, as its home tells them")
    given = parser.parse_args(arguments)
    tree = Tree(given.folder, None if given.topics is None else given.topics.split())
    found = findings(tree)
    failing = [each for each in found if given.release or not each.known]
    for each in found:
        sys.stdout.write(f"{'known' if each not in failing else 'WRONG'}: {each.check}: {each.told}\n")
    told = f"{len(CHECKS)} checks, {len(failing)} findings, {len(found) - len(failing)} known ones (the account)\n"
    sys.stdout.write(f"Extensions Index: {told}")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
