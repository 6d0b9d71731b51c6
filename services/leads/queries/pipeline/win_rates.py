"""Tracing a change of the win rate to the stage that lost it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.access import Scope
from chassis.principal import Principal
from services.leads.documents import Opportunity
from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.stages import DealState, Stage, furthest
from services.leads.domain.pipeline.win_rate import ClosedDeal, Explanation, explain_change, losing_stage
from services.leads.queries.pipeline.opportunities import LEFT_OUT
from services.leads.queries.visible_rows import owned_rows

Row = Mapping[str, Any]
Span = tuple[datetime, datetime]

SHOWN = 200


@dataclass(frozen=True)
class TracedChange:
    """The explanation, the latest deals lost at its worst stage in the later period, and all their reasons."""

    explanation: Explanation
    lost: Sequence[Row]
    loss_reasons: Mapping[str, int]


def explain_win_rate(
    by: Principal, scope: Scope, *, region: str, team_id: str, before: Span, after: Span
) -> TracedChange:
    """The change between two periods (start, and end that is not part of it; UTC) of what the caller may see.

    Raises NothingToCompare, FieldProblem.
    """
    where: dict[str, Any] = {name: value for name, value in (("region", region), ("team_id", team_id)) if value}
    reach = owned_rows(by, scope)

    def closed_in(span: Span, field: str) -> list[ClosedDeal]:
        if span[0] >= span[1]:
            raise FieldProblem(field, "EMPTY_PERIOD", "结束时间须晚于开始时间", "must end after it starts")
        condition = _closed(reach, where, span)
        rows = Opportunity.collection().find(condition, {"state": 1, "stage_times": 1})
        return [ClosedDeal(row["state"] == DealState.WON, furthest(row["stage_times"])) for row in rows]

    explanation = explain_change(closed_in(before, "before"), closed_in(after, "after"))
    stage = explanation.worst_stage
    if stage is None:
        return TracedChange(explanation, [], {})
    lost_at = [each.value for each in Stage if losing_stage(each) is stage]
    condition = _closed(reach, {**where, "state": DealState.LOST.value, "lost_stage": {"$in": lost_at}}, after)
    reasons = Counter(row["loss_reason"] for row in Opportunity.collection().find(condition, {"loss_reason": 1}))
    rows = Opportunity.collection().find(condition, LEFT_OUT).sort([("close_time", -1), ("_id", -1)]).limit(SHOWN)
    return TracedChange(explanation, list(rows), reasons)


def _closed(reach: dict[str, Any], where: Mapping[str, Any], span: Span) -> dict[str, Any]:
    ended = {"state": {"$ne": DealState.OPEN.value}, "close_time": {"$gte": span[0], "$lt": span[1]}}
    return {"$and": [reach, ended, dict(where)]}
