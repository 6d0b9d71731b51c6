"""What a lead keeps of its qualification and its end, and the steps that lead there."""

from datetime import datetime
from typing import TYPE_CHECKING

import mongoengine

from services.leads.announcements import first_contact as announcements
from services.leads.documents.deadline_kinds import CONFIRMATION
from services.leads.domain.first_contact.errors import LeadAlreadyQualified
from services.leads.domain.first_contact.qualification import CloseReason, Qualification
from services.leads.domain.lead_state import LeadState, require_contactable

if TYPE_CHECKING:
    from services.leads.documents.first_contact_steps import FirstContactSteps as _Document
else:
    _Document = object  # a mixin: mongoengine takes its fields over into the document that it is mixed into


class QualificationSteps(_Document):
    """A lead becomes valid, or ends."""

    # Who confirmed the budget and the technical fit; only then the lead is valid and counts.
    budget_confirmed_by: str = mongoengine.StringField(default="")
    fit_confirmed_by: str = mongoengine.StringField(default="")
    qualify_evidence: str = mongoengine.StringField(default="")
    qualified_by: str = mongoengine.StringField(default="")
    qualify_time: datetime | None = mongoengine.DateTimeField()
    close_reason: str = mongoengine.StringField(default="")
    close_why: str = mongoengine.StringField(default="")
    closed_by: str = mongoengine.StringField(default="")
    close_time: datetime | None = mongoengine.DateTimeField()

    def needs_qualification(self, qualification: Qualification) -> bool:
        """False when the same was recorded before. Raises LeadClosed, LeadNotRouted, LeadAlreadyQualified."""
        if self.qualify_time is None:
            require_contactable(LeadState(self.state))
            return True
        if (self.budget_confirmed_by, self.fit_confirmed_by) != (
            qualification.budget_confirmed_by,
            qualification.fit_confirmed_by,
        ):
            raise LeadAlreadyQualified(
                "the lead is valid by the word of others",
                budget_confirmed_by=self.budget_confirmed_by,
                fit_confirmed_by=self.fit_confirmed_by,
            )
        return False

    def qualify(self, qualification: Qualification, team_id: str, by: str, at: datetime) -> None:
        """The lead is valid from `at` (UTC) on; `team_id` is its owner's."""
        self.budget_confirmed_by = qualification.budget_confirmed_by
        self.fit_confirmed_by = qualification.fit_confirmed_by
        self.qualify_evidence = qualification.evidence
        self.qualified_by = by
        self.qualify_time = at
        self.emit(announcements.lead_qualified(self, team_id))

    def close(self, reason: CloseReason, why: str, by: str, at: datetime) -> None:
        """End the lead at `at` (UTC) without a deal; nobody is warned any more."""
        self.state = LeadState.CLOSED
        self.close_reason, self.close_why = reason.value, why
        self.closed_by, self.close_time = by, at
        self.stop_first_contact()
        self.cancel(CONFIRMATION)
        self.emit(announcements.lead_closed(self))
