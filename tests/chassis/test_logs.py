"""What may stand in a log."""

import io
import json
import logging
import sys

import pytest

from chassis import telemetry
from chassis.logs import JsonFormatter, Logger, mask


@pytest.mark.parametrize(
    "phone",
    ["13812345678", "+8613812345678", "+86 138 1234 5678", "138-1234-5678", "86 13812345678", "010-62345678",
     "021 62345678", "(0755)26543210", "+1 (415) 555-2671", "+44 20 7946 0958"],
)  # fmt: skip
def test_phone_numbers_are_masked(phone: str) -> None:
    text = mask(f"call {phone} today")
    assert phone not in text
    assert text == f"call ***{phone[-2:]} today"


@pytest.mark.parametrize(
    "text",
    ["01J9ZK4W8QH5T3N7R2C6M1B0XY", "2025-11-21T18:02:20.123456+00:00", "4bf92f3577b34da6a3ce929d0e0e4736", "89638",
     "amount_minor 123456789", "1763748140123", "127.0.0.1:50051", "quote Q-2025-000123", "25.5 %"],
)  # fmt: skip
def test_ids_times_and_amounts_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("authorization: Bearer abc.def-ghi", "abc.def-ghi"),
        ("token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln", "c2ln"),
        ("mongodb://leads:hunter2@127.0.0.1/leads", "hunter2"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7x", "693a91f6-7x"),
        ("https://oapi.dingtalk.com/robot/send?access_token=abcdef&timestamp=1&sign=xyz%3D", "abcdef"),
    ],
)
def test_secrets_are_masked(text: str, secret: str) -> None:
    assert secret not in mask(text)


def formatted(message: str, **values: object) -> dict[str, object]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter("leads", "rpc"))
    plain = logging.Logger("test")
    plain.addHandler(handler)
    Logger(plain).log(logging.INFO, message, **values)
    line: dict[str, object] = json.loads(written.getvalue())
    return line


def test_a_line_is_json_with_fields_and_trace() -> None:
    with telemetry.span("test"):
        line = formatted("lead created", lead_id="01J", phone=13812345678, nested={"phones": [13812345678]}, name="x")
        assert line["trace_id"] == telemetry.trace_id()
    assert (line["service"], line["process"], line["event"]) == ("leads", "rpc", "lead created")
    assert (line["lead_id"], line["phone"], line["nested"]) == ("01J", "***78", {"phones": ["***78"]})


def test_fields_named_like_secrets_are_left_out() -> None:
    line = formatted("login", password="hunter2", refresh_token="abc", user="u")
    assert (line["password"], line["refresh_token"], line["user"]) == ("***", "***", "u")


def test_an_exception_is_masked_too() -> None:
    try:
        raise ValueError("cannot send to 13812345678")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    text = JsonFormatter("leads", "rpc").format(record)
    assert "13812345678" not in text
    assert "ValueError" in json.loads(text)["exception"]
