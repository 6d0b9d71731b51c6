"""How warm an account is, as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import attention as announcements
from services.leads.documents.account import Account
from services.leads.domain.attention.engagement import (
    EngagementRule,
    Signal,
    SignalKind,
    answers_slowly,
    cool_time,
    heats,
    kept,
    median_answer_minutes,
    score_milli,
    silence_due,
)
from services.leads.domain.attention.errors import EngagementNotFound

# Kinds of deadlines.
COOLING = "cooling"
SILENCE = "silence"


class Engagement(Aggregate):
    """The signals of one account, under the account's id, and what follows from them."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "engagements",
        "indexes": [
            {"fields": ["owner_id", "-last_signal_time", "-_id"], "name": "owner"},
            {"fields": ["region", "-last_signal_time", "-_id"], "name": "region"},
            {"fields": ["-last_signal_time", "-_id"], "name": "latest"},
            {"fields": ["is_hot", "-last_signal_time", "-_id"], "name": "hot"},
            {"fields": ["is_silent", "-last_signal_time", "-_id"], "name": "silent"},
        ],
    }
    not_found = EngagementNotFound

    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    signals: list[dict[str, Any]] = PlainField(default=list)
    last_signal_time: datetime | None = mongoengine.DateTimeField()
    is_hot: bool = mongoengine.BooleanField(default=False)
    hot_since: datetime | None = mongoengine.DateTimeField()
    is_silent: bool = mongoengine.BooleanField(default=False)
    silent_since: datetime | None = mongoengine.DateTimeField()
    silence_number: int = mongoengine.IntField(default=0)

    @property
    def account_id(self) -> str:
        """Each account has one."""
        return self.id

    def belong_to(self, account: Account) -> None:
        """Take over who is responsible for the account."""
        self.company, self.owner_id = account.name, account.owner_id
        self.team_id, self.region = account.team_id, account.region

    def hear(self, signal: Signal, rule: EngagementRule, at: datetime) -> None:
        """Take in a signal at `at` (UTC): an account may become hot, and is silent no more."""
        known = kept((*signals_of(self.signals), signal))
        self.signals = [_stored(each) for each in known]
        if not self.is_hot and heats(known, signal, rule, at):
            self.is_hot, self.hot_since = True, at
            self.emit(announcements.engagement_heated(self, signal.kind, score_milli(known, rule, at), at))
        if self.is_hot and self.hot_since is not None:
            self.schedule(COOLING, max(at, cool_time(known, rule, self.hot_since)))
        if self.last_signal_time is None or signal.time > self.last_signal_time:
            self.last_signal_time = signal.time
            self._break_silence(rule, at)

    def cool(self) -> None:
        """The hot phase is over."""
        self.is_hot, self.hot_since = False, None

    def fall_silent(self, rule: EngagementRule, due_time: datetime) -> None:
        """A silence is complete at `due_time` (UTC): after slow answers it raises the alarm, once."""
        if self.last_signal_time is None or self.is_silent:
            return
        due = silence_due(self.last_signal_time, rule)
        if due > due_time:  # the policy became more patient meanwhile
            self.schedule(SILENCE, due)
            return
        signals = signals_of(self.signals)
        middle = median_answer_minutes(signals)
        if middle is not None and answers_slowly(signals, rule):
            self.is_silent, self.silent_since = True, self.last_signal_time
            self.silence_number += 1
            self.emit(announcements.account_silent(self, rule.silence_days, int(middle)))

    def _break_silence(self, rule: EngagementRule, at: datetime) -> None:
        due = silence_due(self.last_signal_time or at, rule)
        if self.is_silent:
            if due <= at:  # an old signal that arrives late belongs to the silence it is told about
                return
            self.is_silent, self.silent_since = False, None
            self.emit(announcements.account_heard(self))
        self.schedule(SILENCE, due)


def signals_of(stored: list[dict[str, Any]]) -> tuple[Signal, ...]:
    """The stored signals as the rules see them."""
    return tuple(
        Signal(each["id"], SignalKind(each["kind"]), each["time"], each["depth_bp"], each["answer_minutes"])
        for each in stored
    )


def _stored(signal: Signal) -> dict[str, Any]:
    return {
        "id": signal.id,
        "kind": signal.kind.value,
        "time": signal.time,
        "depth_bp": signal.depth_bp,
        "answer_minutes": signal.answer_minutes,
    }
