"""From the outboxes to the broker."""

from typing import Protocol

from pymongo.client_session import ClientSession

from chassis.envelopes import OutboxEntry


class Receiver(Protocol):
    """Who takes the entries of a committed document at once, without blocking."""

    def offer(self, collection: str, document_id: str, entries: list[OutboxEntry]) -> None: ...


_receiver: Receiver | None = None
_held: dict[int, list[tuple[str, str, list[OutboxEntry]]]] = {}  # by id of the session of a running transaction


def receive(receiver: Receiver | None) -> None:
    """From now on `receiver` gets what this process commits."""
    global _receiver
    _receiver = receiver


def hand_over(
    collection: str, document_id: str, entries: list[OutboxEntry], session: ClientSession | None = None
) -> None:
    """Tell the relay of this process about committed entries; those of a transaction wait for its commit."""
    if session is not None and session.in_transaction:
        _held.setdefault(id(session), []).append((collection, document_id, entries))
    elif _receiver is not None:
        _receiver.offer(collection, document_id, entries)


def forget(session: ClientSession) -> None:
    """The transaction starts again or was aborted."""
    _held.pop(id(session), None)


def release(session: ClientSession) -> None:
    """The transaction is committed."""
    for collection, document_id, entries in _held.pop(id(session), ()):
        hand_over(collection, document_id, entries)
