"""The suggestion box, and the director's three of the week."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from chassis.clocks import clock
from chassis.principal import Principal
from contracts.roles import Role
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.commands import attention as commands
from services.leads.documents import Lead, Suggestion, Voice, WeeklyReminder, WeeklyThree
from services.leads.documents.weekly_three import REMINDER
from services.leads.domain.attention.weekly import week_of
from tests.leads.attention_room import ALICE, BOB, ago, ask, open_account, refused, told
from tests.leads.room import DIRECTOR, SUPERVISOR, Room


def suggest(room: Room, title: str, caller: Principal = ALICE, **fields: Any) -> pb.Suggestion:
    request = pb.CreateSuggestionRequest(title=title, text="why and how", **fields)
    answer: pb.CreateSuggestionResponse = ask(room, "CreateSuggestion", request, caller)
    return answer.suggestion


def like(room: Room, suggestion_id: str, caller: Principal, rpc: str = "LikeSuggestion") -> pb.Suggestion:
    request = getattr(pb, f"{rpc}Request")(suggestion_id=suggestion_id)
    found: pb.Suggestion = ask(room, rpc, request, caller).suggestion
    return found


def listed(room: Room, caller: Principal = ALICE, **fields: Any) -> list[str]:
    """Titles, page by page."""
    titles: list[str] = []
    token = ""
    while True:
        request = pb.ListSuggestionsRequest(page_size=2, page_token=token, **fields)
        answer = ask(room, "ListSuggestions", request, caller)
        titles += [each.title for each in answer.suggestions]
        token = answer.next_page_token
        if not token:
            return titles


def weekly(room: Room, caller: Principal = DIRECTOR) -> pb.WeeklyThree:
    answer: pb.GetWeeklyThreeResponse = ask(room, "GetWeeklyThree", pb.GetWeeklyThreeRequest(), caller)
    return answer.weekly_three


def tick(room: Room, subject_id: str) -> pb.WeeklyThree:
    request = pb.TickWeeklyItemRequest(subject_id=subject_id)
    answer: pb.TickWeeklyItemResponse = ask(room, "TickWeeklyItem", request, DIRECTOR)
    return answer.weekly_three


def valid_lead(qualified_days_ago: float, **fields: Any) -> str:
    given = {"company": "江南", "state": "contacted", **fields}
    lead = Lead(qualify_time=ago(days=qualified_days_ago), create_time=ago(days=30), **given)
    lead.intake_keys = [lead.id]
    lead.commit()
    return str(lead.id)


def fill_week(room: Room) -> None:
    """More than a week takes of everything."""
    account_id = open_account()
    for number, (days_ago, negative) in enumerate(((1, True), (9, False), (3, True), (8, True), (20, False))):
        Voice(
            account_id=account_id,
            sentence=f"problem {number}",
            voice_time=ago(days=days_ago),
            state="open",
            is_negative=negative,
        ).commit()
    Voice(
        account_id=account_id, sentence="solved", voice_time=ago(days=99), state="resolved", is_negative=True
    ).commit()
    valid_lead(4, owner_id="alice")
    valid_lead(2)
    valid_lead(6, first_quote_time=ago(days=1))
    valid_lead(7, state="closed")
    for title in ("first", "second", "third"):
        suggest(room, title)
    suggest(room, "own", DIRECTOR)


def test_everybody_of_the_staff_sees_and_likes_an_idea_once(room: Room) -> None:
    made = suggest(room, "Shorter forms")
    assert (made.author_id, made.state, made.like_count) == ("alice", pb.SUGGESTION_STATE_OPEN, 0)
    for role in Role:
        if role not in (Role.GATEWAY, Role.PUBLIC):
            person = Principal(f"p-{role}", frozenset({role}))
            assert listed(room, person) == ["Shorter forms"]
            like(room, made.id, person)
            assert like(room, made.id, person).liked_by_me
    everybody = len(Role) - 2
    assert ask(room, "ListSuggestions", pb.ListSuggestionsRequest(), ALICE).suggestions[0].like_count == everybody
    assert like(room, made.id, DIRECTOR).like_count == everybody + 1
    assert like(room, made.id, DIRECTOR, "UnlikeSuggestion").like_count == everybody
    assert like(room, made.id, DIRECTOR, "UnlikeSuggestion").like_count == everybody
    outsider = Principal("x", frozenset({"public"}))
    assert refused(room, "ListSuggestions", pb.ListSuggestionsRequest(), outsider).code == "PERMISSION_DENIED"


def test_likes_that_come_at_once_are_all_counted(room: Room) -> None:
    made = suggest(room, "Shorter forms")
    people = [Principal(f"p{number % 10}", frozenset({"finance"})) for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda person: like(room, made.id, person), people))
    assert Suggestion.load(made.id).like_count == 10


def test_ideas_are_listed_by_age_or_by_likes(room: Room) -> None:
    ids = {title: suggest(room, title).id for title in "abcde"}
    for title, likes in (("b", 2), ("d", 3), ("a", 2)):
        for number in range(likes):
            like(room, ids[title], Principal(f"p{number}", frozenset({"finance"})))
    assert listed(room) == ["e", "d", "c", "b", "a"]
    assert listed(room, order=pb.SUGGESTION_ORDER_LIKES) == ["d", "b", "a", "e", "c"]
    assert listed(room, state=pb.SUGGESTION_STATE_ACCEPTED) == []


def test_leaders_answer_and_the_author_is_told(room: Room) -> None:
    made = suggest(room, "Shorter forms")
    answer = pb.AnswerSuggestionRequest(
        suggestion_id=made.id, state=pb.SUGGESTION_STATE_ACCEPTED, text="from next month"
    )
    for _ in range(2):
        answered = ask(room, "AnswerSuggestion", answer, SUPERVISOR).suggestion
    assert (answered.state, len(answered.answers)) == (pb.SUGGESTION_STATE_ACCEPTED, 1)
    assert answered.answers[0].answered_by == "boss"
    (event,) = told("suggestion_answered.v1")
    assert (event["author_id"], event["state"]) == ("alice", "SUGGESTION_STATE_ACCEPTED")
    assert refused(room, "AnswerSuggestion", answer, ALICE).code == "PERMISSION_DENIED"
    answer.state = pb.SUGGESTION_STATE_OPEN
    assert refused(room, "AnswerSuggestion", answer, SUPERVISOR).failure.violations[0].field == "state"


def test_a_repeated_request_makes_one_idea(room: Room) -> None:
    assert suggest(room, "a", request_id="1") == suggest(room, "a", request_id="1")
    suggest(room, "a", BOB, request_id="1")
    other = pb.CreateSuggestionRequest(title="b", text="why and how", request_id="1")
    assert refused(room, "CreateSuggestion", other, ALICE).reason == "REQUEST_ID_REUSED"
    assert Suggestion.collection().count_documents({}) == 2
    empty = pb.CreateSuggestionRequest(title=" ", text="x")
    assert refused(room, "CreateSuggestion", empty, ALICE).failure.violations[0].field == "title"


def test_the_week_has_three_problems_a_lead_and_two_suggestions(room: Room) -> None:
    fill_week(room)
    three = weekly(room)
    titles = [item.title for item in three.items]
    assert titles == ["problem 3", "problem 2", "problem 0", "江南", "third", "second"]
    assert (three.week, three.done_count, three.is_done) == (week_of(clock.now()).isoformat(), 0, False)
    Voice.collection().delete_many({})
    suggest(room, "newer")
    assert weekly(room) == three  # kept for the week
    assert refused(room, "GetWeeklyThree", pb.GetWeeklyThreeRequest(), SUPERVISOR).code == "PERMISSION_DENIED"


def test_items_are_ticked_and_likes_tick_themselves(room: Room) -> None:
    fill_week(room)
    items = weekly(room).items
    done = tick(room, items[0].subject_id)
    assert (done.done_count, done.items[0].done_by) == (1, "director")
    assert tick(room, items[0].subject_id) == done
    like(room, items[4].subject_id, DIRECTOR)
    like(room, items[4].subject_id, BOB)
    assert weekly(room).done_count == 2
    assert tick(room, items[5].subject_id).items[5].done_by == "director"
    assert Suggestion.load(items[5].subject_id).liked_by == ["director"]
    for item in items[1:4]:
        last = tick(room, item.subject_id)
    assert last.is_done
    unknown = pb.TickWeeklyItemRequest(subject_id="none")
    assert refused(room, "TickWeeklyItem", unknown, DIRECTOR).reason == "WEEKLY_ITEM_NOT_FOUND"


def test_a_quiet_week_has_fewer_items(room: Room) -> None:
    three = weekly(room)
    assert (len(three.items), three.is_done) == (0, True)


def remind(person_id: str) -> WeeklyReminder:
    """What the timer does with the next reminder."""
    reminder = WeeklyReminder.load(person_id)
    due_time = reminder.deadline(REMINDER)
    assert due_time is not None
    reminder.cancel(REMINDER)
    commands.remind_of_week(reminder, due_time)
    reminder.commit()
    return reminder


def test_a_director_is_reminded_each_week_of_what_is_left(room: Room) -> None:
    at = clock.now()
    for version, is_director in ((1, True), (1, True), (0, False)):
        commands.plan_weekly_reminder("director", is_director=is_director, person_version=version, at=at)
    commands.plan_weekly_reminder("alice", is_director=False, person_version=1, at=at)
    assert WeeklyReminder.collection().count_documents({}) == 1
    first = WeeklyReminder.load("director").deadline(REMINDER)
    assert first is not None
    assert remind("director").deadline(REMINDER) == first + timedelta(days=7)
    (left,) = told("weekly_three_left.v1")
    assert (left["person_id"], left["item_count"], left.get("done_count", 0)) == ("director", 6, 0)
    WeeklyThree.chosen_for("director", week_of(first + timedelta(days=7)), []).commit()
    remind("director")
    assert len(told("weekly_three_left.v1")) == 1  # nothing was left
    commands.plan_weekly_reminder("director", is_director=False, person_version=2, at=at)
    assert WeeklyReminder.load("director").deadlines == []
