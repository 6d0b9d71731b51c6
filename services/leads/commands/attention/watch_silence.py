"""What happens while an account gives no signal. A signal sets the deadlines anew."""

from datetime import datetime

from services.leads.documents import Account, AttentionPolicy, Engagement


def raise_silence_alarm(engagement: Engagement, due_time: datetime) -> None:
    """The silence is complete at `due_time` (UTC): its owner of today and customer success hear of it, if answers
    were slow before."""
    account = Account.find(engagement.id)
    if account is not None:
        engagement.belong_to(account)
    engagement.fall_silent(AttentionPolicy.current().numbers.engagement, due_time)


def end_hot_phase(engagement: Engagement) -> None:
    """The score is below the cooling line."""
    engagement.cool()
