"""What the fixtures of tests/conftest.py hand out."""

import os
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from devstack.owners import OWNERS
from devstack.rabbit import owner_permission
from devstack.servers import Servers


def environ_for_tests() -> dict[str, str]:
    """The environment of tests: the person's own, without settings that belong to their running platform."""
    kept = (
        "SALELOOP_MONGO_URL",
        "SALELOOP_AMQP_URL",
        "SALELOOP_AMQP_MANAGEMENT_URL",
        "SALELOOP_AMQP_ADMIN_URL",
    )
    own = {key: value for key, value in os.environ.items() if not key.startswith("SALELOOP_") or key in kept}
    return own | {"SALELOOP_ENVIRONMENT": "test"}


@dataclass(frozen=True)
class Database:
    """An empty database; `url` carries the administrator's user, so any collection may be made."""

    owner: str
    url: str
    name: str

    @property
    def settings(self) -> dict[str, str]:
        """Environment variables for a process or a settings class of this owner."""
        return {
            "SALELOOP_MONGO_URL": self.url,
            "SALELOOP_MONGO_DATABASE": self.name,
            "SALELOOP_ENVIRONMENT": "test",
        }


@dataclass(frozen=True)
class Vhost:
    """A virtual host of its own on the shared broker, with quorum queues by default."""

    stack: Servers
    name: str

    def amqp_url(self, owner: str | None = None) -> str:
        """URL with the owner's user (the administrator's for None)."""
        return self.stack.amqp_url(owner, self.name)

    @property
    def management_url(self) -> str:
        """The management API with the administrator's credentials."""
        return self.stack.management_url

    @property
    def admin_settings(self) -> dict[str, str]:
        """What `python -m chassis.topology declare` needs for this virtual host."""
        return {
            "SALELOOP_AMQP_URL": self.amqp_url(),
            "SALELOOP_AMQP_ADMIN_URL": self.amqp_url(),
            "SALELOOP_AMQP_MANAGEMENT_URL": self.management_url,
        }

    def create(self) -> None:
        # 3.10 reads the first name, newer versions the second.
        self._put(f"vhosts/{quote(self.name)}", {"defaultqueuetype": "quorum", "default_queue_type": "quorum"})
        for owner in OWNERS:
            self._put(f"permissions/{quote(self.name)}/{owner}", owner_permission(owner, self.name))

    def delete(self) -> None:
        httpx.delete(f"{self.management_url}/api/vhosts/{quote(self.name)}", timeout=30).raise_for_status()

    def _put(self, path: str, body: dict[str, str]) -> None:
        httpx.put(f"{self.management_url}/api/{path}", json=body, timeout=30).raise_for_status()
