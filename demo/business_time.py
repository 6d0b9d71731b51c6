"""The business clock of all services, moved through the public API."""

from datetime import UTC, datetime

from demo.api import Session


class BusinessTime:
    """Moves forward from deadline to deadline until a moment is reached."""

    def __init__(self, admin: Session) -> None:
        self._admin = admin

    def now(self) -> datetime:
        """Business time, UTC."""
        return parse(self._admin.get("/v1/clock")["business_time"])

    def move_to(self, moment: datetime) -> int:
        """Step until `moment`; returns the number of steps."""
        steps = 0
        while True:
            steps += 1
            answer = self._admin.post("/v1/clock:step", {"until": moment.astimezone(UTC).isoformat()})
            if answer.get("reached"):
                return steps


def parse(text: str) -> datetime:
    """A protobuf timestamp as JSON carries it."""
    return datetime.fromisoformat(text).astimezone(UTC)
