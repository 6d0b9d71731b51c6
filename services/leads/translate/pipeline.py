"""Opportunities, refused jumps, losses and win rates between storage and protobuf."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from saleloop.leads.v1 import pipeline_service_pb2 as pb
from saleloop.type.v1.money_pb2 import Money
from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.gates import WORDS, Need
from services.leads.domain.pipeline.loss_reasons import LossReasonData, PlaybookStep
from services.leads.domain.pipeline.stages import Stage
from services.leads.domain.pipeline.survey import Amount
from services.leads.domain.pipeline.win_rate import LOSING_STAGES, Explanation, Passage
from services.leads.translate.values import Row, moment, timestamp

_STAGES: "Mapping[str, pb.OpportunityStage.ValueType]" = {
    "lead": pb.OPPORTUNITY_STAGE_LEAD,
    "proposal": pb.OPPORTUNITY_STAGE_PROPOSAL,
    "quote": pb.OPPORTUNITY_STAGE_QUOTE,
    "contract": pb.OPPORTUNITY_STAGE_CONTRACT,
    "payment": pb.OPPORTUNITY_STAGE_PAYMENT,
}
_STAGE_WORDS = {number: word for word, number in _STAGES.items()}
_STATES: "Mapping[str, pb.OpportunityState.ValueType]" = {
    "open": pb.OPPORTUNITY_STATE_OPEN,
    "won": pb.OPPORTUNITY_STATE_WON,
    "lost": pb.OPPORTUNITY_STATE_LOST,
}
_STATE_WORDS = {number: word for word, number in _STATES.items()}


def stage_from(number: "pb.OpportunityStage.ValueType") -> Stage:
    """A stage that must be named. Raises FieldProblem."""
    word = stage_word(number)
    if not word:
        raise FieldProblem("stage", "MISSING", "请选择阶段", "name a stage")
    return Stage(word)


def stage_word(number: "pb.OpportunityStage.ValueType") -> str:
    """Unspecified is empty. Raises FieldProblem."""
    if number == pb.OPPORTUNITY_STAGE_UNSPECIFIED:
        return ""
    if number not in _STAGE_WORDS:
        raise FieldProblem("stage", "UNKNOWN_STAGE", "未知阶段", "unknown stage")
    return _STAGE_WORDS[number]


def state_word(number: "pb.OpportunityState.ValueType") -> str:
    """Unspecified is empty. Raises FieldProblem."""
    if number == pb.OPPORTUNITY_STATE_UNSPECIFIED:
        return ""
    if number not in _STATE_WORDS:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return _STATE_WORDS[number]


def amount_from(request: Any, field: str) -> Amount | None:
    """The money in a field of the request; None when it is not set."""
    if not request.HasField(field):
        return None
    money: Money = getattr(request, field)
    return Amount(money.amount_minor, money.currency_code)


def moment_from(request: Any, field: str) -> datetime | None:
    """The time in a field of the request; None when it is not set. Raises FieldProblem."""
    return moment(getattr(request, field), field) if request.HasField(field) else None


def span_from(period: pb.WinRatePeriod, field: str) -> tuple[datetime, datetime]:
    """Start and end, both of which must be set. Raises FieldProblem."""
    for name in ("start_time", "end_time"):
        if not period.HasField(name):
            raise FieldProblem(f"{field}.{name}", "MISSING", "不能为空", "must not be empty")
    return moment(period.start_time, f"{field}.start_time"), moment(period.end_time, f"{field}.end_time")


def opportunity_to_proto(row: Row) -> pb.Opportunity:
    """A stored opportunity."""
    currency = row["currency"]
    message = pb.Opportunity(
        id=row["_id"],
        account_id=row["account_id"],
        lead_id=row["lead_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        team_id=row["team_id"],
        region=row["region"],
        channel=row["channel"],
        segment=row["segment"],
        stage=_STAGES[row["stage"]],
        state=_STATES[row["state"]],
        survey=_survey(row),
        expected_amount=_money(row["expected_amount_minor"], currency),
        expected_close_time=timestamp(row.get("expected_close_time")),
        note=row["note"],
        competitor=row["competitor"],
        create_time=timestamp(row["create_time"]),
        update_time=timestamp(row["update_time"]),
        coaching_since=timestamp(row.get("coaching_since")),
        first_quote_time=timestamp(row.get("first_quote_time")),
        close_time=timestamp(row.get("close_time")),
        won_amount=_money(row["won_amount_minor"], currency),
        paid_amount=_money(row["paid_amount_minor"], currency),
        loss_reason=row["loss_reason"],
        lost_stage=_STAGES.get(row["lost_stage"], pb.OPPORTUNITY_STAGE_UNSPECIFIED),
        close_note=row["close_note"],
        accept_time=timestamp(row.get("accept_time") or (row.get("acceptance") or {}).get("time")),
        version=row["version"],
    )
    for stage, time in row["stage_times"].items():
        message.stage_times[stage].FromDatetime(time)
    return message


def refused_jump_to_proto(row: Row) -> pb.RefusedJump:
    """A stored refusal."""
    return pb.RefusedJump(
        id=row["_id"],
        opportunity_id=row["opportunity_id"],
        account_id=row["account_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        by=row["by"],
        time=timestamp(row["time"]),
        from_stage=_STAGES[row["from_stage"]],
        to_stage=_STAGES[row["to_stage"]],
        missing=[pb.GateItem(item=item, description=WORDS[Need(item)]) for item in row["missing"]],
    )


def stage_total_to_proto(row: Row) -> pb.StageTotal:
    """How many stand in a stage, and what they will bring."""
    expected = _money(row["expected_minor"], row["currency"])
    return pb.StageTotal(stage=_STAGES[row["stage"]], count=row["count"], expected=expected)


def loss_reason_to_proto(reason: LossReasonData, version: int) -> pb.LossReason:
    """A reason with its playbook; version 0 is a preset that nobody changed."""
    return pb.LossReason(
        code=reason.code,
        name_zh=reason.name_zh,
        name_en=reason.name_en,
        active=reason.active,
        playbook=pb.LossPlaybook(
            text_zh=reason.text_zh,
            text_en=reason.text_en,
            steps=[pb.LossPlaybookStep(zh=step.zh, en=step.en) for step in reason.steps],
        ),
        version=version,
    )


def loss_reason_from(message: pb.LossReason) -> LossReasonData:
    """The reason that the request carries."""
    return LossReasonData(
        code=message.code,
        name_zh=message.name_zh,
        name_en=message.name_en,
        active=message.active,
        text_zh=message.playbook.text_zh,
        text_en=message.playbook.text_en,
        steps=tuple(PlaybookStep(step.zh, step.en) for step in message.playbook.steps),
    )


def won_case_to_proto(row: Row, alike: Sequence[str]) -> pb.WonCase:
    """A won deal and what it has in common."""
    return pb.WonCase(
        opportunity_id=row["_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        segment=row["segment"],
        region=row["region"],
        competitor=row["competitor"],
        won_amount=_money(row["won_amount_minor"], row["currency"]),
        close_time=timestamp(row["close_time"]),
        close_note=row["close_note"],
        alike=alike,
    )


def explanation_to_proto(
    explanation: Explanation, lost: Sequence[Row], reasons: Mapping[str, int]
) -> pb.ExplainWinRateResponse:
    """A traced change of the win rate."""
    worst = explanation.worst_stage
    return pb.ExplainWinRateResponse(
        before=_win_rate(explanation.before, explanation.rate_before),
        after=_win_rate(explanation.after, explanation.rate_after),
        change=_share(explanation.change),
        parts=[
            pb.StagePart(
                stage=_STAGES[stage],
                reached_before=explanation.before[stage].reached,
                went_on_before=explanation.before[stage].went_on,
                reached_after=explanation.after[stage].reached,
                went_on_after=explanation.after[stage].went_on,
                contribution=_share(explanation.parts[stage]),
            )
            for stage in LOSING_STAGES
        ],
        worst_stage=pb.OPPORTUNITY_STAGE_UNSPECIFIED if worst is None else _STAGES[worst],
        lost_opportunities=map(opportunity_to_proto, lost),
        loss_reasons=reasons,
    )


def _win_rate(passages: Mapping[Stage, Passage], rate: Fraction) -> pb.WinRate:
    won = passages[LOSING_STAGES[-1]].went_on
    return pb.WinRate(closed=passages[LOSING_STAGES[0]].reached, won=won, rate=_share(rate))


def _share(value: Fraction) -> pb.ExactShare:
    # Beyond 64 bits only the rounded value can leave; it takes millions of deals to get there.
    fits = max(abs(value.numerator), value.denominator) < 2**63
    exact = value if fits else value.limit_denominator(10**12)
    return pb.ExactShare(numerator=exact.numerator, denominator=exact.denominator, value_bp=round(value * 10_000))


def _survey(row: Row) -> pb.NeedsSurvey:
    return pb.NeedsSurvey(
        needs=row["needs"],
        budget=_money(row["budget_minor"], row["currency"]),
        decision_chain=row["decision_chain"],
        by=row["survey_by"],
        time=timestamp(row.get("survey_time")),
    )


def _money(minor: int, currency: str) -> Money | None:
    return Money(currency_code=currency, amount_minor=minor) if minor else None
