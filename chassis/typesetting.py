"""Typesets a page as PDF with typst. Text that a person typed reaches the template as JSON, never as markup."""

import json
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typst import Fonts

CHINESE_FONT = "WenQuanYi Micro Hei"
FONT_PACKAGE = "fonts-wqy-microhei"
_CACHED_PAGES = 64
# One at a time: a page takes some 20 ms of one core, and every other request wants that core too.
_rendering = threading.Lock()


class FontMissing(Exception):
    """The Chinese font is not on this machine; without it every Chinese character would print as a box."""

    code = "FAILED_PRECONDITION"
    reason = "FONT_MISSING"


def typeset(template: Path, data: Mapping[str, Any], font_dir: Path) -> bytes:
    """The PDF of a template that reads `sys.inputs.data` (JSON; "font" is added). The same data is typeset once.

    Raises FontMissing.
    """
    text = json.dumps({**data, "font": CHINESE_FONT}, ensure_ascii=False)
    with _rendering:
        return _typeset(template, text, font_dir)


@lru_cache(maxsize=_CACHED_PAGES)
def _typeset(template: Path, data: str, font_dir: Path) -> bytes:
    # Imported here: the compiler takes 40 MB that a process which prints nothing does not need.
    import typst

    pdf = typst.compile(template.read_bytes(), format="pdf", sys_inputs={"data": data}, font_paths=_fonts(font_dir))
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
