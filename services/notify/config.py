"""Settings of notify."""

from functools import cache
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings

SERVICE = "notify"


class NotifySettings(ServiceSettings):
    """What an installation decides about its messages."""

    mongo_database: str = SERVICE
    # Times in messages are shown in this zone.
    time_zone: str = "Asia/Shanghai"
    # How often a worker looks for messages that wait to be sent.
    send_interval_s: float = Field(default=0.5, gt=0, le=60)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@cache
def settings() -> NotifySettings:
    """This process's settings, read once."""
    return NotifySettings()
