"""Take in the note of a visit."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.ids import derived_id, new_id
from services.leads.documents import Account, CompetitorList, Visit
from services.leads.domain.errors import FieldProblem, RequestIdReused, RequestIdTooLong
from services.leads.domain.visits.clauses import literal_sentence
from services.leads.domain.visits.competitors import Words
from services.leads.domain.visits.note import ParsedNote, parse_note

TEXT_LENGTH = 4_000
VOICE_LENGTH = 500
REQUEST_ID_CHARS = 200
PAST_ALLOWED = timedelta(days=366)
# A phone may be a little ahead of us.
FUTURE_ALLOWED = timedelta(hours=1)


@dataclass(frozen=True)
class Note:
    """What was written; `visit_time` None means now. An empty `voice_sentence` means the first sentence."""

    text: str
    is_dictated: bool = False
    visit_time: datetime | None = None
    voice_sentence: str = ""


def record_visit(account_id: str, note: Note, *, request_id: str, by: str, at: datetime, words: Words) -> Visit:
    """The visit with what the rules read from its note, or the one that this request made before.

    `words` cuts Chinese text into words. Raises AccountNotFound, FieldProblem, RequestIdReused, RequestIdTooLong.
    """
    if len(request_id) > REQUEST_ID_CHARS:
        raise RequestIdTooLong(f"at most {REQUEST_ID_CHARS} characters")
    _check(note, at)
    visit_id = derived_id("visit", by, request_id) if request_id else new_id()
    fingerprint = _fingerprint(account_id, note)
    earlier = Visit.find(visit_id) if request_id else None
    if earlier is not None:
        if earlier.fingerprint != fingerprint:
            raise RequestIdReused("this request_id came with other content before", visit_id=earlier.id)
        return earlier
    account = Account.load(account_id)
    visit_time = note.visit_time or at
    visit = Visit(
        id=visit_id,
        account_id=account.id,
        company=account.name,
        owner_id=account.owner_id,
        team_id=account.team_id,
        region=account.region,
        recorded_by=by,
        fingerprint=fingerprint,
        text=note.text.strip(),
        is_dictated=note.is_dictated,
        visit_time=visit_time,
        create_time=at,
        voice_sentence=note.voice_sentence.strip() or literal_sentence(note.text, VOICE_LENGTH),
    )
    visit.take_over(stored_note(parse_note(visit.text, visit_time, words, CompetitorList.current().dictionary())))
    visit.commit()
    return visit


def stored_note(note: ParsedNote) -> dict[str, Any]:
    """The fields of a note in the form in which a visit keeps them."""
    window, action = note.window, note.action
    return {
        "competitors": [{"name": each.name, "words": each.words} for each in note.competitors],
        "purchase_window": window
        and {"first_day": window.first.isoformat(), "last_day": window.last.isoformat(), "words": window.words},
        "concerns": [{"category": each.category, "words": each.words} for each in note.concerns],
        "next_action": action and {"text": action.text, "due_time": action.due_time},
    }


def _check(note: Note, at: datetime) -> None:
    if not note.text.strip():
        raise FieldProblem("text", "MISSING", "不能为空", "must not be empty")
    for field, text, limit in (("text", note.text, TEXT_LENGTH), ("voice_sentence", note.voice_sentence, VOICE_LENGTH)):
        if len(text) > limit:
            raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} characters")
    if note.visit_time is not None and not at - PAST_ALLOWED <= note.visit_time <= at + FUTURE_ALLOWED:
        raise FieldProblem("visit_time", "OUT_OF_RANGE", "须在过去一年内", "must lie within the last year")


def _fingerprint(account_id: str, note: Note) -> str:
    said = [account_id, note.text, note.is_dictated, str(note.visit_time), note.voice_sentence]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
