"""The generalists that can be chosen. To add one: its own file with its row, that row in SHIPPED, its docs.

Nobody asks for a generalist by comparing names: what differs between them is in their rows and in what they answer.
Nothing here imports torch; a row's ``load`` does.
"""

from __future__ import annotations

from auxol_core.errors import CheckpointMissingError, InvalidInputError
from auxol_core.generalist.builtin_row import BUILTIN
from auxol_core.generalist.family_rows import FAMILY_ROWS
from auxol_core.generalist.row import GeneralistRow
from auxol_core.generalist.sam_rows import SAM_ROWS

SHIPPED: tuple[GeneralistRow, ...] = (BUILTIN, *SAM_ROWS, *FAMILY_ROWS)

_rows: dict[str, GeneralistRow] = {row.name: row for row in SHIPPED}


def rows() -> tuple[GeneralistRow, ...]:
    """Every generalist, in the order in which they are offered."""
    return tuple(_rows.values())


def names() -> tuple[str, ...]:
    """Their names."""
    return tuple(_rows)


def find_row(name: str) -> GeneralistRow:
    """The generalist of that name. Raises CheckpointMissingError, which names the known ones."""
    if name not in _rows:
        raise CheckpointMissingError(f"No generalist is named {name!r}. Choose one of {', '.join(_rows)}.")
    return _rows[name]


def title_of(name: str) -> str:
    """What people call the generalist ``name``; a checkpoint of the user's own is called by its file's name."""
    return _rows[name].title if name in _rows else name


def register(row: GeneralistRow) -> None:
    """Offer one more. Raises InvalidInputError where its name is taken, or cannot stand before a path, or where nobody
    could get its weights."""
    if row.name in _rows or not row.name or set(row.name) & set(":/\\") or len(row.name) < 2:
        raise InvalidInputError(
            f"A generalist needs a name of two or more characters without : / \\ beside {', '.join(_rows)}, "
            f"got {row.name!r}. Choose another."
        )
    if (row.published is None) == (row.shipped is None):
        raise InvalidInputError(
            f"The weights of {row.name} must be published or shipped, one of both. Fill in one of the two fields."
        )
    _rows[row.name] = row


def remove(name: str) -> None:
    """Offer it no longer; CheckpointMissingError where there is none of that name."""
    del _rows[find_row(name).name]
