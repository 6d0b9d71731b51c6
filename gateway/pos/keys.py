"""The public keys of terminals: asked of stores, kept, and changed by what stores tells."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from chassis.clocks import real_clock
from chassis.errors import Unavailable
from gateway.pos.metrics import KEY_LOOKUPS

TerminalName = tuple[str, str]  # store, terminal

# A till is not stopped because stores is away: a key that was good stays good for this long.
STALE_S = 600.0
# A wrong signature may mean a new key; but nobody may make the edge ask more often than this.
ASK_AGAIN_S = 2.0
MAX_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class TerminalKey:
    """The present key of an enrolled terminal (base64url) and its epoch.

    When stores was asked, all receipts up to `high_water_mark` were counted, and those `wanted` (first, last) were to
    be sent again.
    """

    public_key: str
    epoch: int
    high_water_mark: int = field(default=0, compare=False)
    wanted: tuple[tuple[int, int], ...] = field(default=(), compare=False)


# Asks stores: the key, or None when there is no such terminal or its door is closed. Raises Unavailable.
Lookup = Callable[[TerminalName], Awaitable[TerminalKey | None]]


@dataclass(slots=True)
class _Kept:
    key: TerminalKey | None
    asked: float
    is_doubted: bool = False  # to be asked for again; while stores is away it stays as good as its age allows


class TerminalKeys:
    """One for each process; several streams that need the same key ask once."""

    def __init__(
        self, lookup: Lookup, *, fresh_s: float = 30.0, now: Callable[[], float] = real_clock.monotonic
    ) -> None:
        self._lookup, self._fresh_s, self._now = lookup, fresh_s, now
        self._kept: OrderedDict[TerminalName, _Kept] = OrderedDict()
        self._asking: dict[TerminalName, asyncio.Task[TerminalKey | None]] = {}
        # The last epoch that was revoked: an answer that was under way meanwhile must not bring it back.
        self._revoked: OrderedDict[TerminalName, int] = OrderedDict()

    async def get(self, name: TerminalName, *, max_age_s: float | None = None) -> TerminalKey | None:
        """The key as known at most `max_age_s` ago (default: `fresh_s`), but never asked more often than every 2 s.

        None for a terminal that is unknown, not enrolled or revoked. Raises Unavailable when stores cannot be
        asked and nothing is known since 10 minutes.
        """
        kept = self._kept.get(name)
        max_age = self._fresh_s if max_age_s is None else max_age_s
        if kept is not None and not kept.is_doubted and self._now() - kept.asked <= max(max_age, ASK_AGAIN_S):
            return kept.key
        try:
            return await self._ask(name)
        except Unavailable:
            if kept is not None and kept.key is not None and self._now() - kept.asked <= STALE_S:
                return kept.key
            raise

    def enrolled(self, name: TerminalName, key: TerminalKey) -> TerminalKey | None:
        """Stores says that the terminal has a new key; returns the key that counts now."""
        kept = self._kept.get(name)
        is_news = kept is None or kept.key is None or kept.key.epoch < key.epoch
        if is_news and key.epoch > self._revoked.get(name, 0):
            self._keep(name, key)
        return self._kept[name].key if name in self._kept else None

    def revoked(self, name: TerminalName, epoch: int) -> TerminalKey | None:
        """Stores says that the key of this epoch is void; returns the later key that counts now, if any."""
        self._revoked[name] = max(epoch, self._revoked.get(name, 0))
        _bound(self._revoked)
        kept = self._kept.get(name)
        if kept is not None and kept.key is not None and kept.key.epoch > epoch:
            return kept.key
        self._keep(name, None)
        return None

    def doubt(self, only: TerminalName | None = None) -> None:
        """Something may have been missed, or changed for one terminal: ask again when a key is needed next."""
        doubted = self._kept.values() if only is None else [each for each in [self._kept.get(only)] if each]
        for kept in doubted:
            kept.is_doubted = True

    def _keep(self, name: TerminalName, key: TerminalKey | None) -> None:
        self._kept[name] = _Kept(key, self._now())
        self._kept.move_to_end(name)
        _bound(self._kept)

    async def _ask(self, name: TerminalName) -> TerminalKey | None:
        task = self._asking.get(name)
        if task is None:
            task = self._asking[name] = asyncio.ensure_future(self._look_up(name))
            task.add_done_callback(lambda _done: self._asking.pop(name, None))
        # Shielded: one stream that goes away must not take the answer from the others.
        return await asyncio.shield(task)

    async def _look_up(self, name: TerminalName) -> TerminalKey | None:
        try:
            key = await self._lookup(name)
        except Unavailable:
            KEY_LOOKUPS.labels("unavailable").inc()
            raise
        KEY_LOOKUPS.labels("found" if key else "none").inc()
        if key is not None and key.epoch <= self._revoked.get(name, 0):
            key = None
        kept = self._kept.get(name)
        if key is not None and kept is not None and kept.key is not None and kept.key.epoch > key.epoch:
            return kept.key
        self._keep(name, key)
        return key


def _bound(names: "OrderedDict[TerminalName, Any]") -> None:
    while len(names) > MAX_KEYS:
        names.popitem(last=False)
