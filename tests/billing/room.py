"""Billing as its callers meet it: a guarded rpc server in this process, on a real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from chassis import database
from chassis.clocks import clock
from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.rpc_server import RpcServer
from chassis.settings import ServiceSettings
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from saleloop.billing.v1 import billing_service_pb2 as pb
from saleloop.billing.v1 import billing_service_pb2_grpc as pb_grpc
from saleloop.quotes.v1 import quotes_service_pb2 as quotes
from saleloop.quotes.v1.events_pb2 import QuoteSigned
from saleloop.type.v1.money_pb2 import Money
from services.billing.commands.start_contract import start_contract
from services.billing.commands.success_tasks import OPEN, open_planned_task
from services.billing.commands.watch_receivables import assess_account_risk, raise_alarms
from services.billing.documents import AccountLedger, Contract, Invoice, Payment, SuccessTask
from services.billing.messages import timestamp
from services.billing.rpc import BillingServicer
from services.billing.translate import signed_quote_from
from tests.stack import Database

_PRIVATE_KEY = encode_key(bytes(range(32)))
FINANCE = Principal("finance-1", frozenset({"finance"}))
OWNER = Principal("sales-1", frozenset({"salesperson"}), team_id="t1", region="east")
STRANGER = Principal("sales-2", frozenset({"salesperson"}), team_id="t2", region="west")
SUPERVISOR = Principal("boss-1", frozenset({"supervisor"}), team_id="t1", region="east")
SUCCESS = Principal("care-1", frozenset({"customer_success"}))
ADMIN = Principal("admin", frozenset({"admin"}))
_ALL_DOCUMENTS = (AccountLedger, Contract, Invoice, Payment, SuccessTask)


def cny(amount_minor: int) -> Money:
    return Money(currency_code="CNY", amount_minor=amount_minor)


def quote_signed(
    total_minor: int = 1_000_000,
    shares: tuple[tuple[int, int], ...] = ((6_000, 10), (4_000, 40)),
    *,
    quote_id: str = "",
    account_id: str = "acc-1",
    currency: str = "CNY",
    cash_on_delivery: bool = False,
    sign_time: datetime | None = None,
) -> QuoteSigned:
    """What quotes tells when a customer has signed."""
    terms = quotes.PaymentTerms(
        cash_on_delivery=cash_on_delivery,
        instalments=[quotes.InstalmentTerm(share_bp=share, due_days=days) for share, days in shares],
    )
    line = quotes.QuoteLine(
        sku="P-1", name="净化器", quantity=1, unit_price_minor=total_minor, amount_minor=total_minor
    )
    return QuoteSigned(
        quote_id=quote_id or f"quote-{uuid4().hex}",
        number="Q-2026-000001",
        quote_version=2,
        content_hash="ab" * 32,
        account_id=account_id,
        account_name="江南贸易",
        owner_id=OWNER.subject,
        team_id=OWNER.team_id,
        region=OWNER.region,
        lines=[line],
        total=Money(currency_code=currency, amount_minor=total_minor),
        payment_terms=terms,
        signer_name="王小明",
        sign_time=timestamp(sign_time or clock.now()),
    )


class Room:
    """Calls billing as one of its users, and plays the worker's part step by step."""

    def __init__(self, stub: pb_grpc.BillingServiceStub) -> None:
        self.stub = stub

    def call(self, rpc: str, request: Any, caller: Principal = FINANCE) -> Any:
        token = AccessTokenIssuer(_PRIVATE_KEY).issue(caller, "billing", timedelta(minutes=5))
        return getattr(self.stub, rpc)(request, metadata=bearer(token))

    def refusal(self, rpc: str, request: Any, caller: Principal = FINANCE) -> RemoteError:
        try:
            answer = self.call(rpc, request, caller)
        except RemoteError as error:
            return error
        raise AssertionError(f"{rpc} was not refused but answered {answer}")

    def start(self, *args: Any, **terms: Any) -> Contract:
        return start_contract(signed_quote_from(quote_signed(*args, **terms)))

    def contract(self, contract_id: str, caller: Principal = FINANCE) -> pb.Contract:
        answer: pb.GetContractResponse = self.call(
            "GetContract", pb.GetContractRequest(contract_id=contract_id), caller
        )
        return answer.contract

    def pay(self, amount_minor: int, text: str = "", **fields: Any) -> pb.Payment:
        answer: pb.RecordPaymentResponse = self.call("RecordPayment", payment(amount_minor, text, **fields))
        return answer.payment

    def invoice(self, contract_id: str, instalment: int, amount_minor: int, number: str) -> pb.Invoice:
        request = pb.CreateInvoiceRequest(
            contract_id=contract_id, instalment_number=instalment, number=number, amount=cny(amount_minor)
        )
        answer: pb.CreateInvoiceResponse = self.call("CreateInvoice", request)
        return answer.invoice

    def pass_time(self, moment: datetime) -> None:
        """Move the business clock to `moment`, through every deadline and with what follows from it."""
        while (due := _next_deadline(moment)) is not None:
            document, kind, due_time = due
            document.cancel(kind)
            if kind == OPEN:
                open_planned_task(document, due_time)
            else:
                raise_alarms(document, due_time)
            document.commit()
            _move_clock(due_time)
            assess_account_risk(document.account_id, due_time)
        _move_clock(moment)


def payment(amount_minor: int, text: str = "", **fields: Any) -> pb.RecordPaymentRequest:
    """A transfer of acc-1 with a bank reference of its own."""
    given = {"account_id": "acc-1", "bank_reference": uuid4().hex, **fields}
    return pb.RecordPaymentRequest(**{"amount": cny(amount_minor), "remittance_text": text, **given})


def told(*types: str) -> list[dict[str, Any]]:
    """Bodies of the events of these types, in the order in which they were emitted."""
    entries = [
        entry
        for cls in _ALL_DOCUMENTS
        for row in cls.collection().find({}, {"outbox": 1})
        for entry in row.get("outbox", ())
        if entry["type"] in types
    ]
    return [orjson.loads(entry["body"]) for entry in sorted(entries, key=lambda each: str(each["id"]))]


@contextmanager
def serving(place: Database) -> Iterator[Room]:
    """A room on an empty database."""
    database.connect(ServiceSettings(mongo_url=place.url, mongo_database=place.name, environment="test"), "billing")
    verifier = AccessTokenVerifier(public_key_of(_PRIVATE_KEY), "billing")
    add: Any = pb_grpc.add_BillingServiceServicer_to_server
    server = RpcServer("billing", [(add, BillingServicer())], verifier, TABLE)
    opened: Any = channel(f"127.0.0.1:{server.start('127.0.0.1', 0)}")
    try:
        yield Room(pb_grpc.BillingServiceStub(opened))
    finally:
        opened.close()
        server.stop(grace_s=1)
        database.disconnect()


def _move_clock(moment: datetime) -> None:
    missing_ms = (moment - clock.now()) // timedelta(milliseconds=1)
    if missing_ms > 0:
        clock.set_offset(clock.offset_ms() + missing_ms)


def _next_deadline(until: datetime) -> tuple[Any, str, datetime] | None:
    planned = [
        (each["due_time"], document, each["kind"])
        for cls in (Contract, SuccessTask)
        for document in cls.matching({"deadlines.due_time": {"$lte": until}})
        for each in document.deadlines
        if each["due_time"] <= until
    ]
    if not planned:
        return None
    due_time, document, kind = min(planned, key=lambda each: each[0])
    return document, kind, due_time
