"""Text files as people have them: whatever encoding their office saves in, whatever stands between their columns.

The rule for the encoding, which guesses nothing: a byte order mark says it (UTF-8, UTF-16, UTF-32); else what is valid
UTF-8 is UTF-8; else it is cp1252, in which western offices save. Columns are divided by commas, semicolons or tabs,
whichever makes the expected name one of the first line's cells; a first line ``sep=;`` says it, too.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from auxol_core.errors import DataError

DELIMITERS = (",", ";", "\t")
# UTF-32 first: its mark begins as UTF-16's does.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_CELL = 10_000_000  # characters: a lasso of 10,000 vertices is one cell


def read_text(path: Path) -> str:
    """The text of ``path`` by the rule above. DataError where there is no such file, or it is no text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}). Give a JSON or CSV file.") from error
    if data.startswith(b"PK\x03\x04"):
        raise DataError(f"{path} is a workbook or an archive, not text. Save the sheet as CSV and give that file.")
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        reason = f"byte {error.object[error.start]:#04x} at {error.start} is no text in {error.encoding}"
        raise DataError(f"{path} cannot be read: {reason}. Save it as UTF-8.") from error
    if "\0" in text:
        raise DataError(f"{path} is no text: it holds zero bytes. Save it as CSV or JSON in UTF-8.")
    return text


def decoded(data: bytes) -> str:
    """Text of bytes by the rule above, without its mark. UnicodeDecodeError where they are text in none of these."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def delimiter_of(text: str, expected: str) -> str:
    """What stands between the columns of ``text``, whose first line has a cell ``expected`` where it is as it should
    be; else the commonest there."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    for delimiter in DELIMITERS:
        if expected in [cell.strip() for cell in next(csv.reader([head], delimiter=delimiter), [])]:
            return delimiter
    return max(DELIMITERS, key=head.count)


def rows_of(text: str, expected: str) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, delimiter) of each line of a table that is not blank, cells without spaces around; lines count
    from 1, a record over several lines is told by its first. csv.Error where quotes do not close.
    """
    begun, told = 0, _SEPARATOR.match(text)
    if told:
        text, begun = text[told.end() :], 1
    delimiter = told[1] if told else delimiter_of(text, expected)
    csv.field_size_limit(_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    first = 1
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield begun + first, stripped, delimiter
        first = reader.line_num + 1
