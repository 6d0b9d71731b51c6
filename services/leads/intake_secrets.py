"""What is derived from the installation's intake key: each use has a key of its own."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.leads.domain.intake.errors import IntakeKeyMissing, WebhookRefused

_NONCE_BYTES = 12


@dataclass(frozen=True)
class IntakeSecrets:
    """`key` is the installation's, empty when it has none; then everything here raises IntakeKeyMissing."""

    key: bytes = field(repr=False)

    @property
    def form_key(self) -> bytes:
        """Signs the tokens of forms."""
        return self._derived(b"form tokens")

    def digest(self, text: str) -> str:
        """Stands for a client's address in a counter: the address itself is not kept."""
        return hmac.new(self._derived(b"addresses"), text.encode(), hashlib.sha256).hexdigest()[:32]

    def seal(self, secret: bytes, owner: str) -> bytes:
        """The secret encrypted; it opens for this `owner` only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._derived(b"webhook secrets")).encrypt(nonce, secret, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Raises WebhookRefused for what another key sealed."""
        try:
            return AESGCM(self._derived(b"webhook secrets")).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.encode()
            )
        except InvalidTag:
            raise WebhookRefused from None

    def _derived(self, use: bytes) -> bytes:
        if not self.key:
            raise IntakeKeyMissing
        return hmac.new(self.key, use, hashlib.sha256).digest()
