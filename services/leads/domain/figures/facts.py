"""What figures are computed from: small tuples of what is stored, already cut to the rows that the viewer may see."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple


class Place(NamedTuple):
    """Where a fact belongs; an empty part is unknown."""

    person: str = ""
    team: str = ""
    region: str = ""
    channel: str = ""
    segment: str = ""


class LeadFact(NamedTuple):
    """A lead. `filled` of its `required` fields have a value."""

    id: str
    place: Place
    company: str
    create_time: datetime
    first_contact_due_time: datetime | None
    contact_time: datetime | None
    has_summary: bool
    has_next_action: bool
    qualify_time: datetime | None
    first_quote_time: datetime | None
    filled: int
    required: int
    # Of the opportunity that came from it: the furthest stage that it reached ("" without one), and whether it is won.
    stage: str
    is_won: bool


class OpportunityFact(NamedTuple):
    """An opportunity. `stage_times` says when it reached each stage."""

    id: str
    place: Place
    company: str
    create_time: datetime
    close_time: datetime | None
    state: str
    stage_times: Mapping[str, datetime]
    expected_amount_minor: int
    expected_close_time: datetime | None
    filled: int
    required: int


class AccountFact(NamedTuple):
    """An account."""

    id: str
    place: Place
    name: str
    create_time: datetime
    filled: int
    required: int


class EntryFact(NamedTuple):
    """A line of a timeline, or of the responsibility log. `by` acted; the place is the account's owner's."""

    id: str
    place: Place
    kind: str
    time: datetime
    by: str
    account_id: str
    owner_id: str
    amount_minor: int


class PersonFact(NamedTuple):
    """A salesperson who has not left."""

    place: Place
    name: str


class AssetFact(NamedTuple):
    """A solution, an objection answer or a key action that somebody recorded for the others."""

    id: str
    place: Place
    kind: str
    create_time: datetime


class CostFact(NamedTuple):
    """What a channel cost in a month ("2026-11")."""

    channel: str
    month: str
    amount_minor: int


class Source(StrEnum):
    """What a figure reads, by the time that puts it into the period."""

    LEADS_CREATED = "leads by create_time"
    LEADS_DUE = "leads by first_contact_due_time"
    LEADS_QUALIFIED = "leads by qualify_time"
    OPPORTUNITIES_CREATED = "opportunities by create_time"
    OPPORTUNITIES_CLOSED = "opportunities by close_time"
    OPPORTUNITIES_EXPECTED = "opportunities by expected_close_time"
    ACCOUNTS_CREATED = "accounts by create_time"
    TOUCHES = "timeline entries of a touch by time"
    ACTIONS = "timeline entries of salespeople by time"
    PAYMENTS = "payments by time"
    INTERVENTIONS = "entries of the responsibility log by since"
    ASSETS = "assets by create_time"
    PEOPLE = "salespeople of today"
    COSTS = "channel costs of the months touched"


class Facts(NamedTuple):
    """What one figure needs; what it does not need is empty."""

    leads: tuple[LeadFact, ...] = ()
    opportunities: tuple[OpportunityFact, ...] = ()
    accounts: tuple[AccountFact, ...] = ()
    touches: tuple[EntryFact, ...] = ()
    actions: tuple[EntryFact, ...] = ()
    payments: tuple[EntryFact, ...] = ()
    interventions: tuple[EntryFact, ...] = ()
    assets: tuple[AssetFact, ...] = ()
    people: tuple[PersonFact, ...] = ()
    costs: tuple[CostFact, ...] = ()


class Moment(NamedTuple):
    """When the question is asked: `now`, and the working days of the period that are not in the future."""

    now: datetime
    start: datetime
    end: datetime
    work_days: tuple[date, ...]
