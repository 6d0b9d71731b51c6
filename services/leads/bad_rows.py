"""The bad rows of an import as an XLSX file: what was sent, and why it did not go in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.leads.domain.intake.table import Table
from services.leads.workbook import workbook

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
    width = len(table.header)
    lines: list[list[str]] = [[*table.header, _ROW[language], _REASON[language]]]
    for row in table.rows:
        if row.number in problems:
            cells = [shown(position, text) for position, text in enumerate(row.cells[:width])]
            filled = cells + [""] * (width - len(cells))
            lines.append([*filled, str(row.number), _reasons(problems[row.number], language)])
    return workbook(_SHEET[language], lines)


def _reasons(problems: Sequence[Mapping[str, Any]], language: str) -> str:
    told = (
        f"{problem['field']}: {problem[language]}" if problem["field"] else problem[language] for problem in problems
    )
    return _BETWEEN[language].join(told)
