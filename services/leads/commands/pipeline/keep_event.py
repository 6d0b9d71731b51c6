"""Keep what an event tells of an account: a line of its history, and where it takes the opportunities."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chassis.documents import VersionConflict
from chassis.ids import derived_id
from services.leads.commands.pipeline.follow_account import FOLLOWED, follow_account, note_first_quote
from services.leads.documents import Account, Lead, TimelineEntry
from services.leads.domain.pipeline.belonging import Told


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


def keep_event(draft: EntryDraft) -> None:
    """Keep the line; what quotes and billing tell moves the account's opportunities too.

    A second delivery changes nothing. An account that is not here yet is no obstacle: the line waits for it under
    its id. What names only a lead belongs to that lead's account; what names neither is not kept.
    """
    account_id = _keep(draft)
    if not account_id or draft.kind not in FOLLOWED:
        return
    if draft.kind == Told.QUOTE_SUBMITTED:
        note_first_quote(account_id, draft.time)
    follow_account(account_id, at=draft.time, by=f"{draft.source}.{draft.kind}", entry_id=draft.entry_id)


def _keep(draft: EntryDraft) -> str:
    """The account of the line, "" when none is known."""
    told: dict[str, str] = {}
    if draft.lead_id:
        told = Lead.collection().find_one({"_id": draft.lead_id}, {"account_id": 1, "channel": 1}) or {}
    account_id = draft.account_id or told.get("account_id", "")
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
