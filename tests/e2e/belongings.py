"""Things that belong to somebody, made through the gateway, for tests of who may see them."""

import base64
from datetime import UTC, datetime
from uuid import uuid4

import orjson

from chassis.publishing import Outcome, Outgoing, Publisher
from devstack.supervisor import Platform
from tests.e2e.belongings_api import Api, Json, eventually
from tests.e2e.leads_belongings import leads_belongings
from tests.leads.visits_room import png


def make_belongings(platform: Platform, api: Api) -> dict[str, str]:
    """One of everything, of one salesperson in a team, a region and a store of their own: path variable -> id."""
    mark = uuid4().hex[:8]
    region, store_id = f"region-{mark}", f"store-{mark}"
    team_id = api.done("POST", "/v1/teams", {"name": f"Team {mark}", "region": region}, "admin")["team"]["id"]
    person = {"username": f"s-{mark}", "name": "Seller", "roles": ["salesperson"], "team_id": team_id, "region": region}
    person_id = api.done("POST", "/v1/people", {**person, "tags": [mark]}, "admin")["person"]["id"]
    owner = {"subject": person_id, "team_id": team_id, "region": region}
    api.done("GET", f"/v1/people/{person_id}", None, "salesperson", **owner)
    leave = {"start_time": "2020-01-01T00:00:00Z", "end_time": "2020-01-02T00:00:00Z"}
    person_now = api.done("POST", f"/v1/people/{person_id}/leaves", leave, "admin")["person"]
    found = {"person_id": person_id, "leave_id": person_now["leaves"][0]["id"]}
    found |= _lead_and_account(api, mark, region, person_id)
    found |= _visit(api, found["account_id"], owner)
    found |= leads_belongings(api, mark, found["account_id"], owner)
    found |= _quote(api, mark, found["account_id"], owner)
    found |= _money(platform, api, mark, found, owner)
    found |= _store(api, mark, region, store_id)
    items = eventually(
        lambda: api.call("GET", "/v1/inbox", None, "salesperson", **owner).json()["inbox_items"], "an inbox item"
    )
    return found | {"inbox_item_id": items[0]["id"]}


def _lead_and_account(api: Api, mark: str, region: str, person_id: str) -> dict[str, str]:
    """A lead with its owner; routing waits until leads knows the salesperson."""

    def is_known() -> bool:
        people = api.done("GET", "/v1/salespeople?page_size=1000", None, "director")["salespeople"]
        return any(each["id"] == person_id for each in people)

    eventually(is_known, "the salesperson in leads")
    body = {"company": f"公司{mark}", "contact_name": "王", "phone": _phone(mark), "region": region, "needs": [mark]}
    lead_id = api.done("POST", "/v1/leads", body, "marketing")["lead"]["id"]

    def owned() -> Json | None:
        lead: Json = api.done("GET", f"/v1/leads/{lead_id}", None, "director")["lead"]
        if not lead["owner_id"]:
            api.call("POST", f"/v1/leads/{lead_id}:route", {"mode": "ROUTING_MODE_AUTO"}, "director")
        return lead if lead["owner_id"] and lead["account_id"] else None

    lead = eventually(owned, "an owner of the lead")
    assert lead["owner_id"] == person_id
    return {"lead_id": lead_id, "account_id": lead["account_id"]}


def _visit(api: Api, account_id: str, owner: Json) -> dict[str, str]:
    note = {"account_id": account_id, "text": "周五前发报价"}
    visit_id = api.done("POST", "/v1/visits", note, "salesperson", **owner)["visit"]["id"]
    photo = {"content": base64.b64encode(png()).decode(), "media_type": "image/png"}
    kept = api.done("POST", f"/v1/visits/{visit_id}/photos", photo, "salesperson", **owner)["photo"]
    return {"visit_id": visit_id, "photo_id": kept["id"]}


def _phone(mark: str) -> str:
    return f"+86138{int(mark, 16) % 10**8:08d}"


