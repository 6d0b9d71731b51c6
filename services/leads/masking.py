"""Phones for those who may not see them."""

from chassis.rpc_fields import mask_text

_LONGEST = 40


def masked_phone(text: str) -> str:
    """The ends of what may be a phone, however it is written."""
    return mask_text(text.strip()[:_LONGEST])
