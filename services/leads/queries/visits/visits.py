"""Reading visits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis import files
from chassis.access import Scope
from chassis.files import StoredFile
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Visit
from services.leads.documents.visit import CONFIRMED, NOTE_FIELDS, OPEN, require_photo
from services.leads.domain.visits.errors import VisitNotFound
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
_WHOLE_BP = 10_000


@dataclass(frozen=True)
class FieldPrecision:
    """Of the confirmed visits that say something in this field, how many had to be corrected."""

    field: str
    confirmed: int
    corrected: int

    @property
    def precision_bp(self) -> int:
        """Share of those that were right at once, in basis points; 0 while there are none."""
        return _WHOLE_BP * (self.confirmed - self.corrected) // self.confirmed if self.confirmed else 0


def get_visit(visit_id: str, by: Principal, scope: Scope) -> Row:
    """The visit. Raises VisitNotFound, also for one that the caller may not see."""
    row = Visit.collection().find_one({"$and": [{"_id": visit_id}, owned_rows(by, scope)]}, _LEFT_OUT)
    if row is None:
        raise VisitNotFound(f"there is no visit {visit_id}", visit_id=visit_id)
    return row


def require_visit_in_reach(visit_id: str, by: Principal, scope: Scope) -> None:
    """Raises VisitNotFound for a visit that the caller may not see."""
    get_visit(visit_id, by, scope)


def list_visits(
    by: Principal, scope: Scope, page: Page, *, account_id: str, owner_id: str, state: str, has_open_action: bool
) -> tuple[Sequence[Row], str]:
    """One page of visits, newest first, and the next page's token; empty filters let everything through."""
    where: list[dict[str, Any]] = [owned_rows(by, scope)]
    wanted = {"account_id": account_id, "owner_id": owner_id, "state": state}
    where += [{name: value} for name, value in wanted.items() if value]
    if has_open_action:
        where.append({"next_action_state": OPEN})
    if page.after is not None:
        where.append({"_id": {"$lt": page.after[0]}})
    rows = list(Visit.collection().find({"$and": where}, _LEFT_OUT).sort("_id", -1).limit(page.size + 1))
    return page.cut(rows, lambda row: (row["_id"],))


def get_site_photo(visit_id: str, photo_id: str, by: Principal, scope: Scope) -> tuple[StoredFile, bytes]:
    """A photo of a visit that the caller may see. Raises VisitNotFound, PhotoNotFound, FileNotKept."""
    photo = require_photo(get_visit(visit_id, by, scope)["photos"], photo_id)
    return files.read(photo["id"])


def note_precision(by: Principal, scope: Scope) -> tuple[FieldPrecision, ...]:
    """How well notes are read, by field, measured on the confirmed visits that the caller may see."""
    counts: dict[str, Any] = {"_id": None}
    for name in NOTE_FIELDS:
        empty: list[Any] = [[], None]
        says = {
            "$or": [{"$not": [{"$in": [f"${part}.{name}", empty]}]} for part in ("parsed", "fields")],
        }
        differs = {"$ne": [f"$parsed.{name}", f"$fields.{name}"]}
        counts[f"{name}_confirmed"] = {"$sum": {"$cond": [says, 1, 0]}}
        counts[f"{name}_corrected"] = {"$sum": {"$cond": [differs, 1, 0]}}
    where = {"$and": [{"state": CONFIRMED}, owned_rows(by, scope)]}
    found = next(iter(Visit.collection().aggregate([{"$match": where}, {"$group": counts}])), {})
    return tuple(
        FieldPrecision(name, int(found.get(f"{name}_confirmed", 0)), int(found.get(f"{name}_corrected", 0)))
        for name in NOTE_FIELDS
    )
