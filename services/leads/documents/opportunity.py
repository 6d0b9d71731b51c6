"""An opportunity as it is stored, and the steps it guards."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.files import StoredFile
from services.leads.announcements import pipeline as announcements
from services.leads.documents.account import Account
from services.leads.domain.pipeline.belonging import DealFacts
from services.leads.domain.pipeline.errors import (
    MoveNeedsReason,
    OpportunityClosed,
    OpportunityNotFound,
    OpportunityOpen,
)
from services.leads.domain.pipeline.gates import GateFacts, require_open_gate, stage_within
from services.leads.domain.pipeline.stages import DealState, Stage, furthest, is_before, stages_up_to
from services.leads.domain.pipeline.survey import Amount, SurveyChange

# Kind of deadline: nobody has said a word for so long.
COACHING = "coaching"
SILENCE_LIMIT = timedelta(hours=24)


class Opportunity(Aggregate):
    """A deal with an account, from the valid lead to the payment. It has the account's owner."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "opportunities",
        "indexes": [
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["owner_id", "state", "-close_time", "-_id"], "name": "owner_closed"},
            {"fields": ["region", "state", "-close_time", "-_id"], "name": "region_closed"},
            {"fields": ["coaching_since", "_id"], "name": "coaching", "sparse": True},
            {"fields": ["close_time", "_id"], "name": "closed", "sparse": True},
            # The board's totals are read from these alone.
            {"fields": ["state", "stage", "owner_id", "currency", "expected_amount_minor"], "name": "owner_totals"},
            {"fields": ["state", "stage", "region", "currency", "expected_amount_minor"], "name": "region_totals"},
            {"fields": ["state", "segment", "-close_time"], "name": "segment"},
            {"fields": ["lead_id"], "name": "lead"},
            {"fields": ["create_time"], "name": "create_time"},
            {"fields": ["close_time"], "name": "close_time", "sparse": True},
            {"fields": ["expected_close_time"], "name": "expected_close_time", "sparse": True},
        ],
    }
    not_found = OpportunityNotFound

    account_id: str = mongoengine.StringField(default="")
    # The lead that it came from; empty when a salesperson opened it.
    lead_id: str = mongoengine.StringField(default="")
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    channel: str = mongoengine.StringField(default="")
    # The account's industry; empty when unknown.
    segment: str = mongoengine.StringField(default="")
    # lead, proposal, quote, contract, payment.
    stage: str = mongoengine.StringField(default="lead")
    # open, won, lost.
    state: str = mongoengine.StringField(default="open")
    # When each stage was reached or passed first, by its name.
    stage_times: dict[str, datetime] = PlainField(default=dict)
    needs: list[str] = PlainField(default=list)
    # Minor units of `currency`; 0 when unknown.
    budget_minor: int = mongoengine.IntField(default=0)
    decision_chain: list[str] = PlainField(default=list)
    survey_by: str = mongoengine.StringField(default="")
    survey_time: datetime | None = mongoengine.DateTimeField()
    # Minor units of `currency`.
    expected_amount_minor: int = mongoengine.IntField(default=0)
    currency: str = mongoengine.StringField(default="CNY")
    expected_close_time: datetime | None = mongoengine.DateTimeField()
    note: str = mongoengine.StringField(default="")
    competitor: str = mongoengine.StringField(default="")
    create_time: datetime = mongoengine.DateTimeField()
    # The last word about it: a person's, or an event of its quote, order or payment.
    update_time: datetime = mongoengine.DateTimeField()
    coaching_since: datetime | None = mongoengine.DateTimeField()
    # When the first proposal was delivered.
    proposal_time: datetime | None = mongoengine.DateTimeField()
    # What the events of quotes and billing tell.
    first_quote_time: datetime | None = mongoengine.DateTimeField()
    sign_time: datetime | None = mongoengine.DateTimeField()
    accept_time: datetime | None = mongoengine.DateTimeField()
    signed_amount_minor: int = mongoengine.IntField(default=0)
    paid_amount_minor: int = mongoengine.IntField(default=0)
    event_ids: list[str] = PlainField(default=list)
    # The customer's acceptance that a person uploaded: file_id, name, sha256, by, time.
    acceptance: dict[str, Any] | None = PlainField()
    close_time: datetime | None = mongoengine.DateTimeField()
    close_note: str = mongoengine.StringField(default="")
    won_amount_minor: int = mongoengine.IntField(default=0)
    loss_reason: str = mongoengine.StringField(default="")
    lost_stage: str = mongoengine.StringField(default="")

    @classmethod
    def opened(cls, opportunity_id: str, account: Account, at: datetime, by: str, **fields: Any) -> "Opportunity":
        """A new deal with this account, told to the others with its first commit."""
        made = cls(
            id=opportunity_id,
            account_id=account.id,
            company=account.name,
            owner_id=account.owner_id,
            team_id=account.team_id,
            region=account.region,
            segment=account.attributes.get("industry", ""),
            stage_times={Stage.LEAD.value: at},
            create_time=at,
            **fields,
        )
        made.update(at)
        made.emit(announcements.opportunity_opened(made, by))
        return made

    @property
    def gate_facts(self) -> GateFacts:
        """What the gates ask for."""
        return GateFacts(
            has_needs=bool(self.needs),
            has_budget=self.budget_minor > 0,
            has_decision_chain=bool(self.decision_chain),
            has_signed_quote=self.sign_time is not None,
            has_acceptance=self.accept_time is not None or self.acceptance is not None,
        )

    def require_open(self) -> None:
        """Raises OpportunityClosed."""
        if self.state != DealState.OPEN:
            raise OpportunityClosed(f"the opportunity is {self.state}", opportunity_id=self.id, state=self.state)

    def update(self, at: datetime) -> None:
        """Somebody said a word about it at `at` (UTC): the silence starts anew. An earlier word changes nothing."""
        if self.update_time is not None and at <= self.update_time:
            return
        self.update_time = at
        self.coaching_since = None
        if self.state == DealState.OPEN:
            self.schedule(COACHING, at + SILENCE_LIMIT)

    def stall(self, due_time: datetime) -> None:
        """Nobody said a word until `due_time`: it goes on the coaching list."""
        if self.state == DealState.OPEN:
            self.coaching_since = due_time
            self.emit(announcements.opportunity_stalled(self))

    def survey(self, change: SurveyChange, at: datetime, by: str) -> None:
        """Record what the customer needs, can pay and how it decides; quotes and contracts that waited go on."""
        self.needs = list(change.needs) or self.needs
        self.decision_chain = list(change.decision_chain) or self.decision_chain
        if change.budget is not None:
            self.budget_minor, self.currency = change.budget.minor, change.budget.currency
        self.survey_by, self.survey_time = by, at
        self.update(at)
        self.go_on(at, by)

    def move(self, stage: Stage, at: datetime, by: str, why: str) -> None:
        """Stand in `stage` from now on. Raises OpportunityClosed, GateClosed, MoveNeedsReason."""
        self.require_open()
        if stage == self.stage:
            return
        if is_before(stage, Stage(self.stage)) and not why:
            raise MoveNeedsReason("往回移动需要说明原因。Say why it moves back.", opportunity_id=self.id)
        require_open_gate(stage, self.gate_facts)
        self._enter(stage, at, by, why)
        self.update(at)

    def follow(self, facts: DealFacts, at: datetime, by: str) -> None:
        """Take over what the events tell (all of them, each time), as of `at` (UTC)."""
        self.first_quote_time, self.sign_time = facts.first_quote_time, facts.sign_time
        self.accept_time = facts.accept_time
        self.signed_amount_minor, self.paid_amount_minor = facts.signed_minor, facts.paid_minor
        if facts.last_time is not None and not facts.event_ids <= set(self.event_ids):
            self.update(facts.last_time)
        self.event_ids = sorted(facts.event_ids)
        if not self.expected_amount_minor:
            self.expected_amount_minor = facts.quoted_minor
        self.go_on(at, by)

    @property
    def wanted_stage(self) -> Stage:
        """How far proposals and events have come, gates aside."""
        if self.paid_amount_minor > 0:
            return Stage.PAYMENT
        if self.sign_time is not None:
            return Stage.CONTRACT
        if self.first_quote_time is not None:
            return Stage.QUOTE
        return Stage.PROPOSAL if self.proposal_time is not None else Stage.LEAD

    def offer(self, at: datetime, by: str) -> None:
        """A proposal was delivered at `at` (UTC)."""
        self.proposal_time = self.proposal_time or at
        self.update(at)
        self.go_on(at, by)

    def accept(self, file: StoredFile, at: datetime, by: str) -> None:
        """Keep the customer's acceptance; the same file again changes nothing. Raises OpportunityClosed when lost."""
        if self.state == DealState.LOST:
            self.require_open()
        if self.acceptance is not None and self.acceptance["sha256"] == file.sha256:
            return
        self.acceptance = {"file_id": file.id, "name": file.name, "sha256": file.sha256, "by": by, "time": at}
        self.update(at)
        self.go_on(at, by)

    def go_on(self, at: datetime, by: str) -> None:
        """Move as far as the events have come and the gates let; paid and accepted is won."""
        if self.state == DealState.LOST:
            return
        reached = stage_within(Stage(self.stage), self.wanted_stage, self.gate_facts)
        if reached != self.stage and (self.state == DealState.OPEN or is_before(Stage(self.stage), reached)):
            self._enter(reached, at, by, "")
        if self.state == DealState.OPEN and self.stage == Stage.PAYMENT and self.paid_amount_minor > 0:
            self.win(self.signed_amount_minor or self.paid_amount_minor, at, by)

    def win(self, amount_minor: int, at: datetime, by: str, note: str = "") -> None:
        """Close it as won, for `amount_minor` of its currency. Raises OpportunityClosed, GateClosed."""
        self.require_open()
        require_open_gate(Stage.CONTRACT, self.gate_facts)
        if is_before(Stage(self.stage), Stage.CONTRACT):
            self._enter(Stage.CONTRACT, at, by, "")
        self.won_amount_minor = amount_minor
        self._close(DealState.WON, at, note)
        self.emit(announcements.opportunity_won(self, by))

    def lose(self, reason: str, at: datetime, by: str, note: str, competitor: str) -> None:
        """Close it as lost for a preset reason. Raises OpportunityClosed."""
        self.require_open()
        self.competitor = competitor or self.competitor
        self.loss_reason = reason
        self.lost_stage = furthest(self.stage_times).value
        self._close(DealState.LOST, at, note)
        self.emit(announcements.opportunity_lost(self, by))

    def reopen(self, at: datetime, by: str, why: str) -> None:
        """Work on it again, in the stage where it stood. Raises OpportunityOpen."""
        if self.state == DealState.OPEN:
            raise OpportunityOpen("the opportunity is open", opportunity_id=self.id)
        self.state = DealState.OPEN
        self.close_time, self.close_note = None, ""
        self.won_amount_minor, self.loss_reason, self.lost_stage = 0, "", ""
        self.update_time = max(at, self.update_time)
        self.schedule(COACHING, self.update_time + SILENCE_LIMIT)
        self.emit(announcements.opportunity_reopened(self, by, why))

    def expect(self, amount: Amount) -> None:
        """What it will bring."""
        self.expected_amount_minor, self.currency = amount.minor, amount.currency

    def _enter(self, stage: Stage, at: datetime, by: str, why: str) -> None:
        self.emit(announcements.opportunity_moved(self, stage, by, why))
        self.stage = stage.value
        new = {passed.value: at for passed in stages_up_to(stage)}
        self.stage_times = {**new, **self.stage_times}

    def _close(self, state: DealState, at: datetime, note: str) -> None:
        self.state = state.value
        self.coaching_since = None
        self.update_time = max(at, self.update_time)
        # Not before its last event, or that event would seem to belong to another deal.
        self.close_time, self.close_note = self.update_time, note
        self.cancel(COACHING)
