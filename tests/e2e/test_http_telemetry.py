"""What the HTTP gateway tells about itself."""

import httpx

from devstack.supervisor import Platform


def test_requests_are_measured_by_route_and_not_by_address(platform: Platform) -> None:
    httpx.get(f"{platform.http_url}/v1/leads/some-lead-of-mine")
    metrics = httpx.get(f"http://{platform.wiring.telemetry_address('gateway-http')}/metrics").text
    labels = 'method="GET",route="/v1/leads/{lead_id}",status="401"'
    counts = [line for line in metrics.splitlines() if line.startswith("saleloop_http_duration_seconds_count")]
    assert any(labels in line for line in counts), counts
    assert "some-lead-of-mine" not in metrics


def test_made_up_methods_do_not_become_labels(platform: Platform) -> None:
    httpx.request("BREW", f"{platform.http_url}/v1/leads")
    metrics = httpx.get(f"http://{platform.wiring.telemetry_address('gateway-http')}/metrics").text
    assert "BREW" not in metrics


def test_the_gateway_is_ready(platform: Platform) -> None:
    for process in ("gateway-http", "gateway-audit"):
        answer = httpx.get(f"http://{platform.wiring.telemetry_address(process)}/readyz")
        assert answer.status_code == 200
        assert answer.json()["ready"]
