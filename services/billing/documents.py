"""What billing stores. Amounts are minor units of the document's currency; times are UTC."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from mongoengine import (
    BooleanField,
    DateTimeField,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    IntField,
    StringField,
)
from pymongo.client_session import ClientSession

from chassis.documents import Aggregate
from saleloop.billing.v1.events_pb2 import AccountRiskChanged
from services.billing.domain.errors import (
    AccountNotFound,
    ContractNotFound,
    InvoiceNotFound,
    PaymentNotFound,
    TaskNotFound,
)
from services.billing.domain.order import OrderState
from services.billing.domain.radar import Debt
from services.billing.domain.success import TaskState


def _indexes(time_field: str) -> list[Any]:
    """For lists in time order: of everything, and of what a row scope or an account leaves."""
    return [(time_field, "id"), *((name, time_field) for name in ("owner_id", "team_id", "region", "account_id"))]


_REQUEST_KEY = {"fields": ["request_key"], "unique": True, "sparse": True}


class Owned(Aggregate):
    """Something of an account; who may see it follows from the account's owner."""

    meta: ClassVar[dict[str, Any]] = {"abstract": True}
    # The time field that lists are sorted by.
    sorted_by: ClassVar[str]

    account_id: str = StringField(required=True)
    account_name: str = StringField(default="")
    owner_id: str = StringField(default="")
    team_id: str = StringField(default="")
    region: str = StringField(default="")

    @classmethod
    def matching(cls, query: Mapping[str, Any], session: ClientSession | None = None) -> list[Self]:
        """All documents that match a MongoDB query, oldest first."""
        rows = cls.collection().find(query, {"outbox": 0}, session=session).sort("_id", 1)
        return [cls._from_son(row) for row in rows]


class AccountLedger(Aggregate):
    """One account as billing knows it: a copy of its names and owner, and billing's own judgement of its risk.

    Every write of money and every judgement passes through this document, so two of one account never overlap.
    """

    meta: ClassVar[dict[str, Any]] = {
        "collection": "account_ledgers",
        "indexes": [("owner_id",), ("team_id",), ("region",)],
    }
    not_found = AccountNotFound

    name: str = StringField(default="")
    owner_id: str = StringField(default="")
    team_id: str = StringField(default="")
    region: str = StringField(default="")
    # Version of the copied account; 0 while it is known from a signed quote only.
    source_version: int = IntField(default=0)
    is_high_risk: bool = BooleanField(default=False)
    # Grows with each change of is_high_risk, so that copies elsewhere keep the newest.
    risk_version: int = IntField(default=0)
    # Grows with each payment, contract and judgement: what makes two of them conflict.
    turn: int = IntField(default=0)

    def emit_state(self) -> None:
        """Tell whether the account is at high risk; copies keep the highest version."""
        self.emit(AccountRiskChanged(account_id=self.id, is_high_risk=self.is_high_risk, version=self.risk_version))


class LineRow(EmbeddedDocument):
    """One position of the signed quote."""

    sku: str = StringField(default="")
    name: str = StringField(default="")
    quantity: int = IntField(default=0)
    unit_price_minor: int = IntField(default=0)
    amount_minor: int = IntField(default=0)


class InstalmentRow(EmbeddedDocument):
    """One due date, with what was invoiced for it and paid on it."""

    number: int = IntField(required=True)
    amount_minor: int = IntField(required=True)
    invoiced_minor: int = IntField(default=0)
    paid_minor: int = IntField(default=0)
    # None until delivery for cash on delivery.
    due_time: datetime | None = DateTimeField()
    # How many of radar.ALARMS were raised.
    alarms_raised: int = IntField(default=0)

    @property
    def outstanding_minor(self) -> int:
        return self.amount_minor - self.paid_minor

    @property
    def debt(self) -> Debt:
        return Debt(self.outstanding_minor, self.due_time)


