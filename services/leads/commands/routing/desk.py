"""The desk: what the routing decisions of one transaction read and write, once for all of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.bulk import Changes
from chassis.documents import Aggregate
from services.leads.commands.routing.workload import count_assigned
from services.leads.documents import Account, Lead, Salesperson, StoredPolicy
from services.leads.documents.account import name_key, phone_key
from services.leads.documents.first_contact_rules import rules_of
from services.leads.documents.salesperson import salesperson_facts
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.domain.routing.candidates import SalespersonFacts
from services.leads.domain.routing.months import month_of, next_month

_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
_AT_ONCE = 2_000  # salespeople of one answer: by default there are 101 in the first


class Desk:
    """Policy, people and accounts as the transaction sees them, with what its earlier decisions changed.

    `at` gives the month that fairness counts in; the leads decided at one desk belong to one month.
    """

    def __init__(self, leads: Iterable[Lead], at: datetime, session: ClientSession) -> None:
        self._session = session
        self._month = month_of(at)
        stored = StoredPolicy.current(session)
        self.policy, self.policy_version = stored.policy, stored.version
        self.first_contact = rules_of(StoredSlaPolicy.current(session), stored)
        rows = Salesperson.collection().find({"active": True}, _LEFT_OUT, session=session, batch_size=_AT_ONCE)
        self._people = {row["_id"]: salesperson_facts(row, self._month) for row in rows}
        keys = [key for lead in leads for key in _keys(lead)]
        found = Account.collection().find({"keys": {"$in": keys}}, {"outbox": 0}, session=session)
        self._accounts = {key: account for account in map(Account._from_son, found) for key in account.keys}
        self._used: set[str] = set()
        self._counted: Counter[str] = Counter()
        self._changes = Changes()

    def can_take(self, lead: Lead, at: datetime) -> bool:
        """False for a lead of another month, or of an account that an earlier decision here changed."""
        account = self.find_account(lead)
        keys = {*_keys(lead), *(account.keys if account else ())}
        return month_of(at) == self._month and not keys & self._used

    def find_account(self, lead: Lead) -> Account | None:
        """The account of the same company, or else the one that has the lead's phone."""
        return next((self._accounts[key] for key in _keys(lead) if key in self._accounts), None)

    def find_salesperson(self, salesperson_id: str) -> SalespersonFacts | None:
        """A salesperson who has not left, or None."""
        return self._people.get(salesperson_id)

    def salespeople(self) -> Iterable[SalespersonFacts]:
        """All who have not left."""
        return self._people.values()

    def when_to_retry(self, region: str, at: datetime) -> datetime:
        """When somebody may be able to take a lead of this region again by the calendar alone: the next of his leaves
        ends, or the next month begins."""
        ends = (
            leave.end
            for person in self._people.values()
            if not region or person.region in ("", region)
            for leave in person.leaves
            if leave.end > at
        )
        return min((next_month(at), *ends))

    def change(self, document: Aggregate, why: str = "") -> None:
        """Have the document written; it must not change again in this transaction."""
        self._changes.add(document, why)

    def change_account(self, account: Account, lead: Lead, why: str) -> None:
        """The same for the account of `lead`, which from now on is recognised by the lead's phone too.

        Unless the phone is somebody else's.
        """
        key = phone_key(lead.phone)
        if key not in account.keys and key not in self._accounts:
            account.keys = [*account.keys, key]
        self._used.update(account.keys)
        self.change(account, why)

    def count_assigned(self, salesperson_id: str) -> None:
        """One more lead, not yet contacted; the next decision sees it."""
        person = self._people[salesperson_id]
        self._people[salesperson_id] = replace(
            person,
            open_untouched=person.open_untouched + 1,
            assigned_this_month=person.assigned_this_month + 1,
            untouched_this_month=person.untouched_this_month + 1,
        )
        self._counted[salesperson_id] += 1

    def write(self) -> None:
        """Write everything. Raises VersionConflict, DuplicateValue.

        The people first: that is where two workers meet, so the later one has lost the least work.
        """
        count_assigned(self._counted, self._month, self._session)
        self._changes.write(self._session)
        self._changes.accept(self._session)


def _keys(lead: Lead) -> tuple[str, str]:
    return name_key(lead.company), phone_key(lead.phone)
