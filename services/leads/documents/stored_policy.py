"""The routing policy as it is stored: the current one, and every version it ever had."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine
from pymongo.client_session import ClientSession

from chassis.documents import Aggregate, PlainField
from services.leads.domain.ownership.errors import PolicyVersionNotFound
from services.leads.domain.routing.routing_policy import RoutingMode, RoutingPolicy

POLICY_ID = "routing_policy"
_DEFAULTS = RoutingPolicy()


class PolicyValues:
    """The values of a policy, in both documents."""

    mode: str = mongoengine.StringField(required=True)
    untouched_cap: int = mongoengine.IntField(required=True)
    confirm_limit_minutes: int = mongoengine.IntField(required=True)
    first_contact_limit_minutes: int = mongoengine.IntField(required=True)
    warn_after_bp: int = mongoengine.IntField(required=True)
    weights_milli: dict[str, int] = PlainField(required=True)
    # Not a mapping: a tag may contain what MongoDB reads as a path.
    tag_weights_milli: list[dict[str, Any]] = PlainField(default=list)
    attribute_weight_milli: int = mongoengine.IntField(default=_DEFAULTS.attribute_weight_milli)
    prior_deals: int = mongoengine.IntField(default=_DEFAULTS.prior_deals)

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
            tag_weights_milli={each["tag"]: each["weight_milli"] for each in self.tag_weights_milli},
            attribute_weight_milli=self.attribute_weight_milli,
            prior_deals=self.prior_deals,
        )

    def take_over(self, policy: RoutingPolicy) -> None:
        """Hold these values from the next commit on."""
        self.mode = policy.mode.value
        self.untouched_cap = policy.untouched_cap
        self.confirm_limit_minutes = policy.confirm_limit_minutes
        self.first_contact_limit_minutes = policy.first_contact_limit_minutes
        self.warn_after_bp = policy.warn_after_bp
        self.weights_milli = {str(part): weight for part, weight in policy.weights_milli.items()}
        self.tag_weights_milli = [
            {"tag": tag, "weight_milli": weight} for tag, weight in sorted(policy.tag_weights_milli.items())
        ]
        self.attribute_weight_milli = policy.attribute_weight_milli
        self.prior_deals = policy.prior_deals


class StoredPolicy(PolicyValues, Aggregate):
    """The current routing policy; until somebody changes it there is no document and the defaults hold."""

    meta: ClassVar[dict[str, Any]] = {"collection": "routing_policies"}

    @classmethod
    def current(cls, session: ClientSession | None = None) -> "StoredPolicy":
        """The stored policy, or one of defaults that is not stored (version 0)."""
        found = cls.find(POLICY_ID, session=session)
        if found is not None:
            return found
        defaults = cls(id=POLICY_ID)
        defaults.take_over(_DEFAULTS)
        return defaults


class PolicyVersion(PolicyValues, Aggregate):
    """The policy as it was from `change_time` on. Written once, in the transaction of the change."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "routing_policy_versions",
        "indexes": [{"fields": ["number"], "unique": True, "name": "number"}],
        # It is a record itself; the change is audited with the current policy.
        "audited": False,
    }

    # The version of the policy that these values are.
    number: int = mongoengine.IntField(required=True)
    changed_by: str = mongoengine.StringField(default="")
    change_time: datetime | None = mongoengine.DateTimeField()
    why: str = mongoengine.StringField(default="")
    # The version whose values were taken over; None when it was no roll-back.
    rolled_back_to: int | None = mongoengine.IntField()

    @classmethod
    def numbered(cls, number: int) -> "PolicyVersion":
        """One version; 0 is the policy of defaults. Raises PolicyVersionNotFound."""
        if number == 0:
            defaults = cls(number=0)
            defaults.take_over(_DEFAULTS)
            return defaults
        found = cls.collection().find_one({"number": number}, {"outbox": 0})
        if found is None:
            raise PolicyVersionNotFound(f"the routing policy has no version {number}", version=str(number))
        return cls._from_son(found)
