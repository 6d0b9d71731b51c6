"""How many messages a robot accepts, and what is merged when there are more.

WeCom and DingTalk refuse a robot's 21st message within a minute (DingTalk then for ten minutes). Two of the 20 places
are kept for critical messages, so that a flood of others never makes those wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 20
WINDOW_S = 60
KEPT_FOR_CRITICAL = 2
# Added to the window, because the robot's clock starts when a message arrives there and not when it left here.
MARGIN_S = 1

FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 600.0
MAX_ATTEMPTS = 12  # about 40 minutes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for a place. `title` is what is left of it in a merged message."""

    id: str
    title: str
    text: str
    critical: bool


def places(critical: bool) -> int:
    """How many messages of a minute this kind may use."""
    return LIMIT if critical else LIMIT - KEPT_FOR_CRITICAL


def next_batch(waiting: Sequence[Waiting], free: int, max_bytes: int) -> Sequence[Waiting]:
    """What goes into the next message: one alone while the `free` places (this one included) are enough for all that
    wait, else as many as fit into `max_bytes`. Critical ones come first, then the order given."""
    ordered = sorted(waiting, key=lambda each: not each.critical)
    if len(ordered) <= free:
        return ordered[:1]
    batch: list[Waiting] = []
    size = 0
    for each in ordered:
        size += len(_line(each).encode()) + 1
        if batch and size > max_bytes:
            break
        batch.append(each)
    return batch


def body(batch: Sequence[Waiting], max_bytes: int) -> str:
    """The text of a message: a single one in full, several by their titles. Cut at a character, never longer."""
    text = f"{batch[0].title}\n{batch[0].text}" if len(batch) == 1 else "\n".join(map(_line, batch))
    return cut(text, max_bytes)


def cut(text: str, max_bytes: int) -> str:
    """`text` in at most `max_bytes` of UTF-8, ending in an ellipsis when something is missing."""
    raw = text.encode()
    if len(raw) <= max_bytes:
        return text
    return raw[: max_bytes - 3].decode(errors="ignore") + "…"


def retry_delay_s(failed_attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, at most ten minutes."""
    return float(min(FIRST_RETRY_S * 2 ** (failed_attempts - 1), LONGEST_RETRY_S))


def _line(each: Waiting) -> str:
    return f"{'‼ ' if each.critical else '• '}{each.title}"
