"""When Python looks for cycles among objects: each time it holds up whatever the process does."""

import gc


def spare_calls_its_pauses() -> None:
    """Call it once everything is loaded: that stays, and looking through it would take some 50 ms each time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def spare_transactions_its_pauses() -> None:
    """The same for a process whose every step makes some 100,000 objects that die by themselves."""
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
