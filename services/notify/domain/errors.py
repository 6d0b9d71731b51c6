"""What notify refuses. The shape (code, reason, field) is what the chassis translates."""


class TaskCardNotFound(Exception):
    """No such card, or not for the caller's eyes."""

    code = "NOT_FOUND"
    reason = "TASK_CARD_NOT_FOUND"

    def __init__(self, task_card_id: str) -> None:
        super().__init__("there is no such task card")
        self.metadata = {"task_card_id": task_card_id}


class InboxItemNotFound(Exception):
    """No such item in the caller's own inbox."""

    code = "NOT_FOUND"
    reason = "INBOX_ITEM_NOT_FOUND"

    def __init__(self, inbox_item_id: str) -> None:
        super().__init__("there is no such item in your inbox")
        self.metadata = {"inbox_item_id": inbox_item_id}


class ChannelNotFound(Exception):
    """No such channel."""

    code = "NOT_FOUND"
    reason = "CHANNEL_NOT_FOUND"

    def __init__(self, channel_id: str) -> None:
        super().__init__("there is no such channel")
        self.metadata = {"channel_id": channel_id}


class WrongState(Exception):
    """The card is done."""

    code = "FAILED_PRECONDITION"
    reason = "WRONG_STATE"

    def __init__(self, state: str) -> None:
        super().__init__(f"the task card is {state}")
        self.metadata = {"state": state}


class ChannelInvalid(ValueError):
    """A channel that could not deliver anything, or should not. `field` is the path in the request."""

    code = "INVALID_ARGUMENT"
    reason = "CHANNEL_INVALID"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
