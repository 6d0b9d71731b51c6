"""What a customer said, as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate
from services.leads.domain.attention.errors import VoiceNotFound
from services.leads.domain.attention.voice import VoiceState


class Voice(Aggregate):
    """One literal sentence. `is_problem` voices are open until somebody solves them."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "voices",
        "indexes": [
            {"fields": ["owner_id", "-voice_time", "-_id"], "name": "owner"},
            {"fields": ["region", "-voice_time", "-_id"], "name": "region"},
            {"fields": ["-voice_time", "-_id"], "name": "latest"},
            {"fields": ["account_id", "-voice_time", "-_id"], "name": "account"},
            {"fields": ["state", "is_negative", "voice_time"], "name": "problems"},
        ],
    }
    not_found = VoiceNotFound

    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    sentence: str = mongoengine.StringField(required=True)
    visit_id: str = mongoengine.StringField(default="")
    voice_time: datetime = mongoengine.DateTimeField(required=True)
    recorded_by: str = mongoengine.StringField(default="")
    state: str = mongoengine.StringField(default=VoiceState.HEARD)
    is_negative: bool = mongoengine.BooleanField(default=False)
    resolved_by: str = mongoengine.StringField(default="")
    resolve_time: datetime | None = mongoengine.DateTimeField()
    answer: str = mongoengine.StringField(default="")

    def resolve(self, answer: str, by: str, at: datetime) -> None:
        """The problem is solved at `at` (UTC); once solved it stays as it is."""
        if self.state != VoiceState.RESOLVED:
            self.state = VoiceState.RESOLVED
            self.answer, self.resolved_by, self.resolve_time = answer, by, at
