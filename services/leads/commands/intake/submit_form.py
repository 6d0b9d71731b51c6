"""Take in what a visitor wrote into a public form."""

import secrets
from collections.abc import Callable

from chassis.clocks import clock, real_clock
from chassis.documents import DuplicateValue
from chassis.logs import get_logger
from services.leads.commands.intake.rate_limit import count_one
from services.leads.documents import IntakeForm, Lead
from services.leads.documents.intake_keys import form_key
from services.leads.domain.errors import FieldProblem, InvalidIntake
from services.leads.domain.intake.draft import Draft, Intake, check_intake
from services.leads.domain.intake.errors import FormTokenUsed
from services.leads.domain.intake.form import (
    ADDRESS_WINDOW,
    FORM_WINDOW,
    OPTIONAL,
    THANKS,
    FormDefinition,
    form_token,
    nonce_of,
)
from services.leads.intake_secrets import IntakeSecrets

_NONCE_BYTES = 12

log = get_logger(__name__)


def open_form(key: str, keys: IntakeSecrets) -> tuple[FormDefinition, str]:
    """The form and a token for one submission. Raises FormNotFound, IntakeKeyMissing."""
    definition = IntakeForm.load_active(key).definition
    token = form_token(keys.form_key, key, real_clock.now(), secrets.token_bytes(_NONCE_BYTES))
    return definition, token


def submit_form(
    key: str,
    intake: Intake,
    *,
    token: str,
    trap: str,
    address: str,
    keys: IntakeSecrets,
    normalise_phone: Callable[[str], str],
) -> str:
    """What to tell the visitor. The same token with the same content changes nothing.

    What fell into the trap is thrown away and told the same, so that a program learns nothing. Raises FormNotFound,
    RateLimited, FormTokenInvalid, FormTooFast, FormExpired, FormTokenUsed, InvalidIntake, IntakeKeyMissing.
    """
    form = IntakeForm.load_active(key).definition
    count_one(f"address {key} {address}", form.address_limit, ADDRESS_WINDOW, digest=keys.digest)
    count_one(f"form {key}", form.form_limit, FORM_WINDOW, digest=keys.digest)
    if trap.strip():
        log.info("form_trap_closed", form_key=key)
        return THANKS[form.language]
    nonce = nonce_of(keys.form_key, key, token, real_clock.now())
    _require_offered(form, intake)
    draft, problems = check_intake(_completed(form, intake), normalise_phone)
    if draft is None:
        raise InvalidIntake(problems)
    _take_in(form, draft, form_key(key, nonce))
    return THANKS[form.language]


def _require_offered(form: FormDefinition, intake: Intake) -> None:
    surplus = [name for name in OPTIONAL if name not in form.fields and getattr(intake, name)]
    if surplus:
        raise InvalidIntake(
            [FieldProblem(name, "NOT_OFFERED", "表单没有此字段", "the form has no such field") for name in surplus]
        )


def _completed(form: FormDefinition, intake: Intake) -> Intake:
    return Intake(**{**vars(intake), "channel": form.channel, "region": intake.region or form.region})


def _take_in(form: FormDefinition, draft: Draft, key: str) -> None:
    lead = Lead.taken_in(draft, [key], clock.now())
    lead.form_key = form.key
    try:
        lead.commit(why=f"form {form.key}")
    except DuplicateValue:
        earlier = Lead.collection().find_one({"intake_keys": key}, {"fingerprint": 1})
        if earlier is None or earlier["fingerprint"] != draft.fingerprint():
            raise FormTokenUsed("the form was sent with other content before: please open it again") from None
