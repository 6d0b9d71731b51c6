"""Trace context, and the process's own endpoint."""

import json
import urllib.error
import urllib.request

import pytest

from chassis import telemetry


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_checks", {})


def test_a_span_continues_the_given_trace() -> None:
    cause = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    with telemetry.span("handle", "consumer", traceparent=cause):
        assert telemetry.trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736"
        assert telemetry.traceparent() != cause
        outer = telemetry.traceparent()
        with telemetry.span("inside"):
            assert telemetry.trace_id() == telemetry.trace_id(outer)
    assert telemetry.traceparent() == ""


@pytest.mark.parametrize("bad", ["", "nonsense", "00-xyz-1-01", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_bad_traceparent_starts_a_new_trace(bad: str) -> None:
    with telemetry.span("handle", traceparent=bad):
        assert len(telemetry.trace_id()) == 32


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.usefixtures("checks")
def test_the_endpoint_tells_life_readiness_and_metrics() -> None:
    port = telemetry.serve_telemetry(0)
    telemetry.add_readiness_check("storage", lambda: True)
    assert get(port, "/livez") == (200, "ok\n")
    assert get(port, "/readyz")[0] == 200
    telemetry.add_readiness_check("broker", lambda: 1 / 0 > 0)
    status, body = get(port, "/readyz")
    assert (status, json.loads(body)["checks"]) == (503, {"storage": True, "broker": False})
    assert "saleloop_inflight_messages" in get(port, "/metrics")[1]
    assert get(port, "/other")[0] == 404
