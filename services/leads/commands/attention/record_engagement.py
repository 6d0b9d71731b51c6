"""Take in one signal of an account."""

from datetime import datetime, timedelta

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.commands.attention.stop_nurture import stop_nurture_of_account
from services.leads.documents import Account, AttentionPolicy, Engagement, EngagementSignal
from services.leads.documents.engagement_signal import signal_key
from services.leads.domain.attention.checks import past_moment, words
from services.leads.domain.attention.engagement import Signal, SignalKind, check_signal
from services.leads.domain.attention.errors import SignalIdReused
from services.leads.domain.attention.nurture import StopCause

SIGNAL_ID_CHARS, OPPORTUNITY_ID_CHARS = 200, 64
# What is older tells nothing about today.
OLDEST = timedelta(days=90)
_REPLIES = (SignalKind.ANSWERED, SignalKind.MAIL_REPLIED)


def record_engagement(
    account_id: str,
    *,
    signal_id: str,
    kind: SignalKind,
    depth_bp: int,
    answer_minutes: int,
    opportunity_id: str,
    signal_time: datetime | None,
    by: str,
    at: datetime,
) -> Engagement:
    """The account's engagement after the signal, taken in at `at` (UTC). A repeated signal id changes nothing.

    An answer stops a nurture package that runs. Raises AccountNotFound, SignalIdReused, FieldProblem.
    """
    moment = past_moment("signal_time", signal_time, at, OLDEST)
    known_as = words("signal_id", signal_id, SIGNAL_ID_CHARS)
    signal = check_signal(Signal(known_as, kind, moment, depth_bp, answer_minutes))
    opportunity = words("opportunity_id", opportunity_id, OPPORTUNITY_ID_CHARS, required=False)

    def work(session: ClientSession) -> Engagement:
        account = Account.load(account_id, session=session)
        engagement = Engagement.find(account_id, session=session)
        earlier = EngagementSignal.find(signal_key(known_as), session=session)
        if earlier is not None:
            return _known(earlier, account_id, signal, engagement)
        EngagementSignal(
            id=signal_key(known_as),
            account_id=account_id,
            opportunity_id=opportunity,
            signal_id=known_as,
            kind=kind.value,
            time=moment,
            depth_bp=depth_bp,
            answer_minutes=answer_minutes,
            recorded_by=by,
        ).commit(session=session)
        engagement = engagement or Engagement(id=account_id)
        engagement.belong_to(account)
        engagement.hear(signal, AttentionPolicy.current().numbers.engagement, at)
        engagement.commit(why=f"signal {kind.value}", session=session)
        if kind in _REPLIES:
            stop_nurture_of_account(account_id, StopCause.REPLY, at=moment, session=session)
        return engagement

    return transaction(work)


def _known(earlier: EngagementSignal, account_id: str, signal: Signal, engagement: Engagement | None) -> Engagement:
    told = (earlier.account_id, earlier.kind, earlier.depth_bp, earlier.answer_minutes)
    if engagement is None or told != (account_id, signal.kind, signal.depth_bp, signal.answer_minutes):
        raise SignalIdReused("this signal id came with other content before", signal_id=signal.id)
    return engagement
