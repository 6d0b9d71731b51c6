"""What is stored of people and teams."""

from datetime import datetime
from typing import Any, ClassVar

from mongoengine import BooleanField, DateTimeField, ListField, StringField

from chassis.documents import Aggregate, PlainField
from chassis.principal import Principal
from gateway.identity.domain.errors import PersonNotFound, TeamNotFound
from saleloop.gateway.v1.events_pb2 import Leave, PersonChanged


class Person(Aggregate):
    """Somebody who works with the installation."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "people",
        "indexes": [{"fields": ["username"], "unique": True}, ("team_id", "id"), ("region", "id")],
        "private_fields": ("password_hash", "email", "phone"),
    }
    not_found = PersonNotFound

    username: str = StringField(required=True)
    password_hash: str = StringField(default="")
    name: str = StringField(required=True)
    team_id: str = StringField(default="")
    region: str = StringField(default="")
    roles: list[str] = ListField(StringField())
    store_ids: list[str] = ListField(StringField())
    tags: list[str] = ListField(StringField())
    active: bool = BooleanField(default=True)
    supervisor_id: str = StringField(default="")
    # The person's own supervisor or else the team's; what everybody outside sees.
    resolved_supervisor_id: str = StringField(default="")
    email: str = StringField(default="")
    phone: str = StringField(default="")
    language: str = StringField(default="zh")
    # Each with "id", "start_time" and "end_time".
    leaves: list[dict[str, Any]] = PlainField(default=list)
    create_time: datetime = DateTimeField()

    @property
    def principal(self) -> Principal:
        """Who the person is to the services."""
        return Principal(self.id, frozenset(self.roles), self.team_id, self.region, frozenset(self.store_ids))

    def emit_state(self) -> None:
        """Tell the services the state that the next commit leaves behind."""
        self.emit(
            PersonChanged(
                person_id=self.id,
                name=self.name,
                team_id=self.team_id,
                region=self.region,
                roles=self.roles,
                store_ids=self.store_ids,
                tags=self.tags,
                active=self.active,
                supervisor_id=self.resolved_supervisor_id,
                email=self.email,
                phone=self.phone,
                language=self.language,
                leaves=[Leave(start_time=each["start_time"], end_time=each["end_time"]) for each in self.leaves],
                version=self.version + 1,
            )
        )


class Team(Aggregate):
    """People under one supervisor."""

    meta: ClassVar[dict[str, Any]] = {"collection": "teams"}
    not_found = TeamNotFound

    name: str = StringField(required=True)
    region: str = StringField(default="")
    supervisor_id: str = StringField(default="")
