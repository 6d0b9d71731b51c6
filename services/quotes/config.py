"""Settings of quotes: the shared ones, the sign link's key, where the Chinese font lies."""

import base64
import binascii
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings

SIGN_LINK_KEY_BYTES = 32


class QuotesSettings(ServiceSettings):
    """What an installation decides about quotes."""

    mongo_database: str = "quotes"

    # The company's days: quotes are numbered by its year and printed with its dates.
    time_zone: str = "Asia/Shanghai"
    # Base64url of 32 random bytes; sign links made with another key are void.
    sign_link_key: str = Field(default="", repr=False)
    # Holds WenQuanYi Micro Hei (Debian: fonts-wqy-microhei).
    font_dir: Path = Path("/usr/share/fonts/truetype/wqy")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("sign_link_key")
    @classmethod
    def _whole_key(cls, value: str) -> str:
        if value and len(_decoded(value)) != SIGN_LINK_KEY_BYTES:
            raise ValueError(f"must be base64url of {SIGN_LINK_KEY_BYTES} bytes")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sign_key(self) -> bytes:
        """The key of the sign links. Raises SignLinkKeyMissing: a default key would sign for anybody."""
        if not self.sign_link_key:
            raise SignLinkKeyMissing
        return _decoded(self.sign_link_key)


class SignLinkKeyMissing(Exception):
    """The installation has no key for sign links."""

    code = "FAILED_PRECONDITION"
    reason = "SIGN_LINK_KEY_MISSING"

    def __init__(self) -> None:
        super().__init__("SALELOOP_SIGN_LINK_KEY is not set")


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("must be base64url") from error


@cache
def settings() -> QuotesSettings:
    """This process's settings, read once."""
    return QuotesSettings()
