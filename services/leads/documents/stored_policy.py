"""The routing policy as it is stored: one document for the installation."""

from typing import Any, ClassVar

import mongoengine
from pymongo.client_session import ClientSession

from chassis.documents import Aggregate, PlainField
from services.leads.domain.routing.routing_policy import RoutingMode, RoutingPolicy

POLICY_ID = "routing_policy"


class StoredPolicy(Aggregate):
    """The routing policy; until somebody changes it there is no document and the defaults hold."""

    meta: ClassVar[dict[str, Any]] = {"collection": "routing_policies"}

    mode: str = mongoengine.StringField(required=True)
    untouched_cap: int = mongoengine.IntField(required=True)
    confirm_limit_minutes: int = mongoengine.IntField(required=True)
    first_contact_limit_minutes: int = mongoengine.IntField(required=True)
    warn_after_bp: int = mongoengine.IntField(required=True)
    weights_milli: dict[str, int] = PlainField(required=True)

    @classmethod
    def current(cls, session: ClientSession | None = None) -> "StoredPolicy":
        """The stored policy, or one of defaults that is not stored (version 0)."""
        found = cls.find(POLICY_ID, session=session)
        if found is not None:
            return found
        defaults = cls(id=POLICY_ID)
        defaults.take_over(RoutingPolicy())
        return defaults

    @property
    def policy(self) -> RoutingPolicy:
        """The policy as the rules see it."""
        return RoutingPolicy(
            mode=RoutingMode(self.mode),
            untouched_cap=self.untouched_cap,
            confirm_limit_minutes=self.confirm_limit_minutes,
            first_contact_limit_minutes=self.first_contact_limit_minutes,
            warn_after_bp=self.warn_after_bp,
            weights_milli=self.weights_milli,
        )

    def take_over(self, policy: RoutingPolicy) -> None:
        """Hold these values from the next commit on."""
        self.mode = policy.mode.value
        self.untouched_cap = policy.untouched_cap
        self.confirm_limit_minutes = policy.confirm_limit_minutes
        self.first_contact_limit_minutes = policy.first_contact_limit_minutes
        self.warn_after_bp = policy.warn_after_bp
        self.weights_milli = dict(policy.weights_milli)
