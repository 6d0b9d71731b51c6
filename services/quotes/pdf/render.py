"""Renders a quote version as PDF with typst. The text a person typed reaches the template as JSON, never as markup."""

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from services.quotes.pdf.page import PrintedVersion, page_data

if TYPE_CHECKING:
    from typst import Fonts

CHINESE_FONT = "WenQuanYi Micro Hei"
FONT_PACKAGE = "fonts-wqy-microhei"
_TEMPLATE = Path(__file__).with_name("quote.typ")
_CACHED_PAGES = 64
# One at a time: a page takes some 20 ms of one core, and every other request wants that core too.
_rendering = threading.Lock()


class FontMissing(Exception):
    """The Chinese font is not on this machine; without it every Chinese character would print as a box."""

    code = "FAILED_PRECONDITION"
    reason = "FONT_MISSING"


def render_pdf(printed: PrintedVersion, font_dir: Path) -> bytes:
    """The PDF, A4. The same version in the same standing is rendered once. Raises FontMissing."""
    data = json.dumps({**page_data(printed), "font": CHINESE_FONT}, ensure_ascii=False)
    with _rendering:
        return _render(data, font_dir)


@lru_cache(maxsize=_CACHED_PAGES)
def _render(data: str, font_dir: Path) -> bytes:
    # Imported here: the compiler takes 40 MB that a process which prints nothing does not need.
    import typst

    pdf = typst.compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs={"data": data}, font_paths=_fonts(font_dir))
    return bytes(pdf)


@lru_cache(maxsize=1)
def _fonts(font_dir: Path) -> "Fonts":
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[font_dir])
    if CHINESE_FONT not in fonts.families():
        raise FontMissing(
            f"{font_dir} does not hold the font {CHINESE_FONT}. Install it (apt-get install {FONT_PACKAGE}) "
            "or name its directory in SALELOOP_FONT_DIR."
        )
    return fonts
