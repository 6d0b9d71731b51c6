"""HTTP in, the service's answer out."""

import httpx
import pytest

from tests.gateway.running import Gateway

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def admin(gateway: Gateway) -> dict[str, str]:
    gateway.person(gateway.as_user(), "mary", "marketing", "director", region="east", store_ids=["1"])
    return gateway.as_person("mary")


def test_a_post_reaches_the_service_as_its_request(gateway: Gateway, admin: dict[str, str]) -> None:
    body = {"company": "明远", "urgency": "URGENCY_RED", "needs": ["泵"], "externalId": "e1"}
    answer = gateway.client.post("/v1/leads", json=body, headers=admin)
    assert answer.status_code == 200
    lead = answer.json()["lead"]
    assert lead["company"] == "明远"
    assert lead["needs"] == [], "fields without a value are shown too"
    request = gateway.leads.requests[-1]
    assert (request.company, request.urgency, list(request.needs), request.external_id) == ("明远", 1, ["泵"], "e1")


def test_the_service_learns_who_calls(gateway: Gateway, admin: dict[str, str]) -> None:
    gateway.client.get("/v1/leads/L1", headers=admin)
    caller = gateway.leads.callers[-1]
    assert caller.roles == {"marketing", "director"}
    assert caller.region == "east"
    assert caller.store_ids == {"1"}


def test_path_and_query_fill_the_request(gateway: Gateway, admin: dict[str, str]) -> None:
    answer = gateway.client.get("/v1/leads/L-17", headers=admin)
    assert answer.json()["lead"]["id"] == "L-17"
    assert answer.json()["lead"]["version"] == "7", "64-bit integers are strings in proto JSON"
    gateway.client.get("/v1/leads", params={"page_size": 5, "state": "LEAD_STATE_NEW"}, headers=admin)
    request = gateway.leads.requests[-1]
    assert (request.page_size, request.state) == (5, 1)


@pytest.mark.parametrize("media_type", ["text/csv", "image/jpeg", XLSX])
def test_a_file_goes_in_as_it_is(gateway: Gateway, admin: dict[str, str], media_type: str) -> None:
    answer = gateway.client.post(
        "/v1/leads:import?validate_only=true&columns.phone=电话",
        content="company,phone\na,1\nb,2\n".encode("gbk"),
        headers=admin | {"content-type": media_type},
    )
    assert answer.json()["created"] == 3
    request = gateway.leads.requests[-1]
    assert request.validate_only
    assert dict(request.columns) == {"phone": "电话"}


def test_refusals_of_the_service_become_problems(gateway: Gateway, admin: dict[str, str]) -> None:
    answer = gateway.client.post("/v1/leads", json={"channel": "refused"}, headers=admin | {"accept-language": "zh-CN"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["reason"] == "LEAD_CLOSED"
    assert problem["domain"] == "leads.saleloop"
    assert problem["title"] == "当前状态不允许此操作"
    assert problem["trace_id"] == answer.headers["x-trace-id"]


def test_wrong_fields_keep_their_paths(gateway: Gateway, admin: dict[str, str]) -> None:
    answer = gateway.client.post("/v1/leads", json={"channel": "wrong"}, headers=admin)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "phone", "description": "is no phone number"}]


def test_unknown_exceptions_tell_nothing(gateway: Gateway, admin: dict[str, str]) -> None:
    answer = gateway.client.post("/v1/leads", json={"channel": "broken"}, headers=admin)
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_a_service_that_is_away_is_503_with_retry_after(gateway: Gateway, admin: dict[str, str]) -> None:
    answer = gateway.client.get("/v1/quotes", headers=admin)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["reason"] == "SERVICE_UNAVAILABLE"
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("path", "method", "status", "reason"),
    [
        ("/v1/nothing", "GET", 404, "ROUTE_NOT_FOUND"),
        ("/v1/leads", "DELETE", 405, "METHOD_NOT_ALLOWED"),
        ("/v1/leads/x:route", "GET", 405, "METHOD_NOT_ALLOWED"),
        ("/v1/leads/", "GET", 404, "ROUTE_NOT_FOUND"),
    ],
)
def test_unknown_routes_are_problems_too(gateway: Gateway, path: str, method: str, status: int, reason: str) -> None:
    answer = gateway.client.request(method, path)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert answer.headers["allow"] in ("GET, POST", "POST")


@pytest.mark.parametrize("wanted", ["0", "-1", "31", "soon", "nan"])
def test_the_time_limit_is_bounded(gateway: Gateway, admin: dict[str, str], wanted: str) -> None:
    answer = gateway.client.get("/v1/leads", headers=admin | {"x-request-timeout": wanted})
    assert answer.status_code == 400


def test_a_time_limit_that_passes_is_504(gateway: Gateway, admin: dict[str, str]) -> None:
    gateway.leads.delay_seconds = 1.0
    try:
        answer = gateway.client.post("/v1/leads", json={}, headers=admin | {"x-request-timeout": "0.2"})
    finally:
        gateway.leads.delay_seconds = 0.0
    assert answer.status_code == 504


def test_every_answer_has_the_security_headers(gateway: Gateway, admin: dict[str, str]) -> None:
    answers: list[httpx.Response] = [
        gateway.client.get("/v1/leads", headers=admin),
        gateway.client.get("/v1/leads"),
        gateway.client.get("/nothing"),
        gateway.client.get("/docs"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_the_callers_trace_goes_on(gateway: Gateway, admin: dict[str, str]) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = gateway.client.get("/v1/leads", headers=admin | {"traceparent": parent})
    assert answer.headers["x-trace-id"] == "0af7651916cd43dd8448eb211c80319c"
