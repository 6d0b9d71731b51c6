"""The OpenAPI document says what the routes do."""

from typing import Any

import orjson
import pytest

from contracts.access import TABLE
from gateway.http.operations import Operation, load_operations
from gateway.http.requests import read_request
from tests.gateway.running import Gateway

OPERATIONS = load_operations()


@pytest.fixture(scope="module")
def document(gateway: Gateway) -> dict[str, Any]:
    found: dict[str, Any] = gateway.client.get("/openapi.json").json()
    return found


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    described = {
        (verb.upper(), path): operation["operationId"]
        for path, by_verb in document["paths"].items()
        for verb, operation in by_verb.items()
    }
    assert sorted(described.values()) == sorted(operation.name for operation in OPERATIONS)
    assert described["GET", "/v1/products/{sku}"] == "quotes.GetProduct"
    assert described["PUT", "/v1/products/{sku}"] == "quotes.PutProduct", "one address has one template"
    assert described["PATCH", "/v1/teams/{team_id}"] == "gateway.UpdateTeam", "generators take dots for no names"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values()))
        return set().union(*map(references, node)) if isinstance(node, list) else set()

    for reference in references(document):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_comments_of_the_contracts_are_there(document: dict[str, Any]) -> None:
    lead = document["components"]["schemas"]["leads.Lead"]
    assert "masked" in lead["properties"]["phone"]["description"]


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.body], ids=lambda each: str(each.name))
def test_every_body_has_an_example_that_its_contract_accepts(document: dict[str, Any], operation: Operation) -> None:
    found = [item for verbs in document["paths"].values() for item in verbs.values()]
    described = next(item for item in found if item["operationId"] == operation.name)
    example = described["requestBody"]["content"]["application/json"]["example"]
    values = dict.fromkeys(operation.path_fields, "7")
    read_request(operation, values, b"", "application/json", orjson.dumps(example))


def test_every_post_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for by_verb in document["paths"].values():
        names = {item["name"] for item in by_verb.get("post", {"parameters": []})["parameters"]}
        assert "post" not in by_verb or "Idempotency-Key" in names


def test_who_may_call_is_said(document: dict[str, Any]) -> None:
    create = document["paths"]["/v1/people"]["post"]
    assert create["x-saleloop-roles"] == ["admin"]
    assert document["paths"]["/v1/auth:login"]["post"]["security"] == []
    assert document["security"] == [{"bearer": []}]


def test_every_own_operation_has_a_rule() -> None:
    missing = [each.name for each in OPERATIONS if each.is_own and TABLE.lookup(each.name) is None]
    assert missing == []


def test_the_documentation_page_needs_nothing_from_elsewhere(gateway: Gateway) -> None:
    page = gateway.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "/v1/leads" in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "<script" not in page.text
