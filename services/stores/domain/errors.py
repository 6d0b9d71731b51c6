"""What the stores refuse, with the reasons of `saleloop.stores.v1.ErrorReason`."""


class StoresRefusal(Exception):
    """A request that the rules do not allow; `code` and `reason` reach the caller."""

    code = "FAILED_PRECONDITION"
    reason = ""

    def __init__(self, message: str, **metadata: str) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = metadata


class StoreNotFound(StoresRefusal):
    """No store of that id, or none that the viewer may see."""

    code, reason = "NOT_FOUND", "STORE_NOT_FOUND"


class TerminalNotFound(StoresRefusal):
    """No terminal of that id in a store that the viewer may see."""

    code, reason = "NOT_FOUND", "TERMINAL_NOT_FOUND"


class ReceiptNotFound(StoresRefusal):
    """No counted receipt of that identity in a store that the viewer may see."""

    code, reason = "NOT_FOUND", "RECEIPT_NOT_FOUND"


class MemberNotFound(StoresRefusal):
    """No member of that id, or none known to the stores that the viewer may see."""

    code, reason = "NOT_FOUND", "MEMBER_NOT_FOUND"


class NumbersNotMissing(StoresRefusal):
    """Some of the numbers are not missing (any more)."""

    reason = "NUMBERS_NOT_MISSING"


class JumpNotFound(StoresRefusal):
    """The numbers are not an unconfirmed jump of the present epoch."""

    reason = "JUMP_NOT_FOUND"


class EnrolmentCodeInvalid(StoresRefusal):
    """The code was never issued, or a newer one took its place."""

    reason = "ENROLMENT_CODE_INVALID"


class EnrolmentCodeUsed(StoresRefusal):
    """The code has enrolled a terminal already, with another key."""

    reason = "ENROLMENT_CODE_USED"


class EnrolmentCodeExpired(StoresRefusal):
    """The code is older than its life."""

    reason = "ENROLMENT_CODE_EXPIRED"


class PublicKeyInvalid(StoresRefusal):
    """Not the 32 bytes of an Ed25519 public key."""

    code, reason = "INVALID_ARGUMENT", "PUBLIC_KEY_INVALID"
