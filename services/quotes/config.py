"""Settings of quotes: the shared ones, the sign link's key, where the Chinese font lies."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings, key_bytes


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
        if value:
            key_bytes(value)
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sign_key(self) -> bytes:
        """The key of the sign links. Raises SignLinkKeyMissing: a default key would sign for anybody."""
        if not self.sign_link_key:
            raise SignLinkKeyMissing
        return key_bytes(self.sign_link_key)


class SignLinkKeyMissing(Exception):
    """The installation has no key for sign links."""

    code = "FAILED_PRECONDITION"
    reason = "SIGN_LINK_KEY_MISSING"

    def __init__(self) -> None:
        super().__init__("SALELOOP_SIGN_LINK_KEY is not set")


@cache
def settings() -> QuotesSettings:
    """This process's settings, read once."""
    return QuotesSettings()
