"""The month that fairness and the cap count in, by the company's clock."""

from datetime import UTC, datetime, timedelta

from services.leads.domain.visits.planned_action import ZONE


def month_of(at: datetime) -> str:
    """The month of `at`, "2026-11"."""
    return f"{at.astimezone(ZONE):%Y-%m}"


def next_month(at: datetime) -> datetime:
    """When the next month begins (UTC)."""
    first = at.astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1).astimezone(UTC)
