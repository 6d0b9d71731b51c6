"""Clients that send commands side by side, each repeating a command until it is answered."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from tests.resilience.doors import Door
from tests.resilience.ledger import OK, Command, Ledger

_REPEAT_AFTER_S = 0.5
_PATIENCE_S = 60.0


class Traffic:
    """One thread for each door."""

    def __init__(self, doors: Sequence[Door], ledger: Ledger) -> None:
        self._doors = doors
        self._ledger = ledger

    @contextmanager
    def flowing(self, phase: str, *, pause_s: float, limit: int | None = None) -> Iterator[None]:
        """Commands flow until the block ends, or until there are `limit`; those that were begun are finished.

        `pause_s` lies between the commands of one client.
        """
        enough = Event()

        def send(door: Door) -> None:
            while not enough.is_set():
                command = self._ledger.next_command(phase, limit)
                if command is None:
                    return
                self._send_until_answered(door, command)
                enough.wait(pause_s)

        threads = [Thread(target=send, args=(door,), daemon=True) for door in self._doors]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            if limit is None:
                enough.set()
            for thread in threads:
                thread.join(_PATIENCE_S)
            enough.set()

    def create(self, phase: str) -> Command:
        """One command by itself, through the first door."""
        command = self._ledger.next_command(phase)
        assert command is not None
        self._send_until_answered(self._doors[0], command)
        return command

    @staticmethod
    def _send_until_answered(door: Door, command: Command) -> None:
        give_up_at = time.monotonic() + _PATIENCE_S
        while True:
            attempt = door.send(command)
            command.attempts.append(attempt)
            if attempt.code == OK or time.monotonic() > give_up_at:
                return
            time.sleep(_REPEAT_AFTER_S)
