"""A nurture package that runs for an account."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import attention as announcements
from services.leads.documents.nurture_package import step_from
from services.leads.domain.attention.errors import NurtureRunNotFound
from services.leads.domain.attention.nurture import StopCause, step_due

# Kind of deadline.
STEP = "nurture_step"
RUNNING, STOPPED, FINISHED = "running", "stopped", "finished"


class NurtureRun(Aggregate):
    """The steps of one package for one account, handed to its owner as they fall due."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "nurture_runs",
        "indexes": [
            {"fields": ["running_account_id"], "unique": True, "sparse": True, "name": "running"},
            {"fields": ["account_id", "_id"], "name": "account"},
            {"fields": ["owner_id", "_id"], "name": "owner"},
            {"fields": ["region", "_id"], "name": "region"},
            {"fields": ["state", "_id"], "name": "state"},
        ],
    }
    not_found = NurtureRunNotFound

    account_id: str = mongoengine.StringField(required=True)
    # The account while this runs: unique, so that one package runs per account.
    running_account_id: str | None = mongoengine.StringField()
    lead_id: str = mongoengine.StringField(default="")
    opportunity_id: str = mongoengine.StringField(default="")
    company: str = mongoengine.StringField(default="")
    owner_id: str = mongoengine.StringField(default="")
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    package_id: str = mongoengine.StringField(required=True)
    package_version: int = mongoengine.IntField(default=0)
    steps: list[dict[str, Any]] = PlainField(default=list)
    state: str = mongoengine.StringField(default=RUNNING)
    steps_due: int = mongoengine.IntField(default=0)
    start_time: datetime = mongoengine.DateTimeField(required=True)
    end_time: datetime | None = mongoengine.DateTimeField()
    stop_cause: str = mongoengine.StringField(default="")
    why: str = mongoengine.StringField(default="")

    def plan(self) -> None:
        """Set the deadline of the next step; after the last one the run is finished at that step's time."""
        steps = [step_from(step) for step in self.steps]
        due = step_due(self.start_time, steps, self.steps_due)
        if due is not None:
            self.schedule(STEP, due)
        else:
            self._end(FINISHED, step_due(self.start_time, steps, len(steps) - 1) or self.start_time)

    def hand_out_step(self, due_time: datetime) -> None:
        """Give the step that is due at `due_time` (UTC) to the owner, and plan the next."""
        self.steps_due += 1
        self.emit(announcements.nurture_step_due(self, self.steps[self.steps_due - 1], due_time))
        self.plan()

    def stop(self, cause: StopCause, why: str, at: datetime) -> None:
        """End it at `at` (UTC) before its last step; one that has ended stays as it is."""
        if self.state == RUNNING:
            self.stop_cause, self.why = cause.value, why
            self._end(STOPPED, at)

    def _end(self, state: str, at: datetime) -> None:
        self.state, self.end_time = state, at
        self.running_account_id = None
        self.cancel(STEP)
