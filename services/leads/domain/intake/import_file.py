"""A file of leads as drafts and problems: bad rows are reported, the rest goes in."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from services.leads.domain.errors import FieldProblem, ImportTooLarge, ImportUnreadable
from services.leads.domain.intake import csv_text
from services.leads.domain.intake.draft import Draft, check_intake
from services.leads.domain.intake.import_columns import find_columns, read_cells

ROWS_LIMIT = 20_000


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


def read_import(content: bytes, columns: Mapping[str, str], normalise_phone: Callable[[str], str]) -> ImportedFile:
    """Read a CSV file of leads. Raises ImportUnreadable, ImportMissingColumn, ImportTooLarge, FieldProblem.

    `columns`: field -> the file's column, see `find_columns`. `normalise_phone` gives E.164 or raises ValueError.
    """
    rows = csv_text.records(csv_text.decode(content))
    _, header = next(rows, (1, []))
    if not header:
        raise ImportUnreadable("the file is empty")
    positions = find_columns(header, columns)
    drafts: list[RowDraft] = []
    problems: list[RowProblem] = []
    seen: Counter[str] = Counter()
    body = list(islice(rows, ROWS_LIMIT + 1))
    if len(body) > ROWS_LIMIT:
        raise ImportTooLarge(f"more than {ROWS_LIMIT} rows: split the file", limit=str(ROWS_LIMIT))
    for row, cells in body:
        draft, wrong = _read_row(cells, len(header), positions, normalise_phone)
        problems.extend(RowProblem(row, problem) for problem in wrong)
        if draft is not None:
            # Content, not position: a corrected file can be imported again without doubling its good rows.
            content_key = draft.fingerprint()
            drafts.append(RowDraft(row, draft, f"{content_key}:{seen[content_key]}"))
            seen[content_key] += 1
    return ImportedFile(tuple(drafts), tuple(problems))


def _read_row(
    cells: list[str], width: int, positions: Mapping[str, int], normalise_phone: Callable[[str], str]
) -> tuple[Draft | None, tuple[FieldProblem, ...]]:
    if any(csv_text.has_lost_bytes(cell) for cell in cells):
        return None, (FieldProblem("", "UNREADABLE", "含有无法识别的字符", "contains bytes that are not text"),)
    if any(cells[width:]):
        return None, (
            FieldProblem("", "TOO_MANY_CELLS", f"多于表头的 {width} 列", f"more cells than the {width} of the header"),
        )
    return check_intake(read_cells(cells, positions), normalise_phone)
