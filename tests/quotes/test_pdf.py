"""The printed version, read back from the PDF."""

import io
import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from services.quotes.domain.content import QuoteContent, content_hash
from services.quotes.pdf.page import PrintedVersion, Standing, page_data
from services.quotes.pdf.render import FontMissing, render_pdf
from tests.quotes.made import MOSTLY_BEFORE, NOON, content, line

FONT_DIR = Path("/usr/share/fonts/truetype/wqy")


def printed(what: QuoteContent, standing: Standing = Standing.APPROVED) -> PrintedVersion:
    return PrintedVersion(what, content_hash(what), standing, "王小明", NOON, ZoneInfo("Asia/Shanghai"))


def pages(version: PrintedVersion) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(version, FONT_DIR))).pages]


def flat(text: str) -> str:
    """Without white space: extraction breaks lines where the script changes."""
    return "".join(text.split())


def test_the_pdf_carries_number_version_customer_lines_and_total() -> None:
    (text,) = pages(printed(content()))
    for expected in (
        "报价单",
        "Q-2026-000017",
        "版本 Version 1",
        "上海影像设备有限公司",
        "王小明",
        "超声诊断仪",
        "480.00",
    ):
        assert expected in text


def test_the_hash_stands_on_every_page() -> None:
    version = printed(content(lines=(line(),) * 60))
    texts = pages(version)
    assert len(texts) > 1
    for text in texts:
        assert version.content_hash in text.replace("\n", "")


@pytest.mark.parametrize(
    ("standing", "mark"),
    [
        (Standing.IN_APPROVAL, "未批准 NOT APPROVED"),
        (Standing.SUPERSEDED, "已作废 SUPERSEDED"),
        (Standing.REJECTED, "已拒绝 REJECTED"),
        (Standing.APPROVED, "Q-2026-000017 v1"),
    ],
)
def test_the_watermark_warns_or_names_the_recipient(standing: Standing, mark: str) -> None:
    assert flat(mark) in flat(pages(printed(content(), standing))[0])


def test_a_signed_version_names_the_signer() -> None:
    signed = replace(printed(content(), Standing.SIGNED), signer_name="李雷", sign_time=NOON)
    assert "李雷" in pages(signed)[0]
    assert "2026-03-02 12:00 UTC+08:00" in pages(signed)[0]


MARKUP = [
    '#panic("x")',
    '#read("/etc/passwd")',
    "$ x^2 $ *bold* _it_ `raw`",
    '") #import "@preview/x:1.0.0"',
    "= Title <label> @ref \\ // /* [",
    "\\u{41} ~ -- ---",
]


@pytest.mark.parametrize("text", MARKUP)
def test_what_a_person_typed_is_never_read_as_markup(text: str) -> None:
    (page,) = pages(printed(content(account_name=text)))
    assert flat(text) in flat(page)


def test_terms_are_printed_with_their_amounts() -> None:
    rows = page_data(printed(content(payment_terms=MOSTLY_BEFORE)))["instalments"]
    assert [row["amount"] for row in rows] == ["288.00", "192.00"]
    assert json.dumps(rows)


def test_a_missing_font_is_told_with_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="apt-get install fonts-wqy-microhei"):
        render_pdf(replace(printed(content()), owner_name="nobody"), tmp_path)
