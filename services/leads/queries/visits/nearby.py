"""What is near a place, and what to bring there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Account, AccountMoney, CustomerStock, Opportunity, Visit
from services.leads.documents.visit import OPEN
from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits.places import Place, distance_m, latitude_span
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]

RADIUS_M = 5_000
RADIUS_LIMIT_M = 100_000
NEAR_LIMIT = 50
BRING_LIMIT = 50


@dataclass(frozen=True)
class NearAccount:
    """An account near by: its row, how far, when it was last visited, and the open next actions (text, due_time)."""

    account: Row
    distance_m: int
    last_visit: Row | None
    open_actions: tuple[Row, ...]


@dataclass(frozen=True)
class ThingToBring:
    """Something to have at hand at an account, in words by language tag."""

    account_id: str
    kind: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Nearby:
    """The nearest accounts first, and what to bring to them."""

    near: tuple[NearAccount, ...]
    bring: tuple[ThingToBring, ...]


def find_nearby(place: Place, radius_m: int, by: Principal, scope: Scope) -> Nearby:
    """The caller's accounts within `radius_m` metres (0: 5 km). Raises FieldProblem."""
    if not 0 <= radius_m <= RADIUS_LIMIT_M:
        raise FieldProblem("radius_m", "OUT_OF_RANGE", "半径无效", f"must be 0 to {RADIUS_LIMIT_M}")
    near = _accounts(place, radius_m or RADIUS_M, by, scope)
    ids = [account["_id"] for _, account in near]
    visits, actions = _last_visits(ids), _open_actions(ids)
    found = tuple(
        NearAccount(account, distance, visits.get(account["_id"]), tuple(actions[account["_id"]]))
        for distance, account in near
    )
    return Nearby(found, tuple(_things(ids)[:BRING_LIMIT]))


def place_of(account: Row) -> Place | None:
    """Where an account is; None while nobody has said."""
    if account.get("latitude_microdegrees") is None:
        return None
    return Place(account["latitude_microdegrees"], account["longitude_microdegrees"])


def _accounts(place: Place, radius_m: int, by: Principal, scope: Scope) -> list[tuple[int, Row]]:
    south, north = latitude_span(place, radius_m)
    where = {"$and": [{"latitude_microdegrees": {"$gte": south, "$lte": north}}, owned_rows(by, scope)]}
    shown = {"name": 1, "latitude_microdegrees": 1, "longitude_microdegrees": 1, "address": 1}
    measured: list[tuple[int, Row]] = []
    for account in Account.collection().find(where, shown):
        there = place_of(account)
        if there is not None and (distance := distance_m(place, there)) <= radius_m:
            measured.append((distance, account))
    return sorted(measured, key=lambda each: (each[0], each[1]["_id"]))[:NEAR_LIMIT]


def _last_visits(account_ids: Sequence[str]) -> dict[str, Row]:
    latest: dict[str, Any] = {"_id": "$account_id", "visit_time": {"$max": "$visit_time"}}
    stages: list[dict[str, Any]] = [{"$match": {"account_id": {"$in": list(account_ids)}}}, {"$group": latest}]
    return {row["_id"]: row for row in Visit.collection().aggregate(stages)}


def _open_actions(account_ids: Sequence[str]) -> dict[str, list[Row]]:
    where = {"account_id": {"$in": list(account_ids)}, "next_action_state": OPEN}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in Visit.collection().find(where, {"account_id": 1, "fields.next_action": 1}).sort("_id", 1):
        found[row["account_id"]].append(row["fields"]["next_action"])
    return found


def _things(account_ids: Sequence[str]) -> list[ThingToBring]:
    wanted = {"account_id": {"$in": list(account_ids)}}
    shown = {"account_id": 1, "stage": 1, "expected_amount_minor": 1, "currency": 1}
    things = [_deal(row) for row in Opportunity.collection().find({**wanted, "state": "open"}, shown)]
    low = CustomerStock.collection().find({**wanted, "is_below": True}, {"outbox": 0})
    things += [_low_stock(row) for row in low]
    owing = {"_id": {"$in": list(account_ids)}, "overdue_minor": {"$gt": 0}}
    things += [_debt(row) for row in AccountMoney.collection().find(owing, {"overdue_minor": 1, "radar_state": 1})]
    nearest = {account_id: place for place, account_id in enumerate(account_ids)}
    return sorted(things, key=lambda each: (nearest[each.account_id], each.kind, each.words["en"]))


def _deal(row: Row) -> ThingToBring:
    amount = f"{row['expected_amount_minor'] // 100:,}"
    return ThingToBring(
        row["account_id"],
        "open_opportunity",
        {
            "zh": f"商机（{row['stage']} 阶段，预计 {amount} {row['currency']}）的资料",
            "en": f"papers of the opportunity at stage {row['stage']}, {amount} {row['currency']} expected",
        },
    )


def _low_stock(row: Row) -> ThingToBring:
    missing = row["safety_level"] - row["on_hand"]
    return ThingToBring(
        row["account_id"],
        "low_stock",
        {
            "zh": f"{row['sku']}：客户库存 {row['on_hand']}，比安全库存少 {missing}",
            "en": f"{row['sku']}: {row['on_hand']} on hand, {missing} below the safety level",
        },
    )


def _debt(row: Row) -> ThingToBring:
    amount = f"{row['overdue_minor'] // 100:,}"
    return ThingToBring(
        row["_id"],
        "overdue_receivable",
        {"zh": f"对账单：逾期应收 {amount} 元", "en": f"statement of account: {amount} CNY overdue"},
    )
