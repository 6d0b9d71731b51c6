"""Who owns a database and a RabbitMQ user, and the passwords of one installation."""

import base64
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

OWNERS = ("leads", "quotes", "billing", "stores", "notify", "gateway")
ADMIN = "saleloop-admin"


@dataclass(frozen=True)
class Secrets:
    """Random passwords and keys, made once for each run directory, since the data keeps what they protect.

    Keys are base64url without padding: an Ed25519 seed for access tokens, 32 bytes for sign links.
    """

    admin: str
    keyfile: str
    owners: dict[str, str]
    first_admin_password: str
    access_private_key: str
    access_public_key: str
    sign_link_key: str

    @classmethod
    def load_or_create(cls, path: Path) -> "Secrets":
        """The passwords kept in `path`, or new ones written there for the owner's eyes only."""
        if path.exists():
            return cls(**json.loads(path.read_text()))
        access = Ed25519PrivateKey.generate()
        made = cls(
            admin=secrets.token_hex(16),
            keyfile=secrets.token_hex(48),
            owners={owner: secrets.token_hex(16) for owner in OWNERS},
            first_admin_password=secrets.token_urlsafe(12),
            access_private_key=_base64url(access.private_bytes_raw()),
            access_public_key=_base64url(access.public_key().public_bytes_raw()),
            sign_link_key=_base64url(secrets.token_bytes(32)),
        )
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(made)))
        return made

    @property
    def intake_key(self) -> str:
        """32 bytes for forms and webhooks, base64url."""
        return self._derived(b"saleloop intake")

    @property
    def proposal_link_key(self) -> str:
        """32 bytes for the links of proposals, base64url."""
        return self._derived(b"saleloop proposal links")

    def _derived(self, purpose: bytes) -> str:
        """A key made from the one of the sign links, which cannot be told from it: older folders have it too."""
        raw = base64.urlsafe_b64decode(self.sign_link_key + "=" * (-len(self.sign_link_key) % 4))
        return _base64url(hmac.digest(raw, purpose, "sha256"))

    def user(self, owner: str | None) -> tuple[str, str]:
        """Name and password of `owner`, or of the administrator for None."""
        return (ADMIN, self.admin) if owner is None else (owner, self.owners[owner])


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def owner_of(process: str) -> str:
    """The owner whose credentials the process of this Procfile name gets: `leads-worker` -> `leads`."""
    return process.split("-", 1)[0]
