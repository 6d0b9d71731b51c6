"""XLSX files: read with calamine, after a look at what they would become in memory."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import python_calamine

from services.leads.domain.errors import FieldProblem, ImportTooLarge, ImportUnreadable
from services.leads.domain.intake.table import (
    COLUMNS_LIMIT,
    NUMBER_REMARK,
    ROWS_LIMIT,
    Table,
    TableRow,
    table_of,
)

UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024
_PARTS_LIMIT = 1_000
# A sheet with a lone cell at its end is all cells up to there once it is read; rows without text in between are fine.
_LAST_ROW_LIMIT = 5 * ROWS_LIMIT
_CELLS_LIMIT = ROWS_LIMIT * COLUMNS_LIMIT
_MERGED_LIMIT = 500_000
_TAGS_LIMIT = 2_000_000
_WHOLE_DIGITS = 15  # of a number that a spreadsheet program keeps; further digits become zeros

# What zipfile raises for archives that are cut, altered, encrypted, or packed in other ways.
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)

# Linear in the size of the sheet, whatever stands in it: no tag is searched past its end, none is tried twice.
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\br\s*=\s*[\"'](\d+)[\"']")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_PLACED_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"']")
_FORMULA = re.compile(rb"(?><(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'])[^<>/]*+>\s*+<(?:\w+:)?f\b")

_FORMULA_REMARK = FieldProblem(
    "", "FORMULA_WITHOUT_VALUE", "单元格是没有结果的公式，请粘贴为数值", "a formula without a value: paste its value"
)
_DATE_REMARK = FieldProblem(
    "", "DATE_CELL", "单元格被存为日期，请设为文本格式", "the cell became a date: format it as text"
)
_MERGED_REMARK = FieldProblem(
    "",
    "MERGED_CELL",
    "单元格被合并，请取消合并并填写每一行",
    "the cell is merged with another: unmerge and fill each row",
)


def is_workbook(content: bytes) -> bool:
    """Whether this is a ZIP file, as every XLSX is, or the format before it."""
    return content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))


def workbook_table(content: bytes) -> Table:
    """The table in the first sheet. Raises ImportUnreadable, ImportTooLarge."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportUnreadable("the file is XLS or protected by a password: save it as XLSX without one")
    formulas = looked_through(content)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = _visible_sheets(book)
            sheet = book.get_sheet_by_name(names[0])
            merged = set(islice(_merged_cells(sheet.merged_cell_ranges or []), _MERGED_LIMIT))
            rows = sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError, ValueError, OSError) as error:
        raise ImportUnreadable(f"the workbook cannot be read: {type(error).__name__}") from error
    return table_of(list(_text_rows(rows, formulas, merged)))


def _visible_sheets(book: python_calamine.CalamineWorkbook) -> list[str]:
    visible = python_calamine.SheetVisibleEnum.Visible
    return [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]


def _text_rows(
    rows: list[list[Any]], formulas: set[tuple[int, int]], merged: set[tuple[int, int]]
) -> Iterator[TableRow]:
    for number, values in enumerate(rows, start=1):
        cells, remarks = [], {}
        for column, value in enumerate(values):
            text, remark = _text(value)
            if not text and (number - 1, column) in merged:
                remark = _MERGED_REMARK
            elif not text and (number - 1, column) in formulas:
                remark = _FORMULA_REMARK
            cells.append(text)
            if remark is not None:
                remarks[column] = remark
        if any(cells):
            yield TableRow(number, _without_empty_end(cells), remarks)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: Any) -> tuple[str, FieldProblem | None]:
    """What a person sees in the cell, with what went wrong on its way into it."""
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, int | float):
        whole = isinstance(value, int) or value.is_integer()
        text = str(int(value)) if whole else repr(value)
        return text, NUMBER_REMARK if whole and len(text.lstrip("-")) > _WHOLE_DIGITS else None
    if isinstance(value, datetime | date | time | timedelta):
        return str(value), _DATE_REMARK
    return str(value).strip(), None


def _merged_cells(ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> Iterator[tuple[int, int]]:
    """Places (row and column from 0) of merged cells but for the first of each range, which has the text.

    A range over the whole width, as titles have, is cut to what a sheet may have here.
    """
    for (top, left), (bottom, right) in ranges:
        for row in range(top, min(bottom, _LAST_ROW_LIMIT) + 1):
            for column in range(left, min(right, COLUMNS_LIMIT) + 1):
                if (row, column) != (top, left):
                    yield row, column


def looked_through(content: bytes) -> set[tuple[int, int]]:
    """The places of formulas. Raises before anything big is unpacked: a few kilobytes can hold gigabytes."""
    formulas: set[tuple[int, int]] = set()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if len(parts) > _PARTS_LIMIT or size > UNPACKED_LIMIT_BYTES:
                raise ImportTooLarge(
                    "the workbook is far larger inside than outside: save the list alone as a new file",
                    limit=str(UNPACKED_LIMIT_BYTES),
                )
            for part in parts:
                # Never more than the size that was just added up; a part that lied about it fails its checksum.
                data = archive.read(part)
                if _CELL.search(data):
                    _require_small(data)
                    formulas.update((int(row) - 1, _column(name)) for name, row in _FORMULA.findall(data))
    except _BROKEN_ARCHIVE as error:
        raise ImportUnreadable("the file is no whole XLSX workbook") from error
    return formulas


def _require_small(sheet: bytes) -> None:
    """Raises ImportTooLarge for a sheet that would need far more memory than its text."""
    cells = sum(1 for _ in islice(_CELL.finditer(sheet), _TAGS_LIMIT))
    rows = sum(1 for _ in islice(_ROW_TAG.finditer(sheet), _TAGS_LIMIT))
    if max(cells, rows) == _TAGS_LIMIT:
        raise ImportTooLarge(f"more than {ROWS_LIMIT} rows: split the file", limit=str(ROWS_LIMIT))
    numbers = [int(found[1][:9]) for found in _ROW.finditer(sheet)]
    last_row, last_column, placed = max(numbers, default=0), 0, 0
    for found in _PLACED_CELL.finditer(sheet):
        placed += 1
        last_row = max(last_row, int(found[2][:9]))
        last_column = max(last_column, _column(found[1]) + 1)
    if placed < cells:
        last_column = max(last_column, cells)  # they stand beside each other, wherever that is
    if len(numbers) < rows:
        last_row += rows  # likewise below each other
    if last_row > _LAST_ROW_LIMIT or last_row * min(last_column, COLUMNS_LIMIT) > _CELLS_LIMIT:
        raise ImportTooLarge(f"more than {ROWS_LIMIT} rows: split the file", limit=str(ROWS_LIMIT))
    if last_column > COLUMNS_LIMIT:
        raise ImportTooLarge(f"more than {COLUMNS_LIMIT} columns", limit=str(COLUMNS_LIMIT))


def _column(name: bytes) -> int:
    """A -> 0, AA -> 26."""
    number = 0
    for letter in name[:6].upper():
        number = number * 26 + letter - 64
    return number - 1
