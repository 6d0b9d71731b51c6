"""Between the contract's messages and the room's own values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clocks import to_milliseconds
from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos
from saleloop.stores.v1 import stores_service_pb2 as stores
from saleloop.type.v1.money_pb2 import Money
from services.stores.commands.enrol_terminals import Invitation
from services.stores.commands.ingest_batch import Batch
from services.stores.commands.put_stores import StoreValues
from services.stores.documents import Store
from services.stores.domain.numbers import Range
from services.stores.domain.outcomes import Judgement, Outcome
from services.stores.queries.coverage import Coverage
from services.stores.queries.receipts import StoredReceipt
from services.stores.queries.terminals import TerminalView
from services.stores.receipt_bytes import read_batch, receipt_from, to_bytes

_OUTCOMES = {outcome: pos.Outcome.Value(f"OUTCOME_{outcome.value}") for outcome in Outcome}


def batch_from(body: bytes) -> Batch:
    """The batch of an AMQP body. Raises google.protobuf.message.DecodeError, and ValueError for nonsense in it."""
    message = ingest.AuthenticatedBatch.FromString(body)
    if not (message.store_id and message.terminal_id and message.epoch > 0 and message.receive_time.seconds > 0):
        raise ValueError("the batch does not say whose it is")
    if message.content:
        read = read_batch(message.content)
    else:
        read = [(receipt_from(receipt, own := to_bytes(receipt)), own) for receipt in message.receipts]
    return Batch(
        store_id=message.store_id,
        terminal_id=message.terminal_id,
        epoch=message.epoch,
        receive_time=time_from(message.receive_time),
        receipts=[receipt for receipt, _ in read],
        bodies=[own for _, own in read],
        batch_sequence=message.batch_sequence,
        edge_id=message.edge_id,
    )


def outcomes_to_proto(batch: Batch, judged: Iterable[Judgement]) -> pos.BatchOutcomes:
    """What the terminal is told about its batch: in spans what is as usual, one by one what is not."""
    told: list[pos.ReceiptOutcome] = []
    accepted, duplicates = _Spans(), _Spans()
    for receipt, outcome, reason, flags in judged:
        if outcome is Outcome.ACCEPTED and not flags:
            accepted.add(receipt.number)
        elif outcome is Outcome.DUPLICATE:
            duplicates.add(receipt.number)
        else:
            told.append(outcome_to_proto(receipt.number, outcome, reason, flags))
    return pos.BatchOutcomes(
        store_id=batch.store_id,
        terminal_id=batch.terminal_id,
        epoch=batch.epoch,
        batch_sequence=batch.batch_sequence,
        outcomes=told,
        accepted=accepted.to_proto(),
        duplicates=duplicates.to_proto(),
    )


class _Spans:
    """Numbers as they come, each run of consecutive ones as one span."""

    def __init__(self) -> None:
        self._spans: list[list[int]] = []
        self._next = 0

    def add(self, number: int) -> None:
        if number == self._next and self._spans:
            self._spans[-1][1] = number
        else:
            self._spans.append([number, number])
        self._next = number + 1

    def to_proto(self) -> list[pos.NumberSpan]:
        return [pos.NumberSpan(first=first, last=last) for first, last in self._spans]


def outcome_to_proto(number: int, outcome: Outcome, reason: str, flags: Sequence[str]) -> pos.ReceiptOutcome:
    """What became of one receipt."""
    return pos.ReceiptOutcome(number=number, outcome=_OUTCOMES[outcome], reason=reason, flags=flags)


def time_from(stamp: Timestamp) -> datetime:
    """An aware instant, to the millisecond. Raises ValueError for what a datetime cannot hold."""
    return to_milliseconds(stamp.ToDatetime(tzinfo=UTC))


def timestamp(moment: datetime | None) -> Timestamp | None:
    """The contract's form of an aware instant; None stays unset."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def store_values_from(message: stores.Store) -> StoreValues:
    """What a caller says about a store."""
    return StoreValues(
        id=message.id,
        name=message.name,
        region=message.region,
        latitude=message.latitude,
        longitude=message.longitude,
        time_zone=message.time_zone,
        closing_hour=message.closing_hour,
        currency_code=message.currency_code,
    )


