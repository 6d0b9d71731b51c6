"""What one commit sends to MongoDB."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chassis.envelopes import OutboxEntry

HANDLED_KEPT = 100  # ids of events that a document remembers as handled


@dataclass(frozen=True)
class Write:
    """The state after the change (without the technical fields), what differs from before, and what is told."""

    document_id: str
    version: int
    after: dict[str, Any]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    taken: tuple[str, ...]
    entries: list[OutboxEntry]

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole document, for its first write."""
        whole = {"_id": self.document_id, **self.after, "version": self.version, "handled": list(self.taken)}
        return {**whole, "outbox": self.entries} if self.entries else whole

    @cached_property
    def update(self) -> dict[str, Any]:
        """The update for a document that is there; a loaded outbox is never saved back."""
        operators: dict[str, Any] = {"$inc": {"version": 1}}
        if self.changed:
            operators["$set"] = {name: self.after[name] for name in self.changed}
        if self.gone:
            operators["$unset"] = dict.fromkeys(self.gone, "")
        pushed: dict[str, Any] = {}
        if self.taken:
            pushed["handled"] = {"$each": list(self.taken), "$slice": -HANDLED_KEPT}
        if self.entries:
            pushed["outbox"] = {"$each": self.entries}
        return {**operators, "$push": pushed} if pushed else operators
