"""The reactions and deadlines of intake: event to use case, nothing else."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from chassis.consumer import EventContext, handles
from chassis.deadlines import on_deadline
from saleloop.leads.v1.intake_events_pb2 import LeadImportStarted
from services.leads.commands import intake as commands
from services.leads.config import LeadsSettings
from services.leads.documents.lead_import import FORGET_FILE, LeadImport
from services.leads.phones import phone_normaliser


class IntakeReactions:
    """What intake does by itself."""

    @handles(LeadImportStarted)
    def run_import_when_started(self, event: LeadImportStarted, context: EventContext) -> None:
        commands.run_import(event.import_id, normalise_phone=_normaliser())

    @on_deadline(LeadImport, FORGET_FILE)
    def forget_file_of_import(self, lead_import: LeadImport, due_time: datetime) -> None:
        commands.forget_file(lead_import)


@cache
def _normaliser() -> Callable[[str], str]:
    return phone_normaliser(LeadsSettings().default_country)
