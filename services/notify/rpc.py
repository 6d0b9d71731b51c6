"""The rpcs of notify: translate, call, translate back."""

from typing import Any

from chassis import access, errors, pages
from chassis.access import Scope
from chassis.principal import current
from saleloop.notify.v1 import notify_service_pb2 as pb
from saleloop.notify.v1 import notify_service_pb2_grpc as pb_grpc
from services.notify.commands import inbox, task_cards
from services.notify.commands.put_channel import put_channel
from services.notify.documents import TaskCard
from services.notify.queries import lists
from services.notify.translate import (
    channel_from_proto,
    channel_to_proto,
    delivery_to_proto,
    inbox_item_to_proto,
    state_name,
    task_card_to_proto,
)


class NotifyServicer(pb_grpc.NotifyServiceServicer):
    """Everything that notify can be asked."""

    def ListInboxItems(self, request: pb.ListInboxItemsRequest, context: Any) -> pb.ListInboxItemsResponse:
        page = pages.open_page(request)
        items, token = lists.inbox_of(current().principal.subject, page, unread_only=request.unread_only)
        return pb.ListInboxItemsResponse(inbox_items=map(inbox_item_to_proto, items), next_page_token=token)

    def ReadInboxItem(self, request: pb.ReadInboxItemRequest, context: Any) -> pb.ReadInboxItemResponse:
        item = inbox.read_inbox_item(request.inbox_item_id, by=current().principal)
        return pb.ReadInboxItemResponse(inbox_item=inbox_item_to_proto(item))

    def ListTaskCards(self, request: pb.ListTaskCardsRequest, context: Any) -> pb.ListTaskCardsResponse:
        page = pages.open_page(request)
        with errors.field("state"):
            state = state_name(pb.TaskCardState, "TASK_CARD_STATE_", request.state)
        person_id = None if _sees_all() else current().principal.subject
        cards, token = lists.cards_seen_by(person_id, page, state=state, subject=request.subject)
        language = _language()
        return pb.ListTaskCardsResponse(
            task_cards=[task_card_to_proto(card, language) for card in cards], next_page_token=token
        )

    def AcknowledgeTaskCard(
        self, request: pb.AcknowledgeTaskCardRequest, context: Any
    ) -> pb.AcknowledgeTaskCardResponse:
        by = current().principal
        card = task_cards.acknowledge_task_card(request.task_card_id, by=by, sees_all=_sees_all())
        return pb.AcknowledgeTaskCardResponse(task_card=_shown(card))

    def CompleteTaskCard(self, request: pb.CompleteTaskCardRequest, context: Any) -> pb.CompleteTaskCardResponse:
        by = current().principal
        card = task_cards.complete_task_card(request.task_card_id, request.comment, by=by, sees_all=_sees_all())
        return pb.CompleteTaskCardResponse(task_card=_shown(card))

    def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: Any) -> pb.ListDeliveriesResponse:
        page = pages.open_page(request)
        with errors.field("state"):
            state = state_name(pb.DeliveryState, "DELIVERY_STATE_", request.state)
        found, token = lists.deliveries(page, state=state, channel_id=request.channel_id)
        return pb.ListDeliveriesResponse(deliveries=map(delivery_to_proto, found), next_page_token=token)

    def PutChannel(self, request: pb.PutChannelRequest, context: Any) -> pb.PutChannelResponse:
        channel = put_channel(channel_from_proto(request.channel))
        return pb.PutChannelResponse(channel=channel_to_proto(channel))

    def ListChannels(self, request: pb.ListChannelsRequest, context: Any) -> pb.ListChannelsResponse:
        found, token = lists.channels(pages.open_page(request))
        return pb.ListChannelsResponse(channels=map(channel_to_proto, found), next_page_token=token)


def _sees_all() -> bool:
    return access.scope() is Scope.ALL


def _language() -> str:
    return lists.language_of(current().principal.subject)


def _shown(card: TaskCard) -> pb.TaskCard:
    return task_card_to_proto(card, _language())
