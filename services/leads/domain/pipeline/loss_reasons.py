"""Why deals are lost: the preset reasons with their playbooks, until an installation changes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.leads.domain.errors import FieldProblem
from services.leads.domain.pipeline.survey import check_text

_CODE = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
NAME_CHARS = 100
STEPS = 12
STEP_CHARS = 500


@dataclass(frozen=True)
class PlaybookStep:
    """One thing to do, in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class LossReasonData:
    """A reason and what to do next time."""

    code: str
    name_zh: str
    name_en: str
    active: bool = True
    text_zh: str = ""
    text_en: str = ""
    steps: tuple[PlaybookStep, ...] = ()


def check_loss_reason(reason: LossReasonData) -> LossReasonData:
    """The reason, if it can be kept. Raises FieldProblem."""
    if not _CODE.match(reason.code):
        raise FieldProblem(
            "loss_reason.code",
            "MALFORMED",
            "2 到 40 个小写字母、数字或下划线",
            "2 to 40 lower-case letters, digits or _",
        )
    if len(reason.steps) > STEPS:
        raise FieldProblem("loss_reason.playbook.steps", "TOO_MANY", f"最多 {STEPS} 步", f"at most {STEPS} steps")
    return LossReasonData(
        code=reason.code,
        name_zh=check_text("loss_reason.name_zh", reason.name_zh, chars=NAME_CHARS, needed=True),
        name_en=check_text("loss_reason.name_en", reason.name_en, chars=NAME_CHARS, needed=True),
        active=reason.active,
        text_zh=check_text("loss_reason.playbook.text_zh", reason.text_zh),
        text_en=check_text("loss_reason.playbook.text_en", reason.text_en),
        steps=tuple(_check_step(step) for step in reason.steps),
    )


def _check_step(step: PlaybookStep) -> PlaybookStep:
    return PlaybookStep(
        zh=check_text("loss_reason.playbook.steps.zh", step.zh, chars=STEP_CHARS, needed=True),
        en=check_text("loss_reason.playbook.steps.en", step.en, chars=STEP_CHARS, needed=True),
    )


def _preset(
    code: str, name: tuple[str, str], text: tuple[str, str], steps: Sequence[tuple[str, str]]
) -> LossReasonData:
    return LossReasonData(
        code=code,
        name_zh=name[0],
        name_en=name[1],
        text_zh=text[0],
        text_en=text[1],
        steps=tuple(PlaybookStep(*step) for step in steps),
    )


PRESETS = (
    _preset(
        "price",
        ("价格过高", "Price too high"),
        ("先谈价值再谈价格：把报价换算成每月省下的成本。", "Value before price: turn the quote into savings a month."),
        (
            ("列出客户现在每月的损失", "List what the present way costs the customer a month"),
            ("提供分期或阶梯数量的方案", "Offer instalments or a quantity tier"),
            ("90 天后带新促销回访", "Call again after 90 days with a new promotion"),
        ),
    ),
    _preset(
        "competitor",
        ("选择竞争对手", "Chose a competitor"),
        ("弄清对手赢在哪一项，并约定合同到期前再谈。", "Learn which point decided; meet before their contract ends."),
        (
            ("记录对手名称、价格与承诺的交期", "Note the competitor, the price and the promised delivery"),
            ("请客户列出三项决定因素", "Ask the customer for the three points that decided"),
            ("在对手合同到期前 60 天提醒", "Remind 60 days before the competitor's contract ends"),
        ),
    ),
    _preset(
        "no_budget",
        ("没有预算", "No budget"),
        ("进入培育：等到下一预算周期，先做小范围试用。", "Nurture until the next budget; start with a small trial."),
        (
            ("确认预算编制的月份与负责人", "Learn the month of the budget and who makes it"),
            ("提供可报销的小额试用", "Offer a trial within the petty budget"),
        ),
    ),
    _preset(
        "no_decision",
        ("迟迟未决策", "No decision"),
        ("决策链不完整：找到真正拍板的人。", "The decision chain was incomplete: find who has the last word."),
        (
            ("重画决策链并约见最终决策人", "Draw the decision chain again and meet its last person"),
            ("与客户共同制定带日期的计划", "Agree on a plan with dates"),
        ),
    ),
    _preset(
        "missing_function",
        ("功能不满足", "Function missing"),
        ("把缺失的功能交给产品，并给出替代方案。", "Tell product management what is missing, and offer a way around."),
        (
            ("写下缺失功能与其业务后果", "Write down the missing function and what it costs the customer"),
            ("演示替代方案", "Show the way around"),
            ("功能上线时第一个通知该客户", "Tell this customer first when it is there"),
        ),
    ),
    _preset(
        "delivery_time",
        ("交期不满足", "Delivery too late"),
        ("提供分批交付，并出示近 12 个月准时率。", "Offer partial delivery and show the on-time rate of 12 months."),
        (
            ("与仓储确认可分批的数量", "Check with the warehouse what can be sent first"),
            ("提供准时交付证明", "Show the evidence of on-time delivery"),
        ),
    ),
    _preset(
        "lost_contact",
        ("失去联系", "Lost contact"),
        ("换一个人、换一个渠道、换一个理由。", "Another person, another channel, another reason to talk."),
        (
            ("找到第二联系人", "Find a second contact"),
            ("以客户案例为由重新联系", "Come back with a case of a similar customer"),
        ),
    ),
)
