"""The events of attention, made from what is stored. Nothing here decides anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from saleloop.leads.v1 import attention_events_pb2 as events
from services.leads.translate.attention.words import signal_kind_number, step_kind_number, suggestion_state_number
from services.leads.translate.values import timestamp

if TYPE_CHECKING:
    from services.leads.documents.engagement import Engagement
    from services.leads.documents.nurture_run import NurtureRun
    from services.leads.documents.suggestion import Suggestion
    from services.leads.documents.weekly_three import WeeklyReminder


def nurture_step_due(run: "NurtureRun", step: Mapping[str, Any], due_time: datetime) -> events.NurtureStepDue:
    """The owner may send the step's content now."""
    return events.NurtureStepDue(
        nurture_run_id=run.id,
        account_id=run.account_id,
        company=run.company,
        owner_id=run.owner_id,
        team_id=run.team_id,
        region=run.region,
        step_number=run.steps_due,
        kind=step_kind_number(step["kind"]),
        asset_id=step["asset_id"],
        texts=step["texts"],
        due_time=timestamp(due_time),
    )


def engagement_heated(engagement: "Engagement", kind: str, milli: int, at: datetime) -> events.EngagementHeated:
    """The account has become hot at `at`."""
    return events.EngagementHeated(
        **_place(engagement), score_milli=milli, kind=signal_kind_number(kind), heat_time=timestamp(at)
    )


def account_silent(engagement: "Engagement", days: int, answer_minutes: int) -> events.AccountSilent:
    """The account has been silent for `days`, after answers that took `answer_minutes` in the median."""
    return events.AccountSilent(
        **_place(engagement),
        last_signal_time=timestamp(engagement.last_signal_time),
        silence_days=days,
        median_answer_minutes=answer_minutes,
        silence_number=engagement.silence_number,
    )


def account_heard(engagement: "Engagement") -> events.AccountHeard:
    """The silence is over."""
    return events.AccountHeard(
        account_id=engagement.id,
        owner_id=engagement.owner_id,
        silence_number=engagement.silence_number,
        signal_time=timestamp(engagement.last_signal_time),
    )


def suggestion_answered(suggestion: "Suggestion", text: str, by: str) -> events.SuggestionAnswered:
    """A leader answered."""
    return events.SuggestionAnswered(
        suggestion_id=suggestion.id,
        author_id=suggestion.author_id,
        title=suggestion.title,
        state=suggestion_state_number(suggestion.state),
        text=text,
        decided_by=by,
    )


def weekly_three_left(reminder: "WeeklyReminder", week: str, done: int, items: int) -> events.WeeklyThreeLeft:
    """The week ends with something left to do."""
    return events.WeeklyThreeLeft(person_id=reminder.id, week=week, done_count=done, item_count=items)


def _place(engagement: "Engagement") -> dict[str, str]:
    return {
        "account_id": engagement.id,
        "company": engagement.company,
        "owner_id": engagement.owner_id,
        "team_id": engagement.team_id,
        "region": engagement.region,
    }
