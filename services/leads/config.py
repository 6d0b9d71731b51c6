"""Settings of leads."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings, key_bytes

SERVICE = "leads"


class ProposalLinkKeyMissing(Exception):
    """The installation has no key for the links of proposals; a default key would open them for anybody."""

    code = "FAILED_PRECONDITION"
    reason = "PROPOSAL_LINK_KEY_MISSING"

    def __init__(self) -> None:
        super().__init__("SALELOOP_PROPOSAL_LINK_KEY is not set")


class LeadsSettings(ServiceSettings):
    """What an installation decides about leads."""

    mongo_database: str = SERVICE

    # The company's days: proposals are printed with its dates.
    time_zone: str = "Asia/Shanghai"
    # Keys are base64url of 32 random bytes. This one signs form tokens and encrypts webhook secrets; without it both
    # are closed.
    intake_key: str = Field(default="", repr=False)
    # Links of proposals made with another key are void.
    proposal_link_key: str = Field(default="", repr=False)
    # Holds WenQuanYi Micro Hei (Debian: fonts-wqy-microhei).
    font_dir: Path = Path("/usr/share/fonts/truetype/wqy")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("intake_key", "proposal_link_key")
    @classmethod
    def _whole_key(cls, value: str) -> str:
        if value:
            key_bytes(value)
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def intake_key_bytes(self) -> bytes:
        """The key, or nothing."""
        return key_bytes(self.intake_key) if self.intake_key else b""

    @property
    def link_key(self) -> bytes:
        """The key of the links of proposals. Raises ProposalLinkKeyMissing."""
        if not self.proposal_link_key:
            raise ProposalLinkKeyMissing
        return key_bytes(self.proposal_link_key)
