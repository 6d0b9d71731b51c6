"""The gateway's public HTTP API as a person uses it: a login, and requests that may be repeated safely."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]

_TRIES = 6
_REPEATABLE = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.CONFLICT, httpx.codes.SERVICE_UNAVAILABLE)


class Refused(Exception):
    """The API said no; `problem` is its application/problem+json."""

    def __init__(self, request: str, http_status: int, problem: Json) -> None:
        super().__init__(f"{request}: {http_status} {problem.get('reason', '')} {problem.get('detail', problem)}")
        self.http_status = http_status
        self.problem = problem

    @property
    def reason(self) -> str:
        """The machine-readable reason, for example INVOICE_EXCEEDS_CONTRACT."""
        return str(self.problem.get("reason", ""))


class Session:
    """Somebody at the gateway; without a user name it is the public (sign links, terminals)."""

    def __init__(self, base_url: str, username: str = "", password: str = "") -> None:
        self.base_url = base_url
        self._http = httpx.Client(base_url=base_url, timeout=60)
        self.username = username
        self.password = password
        self._token = ""

    def get(self, path: str, **query: Any) -> Json:
        """The answer to GET."""
        answer: Json = self._send("GET", path, params=query).json()
        return answer

    def get_bytes(self, path: str) -> bytes:
        """The raw answer to GET, for example a PDF."""
        return self._send("GET", path).content

    def get_all(self, path: str, field: str, **query: Any) -> list[Json]:
        """All pages of a list."""
        return list(self._rows(path, field, query))

    def post(self, path: str, body: Json | None = None) -> Json:
        """The answer to POST, sent under one Idempotency-Key however often it has to be repeated."""
        headers = {"Idempotency-Key": uuid4().hex}
        answer: Json = self._send("POST", path, json=body or {}, headers=headers).json()
        return answer

    def post_csv(self, path: str, content: bytes) -> Json:
        """Upload a CSV file."""
        headers = {"Idempotency-Key": uuid4().hex, "Content-Type": "text/csv"}
        answer: Json = self._send("POST", path, content=content, headers=headers).json()
        return answer

    def put(self, path: str, body: Json) -> Json:
        """The answer to PUT."""
        answer: Json = self._send("PUT", path, json=body).json()
        return answer

    def patch(self, path: str, body: Json) -> Json:
        """The answer to PATCH."""
        answer: Json = self._send("PATCH", path, json=body).json()
        return answer

    @property
    def access_token(self) -> str:
        """A token of this login, for clients that send their own requests."""
        self._login()
        return self._token

    def _rows(self, path: str, field: str, query: Json) -> Iterator[Json]:
        token = ""
        while True:
            answer = self.get(path, **query, page_token=token)
            yield from answer.get(field, [])
            token = answer.get("next_page_token", "")
            if not token:
                return

    def _send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        headers = parts.pop("headers", {})
        for attempt in range(_TRIES):
            response = self._http.request(method, path, headers={**headers, **self._login()}, **parts)
            if response.status_code == httpx.codes.UNAUTHORIZED and self._token:
                self._token = ""  # it lives for ten minutes only
            elif response.status_code in _REPEATABLE and "retry-after" in response.headers and attempt < _TRIES - 1:
                time.sleep(min(5.0, float(response.headers["retry-after"])))
            else:
                break
        if response.is_error:
            raise Refused(f"{method} {path}", response.status_code, _problem(response))
        return response

    def _login(self) -> dict[str, str]:
        if not self.username:
            return {}
        if not self._token:
            body = {"username": self.username, "password": self.password}
            response = self._http.post("/v1/auth:login", json=body)
            if response.is_error:
                raise Refused("POST /v1/auth:login", response.status_code, _problem(response))
            self._token = response.json()["tokens"]["access_token"]
        return {"Authorization": f"Bearer {self._token}"}


def _problem(response: httpx.Response) -> Json:
    try:
        problem: Json = response.json()
    except ValueError:
        return {"detail": response.text[:300]}
    return problem
