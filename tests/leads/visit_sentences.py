"""What people write after a visit, and what they mean by it: labelled by hand before the rules were tuned.

All were written on Wednesday 2026-11-11 at 15:00 in Shanghai; dates without a year are of 2026. A window is its first
and last day. An action is a part of its literal words, then its last day ("" when none is said).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

VISIT_TIME = datetime(2026, 11, 11, 7, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sentence:
    """One note with its labels; an empty label means that the note says nothing of the kind."""

    text: str
    competitors: frozenset[str]
    window: tuple[date, date] | None
    concerns: frozenset[str]
    action: str
    action_day: date | None


def day(text: str) -> date:
    """A label's day."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def says(text: str, rivals: str = "", window: str = "", concerns: str = "", action: str = "") -> Sentence:
    """A sentence with its labels as short texts, parted by spaces."""
    first_and_last = tuple(day(each) for each in window.split())
    words, _, due = action.partition("|")
    return Sentence(
        text,
        frozenset(rivals.split()),
        (first_and_last[0], first_and_last[1]) if first_and_last else None,
        frozenset(concerns.split()),
        words,
        day(due) if due else None,
    )


SENTENCES = (
    says("客户正在对比金蝶和用友，下个月要定下来。", "金蝶 用友", "12-01 12-31"),
    says("没有考虑用友，主要看我们。"),
    says("周五前发报价。", action="发报价|11-13"),
    says("下周二上门演示仓储模块。", action="上门演示|11-17"),
    says("担心历史数据迁移会丢。", concerns="data_migration"),
    says("年底前必须上线，不然审计过不了。", window="11-11 12-31"),
    says("王总今天心情不错，聊了聊孩子上学的事。"),
    says("预算要到三季度才能批下来。", window="2027-07-01 2027-09-30"),
    says("他们现在用的是SAP，接口很难打通。", "SAP", concerns="integration"),
    says("两周内要完成采购。", window="11-11 11-25"),
    says("价格觉得贵了，希望再便宜五个点。"),
    says("IT部门问系统能不能跟现有MES对接。", concerns="integration"),
    says("我明天把案例资料发给李经理。", action="案例资料|11-12"),
    says("客户明年初启动选型，目前先了解。", window="2027-01-01 2027-02-28"),
    says("甲骨文的销售上周也来过了。", "Oracle"),
    says("要求私有化部署，不接受公有云。", concerns="deployment"),
    says("担心高峰期系统会卡。", concerns="performance"),
    says("国庆后会启动招标。", window="2027-10-08 2027-10-31"),
    says("11月中旬开标，金蝶报价比我们低。", "金蝶", "11-11 11-20"),
    says("客户对等保三级有要求，问我们有没有证书。", concerns="security"),
    says("不担心数据安全，觉得我们做得不错。"),
    says("老板说已经排除了用友，只剩我们和浪潮。", "浪潮"),
    says("下周三之前提交方案给采购部。", action="提交方案|11-18"),
    says("客户说不着急，再看看。"),
    says("Kingdee gave them a lower price, they will decide next month.", "金蝶", "12-01 12-31"),
    says("They are worried about data migration from the old ERP.", concerns="data_migration"),
    says("I will send the quotation by Friday.", action="send the quotation|11-13"),
    says("财务总监关心权限管理和数据泄露的问题。", concerns="security"),
    says("月底前给客户寄样品。", action="寄样品|11-30"),
    says("他们打算明年3月更换系统。", window="2027-03-01 2027-03-31"),
    says("仓库主管觉得操作太复杂，怕员工学不会。", concerns="usability"),
    says("约了后天下午三点电话会议。", action="电话会议|11-13"),
    says("客户之前和纷享销客谈过，没谈拢。", "纷享销客"),
    says("响应速度太慢是他们对现有系统最大的不满。", concerns="performance"),
    says("计划Q1完成招标，Q2上线。", window="2027-01-01 2027-03-31"),
    says("三个月内肯定会下单。", window="11-11 2027-02-11"),
    says("门口停车很难，下次要早点出发。"),
    says("客户问能不能支持信创环境部署在内网。", concerns="deployment"),
    says("本周五之前我把合同初稿整理好发过去。", action="合同初稿|11-13"),
    says("Salesforce太贵了，他们已经放弃。"),
    says("李工质疑我们的并发能力，要求做压测。", concerns="performance"),
    says("春节前要把设备装好。", window="11-11 2027-02-05"),
    says("下半年可能会有二期采购。", window="2027-07-01 2027-12-31"),
    says("旧系统里的老数据怎么导入是他们最头疼的。", concerns="data_migration"),
    says("客户在用管家婆，觉得功能不够。", "管家婆"),
    says("已经把报价发给客户了，等回复。"),
    says("安排技术同事下周四去现场做测试。", action="做测试|11-19"),
    says("半年内没有采购计划。"),
    says("客户明确表示下季度立项，预算八十万。", window="2027-01-01 2027-03-31"),
    says("担心断网的时候收银不能用，稳定性要保证。", concerns="reliability"),
    says("跟SAP和Oracle比，我们的实施周期短，客户比较认可。", "SAP Oracle"),
    says("采购经理出差了，没见到人。"),
    says("希望能二次开发，个性化的审批流比较多。", concerns="customisation"),
    says("20号之前回访一次张总。", action="回访|11-20"),
    says("客户计划12月初签合同。", window="12-01 12-10"),
    says("对接口没有疑问，文档看过了。"),
    says("用友的U8他们用了十年，想换掉。", "用友"),
    says("担心售后跟不上，坏了没人修。", concerns="support"),
    says("明年上半年要开五家新店，届时统一采购收银机。", window="2027-01-01 2027-06-30"),
    says("下周我带产品经理一起去拜访。", action="拜访|11-20"),
    says("The customer wants on-premise deployment and SSO integration.", concerns="deployment integration"),
    says("Need to go live before year end.", window="11-11 12-31"),
    says("Call Mr. Chen next Tuesday about the contract.", action="Call Mr. Chen|11-17"),
    says("老板比较认可我们的品牌，愿意继续谈。"),
    says("目前主要竞品是鼎捷，他们答应免费做数据迁移。", "鼎捷", concerns="data_migration"),
    says("客户不需要我们上门演示，看录像就行。"),
    says("这个月底要做决定，最多拖到下个月初。", window="11-21 11-30"),
    says("希望10天内看到样机。", window=""),
    says("对方要求符合GDPR，欧洲子公司也要用。", concerns="security"),
    says("孙经理说系统上线后要和金税系统打通。", concerns="integration"),
    says("三天内给客户答复付款方式。", action="答复付款方式|11-14"),
    says("客户说金蝶的人天天打电话，有点烦。", "金蝶"),
    says("用友好的态度接待了我们。"),
    says("今年内不会再买新设备了。"),
    says("打算元旦后启动，先试用一个仓库。", window="2027-01-04 2027-01-31"),
    says("双十一之后再联系，现在太忙。"),
    says("客户提到竞争对手销售易已经给了试用账号。", "销售易"),
    says("他们IT担心跟企业微信的接口不稳定。", concerns="integration reliability"),
    says("下周一上午十点去客户那里签合同。", action="签合同|11-16"),
    says("二季度会上新产线，需要提前三个月订货。", window="2027-04-01 2027-06-30"),
    says("张总的意思是一个月以内敲定供应商。", window="11-11 12-11"),
    says("老系统的性能他们挺满意的，换的动力不大。"),
    says("微软Dynamics和SAP都来讲过标。", "Microsoft SAP"),
    says("客户要我们出一份等保合规的说明，周四给他。", concerns="security", action="出一份等保合规的说明|11-12"),
    says("设备精度没问题，就是体积大了点。"),
    says("培训成本高，店员流动大，担心上手慢。", concerns="usability"),
    says("Follow up in two weeks, they are busy with the audit.", action="Follow up|11-25"),
    says("这次主要是送中秋礼品，没谈业务。"),
    says("数字化浪潮下他们也想转型，但没有时间表。"),
    says("跟进下周的董事会结果。", action="跟进|11-20"),
    says("明年再说，今年预算用完了。", window="2027-01-01 2027-12-31"),
    says("系统宕机过两次，要求我们提供容灾方案。", concerns="reliability"),
    says(
        "客户担心云上数据不安全，想要本地部署，11月底前给他们方案。",
        concerns="security deployment",
        action="给他们方案|11-30",
    ),
    says("对比了金蝶云星空，觉得功能差不多，五一前要用起来。", "金蝶", "11-11 2027-04-30"),
    says("王主任同意我们12月5日来做POC。", action="做POC|12-05"),
    says("竞争对手报价八万，我们十万。"),
    says("需要定制报表，标准功能满足不了。", concerns="customisation"),
    says("致远和泛微都在跟，客户倾向泛微。", "致远 泛微"),
    says("下个月中旬招标，我周末前把标书准备好。", "", "12-11 12-20", action="把标书准备好|11-15"),
    says("暂时没有合作意向，半年后再联系。"),
)
