"""Remind a director of what is left of the week's three."""

from datetime import datetime

from services.leads.announcements import attention as announcements
from services.leads.documents import WeeklyReminder, WeeklyThree
from services.leads.documents.weekly_three import REMINDER, weekly_id
from services.leads.domain.attention.weekly import LEADS, PROBLEMS, SUGGESTIONS, next_reminder, week_of


def plan_weekly_reminder(person_id: str, *, is_director: bool, person_version: int, at: datetime) -> None:
    """Remind a director from the week of `at` (UTC) on, and nobody who is none. An older state changes nothing."""
    reminder = WeeklyReminder.find(person_id)
    if reminder is None:
        if not is_director:
            return
        reminder = WeeklyReminder(id=person_id)
    if person_version < reminder.person_version:
        return
    reminder.person_version = person_version
    if not is_director:
        reminder.cancel(REMINDER)
    elif reminder.deadline(REMINDER) is None:
        reminder.schedule(REMINDER, next_reminder(at))
    reminder.commit()


def remind_of_week(reminder: WeeklyReminder, due_time: datetime) -> None:
    """The week of `due_time` (UTC) ends: tell what is left, also of a week that nobody looked at; plan the next."""
    week = week_of(due_time)
    weekly = WeeklyThree.find(weekly_id(reminder.id, week))
    items = len(weekly.items) if weekly else PROBLEMS + LEADS + SUGGESTIONS
    done = weekly.done_count if weekly else 0
    if done < items:
        reminder.emit(announcements.weekly_three_left(reminder, week.isoformat(), done, items))
    reminder.schedule(REMINDER, next_reminder(due_time))
