"""Reading imports, their bad rows, and column mappings."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis import files
from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from chassis.rpc_fields import mask_text
from services.leads.commands.intake.start_import import read_table
from services.leads.documents import ColumnMapping, ImportChunk, LeadImport
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.errors import ImportFileDeleted, ImportNotFound
from services.leads.domain.intake.import_columns import find_columns
from services.leads.queries.newest_first import NEWEST_FIRST, older_than, position

Row = Mapping[str, Any]
PROBLEMS_SHOWN = 100

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
# Whose readers may not see contacts: fields of a row that hold one.
_CONTACTS = ("phone", "contact_name")


def get_import(import_id: str, by: Principal, scope: Scope) -> Row:
    """The import. Raises ImportNotFound, also for one that the caller may not see."""
    row = LeadImport.collection().find_one({"$and": [{"_id": import_id}, _visible(by, scope)]}, _LEFT_OUT)
    if row is None:
        raise ImportNotFound(f"there is no import {import_id}", import_id=import_id)
    return row


def list_imports(by: Principal, scope: Scope, page: Page, *, state: str) -> tuple[Sequence[Row], str]:
    """One page of imports, newest first, and the next page's token; an empty state lets everything through."""
    where: list[dict[str, Any]] = [_visible(by, scope)]
    if state:
        where.append({"state": state})
    if page.after is not None:
        where.append(older_than(page.after))
    found = LeadImport.collection().find({"$and": where}, _LEFT_OUT).sort(NEWEST_FIRST).limit(page.size + 1)
    return page.cut(list(found), position)


def problems_of(import_id: str, limit: int = 0) -> list[Row]:
    """What is wrong with the rows of an import, in their order; `limit` 0 means all."""
    found: list[Row] = []
    for chunk in ImportChunk.collection().find({"import_id": import_id}, {"problems": 1}).sort("first_row", 1):
        found += chunk["problems"]
        if limit and len(found) >= limit:
            return found[:limit]
    return found


def bad_rows(import_id: str, by: Principal, scope: Scope, *, language: str, sees_contacts: bool) -> bytes:
    """The bad rows as XLSX; contacts are masked for those who may not see them.

    Raises ImportNotFound, ImportFileDeleted, FieldProblem.
    """
    # With the first download only: openpyxl brings numpy along, and most processes never need either.
    from services.leads.bad_rows import LANGUAGES, bad_rows_workbook

    chosen = language or "zh"
    if chosen not in LANGUAGES:
        raise FieldProblem("language", "UNKNOWN_LANGUAGE", "可用：zh、en", "zh or en")
    row = get_import(import_id, by, scope)
    if not row["file_id"]:
        raise ImportFileDeleted("the file was deleted 30 days after its import had ended", import_id=import_id)
    _, content = files.read(row["file_id"])
    table = read_table(content)
    by_row: dict[int, list[Row]] = {}
    for problem in problems_of(import_id):
        by_row.setdefault(problem["row"], []).append(problem)
    positions = find_columns(table.header, row["columns"])
    # A row in disorder has its phone in another column, so whatever could be one is masked.
    closed = {positions[field] for field in _CONTACTS if field in positions}
    budget = positions.get("budget_range")

    def shown(place: int, text: str) -> str:
        hides = place in closed or (place != budget and _has_many_digits(text))
        return mask_text(text) if hides and not sees_contacts else text

    return bad_rows_workbook(table, by_row, chosen, shown)


def list_column_mappings(page: Page) -> tuple[Sequence[Row], str]:
    """One page of mappings, newest first, and the next page's token."""
    where: list[dict[str, Any]] = [{"delete_time": None}]
    if page.after is not None:
        where.append(older_than(page.after))
    rows = ColumnMapping.collection().find({"$and": where}, _LEFT_OUT).sort(NEWEST_FIRST).limit(page.size + 1)
    return page.cut(list(rows), position)


def _visible(by: Principal, scope: Scope) -> dict[str, Any]:
    return {} if scope is Scope.ALL else {"created_by": by.subject}


def _has_many_digits(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= 7
