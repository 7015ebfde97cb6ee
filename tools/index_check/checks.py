"""The checks, each a generator of sentences: what is wrong, and what was expected."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import jsonschema
from PIL import Image

from tools.index_check import facts
from tools.index_check.tree import Tree


@dataclass(frozen=True)
class Finding:
    """What is wrong. ``known``: it waits for the account, and for nothing else."""

    check: str
    told: str
    known: bool = False

Told = Iterator[str]


def entry_format(tree: Tree) -> Told:
    """One file, JSON, with LF alone."""
    if len(tree.descriptions) != 1:
        yield f"expected one .json file in {tree.root}, found {[path.name for path in tree.descriptions]}"
        return
    if b"\r" in tree.descriptions[0].read_bytes():
        yield f"{tree.descriptions[0].name} has lines that end in CR: save it with LF alone"
    try:
        json.loads(tree.descriptions[0].read_text(encoding="utf-8"))
    except ValueError as error:
        yield f"{tree.descriptions[0].name} is not JSON: {error}"


def entry_schema(tree: Tree) -> Told:
    """The schema of Slicer's catalog entries."""
    if not tree.entry:
        return
    named = str(tree.entry.get("$schema", ""))
    if not named.startswith(f"https://{facts.RAW_HOST}/Slicer/Slicer/") or not named.endswith("/" + facts.SCHEMA_NAME):
        yield f"$schema is to name Slicer's {facts.SCHEMA_NAME}, it names {named!r}"
    for error in jsonschema.Draft7Validator(facts.ENTRY).iter_errors(tree.entry):
        where = "/".join(str(part) for part in error.absolute_path) or "the entry"
        yield f"{where}: {error.message}"


def names(tree: Tree) -> Told:
    """The extension's name does not begin with Slicer, the repository's does, and CMake says the same name."""
    if tree.name.lower().startswith("slicer"):
        yield f"the extension's name is not to begin with Slicer: {tree.name}"
    if tree.entry and not tree.address[1].startswith(facts.PREFIXES):
        yield f"the repository's name is to begin with Slicer, it is {tree.address[1]!r}"
    found = re.search(r"^\s*project\s*\(\s*([^\s)]+)", tree.cmake, re.M | re.I)
    said = found[1].strip("\"'") if found else ""
    if said != tree.name:
        yield f"project() of CMakeLists.txt says {said!r}, the catalog entry is {tree.name}.json"


def category(tree: Tree) -> Told:
    """One that the Index knows."""
    if tree.entry and tree.entry.get("category") not in facts.CATEGORIES:
        yield f"the Index has no category {tree.entry.get('category')!r}; it has {', '.join(sorted(facts.CATEGORIES))}"


def repository(tree: Tree) -> Told:
    """Where it lies, and its homepage there."""
    if not tree.entry:
        return
    url = str(tree.entry.get("scm_url", ""))
    if "://" not in url or urlsplit(url).scheme not in ("git", "https"):
        yield f"scm_url is to be https:// or git://, it is {url!r}"
    if tree.literal("HOMEPAGE") and tree.literal("HOMEPAGE") != url.removesuffix(".git"):
        yield f"EXTENSION_HOMEPAGE is {tree.literal('HOMEPAGE')}, scm_url {url}"


def topic(tree: Tree) -> Told:
    """GitHub's topic by which extensions are found; only the repository's home knows, and `--topics` tells."""
    if tree.topics is not None and facts.TOPIC not in tree.topics:
        yield f"the repository has no topic {facts.TOPIC}: add it on its page under About"


def literals(tree: Tree) -> Told:
    """The Index reads CMakeLists.txt without running CMake."""
    if not tree.cmake:
        yield f"there is no CMakeLists.txt in {tree.root}"
        return
    for name in facts.LITERALS:
        if not tree.literal(name):
            yield f'EXTENSION_{name} is to be one literal text on one line: set(EXTENSION_{name} "...")'


def dependencies(tree: Tree) -> Told:
    """The same in both files."""
    listed = tree.entry.get("build_dependencies", [])
    if tree.entry and tree.literal("DEPENDS").split() != listed:
        yield f"EXTENSION_DEPENDS is {tree.literal('DEPENDS')!r}, build_dependencies {listed}"


def pictures(tree: Tree) -> Told:
    """Icon and screenshots are files of this repository that load, at the addresses where they will be."""
    for url in tree.literal("ICONURL").split():
        yield from _picture(tree, url, facts.ICON_SIDE)
    for url in tree.literal("SCREENSHOTURLS").split():
        yield from _picture(tree, url, None)


def _picture(tree: Tree, url: str, side: int | None) -> Told:
    address = urlsplit(url)
    owner, _, rest = address.path.strip("/").partition("/")
    name, _, rest = rest.partition("/")
    branch, _, inside = rest.partition("/")
    if address.scheme != "https" or address.netloc != facts.RAW_HOST or (owner, name) != tree.address:
        yield f"{url} is to be https://{facts.RAW_HOST}/{'/'.join(tree.address)}/..."
    if branch != tree.entry.get("scm_revision"):
        yield f"{url} is of the branch {branch!r}, the catalog entry of {tree.entry.get('scm_revision')!r}"
    path = tree.root / inside
    if not inside or not path.is_file():
        yield f"{url}: there is no file {inside!r}"
        return
    try:
        with Image.open(path) as image:
            image.load()
            kind, size = str(image.format), image.size
    except (OSError, SyntaxError) as error:
        yield f"{inside} does not load: {error}"
        return
    if not inside.lower().endswith(facts.IMAGES.get(kind, ("of no kind that the Index takes",))):
        yield f"{inside} is {kind}; PNG, JPEG and GIF are taken, each under its own ending"
    if side is not None and size != (side, side):
        yield f"the icon {inside} is to have {side} x {side} pixels, it has {size[0]} x {size[1]}"


def licence(tree: Tree) -> Told:
    """A licence's text in the root, and its name on the homepage, which is the README."""
    texts = [tree.root / name for name in facts.LICENCES if (tree.root / name).is_file()]
    if not texts:
        yield f"there is no licence: one of {', '.join(facts.LICENCES)} in {tree.root}"
        return
    readme = tree.root / "README.md"
    if not readme.is_file() or not re.search(r"\bApache\b|\bMIT\b|\bBSD\b", readme.read_text(encoding="utf-8")):
        yield "README.md, the homepage, does not name the licence"


def size(tree: Tree) -> Told:
    """Of a clone."""
    if (taken := tree.size()) > facts.MAX_BYTES:
        yield f"a clone takes {taken / 2**20:.1f} MB, the Index takes {facts.MAX_BYTES // 2**20}"


CHECKS: tuple[Callable[[Tree], Told], ...] = (
    *(entry_format, entry_schema, names, category, repository, topic),
    *(literals, dependencies, pictures, licence, size),
)


def account(tree: Tree) -> Iterator[Finding]:
    """What stands for the account and the people until they are known."""
    for path in (*tree.descriptions, tree.root / "CMakeLists.txt"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.is_file() else (), 1):
            for word in facts.PLACEHOLDERS:
                if word in line and not line.startswith("#"):
                    yield Finding("account", f"{path.name}:{number}: {word} is to be replaced", known=True)


def findings(tree: Tree) -> list[Finding]:
    """All of them, those that are known last."""
    wrong = [Finding(check.__name__, told) for check in CHECKS for told in check(tree)]
    return [*wrong, *account(tree)]
