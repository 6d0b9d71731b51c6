"""When a proposal counts as delivered: two of three evidences."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from services.leads.domain.pipeline.errors import EvidenceMissing

NEEDED = 2


class EvidenceKind(StrEnum):
    """What can show that a proposal reached its recipient."""

    # The PDF with the recipient's watermark was made, and handed over.
    WATERMARKED_PDF = "watermarked_pdf"
    DELIVERY_RECEIPT = "delivery_receipt"
    OPENED_LINK = "opened_link"


WORDS: Mapping[EvidenceKind, Mapping[str, str]] = MappingProxyType(
    {
        EvidenceKind.WATERMARKED_PDF: {"zh": "下载带水印的 PDF", "en": "the watermarked PDF handed over"},
        EvidenceKind.DELIVERY_RECEIPT: {"zh": "邮件送达回执", "en": "the mail's delivery receipt"},
        EvidenceKind.OPENED_LINK: {"zh": "客户打开链接", "en": "the link opened by the customer"},
    }
)


def require_delivered(evidence: Collection[str]) -> None:
    """Raises EvidenceMissing, which names the kinds that are not there and how many of them are needed."""
    missing = [kind for kind in EvidenceKind if kind not in evidence]
    needed = NEEDED - (len(EvidenceKind) - len(missing))
    if needed > 0:
        words = {
            "zh": "、".join(WORDS[kind]["zh"] for kind in missing),
            "en": ", ".join(WORDS[kind]["en"] for kind in missing),
        }
        raise EvidenceMissing([kind.value for kind in missing], words, needed)
