"""What a visit left to do is done."""

from datetime import datetime

from services.leads.documents import Visit


def complete_next_action(visit_id: str, *, at: datetime) -> Visit:
    """The visit without anything left to do; its task card closes. Repeating it changes nothing.

    Raises VisitNotFound, NoNextAction.
    """
    visit = Visit.load(visit_id)
    visit.complete_next_action(at)
    visit.commit(why="the next action is done")
    return visit
