"""A public form as it is stored; its id is its key."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.intake.errors import FormNotFound
from services.leads.domain.intake.form import FormDefinition


class IntakeForm(Aggregate):
    """What anybody may fill in, where it stands, and how often."""

    meta: ClassVar[dict[str, Any]] = {"collection": "intake_forms"}
    not_found = FormNotFound

    title: str = mongoengine.StringField(default="")
    channel: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    fields: list[str] = PlainField(default=list)
    active: bool = mongoengine.BooleanField(default=True)
    language: str = mongoengine.StringField(default="zh")
    address_limit: int = mongoengine.IntField(default=0)
    form_limit: int = mongoengine.IntField(default=0)
    create_time: datetime = mongoengine.DateTimeField()

    @classmethod
    def load_active(cls, key: str) -> "IntakeForm":
        """The form. Raises FormNotFound, also for one that takes nothing at the moment."""
        form = cls.load(key)
        if not form.active:
            raise FormNotFound(f"there is no form {key}", form_key=key)
        return form

    @property
    def definition(self) -> FormDefinition:
        """The form as the rules see it."""
        return FormDefinition(
            key=self.id,
            title=self.title,
            channel=self.channel,
            region=self.region,
            fields=tuple(self.fields),
            active=self.active,
            language=self.language,
            address_limit=self.address_limit,
            form_limit=self.form_limit,
        )

    def take_over(self, definition: FormDefinition) -> None:
        """Hold these values from the next commit on."""
        self.title, self.channel, self.region = definition.title, definition.channel, definition.region
        self.fields, self.active, self.language = list(definition.fields), definition.active, definition.language
        self.address_limit, self.form_limit = definition.address_limit, definition.form_limit
