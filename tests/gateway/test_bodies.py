"""Reading bodies piece by piece. Pure."""

import asyncio
from typing import Any

import pytest

from gateway.http import bodies
from gateway.http.refusals import Refusal


def read(*messages: dict[str, Any], length: str = "") -> bytes:
    waiting = list(messages)

    async def receive() -> Any:
        if not waiting:
            await asyncio.sleep(10)
        return waiting.pop(0)

    return asyncio.run(bodies.read_body(receive, length))


def part(content: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_pieces_become_one_body() -> None:
    assert read(part(b"a"), part(b"b"), part(b"c", more=False)) == b"abc"


@pytest.mark.parametrize("length", [str(bodies.MAX_BODY_BYTES + 1), "-1", "many"])
def test_a_length_that_cannot_be_is_refused_unread(length: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(length=length)
    assert refused.value.http_status == 413


def test_a_body_that_grows_too_large_is_refused() -> None:
    chunk = part(b"x" * (bodies.MAX_BODY_BYTES // 2))
    with pytest.raises(Refusal) as refused:
        read(chunk, chunk, chunk)
    assert refused.value.http_status == 413


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY_SECONDS", 0.05)
    with pytest.raises(Refusal) as refused:
        read(part(b"x"))
    assert refused.value.http_status == 408


def test_a_client_that_leaves_is_no_failure_of_ours() -> None:
    with pytest.raises(Refusal) as refused:
        read(part(b"x"), {"type": "http.disconnect"})
    assert refused.value.code == "INVALID_ARGUMENT"
