"""notify's rpcs, through a guarded server with the real access table."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chassis.principal import Principal
from chassis.rpc_client import RemoteError, bearer, channel
from chassis.rpc_server import RpcServer
from chassis.tokens import AccessTokenIssuer, AccessTokenVerifier, encode_key, public_key_of
from contracts.access import TABLE
from saleloop.notify.v1 import notify_service_pb2 as pb
from saleloop.notify.v1.notify_service_pb2_grpc import NotifyServiceStub, add_NotifyServiceServicer_to_server
from services.notify.commands.tell import tell
from services.notify.rpc import NotifyServicer
from tests.notify.stories import NOON, event, lead_assigned, overdue, staff

PRIVATE_KEY = encode_key(b"n" * 32)
ISSUER = AccessTokenIssuer(PRIVATE_KEY)


def as_person(person_id: str, *roles: str) -> Any:
    return bearer(ISSUER.issue(Principal(person_id, frozenset(roles)), "notify", timedelta(hours=1)))


SALLY, FAY = as_person("sally", "salesperson"), as_person("fay", "finance")
BOB, ADMIN = as_person("bob", "salesperson"), as_person("root", "admin")


@pytest.fixture
def stub(connected: object) -> Iterator[Any]:
    verifier = AccessTokenVerifier(public_key_of(PRIVATE_KEY), "notify")
    server = RpcServer("notify", [(add_NotifyServiceServicer_to_server, NotifyServicer())], verifier, TABLE)
    opened: Any = channel(f"127.0.0.1:{server.start('127.0.0.1', 0)}")
    yield NotifyServiceStub(opened)
    opened.close()
    server.stop(0)


def refusal(call: Any, request: Any, caller: Any) -> tuple[str, str]:
    with pytest.raises(RemoteError) as caught:
        call(request, metadata=caller)
    return caught.value.code, caught.value.reason


def robot(**change: str) -> pb.PutChannelRequest:
    given: dict[str, Any] = {"url": "https://robot.example/send?key=topsecret", "secret": "SECabc"} | change
    wanted = pb.Channel(id="room", kind=pb.CHANNEL_KIND_DINGTALK_ROBOT, enabled=True, **given)
    return pb.PutChannelRequest(channel=wanted)


def test_an_inbox_shows_the_callers_own_items_newest_first(stub: Any) -> None:
    staff()
    for number in range(5):
        tell(event(lead_assigned(f"Company {number}", f"lead{number}"), at=NOON + timedelta(seconds=number)))
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListInboxItemsRequest(page_size=2, page_token=token)
        page = stub.ListInboxItems(request, metadata=SALLY)
        seen += [item.title for item in page.inbox_items]
        token = page.next_page_token
        if not token:
            break
    assert seen == [f"New lead: Company {number} (owner Sally)" for number in (4, 3, 2, 1, 0)]
    assert not stub.ListInboxItems(pb.ListInboxItemsRequest(), metadata=ADMIN).inbox_items


def test_reading_an_item_is_for_its_recipient_and_counts_once(stub: Any) -> None:
    tell(event(lead_assigned()))
    (item,) = stub.ListInboxItems(pb.ListInboxItemsRequest(unread_only=True), metadata=SALLY).inbox_items
    request = pb.ReadInboxItemRequest(inbox_item_id=item.id)
    assert refusal(stub.ReadInboxItem, request, BOB) == ("NOT_FOUND", "INBOX_ITEM_NOT_FOUND")
    first = stub.ReadInboxItem(request, metadata=SALLY).inbox_item.read_time
    assert first == stub.ReadInboxItem(request, metadata=SALLY).inbox_item.read_time
    assert not stub.ListInboxItems(pb.ListInboxItemsRequest(unread_only=True), metadata=SALLY).inbox_items


def test_a_card_is_shown_to_its_people_in_their_language(stub: Any) -> None:
    staff()
    tell(event(overdue("YELLOW", 3)))
    (english,) = stub.ListTaskCards(pb.ListTaskCardsRequest(), metadata=SALLY).task_cards
    (chinese,) = stub.ListTaskCards(pb.ListTaskCardsRequest(state=pb.TASK_CARD_STATE_OPEN), metadata=FAY).task_cards
    assert english.id == chinese.id
    assert (english.title, chinese.title) == (
        "Receivable overdue (yellow): Acme, ¥12,345.67",
        "应收逾期（黄色）：Acme ¥12,345.67",
    )
    assert not stub.ListTaskCards(pb.ListTaskCardsRequest(), metadata=BOB).task_cards
    assert len(stub.ListTaskCards(pb.ListTaskCardsRequest(), metadata=ADMIN).task_cards) == 1
    assert refusal(stub.ListTaskCards, pb.ListTaskCardsRequest.FromString(b"\x18\x63"), SALLY)[0] == "INVALID_ARGUMENT"


def test_a_card_is_acknowledged_and_completed_by_those_who_see_it(stub: Any) -> None:
    staff()
    tell(event(overdue("YELLOW", 3)))
    (card,) = stub.ListTaskCards(pb.ListTaskCardsRequest(), metadata=SALLY).task_cards
    acknowledge = pb.AcknowledgeTaskCardRequest(task_card_id=card.id)
    complete = pb.CompleteTaskCardRequest(task_card_id=card.id, comment="paid tomorrow")
    assert refusal(stub.AcknowledgeTaskCard, acknowledge, BOB) == ("NOT_FOUND", "TASK_CARD_NOT_FOUND")
    for _ in range(2):
        taken = stub.AcknowledgeTaskCard(acknowledge, metadata=SALLY).task_card
        assert (taken.state, taken.changed_by) == (pb.TASK_CARD_STATE_ACKNOWLEDGED, "sally")
    for _ in range(2):
        done = stub.CompleteTaskCard(complete, metadata=FAY).task_card
        assert (done.state, done.changed_by) == (pb.TASK_CARD_STATE_DONE, "fay")
    assert refusal(stub.AcknowledgeTaskCard, acknowledge, SALLY) == ("FAILED_PRECONDITION", "WRONG_STATE")


def test_a_channels_secrets_never_come_back(stub: Any) -> None:
    put = stub.PutChannel(robot(), metadata=ADMIN).channel
    listed = stub.ListChannels(pb.ListChannelsRequest(), metadata=ADMIN).channels[0]
    for shown in (put, listed):
        assert (shown.secret, shown.url) == ("", "https://robot.example/send?key=***")


def test_putting_a_channel_back_as_it_was_shown_keeps_its_secrets(stub: Any) -> None:
    from services.notify.documents import Channel

    shown = stub.PutChannel(robot(), metadata=ADMIN).channel
    shown.language = "en"
    stub.PutChannel(pb.PutChannelRequest(channel=shown), metadata=ADMIN)
    kept = Channel.load("room")
    assert (kept.url, kept.secret, kept.language) == ("https://robot.example/send?key=topsecret", "SECabc", "en")
    stub.PutChannel(robot(url="https://elsewhere.example/send", secret=""), metadata=ADMIN)
    assert Channel.load("room").secret == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "file:///etc/passwd"}, "channel.url"),
        ({"id": "Room 1"}, "channel.id"),
        ({"roles": ["king"]}, "channel.roles"),
        ({"language": "fr"}, "channel.language"),
        ({"kind": pb.CHANNEL_KIND_UNSPECIFIED}, "channel.kind"),
        ({"kind": pb.CHANNEL_KIND_MAIL, "url": "smtp://h", "sender": "a\r\nBcc: x@y"}, "channel.sender"),
    ],
)
def test_a_channel_that_cannot_work_is_refused_by_field(stub: Any, change: dict[str, Any], field: str) -> None:
    wanted = pb.Channel(id="room", kind=pb.CHANNEL_KIND_WECOM_ROBOT, url="https://robot.example/x")
    wanted.MergeFrom(pb.Channel(**change))
    if "kind" in change:
        wanted.kind = change["kind"]
    with pytest.raises(RemoteError) as caught:
        stub.PutChannel(pb.PutChannelRequest(channel=wanted), metadata=ADMIN)
    assert (caught.value.reason, caught.value.violations[0].field) == ("CHANNEL_INVALID", field)


def test_only_administrators_set_up_channels(stub: Any) -> None:
    assert refusal(stub.PutChannel, robot(), SALLY) == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")
    assert refusal(stub.ListDeliveries, pb.ListDeliveriesRequest(), SALLY) == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED")


def test_every_delivery_is_on_record_with_its_trace(stub: Any) -> None:
    stub.PutChannel(robot(), metadata=ADMIN)
    tell(event(lead_assigned()))
    request = pb.ListDeliveriesRequest(state=pb.DELIVERY_STATE_PENDING, channel_id="room")
    (delivery,) = stub.ListDeliveries(request, metadata=ADMIN).deliveries
    assert (delivery.template, delivery.subject) == ("lead_assigned", "leads/lead1")
    assert delivery.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
