"""Terminals with what they sent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.stores.documents import Terminal
from services.stores.domain.numbers import Range, missing
from services.stores.ledger import Doc, Ledger
from services.stores.queries.visible_stores import visible_store_ids, visible_terminal

_COUNTS = ("accepted", "duplicates", "conflicts", "rejected")


@dataclass(frozen=True, slots=True)
class TerminalView:
    """`seen` and `missing` are numbers of the present epoch, `counts` of all epochs by outcome."""

    store_id: str
    terminal_id: str
    state: str
    epoch: int
    public_key: str
    seen: Sequence[Range]
    missing: Sequence[Range]
    counts: dict[str, int]
    heard_time: datetime | None


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
    return TerminalView(
        store_id=terminal.store_id,
        terminal_id=terminal.terminal_id,
        state=terminal.state,
        epoch=terminal.epoch,
        public_key=terminal.public_key or "",
        seen=seen,
        missing=missing(seen),
        counts={name: sum(found["counts"][name] for found in progress) for name in _COUNTS},
        heard_time=max((found["heard_time"] for found in progress), default=None),
    )
