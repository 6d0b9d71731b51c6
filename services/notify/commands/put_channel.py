"""Robots and mail servers."""

import re
from dataclasses import dataclass

from contracts.roles import Role
from services.notify.config import settings
from services.notify.documents import Channel
from services.notify.domain.errors import ChannelInvalid
from services.notify.domain.robots import ChannelKind, checked_url, shown_url
from services.notify.domain.texts import DEFAULT_LANGUAGE, LANGUAGES

_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_MAIL = re.compile(r"^[^@\s<>,;]+@[^@\s<>,;]+$")


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as the caller wants it. An empty secret, or a URL as it was shown, keeps the stored one."""

    id: str
    kind: ChannelKind
    url: str
    secret: str
    roles: tuple[str, ...]
    sender: str
    language: str
    enabled: bool


def put_channel(wanted: ChannelState) -> Channel:
    """Create or replace. Raises ChannelInvalid."""
    _check(wanted)
    channel = Channel.find(wanted.id) or Channel(id=wanted.id)
    is_same_kind = not channel.is_new and channel.kind == wanted.kind
    if not (is_same_kind and wanted.url == shown_url(channel.url)):
        checked_url(wanted.kind, wanted.url, encrypted_only=settings().in_production)
        # A secret belongs to the place that it was given for.
        channel.secret = wanted.secret if wanted.secret or channel.url != wanted.url else channel.secret
        channel.url = wanted.url
    elif wanted.secret:
        channel.secret = wanted.secret
    channel.kind, channel.roles, channel.sender = wanted.kind.value, list(wanted.roles), wanted.sender
    channel.language, channel.enabled = wanted.language or DEFAULT_LANGUAGE, wanted.enabled
    channel.commit()
    return channel


def _check(wanted: ChannelState) -> None:
    if not _ID.match(wanted.id):
        raise ChannelInvalid("channel.id", "must be 1 to 40 small letters, digits and dashes")
    if unknown := [role for role in wanted.roles if role not in set(Role)]:
        raise ChannelInvalid("channel.roles", f"unknown roles: {', '.join(unknown)}")
    if wanted.language and wanted.language not in LANGUAGES:
        raise ChannelInvalid("channel.language", f"must be one of {', '.join(LANGUAGES)}")
    if wanted.kind is ChannelKind.MAIL and not _MAIL.match(wanted.sender):
        raise ChannelInvalid("channel.sender", "must be a mail address")
