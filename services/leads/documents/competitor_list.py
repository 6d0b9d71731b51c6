"""The dictionary of rivals as it is stored."""

from collections.abc import Sequence
from typing import Any, ClassVar

from chassis.documents import Aggregate, PlainField
from services.leads.domain.visits.competitors import DEFAULT_COMPETITORS, Competitor

_ID = "competitors"


class CompetitorList(Aggregate):
    """One document: who is a rival, under which names. Until somebody edits it, the default."""

    meta: ClassVar[dict[str, Any]] = {"collection": "competitor_lists"}

    competitors: list[dict[str, Any]] = PlainField(default=list)

    @classmethod
    def current(cls) -> "CompetitorList":
        """The stored dictionary, or a new one with the default."""
        found = cls.find(_ID)
        if found is None:
            found = cls(id=_ID)
            found.replace(DEFAULT_COMPETITORS)
        return found

    def dictionary(self) -> tuple[Competitor, ...]:
        """What notes are read with."""
        return tuple(
            Competitor(each["name"], tuple(each["aliases"]), tuple(each["not_in"])) for each in self.competitors
        )

    def replace(self, competitors: Sequence[Competitor]) -> None:
        """Take over a checked dictionary."""
        self.competitors = [
            {"name": each.name, "aliases": list(each.aliases), "not_in": list(each.not_in)} for each in competitors
        ]
