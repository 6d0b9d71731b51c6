"""What people read about each figure: title and definition in Chinese, title and definition in English."""

_STEPS = {
    "contacted": ("已联系", "contacted"),
    "valid": ("有效", "valid"),
    "proposal": ("方案", "proposal"),
    "quote": ("报价", "quote"),
    "contract": ("合同", "contract"),
    "payment": ("回款", "payment"),
}


def _funnel() -> dict[str, tuple[str, str, str, str]]:
    texts = {}
    before = ("新建", "created")
    for name, (zh, en) in _STEPS.items():
        texts[f"funnel_{name}"] = (
            f"漏斗:{zh}",
            f"期间新建的线索中,到达“{zh}”的数量 / 到达“{before[0]}”的数量;到达后面的阶段即视为经过前面的阶段",
            f"Funnel: {en}",
            f"Of the leads created in the period: those that came to '{en}' / those that came to '{before[1]}'. "
            "Whoever came further has passed the steps before",
        )
        before = (zh, en)
    return texts


TEXTS: dict[str, tuple[str, str, str, str]] = {
    "channel_conversion": (
        "渠道转化率",
        "期间新建的线索中,其商机已赢单的数量 / 期间新建的线索数量",
        "Conversion by channel",
        "Leads created in the period whose opportunity is won / leads created in the period",
    ),
    "cost_per_lead": (
        "每条线索成本",
        "渠道费用(月费用按天平均分摊,计入期间内的天) / 期间新建的线索数量",
        "Cost per lead",
        "Channel costs (a month's cost spread over its days, those of the period) / leads created in the period",
    ),
    "cost_per_valid_lead": (
        "每条有效线索成本",
        "渠道费用(按天分摊) / 期间新建且已确认有效的线索数量",
        "Cost per valid lead",
        "Channel costs (by day) / leads created in the period that are valid",
    ),
    "cost_per_won_lead": (
        "每条赢单线索成本",
        "渠道费用(按天分摊) / 期间新建且商机已赢单的线索数量",
        "Cost per won lead",
        "Channel costs (by day) / leads created in the period whose opportunity is won",
    ),
    "lead_heat": (
        "线索热度比",
        "期间新增有效线索中,自确认有效起72小时内有首次报价的数量 / 期间新增有效线索数量;低于65%预警",
        "Lead-heat ratio",
        "Leads that became valid in the period with a first quote within 72 h of that / leads that became valid in the "
        "period; alert below 65 %",
    ),
    "first_contact_penetration": (
        "首次联系渗透率",
        "首次联系在期间内到期(已联系或已逾期)的线索中,按时联系且有纪要和下一步的数量 / 其总数;目标90%",
        "First contact penetration",
        "Of the leads whose first contact was due in the period and is made or late: those contacted in time, with "
        "summary and next action / all of them; target 90 %",
    ),
    "cycle_time_median": (
        "成交周期(中位数)",
        "期间赢单的商机从创建到赢单的时间,中位数(秒)",
        "Cycle time (median)",
        "Opportunities won in the period: time from creation to won, median, in seconds",
    ),
    "cycle_time_p90": (
        "成交周期(P90)",
        "期间赢单的商机从创建到赢单的时间,90分位(秒)",
        "Cycle time (p90)",
        "Opportunities won in the period: time from creation to won, 90th percentile, in seconds",
    ),
    "effective_touches": (
        "人均日有效触达",
        "在职销售在期间内的有效触达(联系、触达、方案送达、拜访)次数 / 其工作日数(至今)",
        "Effective touches a day",
        "Touches (contacts, logged touches, delivered proposals, visits) made by active salespeople in the period / "
        "their working days so far",
    ),
    "time_to_quote_median": (
        "报价用时(中位数)",
        "期间确认有效且已报价的线索,从有效到首次报价的时间,中位数(秒)",
        "Time to quote (median)",
        "Quoted leads that became valid in the period: time from then to the first quote, median, in seconds",
    ),
    "time_to_quote_p90": (
        "报价用时(P90)",
        "期间确认有效且已报价的线索,从有效到首次报价的时间,90分位(秒)",
        "Time to quote (p90)",
        "Quoted leads that became valid in the period: time from then to the first quote, 90th percentile, in seconds",
    ),
    **_funnel(),
    "win_rate": (
        "赢单率",
        "期间关闭的商机中赢单的数量 / 期间关闭(赢单或丢单)的数量",
        "Win rate",
        "Opportunities won in the period / opportunities closed (won or lost) in the period",
    ),
    "forecast_30_days": (
        "回款预测与实际",
        "期间实际回款 / 期间预计回款;预计回款 = 期初未关闭且预计在期间成交的商机金额 × 期初阶段的概率(人民币,分)",
        "Forecast against receipts",
        "Payments of the period / expected receipts: the amounts of opportunities that were open when the period began "
        "and are expected to close in it, times the probability of their stage then (CNY, minor units)",
    ),
    "process_asset_rate": (
        "过程资产率",
        "期间沉淀的方案、异议应答、关键动作数量 / 期间有触达的活跃客户数量",
        "Process-asset rate",
        "Solutions, objection answers and key actions recorded in the period / active accounts: those touched in it",
    ),
    "active_users": (
        "日活跃用户率",
        "在职销售的工作日中,当天有任何动态的天数 / 工作日总数(至今);目标85%",
        "Share of users active a day",
        "Working days of active salespeople on which the person did anything / all of their working days so far; "
        "target 85 %",
    ),
    "completeness": (
        "数据完整率",
        "期间新建的线索、客户、商机中,已填写的应填字段数 / 应填字段总数;目标95%",
        "Completeness of data",
        "Of what should be filled in on leads, accounts and opportunities created in the period: filled fields / all "
        "of these fields; target 95 %",
    ),
    "supervisor_interventions": (
        "主管干预次数",
        "期间责任日志中由他人(非负责人、非规则)决定的改派、冲突裁决、移交次数",
        "Supervisor interventions",
        "Overrides, decided claims and transfers in the responsibility log of the period, decided by somebody "
        "else than the owner",
    ),
}
