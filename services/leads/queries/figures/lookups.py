"""What a figure looks up beside its rows: people, segments, the opportunities of leads; never more than is visible."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Account, Opportunity, Salesperson
from services.leads.domain.figures.facts import PersonFact, Place
from services.leads.domain.figures.of_money import STAGES
from services.leads.queries.visible_rows import owned_rows, visible_salespeople

Row = Mapping[str, Any]

_TOGETHER = 1_000
INDUSTRY = "industry"


class Deal(NamedTuple):
    """The furthest stage of a lead's opportunities, and whether one is won."""

    stage: str
    is_won: bool


NO_DEAL = Deal("", False)


class People:
    """The salespeople that the viewer may see, as they are today."""

    def __init__(self, by: Principal, scope: Scope) -> None:
        rows = Salesperson.collection().find(
            visible_salespeople(by, scope), {"name": 1, "team_id": 1, "region": 1, "active": 1}
        )
        self._rows: dict[str, Row] = {row["_id"]: row for row in rows}

    def team_of(self, person_id: str) -> str:
        """The team of today; empty when the person is not visible."""
        row = self._rows.get(person_id)
        return "" if row is None else str(row["team_id"])

    def name_of(self, person_id: str) -> str:
        """The name; the id when the person is not visible."""
        row = self._rows.get(person_id)
        return person_id if row is None else str(row["name"]) or person_id

    def ids(self) -> list[str]:
        """All of them."""
        return list(self._rows)

    def active(self) -> Iterator[PersonFact]:
        """Those who have not left, by id."""
        for person_id, row in sorted(self._rows.items()):
            if row["active"]:
                yield PersonFact(Place(person_id, row["team_id"], row["region"]), row["name"])


def accounts_by_id(ids: Iterable[str], by: Principal, scope: Scope, fields: Sequence[str]) -> dict[str, Row]:
    """Those of the accounts that the viewer may see, with these fields."""
    found: dict[str, Row] = {}
    reach = owned_rows(by, scope)
    for some in _batches(sorted({each for each in ids if each})):
        where = {"$and": [{"_id": {"$in": some}}, reach]}
        found.update({row["_id"]: row for row in Account.collection().find(where, dict.fromkeys(fields, 1))})
    return found


def segments_of(ids: Iterable[str], by: Principal, scope: Scope) -> dict[str, str]:
    """The industry by account."""
    found = accounts_by_id(ids, by, scope, [f"attributes.{INDUSTRY}"])
    return {account_id: segment_of(row) for account_id, row in found.items()}


def segment_of(account: Row) -> str:
    """The account's industry; empty when unknown."""
    return str((account.get("attributes") or {}).get(INDUSTRY, ""))


def deals_of(lead_ids: Iterable[str], by: Principal, scope: Scope) -> dict[str, Deal]:
    """How far the leads' opportunities came, by lead."""
    deals: dict[str, Deal] = {}
    reach = owned_rows(by, scope)
    for some in _batches(list(lead_ids)):
        where = {"$and": [{"lead_id": {"$in": some}}, reach]}
        for row in Opportunity.collection().find(where, {"lead_id": 1, "stage": 1, "state": 1}):
            known = deals.get(row["lead_id"], NO_DEAL)
            stage = max(known.stage, row["stage"], key=lambda each: STAGES.index(each) if each in STAGES else -1)
            deals[row["lead_id"]] = Deal(stage, known.is_won or row["state"] == "won")
    return deals


def _batches(ids: list[str]) -> Iterator[list[str]]:
    return (ids[begin : begin + _TOGETHER] for begin in range(0, len(ids), _TOGETHER))
