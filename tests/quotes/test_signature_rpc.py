"""The sign link over rpc: what it shows, what it signs, what it refuses."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pypdf import PdfReader

from chassis.clocks import clock
from chassis.rpc_client import RemoteError
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.quotes.documents import Quote
from services.quotes.wire import timestamp
from tests.quotes.desk import BOSS, FINANCE, HALVES, PUBLIC, SELLER, STRANGER, Desk, events, signature


def test_the_link_exists_only_after_the_last_approval(desk: Desk) -> None:
    draft = desk.draft()
    request = pb.GetSignLinkRequest(quote_id=draft.id)
    assert desk.refusal("GetSignLink", request).reason == "WRONG_STATE"
    quote = desk.submit(draft.id)
    assert desk.refusal("GetSignLink", request).reason == "WRONG_STATE"
    link = desk.link(desk.approve(quote, "supervisor", BOSS))
    assert link.path == f"/v1/public/sign/{link.token}"
    assert link.expire_time == quote.valid_until


def test_only_sellers_fetch_the_link(desk: Desk) -> None:
    request = pb.GetSignLinkRequest(quote_id=desk.approved().id)
    assert desk.refusal("GetSignLink", request, FINANCE).code == "PERMISSION_DENIED"
    assert desk.refusal("GetSignLink", request, STRANGER).reason == "QUOTE_NOT_FOUND"


def test_the_customer_reads_and_signs(desk: Desk) -> None:
    quote = desk.approved(quantity=10)
    token = desk.link(quote).token
    page = desk.page(token)
    assert (page.number, page.quote_version, page.account_name) == (quote.number, 1, "上海影像设备有限公司")
    assert (page.total.amount_minor, page.content_hash) == (90_000, quote.versions[0].content_hash)
    signed = desk.sign(token)
    assert (signed.number, signed.signer_name) == (quote.number, "李雷")
    assert desk.get(quote.id).state == pb.QUOTE_STATE_SIGNED


def test_a_signature_tells_everything_a_contract_needs(desk: Desk) -> None:
    quote = desk.submitted(payment_terms=HALVES)
    desk.pass_time(clock.now())
    quote = desk.approve(quote, "supervisor", BOSS)
    desk.pass_time(clock.now() + timedelta(hours=49))
    desk.sign(desk.link(quote).token)
    (told,) = events(quote.id, "quote_signed.v1")
    assert (told["owner_id"], told["team_id"], told["region"]) == ("seller", "t1", "east")
    assert told["content_hash"] == quote.versions[0].content_hash
    assert told["total"] == {"currency_code": "CNY", "amount_minor": "10000"}
    assert [each["share_bp"] for each in told["payment_terms"]["instalments"]] == [5_000, 5_000]
    assert told["lines"][0]["sku"] == "US-1"
    assert told["signer_name"] == "李雷"


@pytest.mark.parametrize("name", ["李雷", "韩梅梅"])
def test_a_link_signs_once(desk: Desk, name: str) -> None:
    quote = desk.approved()
    token = desk.link(quote).token
    desk.sign(token, "李雷")
    error = desk.refusal("SignQuote", signature(desk, token, name), PUBLIC)
    assert (error.reason, error.metadata["signer_name"]) == ("ALREADY_SIGNED", "李雷")
    assert len(events(quote.id, "quote_signed.v1")) == 1


def test_parallel_signatures_leave_one(desk: Desk) -> None:
    quote = desk.approved()
    request = signature(desk, desk.link(quote).token)

    def sign(_: int) -> str:
        try:
            desk.call("SignQuote", request, PUBLIC)
        except RemoteError as error:
            return error.reason
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(sign, range(8)))
    assert outcomes == ["ALREADY_SIGNED"] * 7 + ["signed"]
    assert len(events(quote.id, "quote_signed.v1")) == 1


def test_an_edit_voids_the_link_and_so_does_the_next_version(desk: Desk) -> None:
    quote = desk.approved()
    old = desk.link(quote).token
    request = signature(desk, old)
    lines = [pb.QuoteLineInput(sku="US-1", quantity=2)]
    desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, lines=lines))
    assert _refusals(desk, request) == {"SIGN_LINK_SUPERSEDED"}
    second = desk.approve(desk.submit(quote.id), "supervisor", BOSS)
    assert _refusals(desk, request) == {"SIGN_LINK_SUPERSEDED"}
    assert desk.sign(desk.link(second).token).quote_version == 2


def test_an_expired_link_is_refused_by_business_time(desk: Desk) -> None:
    until = clock.now() + timedelta(days=2)
    quote = desk.approved(valid_until=timestamp(until))
    token = desk.link(quote).token
    request = signature(desk, token)
    desk.pass_time(until)
    assert _refusals(desk, request) == {"SIGN_LINK_EXPIRED"}


def test_a_signed_quote_can_be_read_after_its_validity(desk: Desk) -> None:
    until = clock.now() + timedelta(days=2)
    token = desk.link(desk.approved(valid_until=timestamp(until))).token
    desk.sign(token)
    desk.pass_time(until)
    assert desk.page(token).signer_name == "李雷"


def test_an_altered_link_is_refused(desk: Desk) -> None:
    token = desk.link(desk.approved()).token
    request = signature(desk, token)
    for altered in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        "x" + token[1:],
        token[:-4],
        token + "AAAA",
        "",
        "锁",
    ):
        request.token = altered
        assert _refusals(desk, request) == {"SIGN_LINK_INVALID"}


def test_a_record_changed_behind_our_back_is_not_signed(desk: Desk) -> None:
    quote = desk.approved()
    request = signature(desk, desk.link(quote).token)
    Quote.collection().update_one({"_id": quote.id}, {"$set": {"versions.0.content.total_minor": 1}})
    assert _refusals(desk, request) == {"SIGN_LINK_INVALID"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"signer_name": " "}, "signer_name"),
        ({"signer_name": "x" * 101}, "signer_name"),
        ({"content_hash": ""}, "content_hash"),
    ],
)
def test_a_signature_needs_a_name_and_the_hash_that_was_read(desk: Desk, changed: dict[str, str], field: str) -> None:
    request = signature(desk, desk.link(desk.approved()).token)
    for name, value in changed.items():
        setattr(request, name, value)
    assert [violation.field for violation in desk.refusal("SignQuote", request, PUBLIC).violations] == [field]


def test_a_signed_quote_is_not_edited(desk: Desk) -> None:
    quote = desk.approved()
    desk.sign(desk.link(quote).token)
    request = pb.UpdateQuoteRequest(quote_id=quote.id, payment_terms=HALVES)
    assert desk.refusal("UpdateQuote", request).reason == "WRONG_STATE"


def test_people_with_a_role_do_not_pass_for_the_customer(desk: Desk) -> None:
    request = pb.GetSignPageRequest(token=desk.link(desk.approved()).token)
    assert desk.refusal("GetSignPage", request, SELLER).code == "PERMISSION_DENIED"


def test_the_pdf_follows_the_quote(desk: Desk) -> None:
    quote = desk.submitted()
    assert "NOT APPROVED" in _pdf_text(desk, quote, 0)
    quote = desk.approve(quote, "supervisor", BOSS)
    token = desk.link(quote).token
    assert "上海影像设备有限公司" in _pdf_text(desk, quote, 1)
    desk.sign(token)
    body = desk.call("GetSignPagePdf", pb.GetSignPagePdfRequest(token=token), PUBLIC)
    assert body.content_type == "application/pdf"
    text = PdfReader(io.BytesIO(body.data)).pages[0].extract_text()
    for expected in (quote.number, "李雷", "王小明", "便携式超声诊断仪", "已签署"):
        assert expected in text


def test_an_old_version_prints_as_superseded(desk: Desk) -> None:
    quote = desk.approved()
    lines = [pb.QuoteLineInput(sku="US-1", quantity=2)]
    desk.call("UpdateQuote", pb.UpdateQuoteRequest(quote_id=quote.id, lines=lines))
    assert "SUPERSEDED" in _pdf_text(desk, quote, 1)
    desk.submit(quote.id)
    assert "SUPERSEDED" in _pdf_text(desk, quote, 1)
    assert "200.00" in _pdf_text(desk, quote, 2)


@pytest.mark.parametrize("version", [-1, 2])
def test_a_version_that_is_not_there_has_no_pdf(desk: Desk, version: int) -> None:
    request = pb.GetQuotePdfRequest(quote_id=desk.submitted().id, quote_version=version)
    assert desk.refusal("GetQuotePdf", request).reason == "QUOTE_NOT_FOUND"


def _pdf_text(desk: Desk, quote: pb.Quote, version: int) -> str:
    body = desk.call("GetQuotePdf", pb.GetQuotePdfRequest(quote_id=quote.id, quote_version=version))
    return PdfReader(io.BytesIO(body.data)).pages[0].extract_text()


def _refusals(desk: Desk, request: pb.SignQuoteRequest) -> set[str]:
    """Why the page, its PDF and the signature are refused."""
    return {
        desk.refusal("SignQuote", request, PUBLIC).reason,
        desk.refusal("GetSignPage", pb.GetSignPageRequest(token=request.token), PUBLIC).reason,
        desk.refusal("GetSignPagePdf", pb.GetSignPagePdfRequest(token=request.token), PUBLIC).reason,
    }
