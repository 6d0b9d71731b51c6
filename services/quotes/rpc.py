"""QuotesService: protobuf to use case and back. Errors are translated by the chassis."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis import pages
from chassis.principal import Principal, current
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from saleloop.quotes.v1 import quotes_service_pb2_grpc as pb_grpc
from services.quotes import sign_links, translate, wire
from services.quotes.commands.create_quote import create_quote
from services.quotes.commands.decide_quote import decide_quote
from services.quotes.commands.put_product import put_product
from services.quotes.commands.sign_quote import sign_quote
from services.quotes.commands.submit_quote import submit_quote
from services.quotes.commands.update_policy import update_policy
from services.quotes.commands.update_quote import update_quote
from services.quotes.documents import Policy, Product
from services.quotes.domain.steps import Decision
from services.quotes.domain.terms import assess_clauses
from services.quotes.queries.printed import print_quote, print_sign_page
from services.quotes.queries.products import list_products
from services.quotes.queries.quotes import get_quote, list_quotes, preview_approval

SIGN_PATH = "/v1/public/sign/"


class QuotesServicer(pb_grpc.QuotesServiceServicer):
    """One method for each rpc of the contract; each translates, calls one use case, translates back."""

    def PutProduct(self, request: pb.PutProductRequest, context: Any) -> pb.PutProductResponse:
        return pb.PutProductResponse(
            product=translate.product_message(put_product(translate.entry_from(request.product)))
        )

    def GetProduct(self, request: pb.GetProductRequest, context: Any) -> pb.GetProductResponse:
        return pb.GetProductResponse(product=translate.product_message(Product.load(request.sku)))

    def ListProducts(self, request: pb.ListProductsRequest, context: Any) -> pb.ListProductsResponse:
        rows, token = list_products(pages.open_page(request))
        return pb.ListProductsResponse(products=map(translate.product_message, rows), next_page_token=token)

    def CreateQuote(self, request: pb.CreateQuoteRequest, context: Any) -> pb.CreateQuoteResponse:
        quote = create_quote(translate.wanted_quote(request), by=caller(), request_id=request.request_id)
        return pb.CreateQuoteResponse(quote=translate.quote_message(quote))

    def UpdateQuote(self, request: pb.UpdateQuoteRequest, context: Any) -> pb.UpdateQuoteResponse:
        has_terms, has_until = request.HasField("payment_terms"), request.HasField("valid_until")
        quote = update_quote(
            request.quote_id,
            lines=translate.wanted_lines(request.lines),
            payment_terms=wire.terms_from(request.payment_terms) if has_terms else None,
            valid_until=wire.moment_from(request.valid_until, "valid_until") if has_until else None,
            by=caller(),
        )
        return pb.UpdateQuoteResponse(quote=translate.quote_message(quote))

    def GetQuote(self, request: pb.GetQuoteRequest, context: Any) -> pb.GetQuoteResponse:
        return pb.GetQuoteResponse(quote=translate.quote_message(get_quote(request.quote_id, by=caller())))

    def ListQuotes(self, request: pb.ListQuotesRequest, context: Any) -> pb.ListQuotesResponse:
        rows, token = list_quotes(
            pages.open_page(request),
            state=request.state,
            account_id=request.account_id,
            is_awaiting_me=request.awaiting_me,
            by=caller(),
        )
        return pb.ListQuotesResponse(quotes=map(translate.quote_message, rows), next_page_token=token)

    def PreviewApproval(self, request: pb.PreviewApprovalRequest, context: Any) -> pb.PreviewApprovalResponse:
        quote, steps = preview_approval(request.quote_id, by=caller())
        risk = pb.ClauseRisk.ValueType(assess_clauses(quote.terms).risk)
        return pb.PreviewApprovalResponse(steps=map(translate.step_message, steps), clause_risk=risk)

    def SubmitQuote(self, request: pb.SubmitQuoteRequest, context: Any) -> pb.SubmitQuoteResponse:
        quote = submit_quote(request.quote_id, by=caller(), request_id=request.request_id)
        return pb.SubmitQuoteResponse(quote=translate.quote_message(quote))

    def ApproveQuote(self, request: pb.ApproveQuoteRequest, context: Any) -> pb.ApproveQuoteResponse:
        return pb.ApproveQuoteResponse(quote=_decide(request, Decision.APPROVED))

    def ReturnQuote(self, request: pb.ReturnQuoteRequest, context: Any) -> pb.ReturnQuoteResponse:
        return pb.ReturnQuoteResponse(quote=_decide(request, Decision.RETURNED))

    def RejectQuote(self, request: pb.RejectQuoteRequest, context: Any) -> pb.RejectQuoteResponse:
        return pb.RejectQuoteResponse(quote=_decide(request, Decision.REJECTED))

    def GetSignLink(self, request: pb.GetSignLinkRequest, context: Any) -> pb.GetSignLinkResponse:
        quote = get_quote(request.quote_id, by=caller())
        token = sign_links.sign_token(quote)
        return pb.GetSignLinkResponse(
            token=token, path=SIGN_PATH + token, expire_time=wire.timestamp(quote.valid_until)
        )

    def GetQuotePdf(self, request: pb.GetQuotePdfRequest, context: Any) -> HttpBody:
        return _pdf(print_quote(request.quote_id, request.quote_version, by=caller()))

    def GetSignPage(self, request: pb.GetSignPageRequest, context: Any) -> pb.GetSignPageResponse:
        return translate.sign_page_message(*sign_links.follow(request.token))

    def GetSignPagePdf(self, request: pb.GetSignPagePdfRequest, context: Any) -> HttpBody:
        return _pdf(print_sign_page(request.token))

    def SignQuote(self, request: pb.SignQuoteRequest, context: Any) -> pb.SignQuoteResponse:
        quote = sign_quote(request.token, signer_name=request.signer_name, read_hash=request.content_hash)
        return pb.SignQuoteResponse(
            number=quote.number or "",
            quote_version=quote.current_version,
            signer_name=quote.signer_name or "",
            sign_time=wire.timestamp(quote.sign_time),
        )

    def GetApprovalPolicy(self, request: pb.GetApprovalPolicyRequest, context: Any) -> pb.GetApprovalPolicyResponse:
        return pb.GetApprovalPolicyResponse(approval_policy=translate.policy_message(Policy.current()))

    def UpdateApprovalPolicy(
        self, request: pb.UpdateApprovalPolicyRequest, context: Any
    ) -> pb.UpdateApprovalPolicyResponse:
        policy = update_policy(translate.rules_from(request.approval_policy))
        return pb.UpdateApprovalPolicyResponse(approval_policy=translate.policy_message(policy))


def caller() -> Principal:
    """Who calls."""
    return current().principal


def _decide(
    request: pb.ApproveQuoteRequest | pb.ReturnQuoteRequest | pb.RejectQuoteRequest, decision: Decision
) -> pb.Quote:
    quote = decide_quote(
        request.quote_id,
        decision,
        quote_version=request.quote_version,
        step=request.step,
        comment=request.comment,
        by=caller(),
    )
    return translate.quote_message(quote)


def _pdf(content: bytes) -> HttpBody:
    return HttpBody(content_type="application/pdf", data=content)
