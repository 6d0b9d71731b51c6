"""Settings that every process shares, read from environment variables that start with SALELOOP_."""

import base64
import binascii
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Environment = Literal["development", "test", "production"]


class ServiceSettings(BaseSettings):
    """A room subclasses this in its config.py, gives `mongo_database` its own default and adds its own settings.

    Fields that hold a secret are left out of `repr`, so that printing the settings tells nothing.
    """

    model_config = SettingsConfigDict(env_prefix="SALELOOP_", extra="ignore", frozen=True)

    environment: Environment = "development"
    run_dir: Path = Path(".run")
    log_level: str = "INFO"

    mongo_url: str = Field(default="mongodb://127.0.0.1:27017", repr=False)
    mongo_database: str = ""
    amqp_url: str = Field(default="amqp://guest:guest@127.0.0.1:5672/%2F", repr=False)

    bind_host: str = "127.0.0.1"
    grpc_port: int = Field(default=0, ge=0, le=65535)
    telemetry_port: int = Field(default=0, ge=0, le=65535)
    # http(s)://host:port of an OpenTelemetry collector; empty exports nothing.
    otlp_endpoint: str = ""

    # Ed25519, raw, base64url: what the access tokens of calls are checked with.
    access_public_key: str = ""

    # Waiting times between the 5 tries of a message handler.
    retry_delays_ms: Annotated[tuple[int, ...], NoDecode] = (1_000, 5_000, 30_000, 120_000)
    default_country: str = Field(default="CN", pattern="^[A-Z]{2}$")

    @field_validator("retry_delays_ms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(int(part) for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("retry_delays_ms")
    @classmethod
    def _four_growing(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != 4 or any(delay <= 0 for delay in value) or list(value) != sorted(value):
            raise ValueError("four growing delays are needed")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise ValueError("must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
        return value.upper()

    @property
    def in_production(self) -> bool:
        return self.environment == "production"


def key_bytes(text: str, size: int = 32) -> bytes:
    """The key that a setting holds: base64url, with or without padding, of `size` bytes. Raises ValueError."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        key = b""
    if len(key) != size:
        raise ValueError(f"must be base64url of {size} bytes")
    return key
