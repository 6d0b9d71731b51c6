"""The small company that the runs work with, made through the public API."""

import secrets
import time
from typing import Any
from uuid import uuid4

from bench.load import Client

_PASSWORD = secrets.token_urlsafe(16)


class Company:
    """One supervisor, eight equal salespeople, products, and one account with an owner."""

    def __init__(self, base_url: str, admin_password: str) -> None:
        self.base_url = base_url
        self._tokens: dict[str, tuple[str, float]] = {}
        self._passwords = {"admin": admin_password}
        admin = self.client("admin")
        team = admin.call("POST", "/v1/teams", {"name": "华东一队", "region": "east"}, uuid4().hex)["team"]
        self.supervisor = self.person(admin, "bench-supervisor", "周主管", ["supervisor"], team["id"])
        admin.call("PATCH", f"/v1/teams/{team['id']}", {"supervisor_id": self.supervisor["id"]})
        self.salespeople = [
            self.person(
                admin, f"bench-sales-{n}", f"销售{n}", ["salesperson"], team["id"], tags=["cold_chain", "retail"]
            )
            for n in range(8)
        ]
        self.person(admin, "bench-marketing", "市场", ["marketing"], team["id"])
        self.person(admin, "bench-director", "总监", ["director"], team["id"])
        # Thousands of leads that nobody calls: the cap on untouched leads must not end the run.
        policy = admin.call("GET", "/v1/routingPolicy")["routing_policy"]
        admin.call("PATCH", "/v1/routingPolicy", {"routing_policy": policy | {"untouched_cap": 1_000_000}})
        time.sleep(2)

    def client(self, username: str) -> Client:
        """A new connection with a login that is still good for some minutes."""
        token, until = self._tokens.get(username, ("", 0.0))
        if time.monotonic() > until:
            body = {"username": username, "password": self._passwords[username]}
            token = Client(self.base_url).call("POST", "/v1/auth:login", body)["tokens"]["access_token"]
            self._tokens[username] = (token, time.monotonic() + 240)
        return Client(self.base_url, token)

    def person(
        self,
        admin: Client,
        username: str,
        name: str,
        roles: list[str],
        team_id: str,
        *,
        tags: list[str] | None = None,
        region: str = "east",
    ) -> dict[str, Any]:
        """A new person who can log in."""
        self._passwords[username] = _PASSWORD
        body = {
            "username": username,
            "password": _PASSWORD,
            "name": name,
            "roles": roles,
            "team_id": team_id,
            "region": region,
            "tags": tags or [],
            "language": "zh",
        }
        person: dict[str, Any] = admin.insist("POST", "/v1/people", body, uuid4().hex)["person"]
        return person


def lead_body(number: object) -> dict[str, Any]:
    """A lead of a company that is not known yet."""
    return {
        "channel": "expo",
        "company": f"上海测试{number}贸易有限公司",
        "contact_name": "王小明",
        "phone": f"+8613{uuid4().int % 10**9:09d}",
        "region": "east",
        "urgency": "URGENCY_YELLOW",
        "needs": ["cold_chain"],
    }
