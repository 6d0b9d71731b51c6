"""Products over rpc: who sees the cost, what is refused, what others are told."""

from typing import Any

import orjson
import pytest

from chassis.principal import Principal
from saleloop.quotes.v1 import quotes_service_pb2 as pb
from services.quotes.documents import Product
from tests.quotes.desk import ADMIN, FINANCE, MARKETING, SELLER, Desk, product


def put(desk: Desk, what: pb.Product, caller: Principal = FINANCE) -> pb.Product:
    answer: pb.Product = desk.call("PutProduct", pb.PutProductRequest(product=what), caller).product
    return answer


def test_only_finance_sees_the_cost(desk: Desk) -> None:
    request = pb.GetProductRequest(sku="US-1")
    costs = {who.subject: desk.call("GetProduct", request, who).product.cost_minor for who in (FINANCE, SELLER, ADMIN)}
    assert costs == {"fin": 5_000, "seller": 0, "admin": 0}
    rows = desk.call("ListProducts", pb.ListProductsRequest(), MARKETING).products
    assert [row.cost_minor for row in rows] == [0]


def test_somebody_who_does_not_see_the_cost_does_not_erase_it(desk: Desk) -> None:
    put(desk, product(name="新名称", cost_minor=0), ADMIN)
    assert Product.load("US-1").cost_minor == 5_000


def test_the_audit_record_does_not_disclose_the_cost(desk: Desk) -> None:
    (stored,) = Product.collection().find()
    (record,) = (orjson.loads(e["body"]) for e in stored["outbox"] if e["type"] == "change_recorded.v1")
    assert record["changes"]["cost_minor"]["after"].startswith("sha256:")


def test_the_same_product_again_changes_nothing(desk: Desk) -> None:
    assert put(desk, product()).version == 1
    assert put(desk, product(name="新名称")).version == 2


def test_every_change_is_told_with_its_version(desk: Desk) -> None:
    put(desk, product(name="新名称"))
    (stored,) = Product.collection().find()
    told = [orjson.loads(e["body"]) for e in stored["outbox"] if e["type"] == "product_changed.v1"]
    assert [(each["name"], each["version"]) for each in told] == [("便携式超声诊断仪", "1"), ("新名称", "2")]


def test_products_are_listed_page_by_page(desk: Desk) -> None:
    for number in range(2, 6):
        put(desk, product(f"US-{number}"))
    seen, page_token = [], ""
    while True:
        answer = desk.call("ListProducts", pb.ListProductsRequest(page_size=2, page_token=page_token))
        seen += [row.sku for row in answer.products]
        page_token = answer.next_page_token
        if not page_token:
            break
    assert seen == [f"US-{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"tiers": []}, "product.tiers"),
        ({"currency_code": "yuan"}, "product.currency_code"),
        ({"floor_price_minor": -1}, "product.floor_price_minor"),
        ({"cost_minor": -1}, "product.cost_minor"),
        ({"name": " "}, "product.name"),
        ({"name": "a\u0000b"}, "product.name"),
        ({"sku": "a/b"}, "product.sku"),
    ],
)
def test_a_wrong_product_is_refused_with_its_field(desk: Desk, wrong: dict[str, Any], field: str) -> None:
    error = desk.refusal("PutProduct", pb.PutProductRequest(product=product(**wrong)), FINANCE)
    assert (error.code, [violation.field for violation in error.violations]) == ("INVALID_ARGUMENT", [field])


def test_salespeople_do_not_write_the_catalogue(desk: Desk) -> None:
    assert desk.refusal("PutProduct", pb.PutProductRequest(product=product())).code == "PERMISSION_DENIED"


def test_an_unknown_product_is_not_found(desk: Desk) -> None:
    assert desk.refusal("GetProduct", pb.GetProductRequest(sku="US-9")).reason == "PRODUCT_NOT_FOUND"
