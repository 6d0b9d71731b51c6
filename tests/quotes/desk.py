"""Quotes as its callers meet it: a guarded rpc server in this process, on a real database."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import orjson
import pytest

from chassis import database
from chassis.clocks import clock
from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.rpc_server import RpcServer
from chassis.settings import ServiceSettings
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from saleloop.quotes.v1 import quotes_service_pb2_grpc as pb_grpc
from services.quotes import config, copies
from services.quotes.commands.approval import STEP_DEADLINE, handle_late_step
from services.quotes.documents import Quote
from services.quotes.rpc import QuotesServicer
from tests.stack import Database

PRIVATE_KEY = encode_key(bytes(range(32)))
SIGN_KEY = base64.urlsafe_b64encode(b"s" * 32).decode()

SELLER = Principal("seller", frozenset({"salesperson"}), team_id="t1", region="east")
STRANGER = Principal("stranger", frozenset({"salesperson"}), team_id="t2", region="west")
BOSS = Principal("boss", frozenset({"supervisor"}), team_id="t1", region="east")
OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t1", region="east")
FINANCE = Principal("fin", frozenset({"finance"}))
LEGAL = Principal("law", frozenset({"legal"}))
REGIONAL = Principal("regional", frozenset({"regional_manager"}), region="east")
GENERAL = Principal("general", frozenset({"general_manager"}))
ADMIN = Principal("admin", frozenset({"admin"}))
MARKETING = Principal("mark", frozenset({"marketing"}))
PUBLIC = Principal("public", frozenset({"public"}))

ON_DELIVERY = pb.PaymentTerms(cash_on_delivery=True)
HALVES = pb.PaymentTerms(
    prepayment_bp=5_000,
    instalments=[pb.InstalmentTerm(share_bp=5_000, due_days=0), pb.InstalmentTerm(share_bp=5_000, due_days=30)],
)
MOSTLY_BEFORE = pb.PaymentTerms(
    prepayment_bp=6_000,
    instalments=[pb.InstalmentTerm(share_bp=6_000, due_days=0), pb.InstalmentTerm(share_bp=4_000, due_days=30)],
)


def product(sku: str = "US-1", **changed: Any) -> pb.Product:
    """100.00 for one, 90.00 from ten, floor 80.00, cost 50.00."""
    values = {
        "sku": sku,
        "name": "便携式超声诊断仪",
        "unit": "台",
        "category": "影像",
        "currency_code": "CNY",
        "tiers": [
            pb.PriceTier(min_quantity=1, unit_price_minor=10_000),
            pb.PriceTier(min_quantity=10, unit_price_minor=9_000),
        ],
        "floor_price_minor": 8_000,
        "cost_minor": 5_000,
    }
    return pb.Product(**{**values, **changed})


def wanted(quantity: int = 1, price: int = 0, **changed: Any) -> pb.CreateQuoteRequest:
    """A quote for one line of US-1, cash on delivery unless changed."""
    values: dict[str, Any] = {
        "account_id": "acc-1",
        "currency_code": "CNY",
        "lines": [pb.QuoteLineInput(sku="US-1", quantity=quantity, unit_price_minor=price)],
        "payment_terms": ON_DELIVERY,
    }
    return pb.CreateQuoteRequest(**{**values, **changed})


class Desk:
    """Calls quotes as one of its users, and plays the worker's part step by step."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    def call(self, rpc: str, request: Any, caller: Principal = SELLER) -> Any:
        return getattr(self.stub, rpc)(request, metadata=bearer(token(caller)))

    def refusal(self, rpc: str, request: Any, caller: Principal = SELLER) -> RemoteError:
        with pytest.raises(RemoteError) as refused:
            self.call(rpc, request, caller)
        return refused.value

    def draft(self, quantity: int = 1, price: int = 0, **changed: Any) -> pb.Quote:
        return self._quote("CreateQuote", wanted(quantity, price, **changed))

    def submit(self, quote_id: str, caller: Principal = SELLER, **fields: Any) -> pb.Quote:
        return self._quote("SubmitQuote", pb.SubmitQuoteRequest(quote_id=quote_id, **fields), caller)

    def submitted(self, quantity: int = 1, price: int = 0, **changed: Any) -> pb.Quote:
        return self.submit(self.draft(quantity, price, **changed).id)

    def approve(self, quote: pb.Quote, step: str, caller: Principal) -> pb.Quote:
        return self._quote("ApproveQuote", approval(quote, step), caller)

    def send_back(self, quote: pb.Quote, step: str, caller: Principal, comment: str = "价格太低") -> pb.Quote:
        request = pb.ReturnQuoteRequest(
            quote_id=quote.id, quote_version=quote.current_version, step=step, comment=comment
        )
        return self._quote("ReturnQuote", request, caller)

    def approved(self, quantity: int = 1, price: int = 0, **changed: Any) -> pb.Quote:
        """Cash on delivery and small: the supervisor alone decides."""
        return self.approve(self.submitted(quantity, price, **changed), "supervisor", BOSS)

    def get(self, quote_id: str, caller: Principal = SELLER) -> pb.Quote:
        return self._quote("GetQuote", pb.GetQuoteRequest(quote_id=quote_id), caller)

    def link(self, quote: pb.Quote) -> pb.GetSignLinkResponse:
        answer: pb.GetSignLinkResponse = self.call("GetSignLink", pb.GetSignLinkRequest(quote_id=quote.id))
        return answer

    def page(self, sign_token: str) -> pb.GetSignPageResponse:
        answer: pb.GetSignPageResponse = self.call("GetSignPage", pb.GetSignPageRequest(token=sign_token), PUBLIC)
        return answer

    def sign(self, sign_token: str, name: str = "李雷") -> pb.SignQuoteResponse:
        answer: pb.SignQuoteResponse = self.call("SignQuote", signature(self, sign_token, name), PUBLIC)
        return answer

    def pass_time(self, until: datetime) -> None:
        """Move the business clock to `until`, through every deadline, as the worker does."""
        while due := Quote.matching({"deadlines.due_time": {"$lte": until}}, limit=1):
            quote = Quote.load(due[0].id)
            due_time = quote.deadline(STEP_DEADLINE)
            assert due_time is not None
            quote.cancel(STEP_DEADLINE)
            handle_late_step(quote, due_time)
            quote.commit()
        missing_ms = (until - clock.now()) // timedelta(milliseconds=1) + 1
        clock.set_offset(clock.offset_ms() + max(0, missing_ms))

    def _quote(self, rpc: str, request: Any, caller: Principal = SELLER) -> pb.Quote:
        quote: pb.Quote = self.call(rpc, request, caller).quote
        return quote


