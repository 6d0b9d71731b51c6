"""What chat robots expect: addresses, payloads, signatures and answers. Texts are sent as plain text, since a company's
name could otherwise bring links and mentions into the chat."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

from services.notify.domain.errors import ChannelInvalid


class ChannelKind(StrEnum):
    """What a channel speaks to."""

    WECOM_ROBOT = "wecom_robot"
    DINGTALK_ROBOT = "dingtalk_robot"
    MAIL = "mail"


# WeCom: text at most 2,048 bytes of UTF-8. DingTalk: a request of at most 20,000 bytes.
MAX_BYTES = {ChannelKind.WECOM_ROBOT: 2_048, ChannelKind.DINGTALK_ROBOT: 15_000, ChannelKind.MAIL: 1_000_000}
# "Too many messages": the robot will listen again after a while, nothing is wrong with the message.
_TOO_MANY = {ChannelKind.WECOM_ROBOT: {45009, 45033}, ChannelKind.DINGTALK_ROBOT: {130101, 660026}}
TOO_MANY_PAUSE_S = {ChannelKind.WECOM_ROBOT: 60.0, ChannelKind.DINGTALK_ROBOT: 600.0}
_SCHEMES = {ChannelKind.MAIL: ("smtp", "smtps")}
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the robot said; `pause_s` when it must not be asked again before."""

    succeeded: bool
    text: str
    pause_s: float = 0.0


def checked_url(kind: ChannelKind, url: str, *, encrypted_only: bool = False) -> str:
    """`url` when a channel of this kind can use it. Raises ChannelInvalid."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ChannelInvalid("channel.url", "is not a URL") from None
    allowed = _SCHEMES.get(kind, ("http", "https"))
    if parts.scheme not in allowed:
        raise ChannelInvalid("channel.url", f"must start with {' or '.join(f'{each}://' for each in allowed)}")
    if encrypted_only and parts.scheme == "http":
        raise ChannelInvalid("channel.url", "must start with https://")
    if not parts.hostname or not port_is_fine or ("@" in parts.netloc and kind is not ChannelKind.MAIL):
        raise ChannelInvalid("channel.url", "must name a host, and no user")
    if parts.password is not None or any(ord(char) <= ord(" ") for char in url) or len(url) > 2_000:
        raise ChannelInvalid("channel.url", "must hold no password, blanks or control characters")
    return url


def shown_url(url: str) -> str:
    """`url` for people: the values of its query are the robot's password."""
    parts = urlsplit(url)
    query = "&".join(f"{quote(name)}={_MASK}" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def signature(secret: str, timestamp_ms: int) -> str:
    """DingTalk's: base64 of HMAC-SHA256 over "<timestamp>\\n<secret>", keyed by the secret."""
    signed = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(signed).decode()


def address(kind: ChannelKind, url: str, secret: str, timestamp_ms: int) -> str:
    """Where a message is posted; DingTalk wants each signed when the robot has a secret."""
    if kind is not ChannelKind.DINGTALK_ROBOT or not secret:
        return url
    joint = "&" if urlsplit(url).query else "?"
    return f"{url}{joint}timestamp={timestamp_ms}&sign={quote_plus(signature(secret, timestamp_ms))}"


def payload(text: str) -> dict[str, Any]:
    """The body; both robots understand the same one."""
    return {"msgtype": "text", "text": {"content": text}}


def answer_of(kind: ChannelKind, http_status: int, body: Mapping[str, Any]) -> Answer:
    """Both answer 200 with errcode 0 when they took the message, and 200 with another errcode when they did not."""
    errcode = body.get("errcode")
    text = f"HTTP {http_status}, errcode {errcode}: {body.get('errmsg', '')}"[:200]
    if http_status == 200 and errcode == 0:
        return Answer(succeeded=True, text=text)
    too_many = http_status == 429 or errcode in _TOO_MANY.get(kind, ())
    return Answer(succeeded=False, text=text, pause_s=TOO_MANY_PAUSE_S.get(kind, 0.0) if too_many else 0.0)