def _quote(api: Api, mark: str, account_id: str, owner: Json) -> dict[str, str]:
    product = {
        "name": "Pump",
        "unit": "piece",
        "currency_code": "CNY",
        "tiers": [{"min_quantity": 1, "unit_price_minor": 10_000}],
        "floor_price_minor": 5_000,
        "cost_minor": 4_000,
    }
    api.done("PUT", f"/v1/products/SKU-{mark}", product, "finance")
    body = {
        "account_id": account_id,
        "currency_code": "CNY",
        "lines": [{"sku": f"SKU-{mark}", "quantity": 2}],
        "payment_terms": {"instalments": [{"share_bp": 10_000, "due_days": 30}]},
    }
    return {"quote_id": api.done("POST", "/v1/quotes", body, "salesperson", **owner)["quote"]["id"]}


def _money(platform: Platform, api: Api, mark: str, known: dict[str, str], owner: Json) -> dict[str, str]:
    """A contract as if the quote had been signed, delivered and paid: what billing has of it."""
    total = {"currency_code": "CNY", "amount_minor": "20000"}
    line = {"sku": f"SKU-{mark}", "name": "Pump", "quantity": "2", "unit_price_minor": "10000", "amount_minor": "20000"}
    signed = {
        "quote_id": known["quote_id"],
        "number": f"Q-{mark}",
        "quote_version": 1,
        "content_hash": "0" * 64,
        "account_id": known["account_id"],
        "account_name": f"公司{mark}",
        "owner_id": owner["subject"],
        "team_id": owner["team_id"],
        "region": owner["region"],
        "lines": [line],
        "total": total,
        "payment_terms": {"instalments": [{"share_bp": 10_000, "due_days": 30}]},
        "signer_name": "王",
        "sign_time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }
    _publish(platform, "quotes", "quote_signed.v1", known["quote_id"], signed)
    contracts = eventually(
        lambda: api.done("GET", f"/v1/contracts?quote_id={known['quote_id']}", None, "finance")["contracts"],
        "the contract",
    )
    contract_id = contracts[0]["id"]
    for step in ("ship", "deliver"):
        api.done("POST", f"/v1/contracts/{contract_id}/order:{step}", {}, "director")
    body = {"account_id": known["account_id"], "amount": total, "bank_reference": mark}
    payment_id = api.done("POST", "/v1/payments", body, "finance")["payment"]["id"]
    tasks = eventually(
        lambda: api.done("GET", f"/v1/successTasks?account_id={known['account_id']}", None, "director")[
            "success_tasks"
        ],
        "a customer-success task",
    )
    return {"contract_id": contract_id, "payment_id": payment_id, "task_id": tasks[0]["id"]}


def _store(api: Api, mark: str, region: str, store_id: str) -> dict[str, str]:
    store = {"id": store_id, "name": mark, "region": region, "time_zone": "Asia/Shanghai", "currency_code": "CNY"}
    api.done("POST", "/v1/stores:batchPut", {"stores": [store]}, "admin")
    terminal = {"store_id": store_id, "terminal_id": "T1"}
    api.done("POST", "/v1/terminals:batchCreateEnrolmentCodes", {"terminals": [terminal]}, "admin")
    api.done("POST", "/v1/members:batchPut", {"members": [{"id": f"member-{mark}", "name": mark}]}, "admin")
    return {**terminal, "epoch": "1", "number": "1", "business_day": "2026-03-02", "member_id": f"member-{mark}"}


def _publish(platform: Platform, service: str, event_type: str, subject: str, body: Json) -> None:
    publisher = Publisher(platform.servers.amqp_url(), "test")
    publisher.start()
    assert publisher.wait_connected(10)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    headers: dict[str, str | int] = {
        "ce-specversion": "1.0",
        "ce-id": uuid4().hex,
        "ce-type": event_type,
        "ce-source": f"/saleloop/{service}",
        "ce-subject": subject,
        "ce-time": now,
        "ce-realtime": now,
        "ce-sequence": 1,
    }
    message = Outgoing(f"{service}.events", event_type, orjson.dumps(body), str(headers["ce-id"]), headers)
    assert publisher.publish_and_wait(message) is Outcome.CONFIRMED
    publisher.stop()
