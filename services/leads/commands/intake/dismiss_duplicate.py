"""Say that two accounts are two companies."""

from datetime import datetime

from chassis.documents import VersionConflict
from services.leads.documents import DuplicateDismissal
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.merging import checked_why


def dismiss_duplicate(account_id: str, other_id: str, *, why: str, by: str, at: datetime) -> None:
    """The pair is not offered again; repeating it changes nothing. Raises FieldProblem."""
    if account_id == other_id:
        raise FieldProblem("other_id", "SAME_ACCOUNT", "须为另一个客户", "another account is expected")
    dismissal = DuplicateDismissal(
        id=DuplicateDismissal.id_of(account_id, other_id), dismissed_by=by, why=checked_why(why), time=at
    )
    try:
        dismissal.commit()
    except VersionConflict:
        return
