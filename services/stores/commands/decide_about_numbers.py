"""What people decide about numbers of a terminal that never came."""

from chassis import principal
from chassis.clocks import real_clock
from chassis.errors import InvalidArgument, field
from saleloop.stores.v1 import events_pb2 as events
from services.stores.documents import Decision, Terminal
from services.stores.domain.errors import JumpNotFound, NumbersNotMissing
from services.stores.domain.numbers import Range
from services.stores.ledger import Ledger, progress_key
from services.stores.queries.terminals import view_of
from services.stores.queries.visible_stores import visible_terminal


def confirm_number_jump(store_id: str, terminal_id: str, numbers: Range, why: str) -> Terminal:
    """The till did make the receipts of this jump: from now on they are missing. Repeating it changes nothing.

    Raises JumpNotFound, InvalidArgument without a reason, StoreNotFound, TerminalNotFound.
    """
    _require_reason(why)
    terminal = visible_terminal(store_id, terminal_id)
    if numbers not in terminal.decided(Decision.JUMP):
        if numbers not in view_of(terminal).unconfirmed_jumps:
            raise JumpNotFound(f"{numbers[0]} to {numbers[1]} is no unconfirmed jump")
        _decide(terminal, Decision.JUMP, numbers, why)
        terminal.commit(why=why)
    _tell_ingestion(terminal, "confirmed", numbers)
    return terminal


def declare_loss(store_id: str, terminal_id: str, numbers: Range, why: str) -> Terminal:
    """These missing receipts will never come; one that comes after all is counted. Repeating it changes nothing.

    Raises NumbersNotMissing, InvalidArgument without a reason, StoreNotFound, TerminalNotFound.
    """
    _require_reason(why)
    terminal = visible_terminal(store_id, terminal_id)
    if numbers not in terminal.decided(Decision.LOSS):
        _require_missing(terminal, numbers)
        _decide(terminal, Decision.LOSS, numbers, why)
        terminal.commit(why=why)
    _tell_ingestion(terminal, "lost", numbers)
    return terminal


def request_resend(store_id: str, terminal_id: str, numbers: Range) -> Terminal:
    """Have the terminal told that these missing numbers (0 and 0: all) are wanted; asking again tells it again.

    Raises NumbersNotMissing, StoreNotFound, TerminalNotFound.
    """
    terminal = visible_terminal(store_id, terminal_id)
    if numbers == (0, 0):
        ranges = list(view_of(terminal).missing)
        if not ranges:
            raise NumbersNotMissing("nothing is missing")
    else:
        _require_missing(terminal, numbers)
        ranges = [numbers]
    for each in ranges:
        _decide(terminal, Decision.RESEND, each, "")
    wanted = [events.WantedNumbers(first=first, last=last) for first, last in ranges]
    terminal.emit(
        events.ReceiptsWanted(
            store_id=store_id,
            terminal_id=terminal_id,
            epoch=terminal.epoch,
            ranges=wanted,
            version=terminal.version + 1,
        )
    )
    terminal.commit()
    return terminal


def _decide(terminal: Terminal, kind: Decision, numbers: Range, why: str) -> None:
    person_id = principal.current().principal.subject
    terminal.decide(kind, *numbers, person_id=person_id, why=why, now=real_clock.now())


def _tell_ingestion(terminal: Terminal, name: str, numbers: Range) -> None:
    """The watermark of a terminal depends on it; repeated with the command, should it have been cut off here."""
    key = progress_key(terminal.store_id, terminal.terminal_id, terminal.epoch)
    Ledger().progress.update_one({"_id": key}, {"$addToSet": {name: list(numbers)}})


def _require_missing(terminal: Terminal, numbers: Range) -> None:
    first, last = numbers
    if not 1 <= first <= last:
        raise InvalidArgument(message="first is at least 1, and last at least first", field="first")
    if not any(start <= first and last <= end for start, end in view_of(terminal).missing):
        raise NumbersNotMissing(f"{first} to {last} are not all missing")


def _require_reason(why: str) -> None:
    with field("why"):
        if not why.strip():
            raise ValueError("a reason is needed")
