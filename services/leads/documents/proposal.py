"""A proposal as it is stored, and the evidence it collects."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import pipeline as announcements
from services.leads.domain.pipeline.errors import ProposalNotFound
from services.leads.domain.pipeline.evidence import EvidenceKind, require_delivered

DRAFT, DELIVERED = "draft", "delivered"
# Openings that are kept by the day; whoever opens it on more days is interested enough.
DAYS_KEPT = 366


class Proposal(Aggregate):
    """An offer of a solution to one recipient, printed with that person's watermark. Its text never changes."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "proposals",
        "indexes": [
            {"fields": ["opportunity_id", "_id"], "name": "opportunity"},
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
        ],
        "private_fields": ("recipient_name", "recipient_email"),
    }
    not_found = ProposalNotFound

    opportunity_id: str = mongoengine.StringField(required=True)
    account_id: str = mongoengine.StringField(required=True)
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    # draft, delivered.
    state: str = mongoengine.StringField(default=DRAFT)
    title: str = mongoengine.StringField(required=True)
    text: str = mongoengine.StringField(default="")
    items: list[dict[str, str]] = PlainField(default=list)
    recipient_name: str = mongoengine.StringField(required=True)
    recipient_email: str = mongoengine.StringField(default="")
    file_id: str = mongoengine.StringField(required=True)
    pdf_sha256: str = mongoengine.StringField(required=True)
    create_time: datetime = mongoengine.DateTimeField(required=True)
    by: str = mongoengine.StringField(required=True)
    # The first of each kind: {kind, time, detail}.
    evidence: list[dict[str, Any]] = PlainField(default=list)
    # One for each day that the link was opened on: {day, time}.
    openings: list[dict[str, Any]] = PlainField(default=list)
    deliver_time: datetime | None = mongoengine.DateTimeField()

    @property
    def evidence_kinds(self) -> list[str]:
        """The kinds of evidence that are there."""
        return [each["kind"] for each in self.evidence]

    def mark_created(self) -> None:
        """Tell the others with the first commit."""
        self.emit(announcements.proposal_created(self))

    def add_evidence(self, kind: EvidenceKind, at: datetime, detail: str) -> None:
        """Keep the first of its kind."""
        if kind not in self.evidence_kinds:
            self.evidence = [*self.evidence, {"kind": kind.value, "time": at, "detail": detail}]

    def open_link(self, at: datetime) -> bool:
        """The recipient opened the link at `at` (UTC); False when that is known of this day already."""
        day = f"{at:%Y-%m-%d}"
        if len(self.openings) >= DAYS_KEPT or any(each["day"] == day for each in self.openings):
            return False
        self.openings = [*self.openings, {"day": day, "time": at}]
        self.add_evidence(EvidenceKind.OPENED_LINK, at, day)
        self.emit(announcements.proposal_opened(self, at))
        return True

    def deliver(self, at: datetime, by: str) -> bool:
        """Count as delivered; False when it does already. Raises EvidenceMissing."""
        if self.state == DELIVERED:
            return False
        require_delivered(self.evidence_kinds)
        self.state, self.deliver_time = DELIVERED, at
        self.emit(announcements.proposal_delivered(self, self.evidence_kinds, by))
        return True
