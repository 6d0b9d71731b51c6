"""Confirmed quotes: created with three lines, submitted, approved by the supervisor."""

import time
from uuid import uuid4

from bench.company import Company, lead_body
from bench.load import Client, as_fast_as_possible
from devstack.supervisor import Platform

_CLIENTS = 8
_SECONDS = 20.0
_SKUS = ("BENCH-1", "BENCH-2", "BENCH-3")


def confirmed_quotes(running: Platform, company: Company) -> dict[str, float | int | str]:
    """Whole quotes (three HTTP writes each) by eight clients."""
    director = company.client("bench-director")
    for sku in _SKUS:
        product = {
            "name": f"测试商品 {sku}",
            "unit": "件",
            "currency_code": "CNY",
            "tiers": [{"min_quantity": 1, "unit_price_minor": 1000}, {"min_quantity": 100, "unit_price_minor": 900}],
            "floor_price_minor": 500,
        }
        director.call("PUT", f"/v1/products/{sku}", product)
    account_id, owner = _account_with_owner(company)
    sales = [company.client(owner) for _ in range(_CLIENTS)]
    supervisors = [company.client("bench-supervisor") for _ in range(_CLIENTS)]
    samples = as_fast_as_possible(
        _CLIENTS, _SECONDS, lambda client, turn: _confirm(sales[client], supervisors[client], account_id)
    )
    return {
        "confirmed_quotes_per_s": samples.per_second,
        "p50_ms": samples.percentile_ms(50),
        "p99_ms": samples.percentile_ms(99),
        "errors": len(samples.errors),
        **({"first_error": samples.errors[0][:200]} if samples.errors else {}),
    }


def _account_with_owner(company: Company) -> tuple[str, str]:
    marketing, director = company.client("bench-marketing"), company.client("bench-director")
    lead_id = marketing.call("POST", "/v1/leads", lead_body("报价客户"), uuid4().hex)["lead"]["id"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lead = director.call("GET", f"/v1/leads/{lead_id}")["lead"]
        if lead["owner_id"]:
            owner = next(person["username"] for person in company.salespeople if person["id"] == lead["owner_id"])
            time.sleep(2)
            return lead["account_id"], owner
        time.sleep(0.2)
    raise RuntimeError("the lead got no owner within 30 s")


def _confirm(sales: Client, supervisor: Client, account_id: str) -> None:
    draft = {
        "account_id": account_id,
        "currency_code": "CNY",
        "lines": [{"sku": sku, "quantity": 10} for sku in _SKUS],
        "payment_terms": {"cash_on_delivery": True, "instalments": [{"share_bp": 10000, "due_days": 30}]},
    }
    quote = sales.call("POST", "/v1/quotes", draft, uuid4().hex)["quote"]
    quote = sales.call("POST", f"/v1/quotes/{quote['id']}:submit", {}, uuid4().hex)["quote"]
    decision = {"quote_version": quote["current_version"], "step": "supervisor"}
    approved = supervisor.call("POST", f"/v1/quotes/{quote['id']}:approve", decision, uuid4().hex)["quote"]
    if approved["state"] != "QUOTE_STATE_APPROVED":
        raise RuntimeError(f"the quote is {approved['state']}")
