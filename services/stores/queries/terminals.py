"""Terminals with what they sent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stores.documents import Decision, Terminal
from services.stores.domain.numbers import Range, is_jump, merged_ranges, missed, missing
from services.stores.ledger import Doc, Ledger
from services.stores.queries.visible_stores import visible_store_ids, visible_terminal

_COUNTS = ("accepted", "duplicates", "conflicts", "rejected")


@dataclass(frozen=True, slots=True)
class TerminalView:
    """`seen` and `missing` are numbers of the present epoch, `counts` of all epochs by outcome.

    `gaps` are the missing ones with the time since when that is known.
    """

    store_id: str
    terminal_id: str
    state: str
    epoch: int
    public_key: str
    seen: Sequence[Range]
    missing: Sequence[Range]
    counts: dict[str, int]
    heard_time: datetime | None
    gaps: Sequence[tuple[int, int, datetime]]
    unconfirmed_jumps: Sequence[Range]
    losses: Sequence[Doc]
    wanted: Sequence[Range]


def get_terminal(store_id: str, terminal_id: str) -> TerminalView:
    """One terminal. Raises StoreNotFound, TerminalNotFound."""
    terminal = visible_terminal(store_id, terminal_id)
    return view_of(terminal)


def view_of(terminal: Terminal) -> TerminalView:
    """A loaded terminal with its progress."""
    return _views([terminal], Ledger())[0]


def list_terminals(*, store_id: str, with_gaps: bool, after: str, limit: int) -> list[TerminalView]:
    """Terminals of the visible stores in the order of their ids, after `after`, at most `limit`."""
    ledger = Ledger()
    wanted: Doc = {"store_id": {"$in": visible_store_ids(store_id=store_id)}}
    if with_gaps:
        # Gapless is: nothing seen, or one range from 1; anything else misses numbers.
        gapless = {"$or": [{"seen": {"$size": 0}}, {"seen": {"$size": 1}, "seen.0.0": 1}]}
        with_missing = ledger.progress.find({**wanted, "$nor": [gapless]}, {"terminal": 1})
        wanted = {"$and": [wanted, {"_id": {"$in": sorted({found["terminal"] for found in with_missing})}}]}
    found: list[TerminalView] = []
    cursor = Terminal.collection().find({"$and": [wanted, {"_id": {"$gt": after}}]}, {"outbox": 0}).sort("_id")
    if not with_gaps:
        return _views([Terminal._from_son(son) for son in cursor.limit(limit)], ledger)
    for view in _views([Terminal._from_son(son) for son in cursor], ledger):
        if view.missing and len(found) < limit:  # gaps of former epochs do not count
            found.append(view)
    return found


def _views(terminals: Iterable[Terminal], ledger: Ledger) -> list[TerminalView]:
    terminals = list(terminals)
    progress: dict[str, list[Doc]] = defaultdict(list)
    for found in ledger.progress.find({"terminal": {"$in": [terminal.id for terminal in terminals]}}):
        progress[found["terminal"]].append(found)
    return [_view(terminal, progress[terminal.id]) for terminal in terminals]


def _view(terminal: Terminal, progress: Sequence[Doc]) -> TerminalView:
    present = next((found for found in progress if found["epoch"] == terminal.epoch), None)
    seen = [(first, last) for first, last in present["seen"]] if present else []
    confirmed = terminal.decided(Decision.JUMP)
    losses = merged_ranges(terminal.decided(Decision.LOSS))
    gaps = [
        (first, last, since)
        for start, end, since in (present["gaps"] if present else ())
        for first, last in missed([(start, end)], confirmed=confirmed, lost=losses)
    ]
    return TerminalView(
        store_id=terminal.store_id,
        terminal_id=terminal.terminal_id,
        state=terminal.state,
        epoch=terminal.epoch,
        public_key=terminal.public_key or "",
        seen=seen,
        missing=[(first, last) for first, last, _ in gaps],
        counts={name: sum(found["counts"][name] for found in progress) for name in _COUNTS},
        heard_time=max((found["heard_time"] for found in progress), default=None),
        gaps=gaps,
        unconfirmed_jumps=[gap for gap in missing(seen) if is_jump(gap, confirmed)],
        losses=[
            each for each in terminal.decisions if each["kind"] == Decision.LOSS and each["epoch"] == terminal.epoch
        ],
        wanted=[
            part
            for wanted in merged_ranges(terminal.decided(Decision.RESEND))
            for first, last, _ in gaps
            if (part := (max(first, wanted[0]), min(last, wanted[1]))) and part[0] <= part[1]
        ],
    )