def store_to_proto(store: Store) -> stores.Store:
    """A store as the contract tells it."""
    return stores.Store(
        id=store.id,
        name=store.name,
        region=store.region,
        latitude=store.latitude,
        longitude=store.longitude,
        time_zone=store.time_zone,
        closing_hour=store.closing_hour,
        currency_code=store.currency_code,
        version=store.version,
    )


def invitation_to_proto(invitation: Invitation) -> stores.EnrolmentCode:
    """A code in clear, for the one answer that shows it."""
    return stores.EnrolmentCode(
        store_id=invitation.store_id,
        terminal_id=invitation.terminal_id,
        code=invitation.code,
        expire_time=timestamp(invitation.expire_time),
    )


def terminal_to_proto(view: TerminalView) -> stores.Terminal:
    """A terminal with its progress; numbers of the present epoch, counts of all."""
    return stores.Terminal(
        store_id=view.store_id,
        terminal_id=view.terminal_id,
        state=stores.TerminalState.Value(f"TERMINAL_STATE_{view.state}"),
        epoch=view.epoch,
        seen=_ranges(view.seen),
        missing=_ranges(view.missing),
        accepted=view.counts["accepted"],
        duplicates=view.counts["duplicates"],
        conflicts=view.counts["conflicts"],
        rejected=view.counts["rejected"],
        heard_time=timestamp(view.heard_time),
        public_key=view.public_key,
        gaps=[
            stores.NumberGap(first=first, last=last, since_time=timestamp(since)) for first, last, since in view.gaps
        ],
        unconfirmed_jumps=_ranges(view.unconfirmed_jumps),
        losses=[
            stores.DeclaredLoss(
                first=loss["first"],
                last=loss["last"],
                person_id=loss["person_id"],
                why=loss["why"],
                time=timestamp(loss["time"]),
            )
            for loss in view.losses
        ],
        wanted=_ranges(view.wanted),
    )


def _ranges(ranges: Iterable[Range]) -> list[stores.NumberRange]:
    return [stores.NumberRange(first=first, last=last) for first, last in ranges]


def receipt_to_proto(stored: StoredReceipt) -> stores.StoredReceipt:
    """A counted receipt."""
    receipt = stored.receipt
    return stores.StoredReceipt(
        store_id=stored.store_id,
        terminal_id=stored.terminal_id,
        epoch=stored.epoch,
        number=receipt.number,
        till_time=timestamp(receipt.till_time),
        business_day=stored.business_day,
        total=Money(currency_code=receipt.currency_code, amount_minor=receipt.total_minor),
        member_id=receipt.member_id,
        lines=[
            stores.StoredLine(
                sku=line.sku,
                quantity_milli=line.quantity_milli,
                amount_minor=line.amount_minor,
                discount_minor=sum(discount.amount_minor for discount in line.discounts),
            )
            for line in receipt.lines
        ],
        flags=stored.flags,
    )


def problem_to_proto(stored: Mapping[str, Any]) -> stores.ReceiptProblem:
    """A quarantined or rejected receipt."""
    return stores.ReceiptProblem(
        store_id=stored["store_id"],
        terminal_id=stored["terminal_id"],
        epoch=stored["epoch"],
        number=stored["number"],
        outcome=stored["outcome"],
        reason=stored["reason"],
        receive_time=timestamp(stored["receive_time"]),
    )


def coverage_to_proto(coverage: Coverage) -> stores.Coverage:
    """How much of the truth a figure holds."""
    return stores.Coverage(
        terminals_heard=coverage.terminals_heard,
        terminals_enrolled=coverage.terminals_enrolled,
        freshness_time=timestamp(coverage.freshness_time),
    )
