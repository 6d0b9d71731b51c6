"""What technically worries a customer, by kind, with the literal words. The price is no technical concern."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.leads.domain.visits.clauses import clauses

CONCERNS: Mapping[str, str] = {
    "data_migration": (
        r"(?:旧账|历史记录|老客户资料|余额|账套|档案)[^，。]{0,10}(?:带过来|转过来|导过来|搬过来|保留|还在不在)"
        r"|(?:数据|资料|系统)迁移|(?:历史|旧|老|原有?)(?:的)?数据|数据(?:怎么)?(?:导入|导出|搬迁|丢)"
        r"|migrat\w+"
    ),
    "integration": (
        r"接入|接进来|(?:连|接)[^，。]{0,4}(?:打印机|电子秤|扫码枪|小程序|ERP|WMS)"
        r"|能不能[^，。]{0,4}(?:连|接)|接口|对接|集成|打通|API(?![A-Za-z])|单点登录|SSO(?![A-Za-z])"
        r"|integrat\w+|interfaces?\b"
    ),
    "performance": (
        r"扛(?:不|得)住|撑(?:不|得)住|要等[^，。]{0,4}(?:分钟|小时|秒)|半天(?:打|出|刷|才)|转圈"
        r"|吃不消|性能|并发|响应(?:速度|时间|太?慢)|吞吐|延迟|压测|卡顿|卡死"
        r"|(?:会|太|很|有点|经常|容易|老是)卡(?![片位号车])"
        r"|(?:速度|系统|查询|打开|加载)[^，。]{0,4}慢|performance|latency|too slow|concurren\w+"
    ),
    "security": (
        r"后门|漏洞|审代码|源代码|被(?:黑|攻击)|勒索|脱敏|等级保护|安全(?!库存|帽|距离|感)|合规|等保"
        r"|加密|权限|泄露|泄密|隐私|GDPR|ISO ?27001|security|complian\w+|privacy"
    ),
    "deployment": (
        r"(?:自己|自有)的?(?:机房|服务器)|数据[^，。]{0,4}不能出|不能上(?:公)?云|离线(?:版|部署)"
        r"|私有化|本地(?:化)?部署|部署|公有云|私有云|混合云|上云|内网|信创|国产化|on-?premises?"
        r"|deploy\w*|air-?gapped"
    ),
    "usability": (
        r"操作[^，。]{0,4}复杂|不好用|难用|学不会|上手|易用|培训成本|界面[^，。]{0,4}(?:乱|复杂|老)"
        r"|hard to use|usability"
    ),
    "reliability": (
        r"停摆|业务中断|(?:系统|设备|机器)[^，。]{0,4}(?:老|经常|总是)?(?:死机|挂)|丢单|断电|稳定"
        r"|宕机|容灾|灾备|高可用|断网|崩溃|掉线|备份|downtime|reliab\w+|outages?\b|backup"
    ),
    "customisation": r"二次开发|二开|定制|个性化|customi[sz]\w+",
    "support": (
        r"没人(?:管|处理)|响应不及时|驻场|报修|售后|运维|维保|没人修|维修|after-?sales|maintenance"
        r"|support team"
    ),
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
