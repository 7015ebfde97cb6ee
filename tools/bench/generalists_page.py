"""``python -m tools.bench.generalists_page``: puts the table of this machine into docs/generalists.md.

The table is the one of ``auxol checkpoint list --markdown``; ``auxol checkpoint measure`` beforehand, on a quiet
machine, fills its times.
"""

from __future__ import annotations

from pathlib import Path

from auxol_core.errors import DataError
from auxol_core.generalist import figures
from auxol_core.generalist.choices import choices, markdown, why_recommended
from auxol_core.machine.processor import machine_key

PAGE = Path("docs/generalists.md")
BEGIN, END = "<!-- table: python -m tools.bench.generalists_page -->", "<!-- end of table -->"


def table() -> str:
    """The table, what is recommended, and with what it was measured."""
    among, known = choices(), figures.remembered()
    how = {f"{each.device}, {each.precision}, {each.threads} thread(s)" for each in known.values()}
    processor = machine_key().replace("|", ", ")
    return f"{markdown(among)}\n{why_recommended(among)}\n\nMeasured on: {processor}; {'; '.join(sorted(how)) or '-'}."


def put_into(page: str, made: str) -> str:
    """``page`` with ``made`` between its marks; DataError where they are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DataError(f"The marks {BEGIN} and {END} were expected in {PAGE}. Put them where the table belongs.")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(put_into(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
