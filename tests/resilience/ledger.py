"""What was sent and what was answered, kept by the senders alone: the measure of what must be there afterwards."""

from dataclasses import dataclass, field
from itertools import count
from threading import Lock

OK = "OK"
LEADS_PER_COMPANY = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one command. `code` is that of google.rpc.Code; times are monotonic seconds."""

    code: str
    began: float
    ended: float
    lead_id: str = ""
    detail: str = ""

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Command:
    """One lead to create. Four commands in a row name the same company, so they compete for one account."""

    phase: str
    number: int
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The same for each try: Idempotency-Key or request_id."""
        return f"{self.phase}-{self.number}"

    @property
    def company(self) -> str:
        return f"韧性{self._company_number}号贸易有限公司"

    @property
    def phone(self) -> str:
        return f"138{self._company_number:08d}"

    @property
    def lead_id(self) -> str:
        """Empty until it was answered."""
        return self.attempts[-1].lead_id if self.attempts else ""

    @property
    def answer_time(self) -> float:
        return self.attempts[-1].ended

    @property
    def _company_number(self) -> int:
        return self.number // LEADS_PER_COMPANY


class Ledger:
    """All commands, shared by the threads that send them."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self._numbers = count(1)
        self._lock = Lock()

    def next_command(self, phase: str, limit: int | None = None) -> Command | None:
        """A new command of `phase`; None when the phase has `limit` of them."""
        with self._lock:
            if limit is not None and len(self.of(phase)) >= limit:
                return None
            command = Command(phase, next(self._numbers))
            self.commands.append(command)
            return command

    def of(self, phase: str) -> list[Command]:
        """The commands of one phase, in the order in which they were begun."""
        return [command for command in self.commands if command.phase == phase]

    def lead_ids(self, phase: str) -> list[str]:
        """What the senders were told."""
        return [command.lead_id for command in self.of(phase)]

    def refusals(self, phase: str) -> list[Attempt]:
        """Every try that was answered with something else than a lead."""
        return [attempt for command in self.of(phase) for attempt in command.attempts if attempt.code != OK]
