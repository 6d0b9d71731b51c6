"""Renders a quote version as PDF."""

from pathlib import Path

from chassis.typesetting import FontMissing, typeset
from services.quotes.pdf.page import PrintedVersion, page_data

__all__ = ["FontMissing", "render_pdf"]
_TEMPLATE = Path(__file__).with_name("quote.typ")


def render_pdf(printed: PrintedVersion, font_dir: Path) -> bytes:
    """The PDF, A4. The same version in the same standing is rendered once. Raises FontMissing."""
    return typeset(_TEMPLATE, page_data(printed), font_dir)
