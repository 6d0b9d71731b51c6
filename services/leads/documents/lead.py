"""A lead as it is stored, and the steps it guards."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import leads as announcements
from services.leads.documents.deadline_kinds import BREACH, CONFIRMATION, RETRY, WARNING
from services.leads.documents.first_contact_steps import FirstContactSteps
from services.leads.documents.match_keys import name_key, phone_key
from services.leads.documents.qualification_steps import QualificationSteps
from services.leads.domain.errors import LeadNotFound, NotOwner
from services.leads.domain.first_contact.follow_up import FirstContactRules
from services.leads.domain.intake.draft import Draft
from services.leads.domain.lead_state import LeadState, require_contactable, require_routable
from services.leads.domain.routing.candidates import Candidate, SalespersonFacts

__all__ = ["BREACH", "CONFIRMATION", "RETRY", "WARNING", "Lead"]


def _waiting(name: str, *first: str) -> list[dict[str, Any]]:
    fields = [*first, "waits_for", "first_contact_due_time", "_id"]
    return [{"fields": fields, "partialFilterExpression": {"waits_for": {"$exists": True}}, "name": name}]


class Lead(QualificationSteps, FirstContactSteps, Aggregate):
    """An interest that came in, until its owner has taken it up."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "leads",
        "indexes": [
            {"fields": ["intake_keys"], "unique": True, "name": "intake_keys"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["owner_id", "state", "_id"], "name": "owner_state"},
            # Serves the list of a region without state too: all states are named then.
            {"fields": ["region", "state", "_id"], "name": "region_state"},
            {"fields": ["state", "_id"], "name": "state"},
            # The board of those that wait for their first contact, for every kind of viewer.
            *_waiting("waiting"),
            *_waiting("waiting_of_owner", "owner_id"),
            *_waiting("waiting_of_region", "region"),
            {
                "fields": ["account_id", "_id"],
                "partialFilterExpression": {"account_id": {"$gt": ""}},
                "name": "account",
            },
            {"fields": ["match_keys"], "name": "match_keys"},
            {
                "fields": ["first_quote_time", "qualify_time"],
                "partialFilterExpression": {"qualify_time": {"$exists": True}},
                "name": "valid_without_quote",
            },
            {
                "fields": ["is_first_contact_breached", "owner_id"],
                "partialFilterExpression": {"is_first_contact_breached": True},
                "name": "breached",
            },
            # Figures of a period. The sparse ones cost the intake nothing.
            {"fields": ["create_time"], "name": "create_time"},
            {"fields": ["first_contact_due_time"], "name": "first_contact_due_time", "sparse": True},
            {"fields": ["qualify_time"], "name": "qualify_time", "sparse": True},
        ],
        # The fingerprint would let a guessed phone be tried out.
        "private_fields": ("phone", "contact_name", "fingerprint", "match_keys"),
    }
    not_found = LeadNotFound

    state: str = mongoengine.StringField(default=LeadState.NEW)
    # What the lead came in under, each unique: this makes repeated requests, external ids and imported rows one lead.
    intake_keys: list[str] = PlainField(default=list)
    fingerprint: str = mongoengine.StringField(default="")
    # "name:<company key>" and "phone:<E.164>", as accounts have them: two accounts whose leads share one may be one.
    match_keys: list[str] = PlainField(default=list)
    # Where it came in: an import with its row, a form, a webhook; each empty when by another way.
    import_id: str = mongoengine.StringField(default="")
    import_row: int = mongoengine.IntField(default=0)
    form_key: str = mongoengine.StringField(default="")
    source_id: str = mongoengine.StringField(default="")
    channel: str = mongoengine.StringField(default="")
    company: str = mongoengine.StringField(default="")
    contact_name: str = mongoengine.StringField(default="")
    phone: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    budget_range: str = mongoengine.StringField(default="")
    urgency: str = mongoengine.StringField(default="")
    needs: list[str] = PlainField(default=list)
    external_id: str = mongoengine.StringField(default="")
    # Known from the assignment on: an account has an owner, so there is none before.
    account_id: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    supervisor_id: str = mongoengine.StringField(default="")
    # Best first. While the lead is proposed, number 1 has it counted as his own since `propose_time`.
    candidates: list[dict[str, Any]] = PlainField(default=list)
    propose_time: datetime | None = mongoengine.DateTimeField()
    create_time: datetime = mongoengine.DateTimeField()
    # The first quote to its account after it was assigned.
    first_quote_time: datetime | None = mongoengine.DateTimeField()

    @classmethod
    def taken_in(cls, draft: Draft, intake_keys: list[str], at: datetime) -> "Lead":
        """A new lead, told to the others with its first commit."""
        lead = cls(
            intake_keys=intake_keys,
            fingerprint=draft.fingerprint(),
            match_keys=[name_key(draft.company), phone_key(draft.phone)],
            channel=draft.channel.value,
            company=draft.company,
            contact_name=draft.contact_name,
            phone=draft.phone,
            region=draft.region,
            budget_range=draft.budget_range,
            urgency=draft.urgency.value,
            needs=list(draft.needs),
            external_id=draft.external_id,
            create_time=at,
        )
        lead.emit(announcements.lead_created(lead))
        return lead

    def require_routable(self) -> None:
        """Raises LeadClosed, LeadAlreadyRouted."""
        require_routable(LeadState(self.state))

    def require_owner(self, subject: str) -> None:
        """Raises NotOwner, also for a lead that has no owner yet."""
        if self.owner_id != subject:
            raise NotOwner("only the owner records the first contact", lead_id=self.id)

    def propose(self, at: datetime, confirm_due: datetime) -> None:
        """Let the supervisors choose among those offered, from `at` until `confirm_due` (UTC)."""
        self.state = LeadState.PROPOSED
        self.propose_time = at
        self.cancel(RETRY)
        self.schedule(CONFIRMATION, confirm_due)
        self.emit(announcements.lead_routing_proposed(self, confirm_due))

    def offer(self, candidates: tuple[Candidate, ...]) -> None:
        """Keep who was offered, and why, best first."""
        self.candidates = [announcements.candidate_stored(candidate) for candidate in candidates]

    def give_up_routing(self, retry_time: datetime | None = None) -> None:
        """Nobody is eligible: the lead stands in the supervisors' queue, and they are told once.

        At `retry_time` (UTC) somebody may be able to take it.
        """
        self.candidates = []
        self.cancel(CONFIRMATION)
        if retry_time is not None:
            self.schedule(RETRY, retry_time)
        if self.state != LeadState.UNROUTABLE:
            self.state = LeadState.UNROUTABLE
            self.emit(announcements.lead_unroutable(self))

    def assign(
        self, owner: SalespersonFacts, account_id: str, reasons: dict[str, str], rules: FirstContactRules, at: datetime
    ) -> None:
        """Give the lead its owner and start the time of the first contact at `at` (UTC)."""
        self.require_routable()
        self.state = LeadState.ASSIGNED
        self.account_id = account_id
        self.owner_id, self.supervisor_id = owner.id, owner.supervisor_id
        self.cancel(CONFIRMATION)
        self.cancel(RETRY)
        self.start_first_contact(rules, at)
        self.emit(announcements.lead_assigned(self, owner.team_id, reasons))

    def needs_contact(self) -> bool:
        """False when the first contact was made. Raises LeadClosed, LeadNotRouted."""
        require_contactable(LeadState(self.state))
        return bool(self.state == LeadState.ASSIGNED)
