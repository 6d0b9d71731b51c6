"""What a month of first contacts should look like, computed in another way than leads does it.

Time is counted in whole minutes since the month's beginning, through a table that says of each minute how many worked
ones came before it; the days off are written out. A lead has used up so many counted minutes, and what it has used up
decides what happens next; nothing here knows of starts, spans of pauses, or dates.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

# From 00:00 in Shanghai on 1 February 2026; the model looks a little further than the month.
MONTH_START = datetime(2026, 1, 31, 16, 0, tzinfo=UTC)
DAY = 24 * 60
DAYS, MODEL_DAYS = 28, 120
# The Spring Festival, and the Saturdays that are worked for it.
OFF = frozenset(range(15, 24))
WORKED_SATURDAYS = frozenset((14, 28))


def is_working_day(number: int, extra: frozenset[int] = frozenset()) -> bool:
    """Of day `number` of the month (1 is the first, a Sunday). `extra` are days that somebody declared worked."""
    if number in extra or number in WORKED_SATURDAYS:
        return True
    return number not in OFF and number % 7 not in (0, 1)


def worked_before(extra: frozenset[int] = frozenset()) -> list[int]:
    """For each minute of the model how many minutes were worked before it; 09:00-12:00 and 13:30-18:00 are."""
    table = [0]
    for number in range(1, MODEL_DAYS + 1):
        works = is_working_day(number, extra)
        for minute in range(DAY):
            table.append(table[-1] + (works and (540 <= minute < 720 or 810 <= minute < 1080)))
    return table


@dataclass(frozen=True)
class Limit:
    """The same numbers as the policy's, in minutes."""

    works: bool
    limit: int
    warn: int
    move: int
    max_moves: int
    pause_cap: int


@dataclass(frozen=True)
class Rules:
    """Limits by urgency and the table of worked minutes."""

    limits: dict[str, Limit]
    table: list[int]

    def counted(self, urgency: str, begin: int, end: int) -> int:
        """Counted minutes from `begin` to `end`."""
        return self.table[end] - self.table[begin] if self.limits[urgency].works else end - begin

    def when(self, urgency: str, begin: int, amount: int) -> int:
        """The minute at which `amount` more minutes have been counted; now when that is none or less."""
        if amount <= 0:
            return begin
        if not self.limits[urgency].works:
            return begin + amount
        return bisect_left(self.table, self.table[begin] + amount, begin)


@dataclass
class Course:
    """One lead's way through the month: what is done to it, and in `told` what should be told of it, with the minute."""

    urgency: str
    now: int
    # (minute, what): contact, pause, resume, close.
    actions: list[tuple[int, str]]
    told: list[tuple[str, int]] = field(default_factory=list)
    done: int = 0
    used: int = 0
    breached_at_use: int = 0
    paused: int = 0
    moves: int = 0
    step: str = ""
    is_paused: bool = False
    is_open: bool = True

    def run(self, until: int, rules: Rules) -> None:
        """Live from now to the minute `until` by these rules; what is due then comes before what is done then."""
        while self.done < len(self.actions) and self.actions[self.done][0] <= until:
            minute, action = self.actions[self.done]
            self.done += 1
            self._pass(minute, rules)
            if self.is_open:
                self._do(action, rules)
        self._pass(until, rules)

    def _pass(self, until: int, rules: Rules) -> None:
        while self.is_open and (due := self._next(rules))[0] <= until:
            self._spend(due[0], rules)
            self._happen(due[1], rules)
        if self.is_open:
            self._spend(until, rules)

    def _next(self, rules: Rules) -> tuple[int, str]:
        limit = rules.limits[self.urgency]
        if self.is_paused:
            return rules.when(self.urgency, self.now, limit.pause_cap - self.paused), "resumed"
        total = {"": limit.warn, "warned": limit.limit, "breached": self.breached_at_use + limit.move}[self.step]
        name = {"": "warned", "warned": "breached", "breached": "moved"}[self.step]
        return rules.when(self.urgency, self.now, total - self.used), name

    def _spend(self, until: int, rules: Rules) -> None:
        spent = rules.counted(self.urgency, self.now, until) if until > self.now else 0
        if self.is_paused:
            self.paused += spent
        else:
            self.used += spent
        self.now = max(until, self.now)

    def _happen(self, name: str, rules: Rules) -> None:
        if name == "resumed":
            self.is_paused = False
            return
        if name == "moved":
            if self.moves >= rules.limits[self.urgency].max_moves:
                name, self.is_open = "stranded", False
            else:
                self.moves, self.used, self.step = self.moves + 1, 0, ""
        else:
            self.step = name
            self.breached_at_use = self.used
        self.told.append((name, self.now))

    def _do(self, action: str, rules: Rules) -> None:
        if action in ("contact", "close"):
            self.is_open = False
        elif action == "resume":
            self.is_paused = False
        elif self.paused < rules.limits[self.urgency].pause_cap:
            self.is_paused = True


def moment(minute: int) -> datetime:
    """UTC."""
    return MONTH_START + timedelta(minutes=minute)


def minute_of(text: str) -> int:
    """The model's minute of a time in an event's body; seconds are cut."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at - MONTH_START) // timedelta(minutes=1)
