"""Keep a line of an account's history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chassis.documents import VersionConflict
from chassis.ids import derived_id
from services.leads.documents import Account, Lead, TimelineEntry


@dataclass(frozen=True, kw_only=True)
class EntryDraft:
    """What an event tells of an account; `kind` is its noun and participle, `source` the service that told it."""

    event_id: str
    kind: str
    source: str
    time: datetime
    account_id: str = ""
    lead_id: str = ""
    opportunity_id: str = ""
    owner_id: str = ""
    by: str = ""
    why: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def entry_id(self) -> str:
        """The same for every delivery of the event."""
        return derived_id("timeline", self.event_id)


def keep_entry(draft: EntryDraft) -> str:
    """The account of the line, "" when none is known. A second delivery changes nothing.

    An account that is not here yet is no obstacle: the line waits for it under its id. What names only a lead
    belongs to that lead's account.
    """
    lead = (
        Lead.collection().find_one({"_id": draft.lead_id}, {"account_id": 1, "channel": 1}) if draft.lead_id else None
    )
    account_id = draft.account_id or (lead or {}).get("account_id", "")
    if not account_id:
        return ""
    columns = {"owner_id": 1, "team_id": 1, "region": 1}
    account = Account.collection().find_one({"_id": account_id}, columns) or {}
    entry = TimelineEntry(
        id=draft.entry_id,
        account_id=account_id,
        lead_id=draft.lead_id,
        opportunity_id=draft.opportunity_id,
        kind=draft.kind,
        source=draft.source,
        time=draft.time,
        by=draft.by,
        owner_id=draft.owner_id or account.get("owner_id", ""),
        team_id=account.get("team_id", ""),
        region=account.get("region", ""),
        channel=told.get("channel", ""),
        why=draft.why,
        details=dict(draft.details),
    )
    try:
        entry.commit()
    except VersionConflict:
        return account_id  # it is there already
    return account_id
