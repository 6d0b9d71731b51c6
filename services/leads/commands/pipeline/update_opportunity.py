"""What a person says about an opportunity: figures, survey, acceptance document."""

from datetime import datetime

from chassis import files
from services.leads.commands.pipeline.settling import settled
from services.leads.documents import Opportunity
from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.survey import (
    LINE_CHARS,
    Amount,
    SurveyChange,
    check_amount,
    check_close_time,
    check_text,
)

ACCEPTANCE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})
ACCEPTANCE_BYTES = 3 * 2**20
FILE_NAME_CHARS = 200


def update_opportunity(
    opportunity_id: str,
    *,
    amount: Amount | None,
    close_time: datetime | None,
    note: str,
    competitor: str,
    at: datetime,
) -> Opportunity:
    """The opportunity with the given values; None and empty leave what is there.

    Raises OpportunityNotFound, OpportunityClosed, FieldProblem.
    """
    opportunity = Opportunity.load(opportunity_id)
    opportunity.require_open()
    if amount is None and close_time is None and not note.strip() and not competitor.strip():
        raise FieldProblem("note", "MISSING", "没有任何更新内容", "nothing to update")
    if amount is not None:
        opportunity.expect(check_amount("expected_amount", amount))
    if close_time is not None:
        opportunity.expected_close_time = check_close_time(close_time, at)
    opportunity.note = check_text("note", note) or opportunity.note
    opportunity.competitor = check_text("competitor", competitor, chars=LINE_CHARS) or opportunity.competitor
    opportunity.update(at)
    opportunity.commit()
    return opportunity


def update_survey(opportunity_id: str, change: SurveyChange, *, by: str, at: datetime) -> Opportunity:
    """The opportunity with the survey's answers. Raises OpportunityNotFound, OpportunityClosed."""

    def work(opportunity: Opportunity) -> None:
        opportunity.require_open()
        opportunity.survey(change, at, by)

    return settled(opportunity_id, work)


def upload_acceptance(
    opportunity_id: str, content: bytes, *, name: str, media_type: str, by: str, at: datetime
) -> Opportunity:
    """The opportunity with the customer's acceptance document. The same file again changes nothing.

    Raises OpportunityNotFound, OpportunityClosed (when lost), FileRefused, FieldProblem.
    """
    name = check_text("name", name, chars=FILE_NAME_CHARS)
    file = files.keep(content, name=name, media_type=media_type, allowed=ACCEPTANCE_TYPES, max_bytes=ACCEPTANCE_BYTES)
    opportunity = settled(opportunity_id, lambda found: found.accept(file, at, by))
    if opportunity.acceptance is None or opportunity.acceptance["file_id"] != file.id:
        files.drop(file.id)
    return opportunity
