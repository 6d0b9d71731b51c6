"""Which opportunity of an account an event of another service belongs to: events name the account only.

One rule. A quote belongs to the opportunity that was open at the quote's first event; of several to the one opened
last; when none was open yet, to the first that was opened within 30 days afterwards. A contract belongs where its
quote does, and a payment to the opportunity whose quote was signed first and is not paid in full yet.

Everything is attributed anew whenever something is known that was not known before, so the order in which events
arrive makes no difference: a signature may be heard of before its submission.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LOOK_BACK = timedelta(days=30)


class Told(StrEnum):
    """What other services tell about a deal."""

    QUOTE_SUBMITTED = "quote_submitted"
    QUOTE_SIGNED = "quote_signed"
    CONTRACT_STARTED = "contract_started"
    ORDER_ACCEPTED = "order_accepted"
    PAYMENT_RECORDED = "payment_recorded"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event of the account; amounts in minor units, ids empty where the event has none."""

    id: str
    told: Told
    time: datetime
    quote_id: str = ""
    contract_id: str = ""
    amount_minor: int = 0


@dataclass(frozen=True)
class Deal:
    """When an opportunity was open (UTC); `close_time` None while it is."""

    id: str
    open_time: datetime
    close_time: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DealFacts:
    """What the events tell of one opportunity."""

    first_quote_time: datetime | None = None
    sign_time: datetime | None = None
    accept_time: datetime | None = None
    # The last event of any kind.
    last_time: datetime | None = None
    quoted_minor: int = 0
    signed_minor: int = 0
    paid_minor: int = 0
    event_ids: frozenset[str] = field(default_factory=frozenset)


def facts_by_deal(deals: Sequence[Deal], happenings: Iterable[Happening]) -> Mapping[str, DealFacts]:
    """What is known of each deal. A happening with the id of an earlier one is the same one."""
    known = sorted({each.id: each for each in happenings}.values(), key=lambda each: (each.time, each.id))
    quote_of_contract = {each.contract_id: each.quote_id for each in known if each.told is Told.CONTRACT_STARTED}
    first_heard: dict[str, datetime] = {}
    for each in known:
        if each.quote_id:
            first_heard.setdefault(each.quote_id, each.time)
    deal_of_quote = {quote: _deal_at(deals, time) for quote, time in first_heard.items()}
    told: dict[str, list[Happening]] = {deal.id: [] for deal in deals}
    payments = []
    for each in known:
        if each.told is Told.PAYMENT_RECORDED:
            payments.append(each)
            continue
        quote_id = each.quote_id or quote_of_contract.get(each.contract_id, "")
        if deal := deal_of_quote.get(quote_id):
            told[deal.id].append(each)
    for payment in payments:
        if deal_id := _unpaid_deal(told):
            told[deal_id].append(payment)
    return {deal_id: _facts(its) for deal_id, its in told.items()}


def _deal_at(deals: Sequence[Deal], time: datetime) -> Deal | None:
    opened = [deal for deal in deals if deal.open_time <= time and (deal.close_time is None or time <= deal.close_time)]
    if opened:
        return max(opened, key=lambda deal: (deal.open_time, deal.id))
    later = [deal for deal in deals if time < deal.open_time <= time + LOOK_BACK]
    return min(later, key=lambda deal: (deal.open_time, deal.id), default=None)


def _unpaid_deal(told: Mapping[str, Sequence[Happening]]) -> str:
    """The deal signed first that is not paid in full; when all are, the one signed last; "" when none is signed."""
    facts = {deal_id: _facts(its) for deal_id, its in told.items()}
    signed = sorted((each.sign_time, deal_id) for deal_id, each in facts.items() if each.sign_time is not None)
    unpaid = [deal_id for _, deal_id in signed if facts[deal_id].paid_minor < facts[deal_id].signed_minor]
    return next(iter(unpaid), signed[-1][1] if signed else "")


def _facts(happenings: Sequence[Happening]) -> DealFacts:
    def of(told: Told) -> list[Happening]:
        return [each for each in happenings if each.told is told]

    submitted, signed, paid = of(Told.QUOTE_SUBMITTED), of(Told.QUOTE_SIGNED), of(Told.PAYMENT_RECORDED)
    return DealFacts(
        first_quote_time=min((each.time for each in submitted), default=None),
        sign_time=min((each.time for each in signed), default=None),
        accept_time=min((each.time for each in of(Told.ORDER_ACCEPTED)), default=None),
        last_time=max((each.time for each in happenings), default=None),
        quoted_minor=submitted[-1].amount_minor if submitted else 0,
        signed_minor=sum(each.amount_minor for each in signed),
        paid_minor=sum(each.amount_minor for each in paid),
        event_ids=frozenset(each.id for each in happenings),
    )
