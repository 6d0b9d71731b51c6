"""What a file of any format is to an import: a header and rows of text, some of them with a remark."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.leads.domain.errors import FieldProblem, ImportTooLarge, ImportUnreadable
from services.leads.domain.intake import csv_text

ROWS_LIMIT = 20_000
# More columns than this is no list of leads, and every cell of a sheet costs memory.
COLUMNS_LIMIT = 200

NUMBER_REMARK = FieldProblem(
    "",
    "NUMBER_ROUNDED",
    "数字已被缩短并丢失末位，请设为文本格式",
    "the number was shortened and has lost its last digits: format the cell as text",
)
# How a spreadsheet program writes a long number into a CSV file.
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{1,2}")


@dataclass(frozen=True)
class TableRow:
    """`number` as a spreadsheet counts, the first row is 1; `remarks`: position of a cell -> what is wrong with it."""

    number: int
    cells: Sequence[str]
    remarks: Mapping[int, FieldProblem] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A file that has been read; empty rows are counted and left out."""

    header: Sequence[str]
    rows: Sequence[TableRow]


def table_of(rows: Sequence[TableRow]) -> Table:
    """The first row is the header. Raises ImportUnreadable without one, ImportTooLarge."""
    if not rows or not any(rows[0].cells):
        raise ImportUnreadable("the file is empty")
    if len(rows) - 1 > ROWS_LIMIT:
        raise ImportTooLarge(f"more than {ROWS_LIMIT} rows: split the file", limit=str(ROWS_LIMIT))
    if max(len(row.cells) for row in rows) > COLUMNS_LIMIT:
        raise ImportTooLarge(f"more than {COLUMNS_LIMIT} columns", limit=str(COLUMNS_LIMIT))
    return Table(rows[0].cells, rows[1:])


def csv_table(content: bytes) -> Table:
    """The table in a CSV file. Raises ImportUnreadable, ImportTooLarge."""
    rows: list[TableRow] = []
    for number, cells in csv_text.records(csv_text.decode(content)):
        remarks = {
            place: NUMBER_REMARK for place, cell in enumerate(cells) if "+" in cell and _SHORTENED.fullmatch(cell)
        }
        rows.append(TableRow(number, cells, remarks))
        if len(rows) > ROWS_LIMIT + 1:
            break
    return table_of(rows)


def _is_shortened(cell: str) -> bool:
    return "+" in cell and _SHORTENED.fullmatch(cell) is not None
