"""Read what a figure needs: within the viewer's rows, bounded by the period, by index."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection

from chassis import database
from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Account, ChannelCost, Lead, Opportunity, ResponsibilityEntry, TimelineEntry
from services.leads.domain.figures import facts, of_work
from services.leads.domain.figures.facts import Facts, Place, Source
from services.leads.domain.figures.of_money import CURRENCY
from services.leads.domain.figures.period import Period
from services.leads.queries.figures import lookups
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]
Condition = dict[str, Any]

_LEAD_FIELDS = (
    *("owner_id", "region", "channel", "account_id", "company", "create_time", "first_contact_due_time"),
    *("contact_time", "summary", "next_action", "qualify_time", "first_quote_time"),
    *of_work.REQUIRED_OF_LEAD,
)
_OPPORTUNITY_FIELDS = (
    *("owner_id", "team_id", "region", "channel", "segment", "company", "create_time", "close_time", "state"),
    *("stage_times", "expected_amount_minor", "expected_close_time"),
)
_ACCOUNT_FIELDS = ("owner_id", "team_id", "region", "name", "create_time", "phone", "level", "attributes")
_ENTRY_FIELDS = ("owner_id", "team_id", "region", "channel", "account_id", "kind", "time", "by", "details")
PAYMENT = "payment_recorded"


@dataclass(frozen=True)
class Reader:
    """Reads for one viewer and one period. Without `with_segments` the segments of accounts are not looked up."""

    by: Principal
    scope: Scope
    period: Period
    people: lookups.People
    with_segments: bool

    def read(self, sources: tuple[Source, ...]) -> Facts:
        """The facts of these sources."""
        found = Facts()
        for source in sources:
            found = self._with(found, source)
        return found

    def _with(self, found: Facts, source: Source) -> Facts:
        match source:
            case Source.LEADS_CREATED:
                return found._replace(leads=self._leads("create_time", with_deals=True))
            case Source.LEADS_DUE:
                return found._replace(leads=self._leads("first_contact_due_time"))
            case Source.LEADS_QUALIFIED:
                return found._replace(leads=self._leads("qualify_time"))
            case Source.OPPORTUNITIES_CREATED:
                return found._replace(opportunities=self._opportunities("create_time", {}))
            case Source.OPPORTUNITIES_CLOSED:
                return found._replace(opportunities=self._opportunities("close_time", {}))
            case Source.OPPORTUNITIES_EXPECTED:
                in_currency = {"currency": CURRENCY}
                return found._replace(opportunities=self._opportunities("expected_close_time", in_currency))
            case Source.ACCOUNTS_CREATED:
                return found._replace(accounts=self._accounts())
            case Source.TOUCHES:
                return found._replace(touches=self._entries({"kind": {"$in": list(of_work.TOUCHES)}}))
            case Source.ACTIONS:
                return found._replace(actions=self._entries({"by": {"$in": self.people.ids()}}))
            case Source.PAYMENTS:
                return found._replace(payments=self._entries({"kind": PAYMENT, "details.currency": CURRENCY}))
            case Source.INTERVENTIONS:
                return found._replace(interventions=self._interventions())
            case Source.ASSETS:
                return found._replace(assets=self._assets())
            case Source.PEOPLE:
                return found._replace(people=tuple(self.people.active()))
            case Source.COSTS:
                return found._replace(costs=self._costs())

    def _rows(self, where: list[Condition], time: str, fields: tuple[str, ...], stored: Collection[Any]) -> list[Row]:
        in_period = {time: {"$gte": self.period.start, "$lt": self.period.end}}
        return list(stored.find({"$and": [in_period, *where]}, dict.fromkeys(fields, 1)))

    def _leads(self, time: str, *, with_deals: bool = False) -> tuple[facts.LeadFact, ...]:
        rows = self._rows([owned_rows(self.by, self.scope)], time, _LEAD_FIELDS, Lead.collection())
        deals = lookups.deals_of([row["_id"] for row in rows], self.by, self.scope) if with_deals else {}
        segments = self._segments(rows)
        return tuple(self._lead(row, segments, deals.get(row["_id"], lookups.NO_DEAL)) for row in rows)

    def _lead(self, row: Row, segments: Mapping[str, str], deal: lookups.Deal) -> facts.LeadFact:
        owner, segment = row["owner_id"], segments.get(row["account_id"], "")
        return facts.LeadFact(
            row["_id"],
            Place(owner, self.people.team_of(owner), row["region"], row["channel"], segment),
            row["company"],
            row["create_time"],
            row.get("first_contact_due_time"),
            row.get("contact_time"),
            bool(row.get("summary")),
            bool(row.get("next_action")),
            row.get("qualify_time"),
            row.get("first_quote_time"),
            _filled(row, of_work.REQUIRED_OF_LEAD),
            len(of_work.REQUIRED_OF_LEAD),
            deal.stage,
            deal.is_won,
        )

    def _opportunities(self, time: str, where: Condition) -> tuple[facts.OpportunityFact, ...]:
        reach = owned_rows(self.by, self.scope)
        return tuple(
            facts.OpportunityFact(
                row["_id"],
                self._place(row, row["segment"]),
                row["company"],
                row["create_time"],
                row.get("close_time"),
                row["state"],
                row["stage_times"],
                row["expected_amount_minor"],
                row.get("expected_close_time"),
                _filled(row, of_work.REQUIRED_OF_OPPORTUNITY),
                len(of_work.REQUIRED_OF_OPPORTUNITY),
            )
            for row in self._rows([where, reach], time, _OPPORTUNITY_FIELDS, Opportunity.collection())
        )

    def _accounts(self) -> tuple[facts.AccountFact, ...]:
        reach = owned_rows(self.by, self.scope)
        return tuple(
            facts.AccountFact(
                row["_id"],
                self._place(row, lookups.segment_of(row)),
                row["name"],
                row["create_time"],
                _filled(row, of_work.REQUIRED_OF_ACCOUNT),
                len(of_work.REQUIRED_OF_ACCOUNT),
            )
            for row in self._rows([reach], "create_time", _ACCOUNT_FIELDS, Account.collection())
        )

    def _entries(self, where: Condition) -> tuple[facts.EntryFact, ...]:
        reach = owned_rows(self.by, self.scope)
        rows = self._rows([where, reach], "time", _ENTRY_FIELDS, TimelineEntry.collection())
        segments = self._segments(rows)
        return tuple(
            facts.EntryFact(
                row["_id"],
                self._place(row, segments.get(row["account_id"], "")),
                row["kind"],
                row["time"],
                row["by"],
                row["account_id"],
                row["owner_id"],
                int((row.get("details") or {}).get("amount_minor") or 0),
            )
            for row in rows
        )

    def _interventions(self) -> tuple[facts.EntryFact, ...]:
        where = {"kind": {"$in": list(of_work.INTERVENTIONS)}}
        fields = ("kind", "since", "account_id", "owner_id", "decided_by")
        rows = self._rows([where], "since", fields, ResponsibilityEntry.collection())
        # The log carries no team and no region: an entry is as visible as its account.
        accounts = lookups.accounts_by_id(
            [row["account_id"] for row in rows], self.by, self.scope, ("owner_id", "team_id", "region")
        )
        return tuple(
            facts.EntryFact(
                row["_id"],
                self._place(accounts[row["account_id"]], ""),
                row["kind"],
                row["since"],
                row["decided_by"],
                row["account_id"],
                row["owner_id"],
                0,
            )
            for row in rows
            if row["account_id"] in accounts
        )

    def _assets(self) -> tuple[facts.AssetFact, ...]:
        reach = owned_rows(self.by, self.scope, owner="author_id")
        where = [{"kind": {"$in": list(of_work.ASSETS)}}, reach]
        fields = ("kind", "create_time", "author_id", "team_id", "region")
        return tuple(
            facts.AssetFact(
                row["_id"],
                self._place({**row, "owner_id": row["author_id"]}, ""),
                row["kind"],
                row["create_time"],
            )
            for row in self._rows(where, "create_time", fields, database.current()["assets"])
        )

    def _costs(self) -> tuple[facts.CostFact, ...]:
        months = {"$gte": f"{self.period.first:%Y-%m}/", "$lt": f"{self.period.last:%Y-%m}0"}
        rows = ChannelCost.collection().find({"_id": months})
        return tuple(facts.CostFact(row["channel"], row["month"], row["amount_minor"]) for row in rows)

    def _place(self, row: Row, segment: str) -> Place:
        owner = row["owner_id"]
        team = self.people.team_of(owner) or row["team_id"]
        return Place(owner, team, row["region"], row.get("channel", ""), segment)

    def _segments(self, rows: list[Row]) -> Mapping[str, str]:
        if not self.with_segments:
            return {}
        return lookups.segments_of([row["account_id"] for row in rows], self.by, self.scope)


def _filled(row: Row, fields: tuple[str, ...]) -> int:
    return sum(bool(_value(row, field)) for field in fields)


def _value(row: Row, field: str) -> Any:
    found: Any = row
    for name in field.split("."):
        found = (found or {}).get(name)
    return found
