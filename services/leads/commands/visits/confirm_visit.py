"""Confirm what was read from a note, and put right what is wrong."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.leads.documents import Visit
from services.leads.documents.visit import NOTE_FIELDS
from services.leads.domain.errors import FieldProblem
from services.leads.domain.first_contact.next_action import NextAction, check_next_action
from services.leads.domain.visits.concerns import CONCERNS

ENTRIES_LIMIT = 20
WORDS_LENGTH = 500
CATEGORIES = (*CONCERNS, "other")


def confirm_visit(visit_id: str, corrections: Mapping[str, Any], *, by: str, at: datetime) -> Visit:
    """The confirmed visit; `corrections` holds the fields that were wrong, in the form in which they are stored.

    Each correction is kept, so that the precision in use can be told. Repeating it changes nothing. A corrected next
    action replaces the one that was planned. Raises VisitNotFound, FieldProblem.
    """
    visit = Visit.load(visit_id)
    checked = {name: _checked(name, value, at) for name, value in corrections.items()}
    visit.confirm(checked, by, at)
    visit.commit(why="the note was confirmed")
    return visit


def _checked(name: str, value: Any, at: datetime) -> Any:
    if name not in NOTE_FIELDS:
        raise FieldProblem("corrected", "UNKNOWN_FIELD", f"未知字段：{name}", f"unknown field; known are {NOTE_FIELDS}")
    if name == "next_action":
        if value is None:
            return None
        action = check_next_action(NextAction(value["text"], value["due_time"]), at)
        return {"text": action.text, "due_time": action.due_time}
    if name == "purchase_window":
        return value and _window(value)
    if len(value) > ENTRIES_LIMIT:
        raise FieldProblem(f"fields.{name}", "TOO_MANY", f"最多 {ENTRIES_LIMIT} 项", f"at most {ENTRIES_LIMIT} entries")
    key = "name" if name == "competitors" else "category"
    for entry in value:
        _words(f"fields.{name}.{key}", entry[key])
        _words(f"fields.{name}.words", entry["words"], may_be_empty=True)
        if key == "category" and entry[key] not in CATEGORIES:
            known = ", ".join(CATEGORIES)
            raise FieldProblem("fields.concerns.category", "UNKNOWN_CATEGORY", f"可选：{known}", f"one of {known}")
    return value


def _window(value: Mapping[str, str]) -> Mapping[str, str]:
    try:
        first, last = date.fromisoformat(value["first_day"]), date.fromisoformat(value["last_day"])
    except ValueError:
        raise FieldProblem("fields.purchase_window", "NOT_A_DATE", "不是日期", "days like 2026-12-01") from None
    if first > last:
        raise FieldProblem(
            "fields.purchase_window", "OUT_OF_RANGE", "开始晚于结束", "first_day must not lie after last_day"
        )
    _words("fields.purchase_window.words", value["words"], may_be_empty=True)
    return {**value, "first_day": first.isoformat(), "last_day": last.isoformat()}


def _words(field: str, text: str, *, may_be_empty: bool = False) -> None:
    if not text.strip() and not may_be_empty:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(text) > WORDS_LENGTH:
        raise FieldProblem(field, "TOO_LONG", f"最多 {WORDS_LENGTH} 个字符", f"at most {WORDS_LENGTH} characters")
