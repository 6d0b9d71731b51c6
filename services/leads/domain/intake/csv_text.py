"""From the bytes of a CSV file to records of text, whatever a spreadsheet program made of it."""

import csv
import io
from collections.abc import Iterator

from services.leads.domain.errors import ImportUnreadable

_BOM = "\ufeff"
_SEPARATORS = ",;\t"
# Where a byte that is no text was, `surrogateescape` leaves one of these.
_FIRST_LOST, _LAST_LOST = "\udc80", "\udcff"


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 (with or without BOM) or GBK; lost bytes stay marked, see `has_lost_bytes`.

    A file that is UTF-8 but for a few damaged places stays UTF-8: read as GBK it would become other words without
    anybody noticing. Raises ImportUnreadable for what is neither.
    """
    if b"\0" in content or content.startswith(b"PK"):
        raise ImportUnreadable("the file is not text: save it as CSV (UTF-8)")
    text = content.decode("utf-8", "surrogateescape").removeprefix(_BOM)
    lost = _lost_bytes(text)
    if lost == 0:
        return text
    understood = sum(1 for character in text if character > "\x7f") - lost
    if understood > lost:
        return text
    try:
        # GB18030 contains GBK and GB2312.
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise ImportUnreadable(
            f"the file is neither UTF-8 nor GBK: byte {error.start + 1} cannot be read", byte=str(error.start + 1)
        ) from error


def has_lost_bytes(text: str) -> bool:
    """Whether some of this text's bytes could not be read."""
    return any(_FIRST_LOST <= character <= _LAST_LOST for character in text)


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Row number as a spreadsheet counts (the first is 1) and cells; empty rows are counted and left out.

    Cells are text, whatever they start with: nothing here evaluates a formula. Raises ImportUnreadable where a quote
    never ends or a cell is longer than any cell.
    """
    first_line = text[: text.find("\n") + 1] or text
    separator = max(_SEPARATORS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportUnreadable(f"row {row} is not CSV: {error}", row=str(row)) from error
        if any(cell.strip() for cell in cells):
            yield row, [cell.strip() for cell in cells]


def _lost_bytes(text: str) -> int:
    return sum(1 for character in text if _FIRST_LOST <= character <= _LAST_LOST)
