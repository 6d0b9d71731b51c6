"""Drafts: prices, refusals, retries, who reaches them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.principal import Principal
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.billing.domain.values import MAX_AMOUNT_MINOR
from services.quotes.documents import Quote
from services.quotes.wire import timestamp
from tests.quotes.desk import (
    BOSS,
    FINANCE,
    GENERAL,
    HALVES,
    LEGAL,
    MARKETING,
    OTHER_BOSS,
    REGIONAL,
    SELLER,
    STRANGER,
    Desk,
    product,
    wanted,
)


def test_a_draft_has_the_tiers_prices_and_no_number(desk: Desk) -> None:
    quote = desk.draft(quantity=10)
    assert quote.state == pb.QUOTE_STATE_DRAFT
    assert (quote.number, quote.current_version, quote.owner_id) == ("", 0, "seller")
    assert (quote.lines[0].unit_price_minor, quote.total.amount_minor) == (9_000, 90_000)


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"quantity": 0}, "INVALID_ARGUMENT", "lines[0].quantity"),
        ({"quantity": -5}, "INVALID_ARGUMENT", "lines[0].quantity"),
        ({"price": -1}, "INVALID_ARGUMENT", "lines[0].unit_price_minor"),
        ({"price": 7_999}, "BELOW_PRICE_FLOOR", "lines[0].unit_price_minor"),
        ({"quantity": 3, "price": 2**62}, "INVALID_ARGUMENT", "lines[0]"),
        ({"currency_code": "USD"}, "CURRENCY_MISMATCH", "lines[0].sku"),
        ({"currency_code": "rmb"}, "INVALID_ARGUMENT", "currency_code"),
        ({"lines": []}, "INVALID_ARGUMENT", "lines"),
        ({"lines": [pb.QuoteLineInput(sku="US-9", quantity=1)]}, "PRODUCT_NOT_FOUND", "lines[0].sku"),
        ({"account_id": "acc-9"}, "ACCOUNT_NOT_FOUND", "account_id"),
        ({"payment_terms": None}, "PAYMENT_TERMS_INVALID", "payment_terms"),
        (
            {"payment_terms": pb.PaymentTerms(instalments=[pb.InstalmentTerm(share_bp=9_999)])},
            "PAYMENT_TERMS_INVALID",
            "payment_terms.instalments",
        ),
        ({"valid_until": timestamp(datetime(1900, 1, 1, tzinfo=UTC))}, "INVALID_ARGUMENT", "valid_until"),
        ({"valid_until": timestamp(datetime(9999, 12, 31, tzinfo=UTC))}, "INVALID_ARGUMENT", "valid_until"),
        ({"request_id": "x" * 201}, "INVALID_ARGUMENT", "request_id"),
    ],
)
def test_a_wrong_draft_is_refused_with_its_field(desk: Desk, changed: dict[str, Any], reason: str, field: str) -> None:
    error = desk.refusal("CreateQuote", wanted(**changed))
    assert (error.reason, [violation.field for violation in error.violations]) == (reason, [field])
    assert Quote.collection().count_documents({}) == 0


def test_a_sum_that_billing_could_not_carry_is_refused(desk: Desk) -> None:
    half = pb.QuoteLineInput(sku="US-1", quantity=1, unit_price_minor=MAX_AMOUNT_MINOR // 2)
    assert desk.call("CreateQuote", wanted(lines=[half, half])).quote.total.amount_minor == MAX_AMOUNT_MINOR
    more = pb.QuoteLineInput(sku="US-1", quantity=1, unit_price_minor=MAX_AMOUNT_MINOR // 2 + 1)
    assert desk.refusal("CreateQuote", wanted(lines=[half, more])).violations[0].field == "lines"


def test_a_time_no_calendar_knows_is_refused(desk: Desk) -> None:
    request = wanted()
    request.valid_until.seconds = 10**15
    assert desk.refusal("CreateQuote", request).violations[0].field == "valid_until"


def test_a_retry_returns_the_quote_it_made(desk: Desk) -> None:
    assert desk.draft(request_id="r1").id == desk.draft(request_id="r1").id
    assert desk.refusal("CreateQuote", wanted(2, request_id="r1")).reason == "REQUEST_ID_REUSED"


def test_a_retry_returns_it_also_when_the_price_is_below_the_floor_by_now(desk: Desk) -> None:
    made = desk.draft(price=9_000, request_id="r1")
    raised = product(floor_price_minor=10_000, tiers=[pb.PriceTier(min_quantity=1, unit_price_minor=20_000)])
    desk.call("PutProduct", pb.PutProductRequest(product=raised), FINANCE)
    assert desk.draft(price=9_000, request_id="r1").id == made.id


def test_parallel_retries_make_one_quote(desk: Desk) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: desk.draft(request_id="r1").id, range(16)))
    assert len(ids) == 1
    assert Quote.collection().count_documents({}) == 1


def test_another_persons_request_id_is_another_request(desk: Desk) -> None:
    mine = desk.draft(request_id="r1")
    theirs = desk.call("CreateQuote", wanted(request_id="r1"), BOSS).quote
    assert mine.id != theirs.id


@pytest.mark.parametrize("who", [SELLER, BOSS, OTHER_BOSS, REGIONAL, FINANCE, LEGAL, GENERAL])
def test_these_people_see_the_quote(desk: Desk, who: Principal) -> None:
    quote = desk.draft()
    assert desk.get(quote.id, who).id == quote.id
    assert [row.id for row in desk.call("ListQuotes", pb.ListQuotesRequest(), who).quotes] == [quote.id]


@pytest.mark.parametrize(
    "who",
    [
        STRANGER,
        Principal("b", frozenset({"supervisor"}), team_id="t2"),
        Principal("b", frozenset({"supervisor"})),
        Principal("r", frozenset({"regional_manager"}), region="west"),
    ],
)
def test_for_others_it_does_not_exist(desk: Desk, who: Principal) -> None:
    quote = desk.draft()
    assert desk.refusal("GetQuote", pb.GetQuoteRequest(quote_id=quote.id), who).reason == "QUOTE_NOT_FOUND"
    assert not desk.call("ListQuotes", pb.ListQuotesRequest(), who).quotes


def test_the_named_supervisor_sees_the_quote_from_another_team(desk: Desk) -> None:
    far_boss = Principal("boss", frozenset({"supervisor"}), team_id="elsewhere")
    quote = desk.submitted()
    assert desk.get(quote.id, far_boss).id == quote.id


def test_roles_without_a_grant_are_refused(desk: Desk) -> None:
    quote = desk.draft()
    assert desk.refusal("GetQuote", pb.GetQuoteRequest(quote_id=quote.id), MARKETING).code == "PERMISSION_DENIED"


def test_a_stranger_quotes_for_nobody_elses_account(desk: Desk) -> None:
    assert desk.refusal("CreateQuote", wanted(), STRANGER).reason == "ACCOUNT_NOT_FOUND"


def test_an_edit_replaces_what_it_names(desk: Desk) -> None:
    quote = desk.draft(quantity=1)
    lines = [pb.QuoteLineInput(sku="US-1", quantity=20)]
    edited = desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, lines=lines)).quote
    assert (edited.total.amount_minor, edited.payment_terms) == (180_000, quote.payment_terms)
    edited = desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, payment_terms=HALVES)).quote
    assert (edited.total.amount_minor, edited.clause_risk) == (180_000, pb.CLAUSE_RISK_MEDIUM)


def test_an_edit_in_the_middle_of_an_approval_is_refused(desk: Desk) -> None:
    quote = desk.submitted()
    request = pb.UpdateQuoteRequest(quote_id=quote.id, payment_terms=HALVES)
    assert desk.refusal("UpdateQuote", request).reason == "WRONG_STATE"


def test_a_list_is_paged_newest_first_and_filtered(desk: Desk) -> None:
    ids = [desk.draft().id for _ in range(5)]
    submitted = desk.submit(ids[2])
    first = desk.call("ListQuotes", pb.ListQuotesRequest(page_size=3))
    rest = desk.call("ListQuotes", pb.ListQuotesRequest(page_size=3, page_token=first.next_page_token))
    assert [row.id for row in (*first.quotes, *rest.quotes)] == ids[::-1]
    assert not rest.next_page_token
    in_approval = desk.call("ListQuotes", pb.ListQuotesRequest(state=pb.QUOTE_STATE_IN_APPROVAL)).quotes
    assert [row.id for row in in_approval] == [submitted.id]
    assert not desk.call("ListQuotes", pb.ListQuotesRequest(account_id="acc-2")).quotes


def test_a_raised_floor_stops_an_old_draft(desk: Desk) -> None:
    quote = desk.draft(price=8_500)
    dearer = product(floor_price_minor=8_600)
    desk.call("PutProduct", pb.PutProductRequest(product=dearer), FINANCE)
    assert desk.refusal("SubmitQuote", pb.SubmitQuoteRequest(quote_id=quote.id)).reason == "BELOW_PRICE_FLOOR"
