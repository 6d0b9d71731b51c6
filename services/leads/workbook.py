"""Tables as XLSX. Text stays text: nothing that somebody typed is evaluated when the file is opened."""

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from services.leads.domain.intake.cell_safety import neutralised

Cell = str | int | Decimal


def workbook(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """A file of one sheet; it is written row by row."""
    import openpyxl  # at first use: it brings numpy along, some 25 MiB that most processes never need
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        cells: list[Any] = []
        for value in row:
            cell: Any = WriteOnlyCell(sheet)
            if isinstance(value, str):
                # Not `value`: openpyxl makes a formula of what starts with "=".
                readable = ILLEGAL_CHARACTERS_RE.sub("", value.encode("utf-8", "replace").decode())
                cell._value, cell.data_type = neutralised(readable), "s"
            else:
                cell.value = value
            cells.append(cell)
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
