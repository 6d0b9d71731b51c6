"""Who counts in the figures of money and time: channel costs, cycle time, win rate, forecast. All money is CNY."""

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

from services.leads.domain.figures.facts import CostFact, Facts, Moment, OpportunityFact, Place
from services.leads.domain.figures.members import Member, Part
from services.leads.domain.figures.period import CHINA

STAGES = ("lead", "proposal", "quote", "contract", "payment")
# How probable it is that an opportunity in this stage is paid, in basis points.
PROBABILITY_BP = {"lead": 1_000, "proposal": 3_000, "quote": 5_000, "contract": 8_000, "payment": 9_500}
CURRENCY = "CNY"

Members = Callable[[Facts, Moment], Iterator[Member]]


def cost_for_each(counted: Members) -> Members:
    """What the channels cost on the days of the period; the leads that `counted` counts."""

    def members(facts: Facts, moment: Moment) -> Iterator[Member]:
        yield from counted(facts, moment)
        for cost in facts.costs:
            for day, amount in cost_by_day(cost):
                at = datetime.combine(day, time(), CHINA).astimezone(UTC)
                if moment.start <= at < moment.end:
                    name = f"{cost.channel}/{day}"
                    yield Member(Part.NUMERATOR, name, "channel_cost", name, at, amount, Place(channel=cost.channel))

    return members


def cost_by_day(cost: CostFact) -> list[tuple[date, int]]:
    """A month's cost spread evenly over its days, in whole minor units that add up to it."""
    year, month = int(cost.month[:4]), int(cost.month[5:])
    days = calendar.monthrange(year, month)[1]
    until = [cost.amount_minor * day // days for day in range(days + 1)]
    return [(date(year, month, day), until[day] - until[day - 1]) for day in range(1, days + 1)]


def seconds_to_win(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Opportunities won in the period: whole seconds from their creation."""
    for deal in facts.opportunities:
        if deal.state == "won" and deal.close_time is not None:
            seconds = int((deal.close_time - deal.create_time).total_seconds())
            yield _counts(deal, Part.NUMERATOR, deal.close_time, seconds)


def won_of_closed(facts: Facts, moment: Moment) -> Iterator[Member]:
    """Opportunities closed in the period; those that are won."""
    for deal in facts.opportunities:
        if deal.close_time is None:
            continue
        if deal.state in ("won", "lost"):
            yield _counts(deal, Part.DENOMINATOR, deal.close_time)
        if deal.state == "won":
            yield _counts(deal, Part.NUMERATOR, deal.close_time)


def received_of_expected(facts: Facts, moment: Moment) -> Iterator[Member]:
    """What the opportunities that were open when the period began are expected to bring in it; what came in it.

    An opportunity brings its expected amount times the probability of the stage it was in at that moment (of now, for
    a period that has not begun), rounded half up to a whole minor unit.
    """
    made_at = min(moment.start, moment.now)
    for deal in facts.opportunities:
        closes = deal.expected_close_time
        is_open = deal.create_time <= made_at and (deal.close_time is None or deal.close_time > made_at)
        if is_open and closes is not None:
            weighted = deal.expected_amount_minor * PROBABILITY_BP[stage_at(deal, made_at)]
            yield _counts(deal, Part.DENOMINATOR, closes, (weighted + 5_000) // 10_000)
    for entry in facts.payments:
        yield Member(Part.NUMERATOR, entry.id, "timeline_entry", "", entry.time, entry.amount_minor, entry.place)


def stage_at(deal: OpportunityFact, at: datetime) -> str:
    """The furthest stage that the opportunity had reached by then."""
    reached = [stage for stage in STAGES if (when := deal.stage_times.get(stage)) is not None and when <= at]
    return reached[-1] if reached else STAGES[0]


def _counts(deal: OpportunityFact, part: Part, time: datetime, amount: int = 1) -> Member:
    return Member(part, deal.id, "opportunity", deal.company, time, amount, deal.place)
