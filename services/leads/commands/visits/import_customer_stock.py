"""Take in a file of customers' stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from chassis.bulk import CHUNK, commit_many
from services.leads.documents import Account, CustomerStock, Lead
from services.leads.documents.account import name_key
from services.leads.documents.intake_keys import external_key
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.import_file import RowProblem
from services.leads.domain.visits.planned_action import ZONE
from services.leads.domain.visits.stock_file import StockRow, read_stock

Row = Mapping[str, Any]


@dataclass(frozen=True)
class StockOutcome:
    """What became of the rows."""

    created: int
    changed: int
    unchanged: int
    problems: tuple[RowProblem, ...]


def import_customer_stock(
    records: Iterable[tuple[int, Sequence[str]]],
    *,
    columns: Mapping[str, str],
    validate_only: bool,
    reach: Mapping[str, Any],
    at: datetime,
) -> StockOutcome:
    """Take in the good rows of accounts within `reach` (a condition on accounts) as of `at` (UTC); report the others.

    The same rows again change nothing. Chunks are committed one by one: an import that was cut off is finished by
    repeating it. Raises ImportUnreadable, ImportMissingColumn, ImportTooLarge, FieldProblem, VersionConflict.
    """
    rows, problems = read_stock(records, columns, at.astimezone(ZONE).date())
    accounts = _accounts({row.account for row in rows}, reach)
    # Two spellings of one account are one customer: the last row counts.
    known = {CustomerStock.id_of(accounts[row.account]["_id"], row.sku): row for row in rows if row.account in accounts}
    lost = [RowProblem(row.row, _unknown()) for row in rows if row.account not in accounts]
    created = changed = 0
    for start in range(0, len(known), CHUNK):
        new, other = _take_over(dict(islice(known.items(), start, start + CHUNK)), accounts, at, validate_only)
        created, changed = created + new, changed + other
    told = sorted((*problems, *lost), key=lambda each: each.row)
    return StockOutcome(created, changed, len(known) - created - changed, tuple(told))


def _take_over(
    rows: Mapping[str, StockRow], accounts: Mapping[str, Row], at: datetime, validate_only: bool
) -> tuple[int, int]:
    """How many are created and changed by these rows, which stand under the ids of their documents."""
    documents = CustomerStock.load_many(list(rows))
    touched: list[CustomerStock] = []
    for stock_id, row in rows.items():
        stock = documents.get(stock_id) or _new(stock_id, accounts[row.account], row.sku, at)
        if stock.take_over(row.on_hand, row.safety_level, row.last_purchase_date, row.balance_minor, at):
            touched.append(stock)
    created = sum(stock.is_new for stock in touched)
    changed = len(touched) - created
    if not validate_only:
        commit_many(touched, why="import of customers' stock")
    return created, changed


def _new(stock_id: str, account: Row, sku: str, at: datetime) -> CustomerStock:
    return CustomerStock(
        id=stock_id,
        account_id=account["_id"],
        company=account["name"],
        owner_id=account["owner_id"],
        team_id=account["team_id"],
        region=account["region"],
        sku=sku,
        update_time=at,
    )


def _accounts(named: set[str], reach: Mapping[str, Any]) -> dict[str, Row]:
    """What the file calls an account -> the account: an id, a company, or "channel:external id" of one of its leads."""
    externals = {external_key(*name.split(":", 1)): name for name in named if ":" in name}
    leads = Lead.collection().find({"intake_keys": {"$in": list(externals)}}, {"account_id": 1, "intake_keys": 1})
    by_lead = {row["account_id"]: externals[key] for row in leads for key in row["intake_keys"] if key in externals}
    by_name = {name_key(name): name for name in named}
    wanted = {"$or": [{"_id": {"$in": [*named, *by_lead]}}, {"keys": {"$in": list(by_name)}}]}
    shown = {"name": 1, "owner_id": 1, "team_id": 1, "region": 1, "keys": 1}
    found: dict[str, Row] = {}
    for row in Account.collection().find({"$and": [wanted, dict(reach)]}, shown):
        calls = {row["_id"], by_lead.get(row["_id"], ""), *(by_name.get(key, "") for key in row["keys"])}
        found.update(dict.fromkeys(calls & named, row))
    return found


def _unknown() -> FieldProblem:
    return FieldProblem("account", "ACCOUNT_NOT_FOUND", "没有这个客户", "there is no such account")
