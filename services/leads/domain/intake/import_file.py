"""A file of leads as drafts and problems: bad rows are reported, the rest goes in."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake import csv_text
from services.leads.domain.intake.cell_safety import without_quote
from services.leads.domain.intake.draft import Draft, check_intake
from services.leads.domain.intake.import_columns import find_columns, read_cells
from services.leads.domain.intake.table import Table, TableRow, csv_table

NormalisePhone = Callable[[str], str]


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row; `row` as a spreadsheet counts, the header is row 1."""

    row: int
    problem: FieldProblem


@dataclass(frozen=True)
class RowDraft:
    """A row that can be taken in. `key` is the same whenever this row is imported again."""

    row: int
    draft: Draft
    key: str


@dataclass(frozen=True)
class ImportedFile:
    """Everything that a file says."""

    drafts: tuple[RowDraft, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True)
class ReadRow:
    """One row: either a draft or what is wrong with it."""

    row: int
    draft: RowDraft | None
    problems: tuple[FieldProblem, ...]


def read_import(content: bytes, columns: Mapping[str, str], normalise_phone: NormalisePhone) -> ImportedFile:
    """Read a CSV file of leads. Raises ImportUnreadable, ImportMissingColumn, ImportTooLarge, FieldProblem.

    `columns`: field -> the file's column, see `find_columns`. `normalise_phone` gives E.164 or raises ValueError.
    """
    rows = list(read_rows(csv_table(content), columns, normalise_phone))
    return ImportedFile(
        tuple(row.draft for row in rows if row.draft is not None),
        tuple(RowProblem(row.row, problem) for row in rows for problem in row.problems),
    )


def read_rows(table: Table, columns: Mapping[str, str], normalise_phone: NormalisePhone) -> Iterator[ReadRow]:
    """The rows of a table, one after the other. Raises ImportMissingColumn, FieldProblem before the first."""
    positions = find_columns(table.header, columns)
    return _read_rows(table, positions, normalise_phone)


def _read_rows(table: Table, positions: Mapping[str, int], normalise_phone: NormalisePhone) -> Iterator[ReadRow]:
    seen: Counter[str] = Counter()
    for row in table.rows:
        draft, problems = _read_row(row, len(table.header), positions, normalise_phone)
        if draft is None:
            yield ReadRow(row.number, None, problems)
            continue
        # Content, not position: a corrected file can be imported again without doubling its good rows.
        content_key = draft.fingerprint()
        yield ReadRow(row.number, RowDraft(row.number, draft, f"{content_key}:{seen[content_key]}"), ())
        seen[content_key] += 1


def _read_row(
    row: TableRow, width: int, positions: Mapping[str, int], normalise_phone: NormalisePhone
) -> tuple[Draft | None, tuple[FieldProblem, ...]]:
    if any(csv_text.has_lost_bytes(cell) for cell in row.cells):
        return None, (FieldProblem("", "UNREADABLE", "含有无法识别的字符", "contains bytes that are not text"),)
    if any(row.cells[width:]):
        return None, (
            FieldProblem("", "TOO_MANY_CELLS", f"多于表头的 {width} 列", f"more cells than the {width} of the header"),
        )
    if remarked := _remarks(row, positions):
        return None, remarked
    return check_intake(read_cells([without_quote(cell) for cell in row.cells], positions), normalise_phone)


def _remarks(row: TableRow, positions: Mapping[str, int]) -> tuple[FieldProblem, ...]:
    """The remarks about the columns that are read, each with its field."""
    if not row.remarks:
        return ()
    return tuple(
        FieldProblem(field, remark.problem, remark.description["zh"], remark.description["en"])
        for field, position in positions.items()
        if (remark := row.remarks.get(position))
    )
