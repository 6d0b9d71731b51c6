"""The figures once more, slowly, from their definitions alone: what the service answers is held against this."""

import calendar
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chassis.principal import Principal
from tests.leads.figures_world import END, STAGES, START, Row, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Of the three weeks; the eves and make-up days of the spring festival of 2025 as the State Council announced them.
WORK_DAYS = [date(2025, 1, day) for day in (20, 21, 22, 23, 24, 26, 27)] + [date(2025, 2, day) for day in (5, 6, 7, 8)]
CHANNEL_FIGURES = {"channel_conversion", "lead_heat", "cost_per_lead", "cost_per_valid_lead", "cost_per_won_lead"} | {
    f"funnel_{name}" for name in ("contacted", "valid", "proposal", "quote", "contract", "payment")
}
PROBABILITY = {"lead": 10, "proposal": 30, "quote": 50, "contract": 80, "payment": 95}
TOUCHES = {"touch_logged", "lead_contacted", "proposal_delivered", "visit_recorded"}


class Counted(NamedTuple):
    part: str
    id: str
    amount: int
    time: datetime
    dims: dict[str, str]


class ByHand:
    """The world as one viewer sees it, asked about one figure."""

    def __init__(self, world: World, viewer: Principal) -> None:
        self._world, self._viewer = world, viewer
        self._scope = "own"
        self._people: dict[str, Row] = {}
        team = [row["_id"] for row in world["salespeople"] if viewer.team_id and row["team_id"] == viewer.team_id]
        self._team = {viewer.subject, *team}

    def may_ask(self, figure: str, group_by: str) -> bool:
        """Whether the policy shows this figure, told apart so."""
        if figure.startswith("cost_"):
            return bool(self._viewer.roles & {"director", "general_manager", "marketing", "admin"})
        if self._viewer.roles <= {"marketing", "admin"}:
            return figure in CHANNEL_FIGURES and group_by not in ("person", "team")
        return True

    def counted(self, figure: str, group_by: str) -> list[Counted]:
        """Everything that counts, each once."""
        of_channels = figure in CHANNEL_FIGURES and group_by not in ("person", "team")
        roles = self._viewer.roles if of_channels else self._viewer.roles - {"marketing", "admin"}
        if roles & {"director", "general_manager", "marketing", "admin"}:
            self._scope = "all"
        elif "regional_manager" in roles:
            self._scope = "region"
        elif "supervisor" in roles:
            self._scope = "team"
        else:
            self._scope = "own"
        self._people = {row["_id"]: row for row in self._world["salespeople"] if self._is_colleague(row)}
        name = "funnel" if figure.startswith("funnel_") else "cost" if figure.startswith("cost_") else figure
        name = name.removesuffix("_median").removesuffix("_p90")
        counting = getattr(self, f"_{name}")
        return list(counting(figure) if name in ("funnel", "cost") else counting())

    def _is_colleague(self, row: Row) -> bool:
        colleague: dict[str, bool] = {
            "all": True,
            "region": row["region"] in ("", self._viewer.region),
            "team": row["team_id"] == self._viewer.team_id,
            "own": row["_id"] == self._viewer.subject,
        }
        return colleague[self._scope]

    def _sees(self, row: Row, owner: str = "owner_id") -> bool:
        seen: dict[str, bool] = {
            "all": True,
            "region": row.get("region", "") == self._viewer.region,
            "team": row[owner] in self._team,
            "own": row[owner] == self._viewer.subject,
        }
        return seen[self._scope]

    def _rows(self, collection: str, time: str, owner: str = "owner_id") -> Iterator[Row]:
        for row in self._world[collection]:
            if row.get(time) is not None and START <= row[time] < END and self._sees(row, owner):
                yield row

    def _dims(self, row: Row, owner: str = "owner_id", segment: str | None = None) -> dict[str, str]:
        person = row[owner]
        team = self._people[person]["team_id"] if person in self._people else ""
        return {
            "person": person,
            "team": team or row.get("team_id", ""),
            "region": row["region"],
            "channel": row.get("channel", ""),
            "segment": self._segment(row.get("account_id", "")) if segment is None else segment,
        }

    def _segment(self, account_id: str) -> str:
        for row in self._world["accounts"]:
            if row["_id"] == account_id and self._sees(row):
                return str(row["attributes"].get("industry", ""))
        return ""

    def _deals(self, lead: Row) -> list[Row]:
        return [row for row in self._world["opportunities"] if row["lead_id"] == lead["_id"] and self._sees(row)]

    def _is_won(self, lead: Row) -> bool:
        return any(row["state"] == "won" for row in self._deals(lead))

    def _lead(self, part: str, row: Row, time: str, amount: int = 1) -> Counted:
        return Counted(part, row["_id"], amount, row[time], self._dims(row))

    def _channel_conversion(self) -> Iterator[Counted]:
        for row in self._rows("leads", "create_time"):
            yield self._lead("denominator", row, "create_time")
            if self._is_won(row):
                yield self._lead("numerator", row, "create_time")

    def _cost(self, figure: str) -> Iterator[Counted]:
        for row in self._rows("leads", "create_time"):
            if (
                figure == "cost_per_lead"
                or (figure == "cost_per_valid_lead" and row.get("qualify_time"))
                or (figure == "cost_per_won_lead" and self._is_won(row))
            ):
                yield self._lead("denominator", row, "create_time")
        for cost in self._world["channel_costs"]:
            year, month = (int(part) for part in cost["month"].split("-"))
            days, spent = calendar.monthrange(year, month)[1], 0
            for day in range(1, days + 1):
                amount = cost["amount_minor"] * day // days - spent
                spent += amount
                at = datetime(year, month, day, tzinfo=SHANGHAI)
                if START <= at < END:
                    dims = {"channel": cost["channel"]}
                    yield Counted("numerator", f"{cost['channel']}/{at:%Y-%m-%d}", amount, at, dims)

    def _lead_heat(self) -> Iterator[Counted]:
        for row in self._rows("leads", "qualify_time"):
            yield self._lead("denominator", row, "qualify_time")
            quoted = row.get("first_quote_time")
            if quoted and quoted <= row["qualify_time"] + timedelta(hours=72):
                yield self._lead("numerator", row, "qualify_time")

    def _first_contact_penetration(self) -> Iterator[Counted]:
        for row in self._rows("leads", "first_contact_due_time"):
            yield self._lead("denominator", row, "first_contact_due_time")
            in_time = row.get("contact_time") and row["contact_time"] <= row["first_contact_due_time"]
            if in_time and row["summary"] and row.get("next_action"):
                yield self._lead("numerator", row, "first_contact_due_time")

    def _time_to_quote(self) -> Iterator[Counted]:
        for row in self._rows("leads", "qualify_time"):
            if row.get("first_quote_time"):
                waited = (row["first_quote_time"] - row["qualify_time"]).total_seconds()
                yield self._lead("numerator", row, "qualify_time", max(0, math.trunc(waited)))

    def _funnel(self, figure: str) -> Iterator[Counted]:
        steps = ["created", "contacted", "valid", "proposal", "quote", "contract", "payment"]
        step = steps.index(figure.removeprefix("funnel_"))
        for row in self._rows("leads", "create_time"):
            deals = self._deals(row)
            marks = {0}
            if row.get("contact_time"):
                marks.add(1)
            if row.get("qualify_time") or deals:
                marks.add(2)
            marks |= {2 + STAGES.index(deal["stage"]) for deal in deals}
            if self._is_won(row):
                marks.add(6)
            if max(marks) >= step - 1:
                yield self._lead("denominator", row, "create_time")
            if max(marks) >= step:
                yield self._lead("numerator", row, "create_time")

    def _deal(self, part: str, row: Row, time: str, amount: int = 1) -> Counted:
        return Counted(part, row["_id"], amount, row[time], self._dims(row, segment=row["segment"]))

    def _cycle_time(self) -> Iterator[Counted]:
        for row in self._rows("opportunities", "close_time"):
            if row["state"] == "won":
                seconds = math.trunc((row["close_time"] - row["create_time"]).total_seconds())
                yield self._deal("numerator", row, "close_time", seconds)

    def _win_rate(self) -> Iterator[Counted]:
        for row in self._rows("opportunities", "close_time"):
            yield self._deal("denominator", row, "close_time")
            if row["state"] == "won":
                yield self._deal("numerator", row, "close_time")

    def _forecast_30_days(self) -> Iterator[Counted]:
        for row in self._rows("opportunities", "expected_close_time"):
            was_open = row["create_time"] <= START and (not row.get("close_time") or row["close_time"] > START)
            if was_open and row["currency"] == "CNY":
                stage = "lead"
                for each in STAGES:
                    if row["stage_times"].get(each) and row["stage_times"][each] <= START:
                        stage = each
                expected = Fraction(row["expected_amount_minor"] * PROBABILITY[stage], 100)
                yield self._deal("denominator", row, "expected_close_time", math.floor(expected + Fraction(1, 2)))
        for row in self._rows("timeline_entries", "time"):
            if row["kind"] == "payment_recorded" and row["details"]["currency"] == "CNY":
                yield Counted(
                    "numerator", row["_id"], int(row["details"]["amount_minor"]), row["time"], self._dims(row)
                )

    def _active_people(self) -> Iterator[tuple[Row, dict[str, str]]]:
        for row in self._people.values():
            if row["active"]:
                yield row, {"person": row["_id"], "team": row["team_id"], "region": row["region"]}

    def _work_days(self) -> Iterator[Counted]:
        for row, dims in self._active_people():
            for day in WORK_DAYS:
                at = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
                yield Counted("denominator", f"{row['_id']}/{day}", 1, at, dims)

    def _effective_touches(self) -> Iterator[Counted]:
        yield from self._work_days()
        people = {row["_id"]: dims for row, dims in self._active_people()}
        for row in self._rows("timeline_entries", "time"):
            if row["kind"] in TOUCHES and row["by"] in people:
                yield Counted("numerator", row["_id"], 1, row["time"], people[row["by"]])

    def _active_users(self) -> Iterator[Counted]:
        acted = {
            f"{row['by']}/{row['time'].astimezone(SHANGHAI):%Y-%m-%d}" for row in self._rows("timeline_entries", "time")
        }
        for work_day in self._work_days():
            yield work_day
            if work_day.id in acted:
                yield work_day._replace(part="numerator")

    def _completeness(self) -> Iterator[Counted]:
        def both(row: Row, values: list[Any], dims: dict[str, str]) -> Iterator[Counted]:
            filled = len([value for value in values if value])
            yield Counted("denominator", row["_id"], len(values), row["create_time"], dims)
            yield Counted("numerator", row["_id"], filled, row["create_time"], dims)

        for row in self._rows("leads", "create_time"):
            names = ("contact_name", "region", "budget_range", "urgency", "needs")
            yield from both(row, [row[name] for name in names], self._dims(row))
        for row in self._rows("accounts", "create_time"):
            known = row["attributes"]
            values = [row["phone"], row["region"], row["level"], known.get("industry"), known.get("decision_chain")]
            yield from both(row, values, self._dims(row, segment=known.get("industry", "")))
        for row in self._rows("opportunities", "create_time"):
            values = [row["segment"], row["expected_amount_minor"], row.get("expected_close_time")]
            yield from both(row, values, self._dims(row, segment=row["segment"]))

    def _process_asset_rate(self) -> Iterator[Counted]:
        for row in self._rows("timeline_entries", "time"):
            if row["kind"] in TOUCHES and row["account_id"]:
                yield Counted("denominator", row["account_id"], 1, row["time"], self._dims(row))
        for row in self._rows("assets", "create_time", "author_id"):
            if row["kind"] in ("solution", "objection_answer", "key_action"):
                yield Counted("numerator", row["_id"], 1, row["create_time"], self._dims(row, "author_id"))

    def _supervisor_interventions(self) -> Iterator[Counted]:
        for row in self._world["responsibility_entries"]:
            (account,) = [each for each in self._world["accounts"] if each["_id"] == row["account_id"]]
            decided = row["kind"] != "routed" and row["decided_by"] != row["owner_id"]
            if decided and START <= row["since"] < END and self._sees(account):
                dims = {**self._dims(account), "person": row["decided_by"]}
                yield Counted("numerator", row["_id"], 1, row["since"], dims)


