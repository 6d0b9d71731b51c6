"""Settings of billing: the shared ones, and its policies as data."""

from functools import cache
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from chassis.settings import ServiceSettings
from services.billing.domain.radar import RadarPolicy
from services.billing.domain.success import SuccessPolicy


class BillingSettings(ServiceSettings):
    """What an installation decides about money owed."""

    mongo_database: str = "billing"

    # The company's days: a due day ends at this zone's midnight.
    time_zone: str = "Asia/Shanghai"
    default_currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    # Due when a signed quote names no instalments.
    default_term_days: int = Field(default=30, ge=0, le=3650)

    radar_yellow_days: int = Field(default=3, gt=0)
    radar_red_days: int = Field(default=7, gt=0)
    match_tolerance_minor: int = Field(default=50_000, ge=0)

    satisfaction_call_days: int = Field(default=7, ge=0)
    problem_check_days: int = Field(default=5, ge=0)
    success_task_days: int = Field(default=2, ge=0)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def radar_policy(self) -> RadarPolicy:
        return RadarPolicy(self.radar_yellow_days, self.radar_red_days)

    @property
    def success_policy(self) -> SuccessPolicy:
        return SuccessPolicy(self.satisfaction_call_days, self.problem_check_days, self.success_task_days)


@cache
def settings() -> BillingSettings:
    """This process's settings, read once."""
    return BillingSettings()
