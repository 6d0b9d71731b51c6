"""Take in what a program sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chassis.clocks import clock, real_clock
from chassis.documents import DuplicateValue
from chassis.ids import derived_id
from services.leads.commands.intake.rate_limit import count_one
from services.leads.documents import Lead, WebhookDelivery, WebhookSource
from services.leads.documents.intake_keys import external_key, webhook_key
from services.leads.domain.errors import FieldProblem, InvalidIntake
from services.leads.domain.intake.draft import Draft, Intake, check_intake
from services.leads.domain.intake.errors import WebhookRefused
from services.leads.domain.intake.webhook import read_payload, require_signature
from services.leads.intake_secrets import IntakeSecrets
from services.leads.masking import masked_phone

ADDRESS_LIMIT, WINDOW = 600, timedelta(minutes=1)
LOG_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class SignedDelivery:
    """What arrived: headers as they were sent, and the body byte by byte."""

    source_id: str
    webhook_id: str
    timestamp: str
    signatures: str
    body: bytes
    address: str


def receive_webhook(delivery: SignedDelivery, *, keys: IntakeSecrets, normalise_phone: Callable[[str], str]) -> bool:
    """Whether it became a new lead; the same webhook-id or external id again changes nothing.

    Raises RateLimited, WebhookRefused, InvalidIntake, IntakeKeyMissing. What was signed and is no lead is logged.
    """
    count_one(f"webhook {delivery.source_id} {delivery.address}", ADDRESS_LIMIT, WINDOW, digest=keys.digest)
    source = WebhookSource.find(delivery.source_id)
    if source is None or not source.active:
        raise WebhookRefused
    require_signature(
        keys.open(source.sealed_secret, source.id),
        delivery.webhook_id,
        delivery.timestamp,
        delivery.signatures,
        delivery.body,
        real_clock.now(),
    )
    intake: Intake | None = None
    try:
        intake = read_payload(delivery.body, source.field_mapping, source.channel, source.region)
        draft, problems = check_intake(intake, normalise_phone)
    except FieldProblem as problem:
        draft, problems = None, (problem,)
    if draft is None:
        _log(delivery, intake, "", "; ".join(f"{each.field}: {each.message}" for each in problems))
        raise InvalidIntake(problems)
    lead_id, is_new = _take_in(source, delivery.webhook_id, draft)
    _log(delivery, intake, lead_id, "")
    return is_new


def _take_in(source: WebhookSource, webhook_id: str, draft: Draft) -> tuple[str, bool]:
    keys = [webhook_key(source.id, webhook_id)]
    if draft.external_id:
        keys.append(external_key(draft.channel, draft.external_id))
    lead = Lead.taken_in(draft, keys, clock.now())
    lead.source_id = source.id
    try:
        lead.commit(why=f"webhook {source.id}")
    except DuplicateValue:
        found = Lead.collection().find_one({"intake_keys": {"$in": keys}}, {"_id": 1})
        return (found["_id"] if found else ""), False
    return lead.id, True


def _log(delivery: SignedDelivery, intake: Intake | None, lead_id: str, reason: str) -> None:
    """One line for each webhook-id: a repetition is the same delivery."""
    now = real_clock.now()
    entry = WebhookDelivery(
        id=derived_id("delivery", delivery.source_id, delivery.webhook_id),
        source_id=delivery.source_id,
        webhook_id=delivery.webhook_id,
        accepted=bool(lead_id),
        lead_id=lead_id,
        reason=reason[:500],
        company=intake.company[:200] if intake else "",
        masked_phone=masked_phone(intake.phone) if intake else "",
        receive_time=now,
        expire_time=now + LOG_KEPT,
    )
    WebhookDelivery.collection().replace_one({"_id": entry.id}, entry.to_mongo().to_dict(), upsert=True)
