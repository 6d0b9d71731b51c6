"""Change who is known as a rival."""

from collections.abc import Sequence

from services.leads.documents import CompetitorList
from services.leads.domain.visits.competitors import Competitor, check_competitors
from services.leads.domain.visits.errors import CompetitorsChanged


def update_competitors(competitors: Sequence[Competitor], *, expected_version: int) -> CompetitorList:
    """The new dictionary; notes that were read before stay as they are.

    `expected_version` 0 replaces whatever is there.
    Raises CompetitorsChanged, FieldProblem.
    """
    checked = check_competitors(competitors)
    stored = CompetitorList.current()
    if expected_version and expected_version != stored.version:
        raise CompetitorsChanged(f"the competitors have version {stored.version} by now", version=str(stored.version))
    stored.replace(checked)
    stored.commit(why="the competitors were edited")
    return stored
