"""Reading what customers said, one by one and as a wall."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chassis.access import Scope
from chassis.pages import Page
from chassis.principal import Principal
from services.leads.documents import Voice, VoiceDictionary
from services.leads.domain.attention.errors import VoiceNotFound
from services.leads.domain.attention.themes import Sentence, WallTheme, wall_of
from services.leads.domain.attention.voice import VoiceState
from services.leads.domain.errors import FieldProblem
from services.leads.queries.accounts import Row
from services.leads.queries.attention.positions import after_latest, latest_position
from services.leads.queries.visible_rows import owned_rows

WALL_MOST = 2_000
PERIOD = timedelta(days=90)
_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0}
_LATEST = [("voice_time", -1), ("_id", -1)]


@dataclass(frozen=True)
class Wall:
    """Themes with their shares, the voices by id, and whether earlier voices of the period were left out."""

    themes: Sequence[WallTheme]
    voices: Mapping[str, Row]
    is_cut: bool


def require_voice_in_reach(voice_id: str, by: Principal, scope: Scope) -> None:
    """Raises VoiceNotFound, also for one that the caller may not see."""
    if Voice.collection().find_one({"$and": [{"_id": voice_id}, owned_rows(by, scope)]}, {"_id": 1}) is None:
        raise VoiceNotFound(f"there is no voice {voice_id}", voice_id=voice_id)


def list_voices(
    by: Principal, scope: Scope, page: Page, *, state: VoiceState | None, account_id: str
) -> tuple[Sequence[Row], str]:
    """One page of voices, the latest first, and the next page's token; empty filters let everything through."""
    where: list[dict[str, Any]] = [owned_rows(by, scope), after_latest("voice_time", page)]
    if state is not None:
        where.append({"state": state.value})
    if account_id:
        where.append({"account_id": account_id})
    rows = list(Voice.collection().find({"$and": where}, _LEFT_OUT).sort(_LATEST).limit(page.size + 1))
    return page.cut(rows, latest_position("voice_time"))


def voice_wall(
    by: Principal,
    scope: Scope,
    cut: Callable[[str], Sequence[str]],
    now: datetime,
    *,
    start: datetime | None,
    end: datetime | None,
    region: str,
) -> Wall:
    """The wall of the voices from `start` to before `end` (UTC; without them the last 90 days), the latest 2,000.

    `cut` divides text into words. Raises FieldProblem.
    """
    until = end or max(now, start or now) + timedelta(milliseconds=1)
    since = start or until - PERIOD
    if since >= until:
        raise FieldProblem("end_time", "BEFORE_START", "结束时间须晚于开始时间", "must be after start_time")
    where: list[dict[str, Any]] = [owned_rows(by, scope), {"voice_time": {"$gte": since, "$lt": until}}]
    if region:
        where.append({"region": region})
    rows = list(Voice.collection().find({"$and": where}, _LEFT_OUT).sort(_LATEST).limit(WALL_MOST + 1))
    voices = {row["_id"]: row for row in rows[:WALL_MOST]}
    sentences = [Sentence(row["_id"], row["sentence"]) for row in voices.values()]
    return Wall(wall_of(sentences, VoiceDictionary.current().themes, cut), voices, len(rows) > WALL_MOST)