def approval(quote: pb.Quote, step: str, comment: str = "") -> pb.ApproveQuoteRequest:
    return pb.ApproveQuoteRequest(quote_id=quote.id, quote_version=quote.current_version, step=step, comment=comment)


def signature(desk: Desk, sign_token: str, name: str = "李雷") -> pb.SignQuoteRequest:
    """What the customer sends after reading the page."""
    read_hash = desk.page(sign_token).content_hash
    return pb.SignQuoteRequest(token=sign_token, signer_name=name, content_hash=read_hash)


def step_states(quote: pb.Quote) -> dict[str, str]:
    return {step.name: pb.StepState.Name(step.state).removeprefix("STEP_STATE_") for step in quote.steps}


def events(quote_id: str, event_type: str) -> list[dict[str, Any]]:
    """The bodies of a quote's events that are not published yet (no relay runs here), oldest first."""
    found = Quote.collection().find_one({"_id": quote_id}, {"outbox": 1}) or {}
    return [orjson.loads(entry["body"]) for entry in found.get("outbox", []) if entry["type"] == event_type]


@cache
def token(caller: Principal) -> str:
    return AccessTokenIssuer(PRIVATE_KEY).issue(caller, "quotes", timedelta(hours=1))


@contextmanager
def serving(place: Database) -> Iterator[Desk]:
    """A desk on a database."""
    config.settings.cache_clear()
    database.connect(ServiceSettings(mongo_url=place.url, mongo_database=place.name, environment="test"), "quotes")
    verifier = AccessTokenVerifier(public_key_of(PRIVATE_KEY), "quotes")
    add: Any = pb_grpc.add_QuotesServiceServicer_to_server
    server = RpcServer("quotes", [(add, QuotesServicer())], verifier, TABLE)
    opened: Any = channel(f"127.0.0.1:{server.start('127.0.0.1', 0)}")
    try:
        yield Desk(pb_grpc.QuotesServiceStub(opened))
    finally:
        opened.close()
        server.stop(grace_s=1)
        database.disconnect()
        config.settings.cache_clear()


def furnish(desk: Desk) -> None:
    """Empty the database, set the clock back, and put in one product, one account and the people around it."""
    for name in database.current().list_collection_names():
        database.current()[name].delete_many({})
    clock.bind(database.current(), "test")
    copies.save_account("acc-1", 1, name="上海影像设备有限公司", region="east", owner_id="seller", team_id="t1")
    copies.save_person("seller", 1, name="王小明", supervisor_id="boss", is_active=True)
    copies.save_person("boss", 1, name="张主管", supervisor_id="", is_active=True)
    desk.call("PutProduct", pb.PutProductRequest(product=product()), FINANCE)
