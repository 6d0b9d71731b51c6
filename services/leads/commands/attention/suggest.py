"""The suggestion box."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.attention.repeats import id_for
from services.leads.documents import Suggestion, WeeklyThree
from services.leads.documents.weekly_three import weekly_id
from services.leads.domain.attention.checks import words
from services.leads.domain.attention.suggestion import TEXT_CHARS, TITLE_CHARS, SuggestionState, check_answer
from services.leads.domain.attention.weekly import week_of
from services.leads.domain.errors import RequestIdReused


def create_suggestion(title: str, text: str, *, request_id: str, by: str, at: datetime) -> Suggestion:
    """The new idea, or the one that this request made before.

    Raises FieldProblem, RequestIdReused, RequestIdTooLong.
    """
    suggestion = Suggestion(
        id=id_for("suggestion", by, request_id),
        author_id=by,
        title=words("title", title, TITLE_CHARS),
        text=words("text", text, TEXT_CHARS),
        create_time=at,
    )
    earlier = Suggestion.find(suggestion.id) if request_id else None
    if earlier is None:
        suggestion.commit(why="suggestion")
        return suggestion
    if (earlier.title, earlier.text) != (suggestion.title, suggestion.text):
        raise RequestIdReused("this request_id came with other content before", suggestion_id=earlier.id)
    return earlier


def like_suggestion(suggestion_id: str, *, likes: bool, by: str, at: datetime) -> Suggestion:
    """Count the person `by` once, or no more. A like ticks the item in the person's weekly three, which stays ticked.

    Raises SuggestionNotFound.
    """

    def work(session: ClientSession) -> Suggestion:
        suggestion = Suggestion.load(suggestion_id, session=session)
        if likes:
            suggestion.like(by)
            weekly = WeeklyThree.find(weekly_id(by, week_of(at)), session=session)
            if weekly is not None and weekly.contains(suggestion_id):
                weekly.tick(suggestion_id, by, at)
                weekly.commit(why="liked", session=session)
        else:
            suggestion.unlike(by)
        suggestion.commit(why="liked" if likes else "liked no more", session=session)
        return suggestion

    return transaction(work)


def answer_suggestion(
    suggestion_id: str, *, text: str, state: SuggestionState | None, by: str, at: datetime
) -> Suggestion:
    """Answer it at `at` (UTC) and tell the author. Raises SuggestionNotFound, FieldProblem."""
    answer, reached = check_answer(text, state)
    suggestion = Suggestion.load(suggestion_id)
    suggestion.answer(answer, reached, by, at)
    suggestion.commit(why=answer)
    return suggestion
