"""Settings of leads."""

import base64
import binascii

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings

SERVICE = "leads"
INTAKE_KEY_BYTES = 32


class LeadsSettings(ServiceSettings):
    """What every process has, and the secret behind forms and webhooks."""

    mongo_database: str = SERVICE

    # Base64url of 32 random bytes: signs form tokens and encrypts webhook secrets. Without it both are closed.
    intake_key: str = Field(default="", repr=False)

    @field_validator("intake_key")
    @classmethod
    def _whole_key(cls, value: str) -> str:
        if value and len(_decoded(value)) != INTAKE_KEY_BYTES:
            raise ValueError(f"must be base64url of {INTAKE_KEY_BYTES} bytes")
        return value

    @property
    def intake_key_bytes(self) -> bytes:
        """The key, or nothing."""
        return _decoded(self.intake_key) if self.intake_key else b""


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64url") from error
