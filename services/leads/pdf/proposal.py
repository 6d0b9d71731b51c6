"""Prints a proposal as PDF with the watermark of its recipient."""

from datetime import tzinfo
from pathlib import Path

from chassis.typesetting import typeset
from services.leads.domain.pipeline.printed_proposal import PrintedProposal

_TEMPLATE = Path(__file__).with_name("proposal.typ")


def print_proposal(printed: PrintedProposal, font_dir: Path, zone: tzinfo) -> bytes:
    """The PDF, A4, with times in `zone`. Raises FontMissing."""
    time = f"{printed.time.astimezone(zone):%Y-%m-%d %H:%M}"
    data = {
        "number": printed.number,
        "company": printed.company,
        "recipient": printed.recipient,
        "title": printed.title,
        "paragraphs": _paragraphs(printed.text),
        "items": [{"title": item.title, "paragraphs": _paragraphs(item.text)} for item in printed.items],
        "time": time,
        # Names the recipient, so that a copy passed on shows whose it was.
        "watermark": f"{printed.recipient} · {time}",
    }
    return typeset(_TEMPLATE, data, font_dir)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
