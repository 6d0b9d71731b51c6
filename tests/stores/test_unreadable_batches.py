"""What no till should send: nothing crashes, and the next batch is counted."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from saleloop.pos.v1 import ingest_pb2 as ingest
from saleloop.pos.v1 import pos_service_pb2 as pos
from services.stores.commands.known_names import KnownNames
from services.stores.domain.outcomes import Outcome, judge
from services.stores.ingest import handle
from services.stores.ledger import Ledger
from services.stores.receipt_bytes import pack, receipt_from, to_bytes, unpack
from services.stores.translate import batch_from
from tests.stores.made_up import known, message_of, receipt, receipts


@dataclass
class Delivered:
    """What `handle` needs of a message."""

    body: bytes
    headers: dict[str, Any] = field(default_factory=dict)


def sent(*messages: pos.Receipt, store: str = "s1", content: bytes | None = None) -> bytes:
    """The body of a message from the edge."""
    batch = ingest.AuthenticatedBatch(store_id=store, terminal_id="t1", epoch=1)
    batch.receive_time.seconds = 1_780_000_000
    batch.content = pos.ReceiptBatch(receipts=messages).SerializeToString() if content is None else content
    return batch.SerializeToString()


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(body: bytes) -> None:
    for attempt in (body, sent(content=body)):
        try:
            judged = judge(batch_from(attempt).receipts, known())
        except (DecodeError, ValueError):
            continue
        assert all(judgement.outcome in Outcome for judgement in judged)


@given(st.lists(receipts(), min_size=1, max_size=3), st.data())
def test_a_truncated_batch_is_read_or_refused(made: list[Any], data: st.DataObject) -> None:
    body = sent(*map(message_of, made))
    cut = data.draw(st.integers(0, len(body)))
    try:
        batch_from(body[:cut])
    except (DecodeError, ValueError):
        return


@given(st.lists(receipts(), max_size=5))
def test_packed_receipts_are_the_same_when_unpacked(made: list[Any]) -> None:
    bodies = [to_bytes(message_of(one)) for one in made]
    assert [receipt_from(message, to_bytes(message)) for message in unpack(pack(bodies))] == made


def test_fields_from_a_later_version_are_content_too() -> None:
    plain = to_bytes(message_of(receipt(1)))
    newer = plain + b"\xba\x3e\x03abc"  # field 999
    one, other = (pos.Receipt.FromString(body) for body in (plain, newer))
    assert receipt_from(one, to_bytes(one)).digest != receipt_from(other, to_bytes(other)).digest


@pytest.mark.parametrize(
    "bad",
    [
        b"\xff\xff\xff",
        b"",
        sent(content=b"\x2a\xff\x01"),
        sent(message_of(receipt(1)), store="nowhere"),
        ingest.AuthenticatedBatch(store_id="s1", terminal_id="t1", epoch=-1).SerializeToString(),
    ],
)
def test_an_unreadable_batch_is_parked_and_the_others_are_counted(ledger: Ledger, store: str, bad: bytes) -> None:
    good = [sent(message_of(receipt(number))) for number in (1, 2)]
    delivered: Any = [Delivered(body) for body in (good[0], bad, good[1])]
    assert list(handle(delivered, ledger, KnownNames(ledger))) == [1]
    progress = ledger.progress.find_one({})
    assert progress is not None
    assert progress["seen"] == [[1, 2]]


def test_receipts_with_raw_lines_are_receipts_in_all_else() -> None:
    raw, whole = (
        {each.name: (each.number, each.type, each.is_repeated) for each in message.DESCRIPTOR.fields}
        for message in (ingest.ReceiptOfRawLines, pos.Receipt)
    )
    assert raw.pop("lines")[0] == whole.pop("lines")[0]
    assert raw == whole
