"""A file of customers' stock: which column holds what, and what its cells may say."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.leads.domain.errors import FieldProblem, ImportMissingColumn, ImportTooLarge, ImportUnreadable
from services.leads.domain.intake.import_file import RowProblem

STOCK_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "account": ("account", "account_id", "customer", "company", "客户", "客户名称", "客户编号", "公司", "公司名称"),
    "sku": ("sku", "product", "item", "商品编码", "产品编码", "物料编码", "货号", "SKU编码"),
    "on_hand": ("on_hand", "stock", "quantity", "库存", "现有库存", "库存数量", "在手数量"),
    "safety_level": ("safety_level", "safety stock", "minimum", "安全库存", "最低库存"),
    "last_purchase_date": ("last_purchase_date", "last purchase", "最近采购日期", "上次采购日期", "最后采购日期"),
    "balance_minor": ("balance_minor", "balance cents", "余额分", "余额（分）"),
}
REQUIRED = ("account", "sku", "on_hand")
ROWS_LIMIT = 20_000
KEY_LENGTH = 200
SKU_LENGTH = 64
QUANTITY_LIMIT = 10**9
BALANCE_LIMIT = 10**15
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_WHOLE = re.compile(r"-?\d{1,16}(?:\.0+)?")


@dataclass(frozen=True)
class StockRow:
    """What a row says; None where it says nothing. `account` is an id, a company, or "channel:external id"."""

    row: int
    account: str
    sku: str
    on_hand: int
    safety_level: int | None
    last_purchase_date: date | None
    balance_minor: int | None


def read_stock(
    records: Iterable[tuple[int, Sequence[str]]], columns: Mapping[str, str], today: date
) -> tuple[tuple[StockRow, ...], tuple[RowProblem, ...]]:
    """The good rows and what is wrong with the others. Of equal accounts and SKUs the last row counts.

    `records`: row number as a spreadsheet counts, and cells; the first is the header. `columns`: our field -> the
    file's column. Raises ImportUnreadable, ImportMissingColumn, ImportTooLarge, FieldProblem.
    """
    body = iter(records)
    _, header = next(body, (1, ()))
    if not header:
        raise ImportUnreadable("the file is empty")
    positions = _positions(header, columns)
    rows: dict[tuple[str, str], StockRow] = {}
    problems: list[RowProblem] = []
    for number, (row, cells) in enumerate(body, 1):
        if number > ROWS_LIMIT:
            raise ImportTooLarge(f"more than {ROWS_LIMIT} rows: split the file", limit=str(ROWS_LIMIT))
        text = {field: cells[place].strip() if place < len(cells) else "" for field, place in positions.items()}
        try:
            read = _row(row, text, today)
            rows[(read.account, read.sku)] = read
        except FieldProblem as problem:
            problems.append(RowProblem(row, problem))
    return tuple(rows.values()), tuple(problems)


def _positions(header: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    if unknown := sorted(set(columns) - set(STOCK_COLUMNS)):
        raise FieldProblem("columns", "UNKNOWN_FIELD", f"未知字段：{'、'.join(unknown)}", f"unknown fields {unknown}")
    places = {_folded(name): place for place, name in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    missing: list[str] = []
    for field, known in STOCK_COLUMNS.items():
        names = (columns[field],) if field in columns else known
        place = next((places[_folded(name)] for name in names if _folded(name) in places), None)
        if place is not None:
            found[field] = place
        elif field in columns or field in REQUIRED:
            missing.append(f"{field} ({', '.join(names)})")
    if missing:
        raise ImportMissingColumn(f"missing columns: {'; '.join(missing)}", missing="; ".join(missing))
    return found


def _row(row: int, text: Mapping[str, str], today: date) -> StockRow:
    purchase = _date(text.get("last_purchase_date", ""))
    if purchase is not None and purchase > today:
        raise FieldProblem("last_purchase_date", "OUT_OF_RANGE", "采购日期在将来", "lies in the future")
    on_hand = _whole("on_hand", text["on_hand"], 0, QUANTITY_LIMIT)
    if on_hand is None:
        raise FieldProblem("on_hand", "MISSING", "不能为空", "must not be empty")
    return StockRow(
        row=row,
        account=_words("account", text["account"], KEY_LENGTH),
        sku=_words("sku", text["sku"], SKU_LENGTH),
        on_hand=on_hand,
        safety_level=_whole("safety_level", text.get("safety_level", ""), 0, QUANTITY_LIMIT),
        last_purchase_date=purchase,
        balance_minor=_whole("balance_minor", text.get("balance_minor", ""), -BALANCE_LIMIT, BALANCE_LIMIT),
    )


def _words(field: str, text: str, limit: int) -> str:
    if not text:
        raise FieldProblem(field, "MISSING", "不能为空", "must not be empty")
    if len(text) > limit or not text.isprintable():
        raise FieldProblem(field, "TOO_LONG", f"最多 {limit} 个字符", f"at most {limit} printable characters")
    return text


def _whole(field: str, text: str, least: int, most: int) -> int | None:
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    number = int(plain.partition(".")[0]) if _WHOLE.fullmatch(plain) else most + 1
    if not least <= number <= most:
        raise FieldProblem(
            field, "NOT_A_NUMBER", f"须为 {least} 至 {most} 的整数", f"must be a whole number from {least} to {most}"
        )
    return number


def _date(text: str) -> date | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise FieldProblem("last_purchase_date", "NOT_A_DATE", "不是日期", "must be a date like 2026-11-01")


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())
