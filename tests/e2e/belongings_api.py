"""The gateway as anybody, for tests of who may see what."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.callers import Tokens

Json = dict[str, Any]
_PATIENCE_SECONDS = 40.0


@dataclass
class Api:
    """The gateway, called as anybody."""

    client: httpx.Client
    tokens: Tokens

    def call(self, verb: str, path: str, body: Json | None, *roles: str, **who: Any) -> httpx.Response:
        """The answer to a caller with these roles; outside everybody's rows unless `who` says otherwise."""
        headers = {"authorization": f"Bearer {self.tokens.token('gateway', *roles, **who)}"}
        return self.client.request(verb, path, json=body, headers=headers)

    def words(self, verb: str, path: str, body: Json | None, role: str) -> tuple[int, str]:
        """Status and text of an answer."""
        answer = self.call(verb, path, body, role)
        return answer.status_code, answer.text

    def first_words(self, path: str, role: str) -> tuple[int, str]:
        """Status and first part of an answer that does not end by itself."""
        headers = {"authorization": f"Bearer {self.tokens.token('gateway', role)}"}
        with self.client.stream("GET", path, headers=headers) as answer:
            return answer.status_code, next(answer.iter_text(), "")

    def done(self, verb: str, path: str, body: Json | None, *roles: str, **who: Any) -> Json:
        """The answer of a call that must succeed; repeated while what it needs has not arrived yet."""

        refused = ""

        def attempt() -> Any:
            nonlocal refused
            answer = self.call(verb, path, body, *roles, **who)
            assert answer.status_code < 500, answer.text
            refused = answer.text
            return answer.json() if answer.status_code == 200 else None

        try:
            found: Json = eventually(attempt, f"{verb} {path}")
        except AssertionError as error:
            error.add_note(refused)
            raise
        return found


def eventually(attempt: Callable[[], Any], what: str) -> Any:
    """The first answer that is not empty."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up:
        found = attempt()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what} had no success within {_PATIENCE_SECONDS:g} s")