class Contract(Owned):
    """A signed quote on its way to delivered and paid."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "contracts",
        "indexes": [
            *_indexes("sign_time"),
            {"fields": ["number"], "unique": True},
            ("quote_id",),
            ("account_id", "is_paid"),
            ("is_paid", "owner_id"),
        ],
    }
    not_found = ContractNotFound
    sorted_by = "sign_time"

    number: str = StringField(required=True)
    quote_id: str = StringField(required=True)
    quote_number: str = StringField(default="")
    quote_version: int = IntField(default=0)
    content_hash: str = StringField(default="")
    currency_code: str = StringField(required=True)
    total_minor: int = IntField(required=True)
    lines: list[LineRow] = EmbeddedDocumentListField(LineRow)
    instalments: list[InstalmentRow] = EmbeddedDocumentListField(InstalmentRow)
    # Invoiced for the contract as a whole, on top of what each instalment says.
    invoiced_generally_minor: int = IntField(default=0)
    is_paid: bool = BooleanField(default=False)
    sign_time: datetime = DateTimeField(required=True)
    order_state: str = StringField(default=OrderState.SCHEDULED.value)
    ship_time: datetime | None = DateTimeField()
    deliver_time: datetime | None = DateTimeField()
    accept_time: datetime | None = DateTimeField()
    tracking_reference: str = StringField(default="")
    acceptance_document: str = StringField(default="")

    @property
    def invoiced_minor(self) -> int:
        return self.invoiced_generally_minor + sum(each.invoiced_minor for each in self.instalments)

    @property
    def open_instalments(self) -> Iterator[InstalmentRow]:
        return (each for each in self.instalments if each.outstanding_minor > 0)


class Invoice(Owned):
    """An invoice over an instalment (or, with number 0, over the contract). Its id follows from its number."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "invoices",
        "indexes": [*_indexes("issue_time"), ("contract_id", "issue_time"), _REQUEST_KEY],
    }
    not_found = InvoiceNotFound
    sorted_by = "issue_time"

    number: str = StringField(required=True)
    contract_id: str = StringField(required=True)
    instalment_number: int = IntField(default=0)
    currency_code: str = StringField(required=True)
    amount_minor: int = IntField(required=True)
    issue_time: datetime = DateTimeField(required=True)
    request_key: str | None = StringField()


class AllocationRow(EmbeddedDocument):
    """A part of a payment, given to one instalment by one rule."""

    contract_id: str = StringField(required=True)
    instalment_number: int = IntField(required=True)
    amount_minor: int = IntField(required=True)
    rule: str = StringField(required=True)


class Payment(Owned):
    """Money that came in. Its id follows from the bank's reference."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "payments",
        "indexes": [*_indexes("receive_time"), _REQUEST_KEY],
    }
    not_found = PaymentNotFound
    sorted_by = "receive_time"

    bank_reference: str = StringField(required=True)
    remittance_text: str = StringField(default="")
    currency_code: str = StringField(required=True)
    amount_minor: int = IntField(required=True)
    unapplied_minor: int = IntField(required=True)
    allocations: list[AllocationRow] = EmbeddedDocumentListField(AllocationRow)
    receive_time: datetime = DateTimeField(required=True)
    request_key: str | None = StringField()
    # Of what the caller said, to tell a repetition from another payment under the same reference.
    content_digest: str = StringField(required=True)


class SuccessTask(Owned):
    """One piece of work of customer success; planned ones open at their deadline."""

    meta: ClassVar[dict[str, Any]] = {"collection": "success_tasks", "indexes": _indexes("open_time")}
    not_found = TaskNotFound
    sorted_by = "open_time"

    kind: str = StringField(required=True)
    state: str = StringField(default=TaskState.PLANNED.value)
    contract_id: str = StringField(required=True)
    open_time: datetime | None = DateTimeField()
    due_time: datetime | None = DateTimeField()
    complete_time: datetime | None = DateTimeField()
    evidence: str = StringField(default="")
