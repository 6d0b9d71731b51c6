"""A spreadsheet file as records of text."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from services.leads.domain.errors import ImportTooLarge, ImportUnreadable
from services.leads.domain.intake import csv_text

_XLSX = b"PK\x03\x04"
BYTES_LIMIT = 20 * 1024 * 1024


def records_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Row number as a spreadsheet counts, and cells as text, of the first sheet of an XLSX file or of a CSV file.

    Raises ImportUnreadable, ImportTooLarge.
    """
    if len(content) > BYTES_LIMIT:
        raise ImportTooLarge(f"more than {BYTES_LIMIT} bytes", limit=str(BYTES_LIMIT))
    if content.startswith(_XLSX):
        return _sheet(content)
    return csv_text.records(csv_text.decode(content))


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    # At the first use: most processes of leads never read a spreadsheet.
    from python_calamine import CalamineError, load_workbook

    from services.leads.workbooks import looked_through

    looked_through(content)
    try:
        rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise ImportUnreadable("the file is no XLSX workbook that can be read") from error
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield number, cells


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell).strip()
