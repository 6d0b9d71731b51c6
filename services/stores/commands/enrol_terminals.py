"""Invite, enrol and revoke terminals."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.bulk import commit_many
from chassis.clocks import real_clock
from chassis.errors import InvalidArgument, field
from saleloop.stores.v1 import events_pb2 as events
from services.stores.documents import Terminal, stored_terminals, terminal_key
from services.stores.domain.enrolment import CODE_BYTES, code_hash, code_text, require_name, require_public_key
from services.stores.domain.errors import EnrolmentCodeInvalid, StoreNotFound
from services.stores.queries.visible_stores import visible_store_ids, visible_terminal

MAX_TERMINALS = 1_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code in clear, shown this once."""

    store_id: str
    terminal_id: str
    code: str
    expire_time: datetime


def invite_terminals(keys: Sequence[tuple[str, str]]) -> list[Invitation]:
    """New one-time codes for (store, terminal); creates terminals that are not there yet. All, or none.

    Raises InvalidArgument, StoreNotFound (also for a store the caller may not see), VersionConflict.
    """
    _check(keys)
    terminals = stored_terminals(terminal_key(*key) for key in keys)
    now = real_clock.now()
    invitations, changed = [], []
    for store_id, terminal_id in keys:
        terminal = terminals.get(terminal_key(store_id, terminal_id))
        if terminal is None:
            terminal = Terminal(id=terminal_key(store_id, terminal_id), store_id=store_id, terminal_id=terminal_id)
        code = code_text(secrets.token_bytes(CODE_BYTES))
        invitations.append(Invitation(store_id, terminal_id, code, terminal.invite(code_hash(code), now)))
        changed.append(terminal)
    commit_many(changed)
    return invitations


def enrol_terminal(code: str, public_key: str) -> Terminal:
    """Hand the terminal of this code its new epoch. Repeating it with the same key changes nothing.

    Raises PublicKeyInvalid, EnrolmentCodeInvalid, EnrolmentCodeUsed, EnrolmentCodeExpired.
    """
    key = require_public_key(public_key)
    wanted = code_hash(code)
    found = Terminal.collection().find_one({"$or": [{"code_hash": wanted}, {"used_code_hash": wanted}]}, {"_id": 1})
    if found is None:
        raise EnrolmentCodeInvalid("this code is not known")
    terminal = Terminal.load(found["_id"])
    if terminal.enrol(wanted, key, real_clock.now()):
        terminal.emit(
            events.TerminalEnrolled(
                store_id=terminal.store_id,
                terminal_id=terminal.terminal_id,
                epoch=terminal.epoch,
                public_key=key,
                version=terminal.version + 1,
            )
        )
        terminal.commit()
    return terminal


def revoke_terminal(store_id: str, terminal_id: str, why: str) -> Terminal:
    """Close the door to this terminal; what it sent stays. Repeating it changes nothing.

    Raises InvalidArgument without a reason, StoreNotFound, TerminalNotFound.
    """
    if not why.strip():
        raise InvalidArgument(message="a reason is needed", field="why")
    terminal = visible_terminal(store_id, terminal_id)
    if terminal.revoke():
        terminal.emit(
            events.TerminalRevoked(
                store_id=store_id, terminal_id=terminal_id, epoch=terminal.epoch, version=terminal.version + 1
            )
        )
        terminal.commit(why=why)
    return terminal


def _check(keys: Sequence[tuple[str, str]]) -> None:
    if len(keys) > MAX_TERMINALS:
        raise InvalidArgument(message=f"at most {MAX_TERMINALS} terminals at once", field="terminals")
    if len(set(keys)) != len(keys):
        raise InvalidArgument(message="a terminal is listed twice", field="terminals")
    visible = set(visible_store_ids())
    for index, (store_id, terminal_id) in enumerate(keys):
        with field(f"terminals[{index}].terminal_id"):
            require_name(terminal_id)
        if store_id not in visible:
            raise StoreNotFound(f"there is no store {store_id}", store_id=store_id)
