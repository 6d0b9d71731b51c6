"""Public forms: what they are made of, and how a program is told from a person."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import Channel, one_line
from services.leads.domain.intake.errors import FormExpired, FormTokenInvalid, FormTooFast

ALWAYS = ("company", "phone")
OPTIONAL = ("contact_name", "region", "budget_range", "urgency", "needs")
LANGUAGES = ("zh", "en")
TRAP_FIELD = "website"
# Nobody reads and fills in a form within two seconds, nor leaves it open for longer than a working day.
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(hours=12)
ADDRESS_WINDOW, FORM_WINDOW = timedelta(minutes=10), timedelta(minutes=1)
_ADDRESS_LIMIT, _FORM_LIMIT, _HIGHEST_LIMIT = 10, 60, 10_000
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,48})[a-z0-9]")
_MAC_BYTES, _NONCE_BYTES, _TIME_BYTES = 16, 12, 8

THANKS = {"zh": "已收到，我们会尽快与您联系。", "en": "Thank you. We will be in touch soon."}


@dataclass(frozen=True, kw_only=True)
class FormDefinition:
    """A form as data; limits are submissions from one address in 10 minutes, and to the form in a minute."""

    key: str
    title: str = ""
    channel: str = ""
    region: str = ""
    fields: tuple[str, ...] = ()
    active: bool = True
    language: str = "zh"
    address_limit: int = 0
    form_limit: int = 0


def checked_form(form: FormDefinition) -> FormDefinition:
    """The form with its values in their one form; a limit of 0 is the usual one. Raises FieldProblem."""
    if not _KEY.fullmatch(form.key):
        raise _problem("key", "NOT_A_KEY", "须为 3-50 个小写字母、数字或连字符", "3 to 50 of a-z, 0-9 and -")
    if form.language not in LANGUAGES:
        raise _problem("language", "UNKNOWN_LANGUAGE", "可用：zh、en", "zh or en")
    if form.channel not in set(Channel):
        known = ", ".join(Channel)
        raise _problem("channel", "UNKNOWN_CHANNEL", f"未知渠道，可用：{known}", f"known are {known}")
    if unknown := [field for field in form.fields if field not in OPTIONAL]:
        known = ", ".join(OPTIONAL)
        raise _problem("fields", "UNKNOWN_FIELD", f"未知字段 {unknown[0][:50]}", f"known are {known}")
    for name in ("address_limit", "form_limit"):
        if not 0 <= getattr(form, name) <= _HIGHEST_LIMIT:
            raise _problem(name, "OUT_OF_RANGE", f"须为 0-{_HIGHEST_LIMIT}", f"0 to {_HIGHEST_LIMIT}")
    return FormDefinition(
        key=form.key,
        title=one_line("intake_form.title", form.title),
        channel=form.channel,
        region=one_line("intake_form.region", form.region),
        fields=tuple(field for field in OPTIONAL if field in form.fields),
        active=form.active,
        language=form.language,
        address_limit=form.address_limit or _ADDRESS_LIMIT,
        form_limit=form.form_limit or _FORM_LIMIT,
    )


def form_token(key: bytes, form_key: str, at: datetime, nonce: bytes) -> str:
    """A token that tells when the form was fetched; `nonce` (12 random bytes) makes it good for one lead."""
    body = int(at.timestamp() * 1000).to_bytes(_TIME_BYTES, "big") + nonce
    return base64.urlsafe_b64encode(body + _mac(key, form_key, body)).decode()


def nonce_of(key: bytes, form_key: str, token: str, at: datetime) -> str:
    """The token's nonce in hex, when it is one of this form and its time has come.

    Raises FormTokenInvalid, FormTooFast, FormExpired.
    """
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii"))
    except (binascii.Error, ValueError):
        raise FormTokenInvalid("this is no token of the form") from None
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(body) != _TIME_BYTES + _NONCE_BYTES or not hmac.compare_digest(mac, _mac(key, form_key, body)):
        raise FormTokenInvalid("this is no token of the form")
    age = at - datetime.fromtimestamp(int.from_bytes(body[:_TIME_BYTES], "big") / 1000, UTC)
    if age < SHORTEST:
        raise FormTooFast("sent too soon after the form was opened: please send it again", retry_after_seconds="2")
    if age > LONGEST:
        raise FormExpired("the form was opened too long ago: please open it again")
    return body[_TIME_BYTES:].hex()


def _mac(key: bytes, form_key: str, body: bytes) -> bytes:
    return hmac.new(key, b"form\0" + form_key.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC_BYTES]


def _problem(field: str, problem: str, zh: str, en: str) -> FieldProblem:
    return FieldProblem(f"intake_form.{field}", problem, zh, en)
