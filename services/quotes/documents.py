"""What quotes stores. Amounts are minor units of the document's currency; times are UTC."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from mongoengine import DateTimeField, IntField, StringField

from chassis.documents import Aggregate, PlainField
from services.quotes import messages, stored
from services.quotes.domain.catalogue import CatalogueEntry
from services.quotes.domain.content import Line, QuoteContent, content_hash
from services.quotes.domain.errors import ProductNotFound, QuoteNotFound, WrongState
from services.quotes.domain.lifecycle import QuoteState
from services.quotes.domain.policy import DEFAULT_RULES, ApprovalRule
from services.quotes.domain.steps import Steps, open_step
from services.quotes.domain.terms import PaymentTerms

EPOCH = datetime.fromtimestamp(0, UTC)
VERSIONS_MAX = 100


class Product(Aggregate):
    """A product of the catalogue; its id is the SKU."""

    meta: ClassVar[dict[str, Any]] = {"collection": "products", "private_fields": ("cost_minor",)}
    not_found = ProductNotFound

    name: str = StringField(required=True)
    unit: str = StringField(default="")
    category: str = StringField(default="")
    currency_code: str = StringField(required=True)
    tiers: list[stored.Row] = PlainField(required=True)
    floor_price_minor: int = IntField(default=0)
    cost_minor: int = IntField(default=0)

    @classmethod
    def catalogue(cls, skus: Iterable[str]) -> dict[str, CatalogueEntry]:
        """Those of the products that exist, by SKU."""
        rows = cls.collection().find({"_id": {"$in": list(set(skus))}}, {"outbox": 0})
        return {row["_id"]: cls._from_son(row).entry for row in rows}

    @classmethod
    def after(cls, sku: str, *, limit: int) -> list[Self]:
        """Products behind this SKU, in the order of their SKUs."""
        rows = cls.collection().find({"_id": {"$gt": sku}}, {"outbox": 0}).sort("_id", 1).limit(limit)
        return [cls._from_son(row) for row in rows]

    @property
    def entry(self) -> CatalogueEntry:
        tiers = stored.tiers_from(self.tiers)
        prices = (self.currency_code, tiers, self.floor_price_minor, self.cost_minor)
        return CatalogueEntry(self.id, self.name, self.unit, self.category, *prices)

    def write_entry(self, entry: CatalogueEntry) -> None:
        """Set what the catalogue says."""
        self.name = entry.name
        self.unit = entry.unit
        self.category = entry.category
        self.currency_code = entry.currency_code
        self.tiers = stored.tier_rows(entry.tiers)
        self.floor_price_minor = entry.floor_price_minor
        self.cost_minor = entry.cost_minor

    def emit_state(self) -> None:
        """Tell the whole state, for the copies of others."""
        self.emit(messages.product_changed(self.entry, self.version + 1))


class Policy(Aggregate):
    """The approval policy; one document."""

    meta: ClassVar[dict[str, Any]] = {"collection": "approval_policies"}
    ONE_ID: ClassVar[str] = "current"

    rules: list[stored.Row] = PlainField(required=True)

    @classmethod
    def current(cls) -> Self:
        """The policy in force: the default one until somebody changes it."""
        return cls.find(cls.ONE_ID) or cls(id=cls.ONE_ID, rules=stored.rule_rows(DEFAULT_RULES))

    @property
    def approval_rules(self) -> tuple[ApprovalRule, ...]:
        return stored.rules_from(self.rules)


class Quote(Aggregate):
    """A quote: the content being worked on, its immutable versions, the approval of the current one."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "quotes",
        "private_fields": ("signer_name",),
        "indexes": [
            {"fields": ["number"], "unique": True, "sparse": True},
            {"fields": ["request_key"], "unique": True, "sparse": True},
            ("owner_id", "id"),
            ("team_id", "id"),
            ("region", "id"),
            ("account_id", "id"),
            ("approver_ids", "id"),
            ("state", "awaiting_role", "id"),
        ],
    }
    not_found = QuoteNotFound

    number: str | None = StringField()
    state: int = IntField(default=int(QuoteState.DRAFT))
    account_id: str = StringField(required=True)
    account_name: str = StringField(required=True)
    owner_id: str = StringField(required=True)
    team_id: str = StringField(default="")
    region: str = StringField(default="")
    create_time: datetime = DateTimeField(required=True)
    # Who made it and under which request_id, with a digest of what was asked: a retry finds what it made.
    request_key: str | None = StringField()
    request_digest: str | None = StringField()

    currency_code: str = StringField(required=True)
    lines: list[stored.Row] = PlainField(required=True)
    total_minor: int = IntField(required=True)
    payment_terms: stored.Row = PlainField(required=True)
    valid_until: datetime = DateTimeField(required=True)

    # Each: number, content, content_hash, total_minor, submit_time, submitted_by, request_id; steps once superseded.
    versions: list[stored.Row] = PlainField(default=list)
    # The approval of the current version; empty while the quote is edited.
    steps: list[stored.Row] = PlainField(default=list)
    # Whom the steps name, and role and person of the open one: for finding what somebody decides.
    approver_ids: list[str] = PlainField(default=list)
    awaiting_role: str | None = StringField()
    awaiting_approver_id: str | None = StringField()
    sign_time: datetime | None = DateTimeField()
    signer_name: str | None = StringField()

    @classmethod
    def matching(cls, query: Mapping[str, Any], *, limit: int) -> list[Self]:
        """Quotes without their versions' contents, newest first."""
        slim = {"outbox": 0, "versions.content": 0, "versions.steps": 0}
        return [cls._from_son(row) for row in cls.collection().find(query, slim).sort("_id", -1).limit(limit)]

    @property
    def quote_state(self) -> QuoteState:
        return QuoteState(self.state)

    @property
    def priced_lines(self) -> tuple[Line, ...]:
        return stored.lines_from(self.lines)

    @property
    def terms(self) -> PaymentTerms:
        return stored.terms_from(self.payment_terms)

    @property
    def approval_steps(self) -> Steps:
        return stored.steps_from(self.steps)

    @property
    def current_version(self) -> int:
        """Number of the newest version; 0 before the first submission."""
        return len(self.versions)

    @property
    def submitted_by(self) -> str:
        return str(self.versions[-1]["submitted_by"]) if self.versions else ""

    @property
    def is_standing(self) -> bool:
        """Whether the newest version still holds: nobody edits the quote."""
        return bool(self.versions) and self.quote_state is not QuoteState.DRAFT

    def write_content(self, lines: tuple[Line, ...], terms: PaymentTerms, valid_until: datetime) -> None:
        """Set what the draft says."""
        self.lines = stored.line_rows(lines)
        self.total_minor = sum(line.amount_minor for line in lines)
        self.payment_terms = stored.terms_row(terms)
        self.valid_until = valid_until

    def reopen(self) -> None:
        """Edit again: the approval of the newest version, and with it the sign link, is over."""
        self._archive_steps()
        self.write_steps(())
        self.state = int(QuoteState.DRAFT)

    def freeze(self, *, submitted_by: str, request_id: str, at: datetime) -> None:
        """Make the draft the next version. The quote has its number. Raises WrongState past 100 versions."""
        if self.current_version >= VERSIONS_MAX:
            raise WrongState(f"A quote has at most {VERSIONS_MAX} versions.")
        self._archive_steps()
        content = self._content(self.current_version + 1)
        frozen = {
            "number": content.version,
            "content": stored.content_row(content),
            "content_hash": content_hash(content),
            "total_minor": content.total_minor,
            "submit_time": at,
            "submitted_by": submitted_by,
            "request_id": request_id,
        }
        self.versions = [*self.versions, frozen]
        self.state = int(QuoteState.IN_APPROVAL)

    def write_steps(self, steps: Steps) -> None:
        """Set the approval of the current version."""
        self.steps = stored.step_rows(steps)
        self.approver_ids = sorted({step.approver_id for step in steps if step.approver_id})
        opened = open_step(steps)
        self.awaiting_role = opened.role if opened else None
        self.awaiting_approver_id = opened.approver_id if opened else None

    def _archive_steps(self) -> None:
        if self.versions and self.steps:
            self.versions = [*self.versions[:-1], {**self.versions[-1], "steps": self.steps}]

    def _content(self, version: int) -> QuoteContent:
        return QuoteContent(
            quote_id=self.id,
            number=self.number or "",
            version=version,
            account_id=self.account_id,
            account_name=self.account_name,
            currency_code=self.currency_code,
            lines=self.priced_lines,
            total_minor=self.total_minor,
            payment_terms=self.terms,
            valid_until_ms=(self.valid_until - EPOCH) // timedelta(milliseconds=1),
        )
