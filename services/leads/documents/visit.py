"""A visit as it is stored, and the steps it guards."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.files import StoredFile
from services.leads.announcements import visits as announcements
from services.leads.domain.visits.errors import NoNextAction, PhotoNotFound, TooManyPhotos, VisitNotFound
from services.leads.domain.visits.photos import PHOTOS_LIMIT

PARSED, CONFIRMED = "parsed", "confirmed"
OPEN, DONE = "open", "done"
# The fields of a note, in the form in which they are stored.
NOTE_FIELDS = ("competitors", "purchase_window", "concerns", "next_action")


class Visit(Aggregate):
    """A visit at an account: the note, what was read from it, and what it leaves to do."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "visits",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["owner_id", "next_action_state", "next_action_due_time"], "name": "next_action"},
        ],
    }
    not_found = VisitNotFound

    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    recorded_by: str = mongoengine.StringField(default="")
    # Of what the request said, so that a reused request_id is noticed.
    fingerprint: str = mongoengine.StringField(default="")
    text: str = mongoengine.StringField(default="")
    is_dictated: bool = mongoengine.BooleanField(default=False)
    visit_time: datetime = mongoengine.DateTimeField(required=True)
    create_time: datetime = mongoengine.DateTimeField(required=True)
    state: str = mongoengine.StringField(default=PARSED)
    # What the rules read, never changed, and what holds now; both by NOTE_FIELDS.
    parsed: dict[str, Any] = PlainField(default=dict)
    fields: dict[str, Any] = PlainField(default=dict)
    corrections: list[dict[str, Any]] = PlainField(default=list)
    voice_sentence: str = mongoengine.StringField(default="")
    confirm_time: datetime | None = mongoengine.DateTimeField()
    confirmed_by: str = mongoengine.StringField(default="")
    # Empty when the visit leaves nothing to do.
    next_action_state: str = mongoengine.StringField(default="")
    next_action_due_time: datetime | None = mongoengine.DateTimeField()
    next_action_done_time: datetime | None = mongoengine.DateTimeField()
    next_action_revision: int = mongoengine.IntField(default=0)
    photos: list[dict[str, Any]] = PlainField(default=list)

    def take_over(self, parsed: Mapping[str, Any]) -> None:
        """Keep what the rules read, and plan the next action. Only for a new visit."""
        self.parsed = dict(parsed)
        self.fields = dict(parsed)
        self.emit(announcements.visit_recorded(self))
        self._plan()

    def confirm(self, corrected: Mapping[str, Any], by: str, at: datetime) -> None:
        """Confirm the fields, some of them with another value. A value that is the same is no correction."""
        really = {name: value for name, value in corrected.items() if value != self.fields[name]}
        if self.state == CONFIRMED and not really:
            return
        self.state = CONFIRMED
        self.confirm_time, self.confirmed_by = at, by
        self.corrections = [
            *self.corrections,
            *({"field": name, "before": self.fields[name], "by": by, "time": at} for name in really),
        ]
        self.fields = {**self.fields, **really}
        self.emit(announcements.visit_confirmed(self, sorted(really)))
        if "next_action" in really:
            self._withdraw(at)
            self._plan()

    def complete_next_action(self, at: datetime) -> None:
        """It is done; repeating changes nothing. Raises NoNextAction."""
        if not self.next_action_state:
            raise NoNextAction("the visit left nothing to do", visit_id=self.id)
        if self.next_action_state == OPEN:
            self.next_action_state, self.next_action_done_time = DONE, at
            self.emit(announcements.next_action_completed(self, at, is_withdrawn=False))

    def has_photo_of(self, sha256: str) -> dict[str, Any] | None:
        """The photo with this content, if it is there."""
        return next((photo for photo in self.photos if photo["sha256"] == sha256), None)

    def require_room_for_photo(self) -> None:
        """Raises TooManyPhotos."""
        if len(self.photos) >= PHOTOS_LIMIT:
            raise TooManyPhotos(f"a visit has at most {PHOTOS_LIMIT} photos", limit=str(PHOTOS_LIMIT))

    def add_photo(self, file: StoredFile, caption: str) -> dict[str, Any]:
        """Refer to a kept file."""
        photo = {
            "id": file.id,
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
            "caption": caption,
            "create_time": file.create_time,
        }
        self.photos = [*self.photos, photo]
        return photo

    def _withdraw(self, at: datetime) -> None:
        if self.next_action_state == OPEN:
            self.emit(announcements.next_action_completed(self, at, is_withdrawn=True))
        self.next_action_state, self.next_action_due_time, self.next_action_done_time = "", None, None

    def _plan(self) -> None:
        action = self.fields["next_action"]
        if action is not None:
            self.next_action_state, self.next_action_due_time = OPEN, action["due_time"]
            self.next_action_revision += 1
            self.emit(announcements.next_action_planned(self))


def require_photo(photos: Collection[Mapping[str, Any]], photo_id: str) -> Mapping[str, Any]:
    """The photo of a visit with this id. Raises PhotoNotFound."""
    found = next((photo for photo in photos if photo["id"] == photo_id), None)
    if found is None:
        raise PhotoNotFound(f"there is no photo {photo_id}", photo_id=photo_id)
    return found
