"""Take in what a customer said."""

from datetime import datetime, timedelta

from chassis.ids import derived_id
from services.leads.commands.attention.repeats import id_for
from services.leads.documents import Account, Voice
from services.leads.domain.attention.checks import past_moment, words
from services.leads.domain.attention.voice import SENTENCE_CHARS, VoiceState, check_sentence, is_negative
from services.leads.domain.errors import FieldProblem, RequestIdReused

VISIT_ID_CHARS = 64
OLDEST = timedelta(days=2 * 366)


def add_voice(
    account_id: str,
    *,
    sentence: str,
    visit_id: str,
    voice_time: datetime | None,
    is_problem: bool,
    request_id: str,
    by: str,
    at: datetime,
) -> Voice:
    """The voice, taken in at `at` (UTC); a complaint, or what the caller calls a problem, is open until solved.

    A visit has one sentence: the same one again changes nothing, another one is refused. Raises AccountNotFound,
    FieldProblem, RequestIdReused, RequestIdTooLong.
    """
    said = check_sentence(sentence)
    visit = words("visit_id", visit_id, VISIT_ID_CHARS, required=False)
    moment = past_moment("voice_time", voice_time, at, OLDEST)
    voice_id = derived_id("visit_voice", account_id, visit) if visit else id_for("voice", by, request_id)
    account = Account.load(account_id)
    earlier = Voice.find(voice_id)
    if earlier is not None:
        return _known(earlier, account_id, said, visit)
    negative = is_negative(said)
    voice = Voice(
        id=voice_id,
        account_id=account.id,
        company=account.name,
        owner_id=account.owner_id,
        team_id=account.team_id,
        region=account.region,
        sentence=said,
        visit_id=visit,
        voice_time=moment,
        recorded_by=by,
        state=VoiceState.OPEN if negative or is_problem else VoiceState.HEARD,
        is_negative=negative,
    )
    voice.commit(why="customer voice")
    return voice


def _known(earlier: Voice, account_id: str, said: str, visit: str) -> Voice:
    if (earlier.account_id, earlier.sentence) == (account_id, said):
        return earlier
    if visit:
        raise FieldProblem(
            "visit_id", "VISIT_HAS_VOICE", "该拜访已记录一句客户原话", "this visit has its sentence already"
        )
    raise RequestIdReused("this request_id came with other content before", voice_id=earlier.id)


def add_visit_voice(
    account_id: str, *, sentence: str, visit_id: str, voice_time: datetime, by: str, at: datetime
) -> None:
    """Take in the sentence of a visit, if it has one that the visit's voice does not have yet.

    What a person typed with a visit must not be lost for its length: it is cut. Raises AccountNotFound.
    """
    said = " ".join(sentence.split())[:SENTENCE_CHARS].strip()
    known = Voice.find(derived_id("visit_voice", account_id, visit_id))
    if said and known is None:
        earliest = at - OLDEST
        add_voice(
            account_id,
            sentence=said,
            visit_id=visit_id,
            voice_time=max(voice_time, earliest),
            is_problem=False,
            request_id="",
            by=by,
            at=at,
        )
