"""Sources of webhooks as data: make and change them."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.clocks import clock
from chassis.documents import VersionConflict
from chassis.ids import derived_id, new_id
from services.leads.commands.intake.versions import require_version
from services.leads.documents import WebhookSource
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import Channel, one_line
from services.leads.domain.intake.webhook import checked_mapping, secret_text
from services.leads.intake_secrets import IntakeSecrets

_SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class SourceDefinition:
    """A source as data; `field_mapping`: our field -> dotted path in the payload."""

    name: str
    channel: str
    region: str
    field_mapping: Mapping[str, str]
    active: bool


def create_webhook_source(
    definition: SourceDefinition, *, request_id: str, by: str, keys: IntakeSecrets
) -> tuple[WebhookSource, str]:
    """The source and its secret, which is told this once; a repeated request_id gives the first source without it.

    Raises FieldProblem, IntakeKeyMissing.
    """
    source = WebhookSource(
        id=derived_id("webhook source", by, request_id) if request_id else new_id(), create_time=clock.now()
    )
    _take_over(source, definition, ("name", "channel", "region", "field_mapping", "active"))
    told = _new_secret(source, keys)
    try:
        source.commit()
    except VersionConflict:
        return WebhookSource.load(source.id), ""
    return source, told


def update_webhook_source(
    source_id: str, definition: SourceDefinition, *, paths: Collection[str], expected_version: int
) -> WebhookSource:
    """The source with the named fields changed. Raises WebhookSourceNotFound, ChangedMeanwhile, FieldProblem."""
    source = WebhookSource.load(source_id)
    require_version(source, expected_version)
    _take_over(source, definition, paths)
    source.commit()
    return source


def rotate_webhook_secret(source_id: str, *, keys: IntakeSecrets) -> tuple[WebhookSource, str]:
    """The source with a new secret; the one before is void. Raises WebhookSourceNotFound, IntakeKeyMissing."""
    source = WebhookSource.load(source_id)
    told = _new_secret(source, keys)
    source.commit(why="new secret")
    return source, told


def _new_secret(source: WebhookSource, keys: IntakeSecrets) -> str:
    secret = secrets.token_bytes(_SECRET_BYTES)
    source.sealed_secret = keys.seal(secret, source.id)
    return secret_text(secret)


def _take_over(source: WebhookSource, definition: SourceDefinition, paths: Collection[str]) -> None:
    if "name" in paths:
        source.name = one_line("webhook_source.name", definition.name)
        if not source.name:
            raise FieldProblem("webhook_source.name", "MISSING", "缺少名称", "the name is missing")
    if "channel" in paths:
        if definition.channel not in set(Channel):
            known = ", ".join(Channel)
            raise FieldProblem(
                "webhook_source.channel", "UNKNOWN_CHANNEL", f"未知渠道，可用：{known}", f"known are {known}"
            )
        source.channel = definition.channel
    if "region" in paths:
        source.region = one_line("webhook_source.region", definition.region)
    if "field_mapping" in paths:
        source.field_mapping = checked_mapping(definition.field_mapping, "webhook_source.field_mapping")
    if "active" in paths:
        source.active = definition.active
