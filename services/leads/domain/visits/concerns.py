"""What technically worries a customer, by kind, with the literal words. The price is no technical concern."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.leads.domain.visits.clauses import clauses

CONCERNS: Mapping[str, str] = {
    "data_migration": (
        r"(?:数据|资料|系统)迁移|(?:历史|旧|老|原有?)(?:的)?数据|数据(?:怎么)?(?:导入|导出|搬迁|丢)"
        r"|migrat\w+"
    ),
    "integration": r"接口|对接|集成|打通|API(?![A-Za-z])|单点登录|SSO(?![A-Za-z])|integrat\w+|interfaces?\b",
    "performance": (
        r"性能|并发|响应(?:速度|时间|太?慢)|吞吐|延迟|压测|卡顿|卡死"
        r"|(?:会|太|很|有点|经常|容易|老是)卡(?![片位号车])|(?:速度|系统|查询|打开|加载)[^，。]{0,4}慢"
        r"|performance|latency|too slow|concurren\w+"
    ),
    "security": (
        r"安全(?!库存|帽|距离|感)|合规|等保|加密|权限|泄露|泄密|隐私|GDPR|ISO ?27001|security|complian\w+"
        r"|privacy"
    ),
    "deployment": (
        r"私有化|本地(?:化)?部署|部署|公有云|私有云|混合云|上云|内网|信创|国产化|on-?premises?|deploy\w*"
        r"|air-?gapped"
    ),
    "usability": (
        r"操作[^，。]{0,4}复杂|不好用|难用|学不会|上手|易用|培训成本|界面[^，。]{0,4}(?:乱|复杂|老)"
        r"|hard to use|usability"
    ),
    "reliability": r"稳定|宕机|容灾|灾备|高可用|断网|崩溃|掉线|备份|downtime|reliab\w+|outages?\b|backup",
    "customisation": r"二次开发|二开|定制|个性化|customi[sz]\w+",
    "support": r"售后|运维|维保|没人修|维修|after-?sales|maintenance|support team",
}
_COMPILED = {category: re.compile(pattern, re.IGNORECASE) for category, pattern in CONCERNS.items()}
# A clause that says that all is well.
_CONTENT = re.compile(
    r"没有?(?:什么|任何|太大)?(?:问题|疑问|顾虑|疑虑|意见)|不(?:太|怎么|是很)?(?:担心|担忧|在意|关心|在乎)|无(?:疑问|顾虑)"
    r"|(?<!不)满意|(?<!不)认可|放心|做得不错|挺好|很好|已经?(?:解决|打通|做完)|表示赞赏"
    r"|not (?:worried|concerned)|no (?:concerns?|problems?|issues?)|happy with|satisfied",
    re.IGNORECASE,
)
_NOT_CONTENT = re.compile(r"不(?:太|够|是很)?(?:满意|认可|放心)|没有?(?:得到)?(?:解决|打通)")


@dataclass(frozen=True)
class Concern:
    """One worry: its kind, and the literal clause."""

    category: str
    words: str


def find_concerns(text: str) -> tuple[Concern, ...]:
    """The worries of the note in its order, each kind once."""
    found: dict[str, Concern] = {}
    for clause in clauses(text):
        if _CONTENT.search(clause.text) and not _NOT_CONTENT.search(clause.text):
            continue
        for category, pattern in _COMPILED.items():
            if category not in found and pattern.search(clause.text):
                found[category] = Concern(category, clause.text)
    return tuple(found.values())
