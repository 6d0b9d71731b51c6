"""Keep what a salesperson should act on today."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.leads.documents import FocusDay, Salesperson
from services.leads.domain.visits.errors import NotInFocus
from services.leads.domain.visits.focus import FocusFacts, daily_focus
from services.leads.domain.visits.planned_action import ZONE

Facts = Callable[[str, datetime], Sequence[FocusFacts]]


def look_at_focus(salesperson_id: str, *, at: datetime, facts: Facts, again: bool = False) -> FocusDay:
    """The focus of that person's day, chosen at the first look; `again` chooses by what is known at `at` (UTC).

    `facts` tells what is known of the person's accounts. Raises VersionConflict when two look first at once.
    """
    day = at.astimezone(ZONE).date().isoformat()
    kept = FocusDay.find(FocusDay.id_of(salesperson_id, day))
    if kept is not None and not again:
        return kept
    person = Salesperson.find(salesperson_id)
    focus = kept or FocusDay(
        id=FocusDay.id_of(salesperson_id, day),
        owner_id=salesperson_id,
        team_id=person.team_id if person else "",
        region=person.region if person else "",
        day=day,
        compute_time=at,
    )
    focus.take_over(daily_focus(facts(salesperson_id, at), at), at)
    focus.commit(why="the focus was chosen again" if again else "first look of the day")
    return focus


def complete_focus_item(salesperson_id: str, account_id: str, *, at: datetime) -> FocusDay:
    """Mark one of today's accounts as done. Repeating it changes nothing. Raises NotInFocus."""
    day = at.astimezone(ZONE).date().isoformat()
    focus = FocusDay.find(FocusDay.id_of(salesperson_id, day))
    if focus is None:
        raise NotInFocus("nobody has looked at the focus of the day", account_id=account_id)
    focus.complete(account_id)
    focus.commit(why="acted on")
    return focus
