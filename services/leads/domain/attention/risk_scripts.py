"""What to say to an account at risk, by cause, until somebody writes better words."""

from collections.abc import Mapping

from services.leads.domain.attention.risk import Cause

SCRIPT_CHARS = 2_000
DEFAULT_SCRIPTS: Mapping[Cause, Mapping[str, str]] = {
    Cause.SILENCE: {
        "zh": "王总您好，有一阵没听到您的消息。上次方案里哪一点还不合适？我带着修改好的版本，占用您十分钟。",
        "en": "We have not heard from you for a while. What in our last proposal does not fit yet? "
        "I bring a changed version; ten minutes are enough.",
    },
    Cause.FIRST_CONTACT_BREACHED: {
        "zh": "抱歉让您久等了。您的需求我已看过，今天就把对应的案例和报价区间发给您，您看几点方便通话？",
        "en": "I am sorry that you had to wait. I have read what you need; cases and a price range reach you today. "
        "When may I call?",
    },
    Cause.RECEIVABLE_OVERDUE: {
        "zh": "您好，合同中有一期款项已过约定日期。是发票、验收还是流程上有什么需要我们配合的？",
        "en": "An instalment of our contract is past its date. Is there anything about invoice, acceptance or process "
        "that we can settle for you?",
    },
    Cause.HIGH_RISK: {
        "zh": "我想和您一起把付款计划和供货计划重新排一遍，这样后面的订单不会被耽误。",
        "en": "Let us go through payment and delivery plans together, so that your next orders are not held up.",
    },
    Cause.NEGATIVE_VOICE: {
        "zh": "您上次提到的问题我记下来了。目前的处理进展是……，负责人和完成时间我发给您确认。",
        "en": "I wrote down the problem that you told us. This is how far we are; the rest has a name and a date.",
    },
    Cause.LOST_OPPORTUNITY: {
        "zh": "上次没能合作很遗憾。想请教一下最后的决定因素，也给您看看我们之后的改进。",
        "en": "We were sorry not to win. May I ask what decided it, and show you what we have changed since?",
    },
    Cause.FALLING_PURCHASES: {
        "zh": "看到这个季度的采购比上季度少了一些。是销路、库存还是有别家在供？我们一起看下补货计划。",
        "en": "This quarter you bought less than before. Is it sales, stock, or another supplier? "
        "Let us look at a plan together.",
    },
}
