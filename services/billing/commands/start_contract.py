"""A signed quote becomes a contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import VersionConflict, transaction
from chassis.ids import derived_id
from services.billing import messages
from services.billing.commands.ledger import plan_radar
from services.billing.commands.success_tasks import plan_problem_check
from services.billing.config import settings
from services.billing.documents import AccountLedger, Contract, InstalmentRow, LineRow
from services.billing.domain.instalments import PlannedInstalment, Term, plan_instalments
from services.billing.domain.values import Money

_COUNTERS = "counters"


@dataclass(frozen=True)
class SignedQuote:
    """What a contract needs from quotes; times are UTC."""

    quote_id: str
    number: str
    quote_version: int
    content_hash: str
    account_id: str
    account_name: str
    owner_id: str
    team_id: str
    region: str
    lines: Sequence[LineRow]
    total: Money
    terms: Sequence[Term]
    sign_time: datetime


def start_contract(signed: SignedQuote) -> Contract:
    """Start the contract of a signed quote. Repeating it changes nothing: the id follows from the quote's.

    Raises ValueError when the payment terms make no plan.
    """
    plan = plan_instalments(signed.total.amount_minor, signed.terms, signed.sign_time, settings().zone)
    contract: Contract = transaction(lambda session: _start(signed, plan, session))
    return contract


def contract_id_of(quote_id: str) -> str:
    """The id of the one contract that a quote can become."""
    return derived_id("contract", quote_id)


def _start(signed: SignedQuote, plan: Sequence[PlannedInstalment], session: ClientSession) -> Contract:
    started = Contract.find(contract_id_of(signed.quote_id), session=session)
    if started is not None:
        return started
    ledger = _ledger(signed, session)
    contract = Contract(
        id=contract_id_of(signed.quote_id),
        number=_next_number(signed.sign_time, session),
        account_id=ledger.id,
        account_name=ledger.name,
        owner_id=ledger.owner_id,
        team_id=ledger.team_id,
        region=ledger.region,
        quote_id=signed.quote_id,
        quote_number=signed.number,
        quote_version=signed.quote_version,
        content_hash=signed.content_hash,
        currency_code=signed.total.currency_code,
        total_minor=signed.total.amount_minor,
        lines=list(signed.lines),
        instalments=[
            InstalmentRow(number=each.number, amount_minor=each.amount_minor, due_time=each.due_time) for each in plan
        ],
        sign_time=signed.sign_time,
    )
    plan_radar(contract)
    contract.emit(messages.contract_started(contract))
    contract.commit(why=f"quote {signed.number} version {signed.quote_version} was signed", session=session)
    plan_problem_check(contract, session)
    return contract


def _ledger(signed: SignedQuote, session: ClientSession) -> AccountLedger:
    """The account's ledger. What leads says about an account counts more than what the quote said."""
    ledger = AccountLedger.find(signed.account_id, session=session) or AccountLedger(
        id=signed.account_id,
        name=signed.account_name,
        owner_id=signed.owner_id,
        team_id=signed.team_id,
        region=signed.region,
    )
    # A change of owner that comes meanwhile conflicts with this write, and then finds the contract.
    ledger.turn += 1
    ledger.commit(session=session)
    return ledger


def _next_number(sign_time: datetime, session: ClientSession) -> str:
    """C-<year>-<6 digits>, without gaps: a contract that is not saved gives its number back with the transaction."""
    year = sign_time.astimezone(settings().zone).year
    counters = Contract.collection().database[_COUNTERS]
    try:
        counter = counters.find_one_and_update(
            {"_id": f"contract-{year}"},
            {"$inc": {"latest": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
    except DuplicateKeyError as error:  # the year's very first two contracts at once
        raise VersionConflict(_COUNTERS, f"contract-{year}") from error
    if counter is None:
        raise AssertionError("an upsert answers with its document")
    return f"C-{year}-{counter['latest']:06d}"
