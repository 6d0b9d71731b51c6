"""A customer's problem is solved."""

from datetime import datetime

from services.leads.documents import Voice
from services.leads.domain.attention.checks import words
from services.leads.domain.attention.voice import ANSWER_CHARS


def resolve_voice(voice_id: str, *, answer: str, by: str, at: datetime) -> Voice:
    """The voice, solved at `at` (UTC) with what was done about it. Repeating it changes nothing.

    Raises VoiceNotFound, FieldProblem.
    """
    done = words("answer", answer, ANSWER_CHARS)
    voice = Voice.load(voice_id)
    voice.resolve(done, by, at)
    voice.commit(why=done)
    return voice
