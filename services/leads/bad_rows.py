"""The bad rows of an import as an XLSX file: what was sent, and why it did not go in."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from services.leads.domain.intake.cell_safety import neutralised
from services.leads.domain.intake.table import Table

LANGUAGES = ("zh", "en")
_REASON = {"zh": "原因", "en": "Reason"}
_ROW = {"zh": "原行号", "en": "Row"}
_SHEET = {"zh": "未导入的行", "en": "Bad rows"}
_BETWEEN = {"zh": "；", "en": "; "}


def bad_rows_workbook(
    table: Table,
    problems: Mapping[int, Sequence[Mapping[str, Any]]],
    language: str,
    shown: Callable[[int, str], str],
) -> bytes:
    """The rows of `table` with problems (by row number), reasons in `language` in the last column.

    `shown(position, text)` is what the reader may see of a cell. Every cell is text, and none starts a formula.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET[language])
    width = len(table.header)

    def add(cells: Iterable[str]) -> None:
        sheet.append([_text_cell(sheet, text) for text in cells])

    add([*table.header, _ROW[language], _REASON[language]])
    for row in table.rows:
        if row.number in problems:
            cells = [shown(position, text) for position, text in enumerate(row.cells[:width])]
            filled = cells + [""] * (width - len(cells))
            add([*filled, str(row.number), _reasons(problems[row.number], language)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _reasons(problems: Sequence[Mapping[str, Any]], language: str) -> str:
    told = (
        f"{problem['field']}: {problem[language]}" if problem["field"] else problem[language] for problem in problems
    )
    return _BETWEEN[language].join(told)


def _text_cell(sheet: Any, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    # Not `value`: openpyxl makes a formula of what starts with "=".
    readable = text.encode("utf-8", "replace").decode()
    cell._value, cell.data_type = neutralised(ILLEGAL_CHARACTERS_RE.sub("", readable)), "s"
    return cell
