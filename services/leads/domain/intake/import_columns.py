"""Which column of an imported file holds which field, and what people write in its cells."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from services.leads.domain.errors import FieldProblem, ImportMissingColumn
from services.leads.domain.intake.draft import Intake

# Field -> what its column is called; all of it compared without case, width and spaces.
COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "company": ("company", "company name", "account", "公司", "公司名称", "企业名称", "客户名称", "单位"),
    "phone": ("phone", "mobile", "telephone", "tel", "电话", "手机", "手机号", "手机号码", "联系电话"),
    "contact_name": ("contact_name", "contact", "contact name", "联系人", "姓名", "联系人姓名"),
    "channel": ("channel", "source", "source channel", "渠道", "来源", "来源渠道", "线索来源"),
    "region": ("region", "area", "区域", "地区", "大区"),
    "budget_range": ("budget_range", "budget", "budget range", "预算", "预算范围", "预算区间"),
    "urgency": ("urgency", "priority", "紧急程度", "紧急度", "优先级"),
    "needs": ("needs", "tags", "requirements", "需求", "需求标签", "标签"),
    "external_id": ("external_id", "id", "external id", "编号", "外部编号", "线索编号"),
}
REQUIRED = ("company", "phone")

_CHANNELS = {
    "展会": "expo",
    "公众号": "official_account",
    "微信公众号": "official_account",
    "转介绍": "referral",
    "推荐": "referral",
    "官网": "website",
    "网站": "website",
    "电话": "phone",
    "其他": "other",
    "其它": "other",
}
_URGENCIES = {
    **dict.fromkeys(("红", "红色", "高", "紧急", "high", "urgent"), "red"),
    **dict.fromkeys(("黄", "黄色", "中", "一般", "medium", "normal"), "yellow"),
    **dict.fromkeys(("绿", "绿色", "低", "不急", "low"), "green"),
}
_BETWEEN_NEEDS = re.compile(r"[;；、,，|/]")
_BETWEEN_AMOUNTS = re.compile(r"\s*(?:-|~|—|–|至|到)\s*")
_AMOUNT = re.compile(r"(\d+)(万)?元?")


def find_columns(header: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    """Field -> position of its column. `columns` (field -> column name) goes before the known names.

    Raises FieldProblem for a field that leads do not have, ImportMissingColumn for a required or named column that the
    header lacks.
    """
    require_known_fields(columns, "columns")
    positions = {_folded(name): position for position, name in reversed(list(enumerate(header)))}
    found: dict[str, int] = {}
    missing: list[str] = []
    for field, known in COLUMN_NAMES.items():
        names = (columns[field],) if field in columns else known
        position = next((positions[_folded(name)] for name in names if _folded(name) in positions), None)
        if position is not None:
            found[field] = position
        elif field in columns or field in REQUIRED:
            missing.append(f"{field} ({', '.join(names)})")
    if missing:
        raise ImportMissingColumn(
            f"missing columns: {'; '.join(missing)}. The header has: {', '.join(header)}", missing="; ".join(missing)
        )
    return found


def require_known_fields(columns: Mapping[str, str], path: str) -> None:
    """Raises FieldProblem, about the request's field `path`, for a field that leads do not have."""
    if unknown := sorted(set(columns) - set(COLUMN_NAMES)):
        raise FieldProblem(
            path,
            "UNKNOWN_FIELD",
            f"未知字段：{'、'.join(unknown)}",
            f"unknown fields {', '.join(unknown)}; known are {', '.join(COLUMN_NAMES)}",
        )


def read_cells(cells: Sequence[str], columns: Mapping[str, int]) -> Intake:
    """What a row says, with the words that people use for channel, urgency and amounts put into ours."""
    text = {field: cells[position] if position < len(cells) else "" for field, position in columns.items()}
    return Intake(
        company=text["company"],
        phone=text["phone"],
        contact_name=text.get("contact_name", ""),
        channel=_CHANNELS.get(text.get("channel", ""), text.get("channel", "")),
        region=text.get("region", ""),
        budget_range=_budget(text.get("budget_range", "")),
        urgency=_URGENCIES.get(text.get("urgency", "").lower(), text.get("urgency", "")),
        needs=tuple(need for need in _BETWEEN_NEEDS.split(text.get("needs", "")) if need.strip()),
        external_id=text.get("external_id", ""),
    )


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").split())


def _budget(text: str) -> str:
    """5万-10万元 -> 50000-100000; what is not understood stays as it is and is refused by the check."""
    amounts = [_AMOUNT.fullmatch(part) for part in _BETWEEN_AMOUNTS.split(text)]
    if not 1 <= len(amounts) <= 2:
        return text
    whole = [str(int(match[1]) * (10_000 if match[2] else 1)) for match in amounts if match]
    return "-".join(whole) if len(whole) == len(amounts) else text