def key_of(counted: Counted, group_by: str) -> str:
    """The group that it stands in."""
    if group_by == "total":
        return ""
    if group_by == "week":
        year, week, _ = counted.time.astimezone(SHANGHAI).date().isocalendar()
        return f"{year}-W{week:02}"
    return counted.dims.get(group_by, "")


def number_of(figure: str, counted: list[Counted]) -> tuple[int, int, str]:
    """Numerator, denominator and value of one group."""
    above = {each.id: each.amount for each in counted if each.part == "numerator"}
    below = {each.id: each.amount for each in counted if each.part == "denominator"}
    numerator, denominator = sum(above.values()), sum(below.values())
    if figure == "supervisor_interventions":
        return numerator, 0, str(numerator)
    if figure.endswith(("_median", "_p90")):
        ordered = sorted(above.values())
        rank = math.ceil(Fraction(len(ordered) * (90 if figure.endswith("_p90") else 50), 100))
        return numerator, len(ordered), str(ordered[rank - 1]) if ordered else ""
    if not denominator:
        return numerator, 0, ""
    exact = Fraction(numerator, denominator)
    if figure.startswith("cost_") or figure == "effective_touches":
        cents = math.floor(exact * 100 + Fraction(1, 2))
        return numerator, denominator, f"{cents // 100}.{cents % 100:02}"
    return numerator, denominator, str(math.floor(exact * 10_000 + Fraction(1, 2)))
