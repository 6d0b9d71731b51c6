"""What a file of any format is to an import: a header and rows of text, some of them with a remark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.leads.domain.errors import FieldProblem, ImportTooLarge, ImportUnreadable
from services.leads.domain.intake import csv_text

ROWS_LIMIT = 20_000
# More columns than this is no list of leads, and every cell of a sheet costs memory.
COLUMNS_LIMIT = 200


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
        rows.append(TableRow(number, cells))
        if len(rows) > ROWS_LIMIT + 1:
            break
    return table_of(rows)
