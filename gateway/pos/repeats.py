"""Which batches a stream has taken: the same one twice on one stream is somebody else's repetition."""

# Eight may be under way at once, so whatever lies so far back was answered long ago.
REMEMBERED = 64


class Repeats:
    """Remembers the last 64 sequences; lower ones count as taken. A new stream starts with nothing."""

    def __init__(self) -> None:
        self._taken: dict[int, None] = {}
        self._floor: int | None = None

    def take(self, sequence: int) -> bool:
        """True the first time."""
        if sequence in self._taken or (self._floor is not None and sequence <= self._floor):
            return False
        self._taken[sequence] = None
        if len(self._taken) > REMEMBERED:
            lowest = min(self._taken)
            del self._taken[lowest]
            self._floor = lowest
        return True

    def forget(self, sequence: int) -> None:
        """It was refused for now, and may come again."""
        self._taken.pop(sequence, None)
