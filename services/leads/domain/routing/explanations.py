"""The reasons of a routing decision in words, by language tag."""

from collections.abc import Mapping, Sequence

Words = Mapping[str, str]
WHOLE_BP = 10_000


def tag_match(needs: Sequence[str], matched: Sequence[str], attributes: Sequence[str], share_bp: int) -> Words:
    """Which needs and attributes of the account the person has a tag for; `share_bp` is the weighted share."""
    if not needs and not attributes and share_bp == 0:
        return {"zh": "线索没有需求标签", "en": "the lead names no needs"}
    zh, en = [], []
    if matched:
        zh.append(f"匹配 {len(matched)}/{len(needs)} 个需求标签：{'、'.join(matched)}")
        en.append(f"matches {len(matched)} of {len(needs)} needs: {', '.join(matched)}")
    elif needs:
        zh.append(f"{len(needs)} 个需求标签均不匹配")
        en.append(f"none of the {len(needs)} needs matches a tag")
    if attributes:
        zh.append(f"匹配客户属性：{'、'.join(attributes)}")
        en.append(f"matches the account's {', '.join(attributes)}")
    if not needs or share_bp != WHOLE_BP * len(matched) // len(needs):
        zh.append(f"加权 {_percent(share_bp)}")
        en.append(f"weighted {_percent(share_bp)}")
    return {"zh": "，".join(zh), "en": ", ".join(en)}


def win_rate(segment: str, won: int, lost: int, mean_bp: int, rate_bp: int) -> Words:
    """Deals won and lost in the segment, drawn towards the company's own rate `mean_bp`."""
    where_zh = f"行业「{segment}」" if segment else "全部行业"
    where_en = f"in {segment}" if segment else "in all segments"
    return {
        "zh": f"{where_zh}赢单 {won}、输单 {lost}，公司平均 {_percent(mean_bp)}，估计赢率 {_percent(rate_bp)}",
        "en": f"won {won}, lost {lost} {where_en}, the company's rate is {_percent(mean_bp)}: "
        f"estimated win rate {_percent(rate_bp)}",
    }


def load(untouched_this_month: int, cap: int) -> Words:
    """How full the person is."""
    return {
        "zh": f"本月未联系线索 {untouched_this_month} 条，上限 {cap} 条",
        "en": f"{untouched_this_month} untouched leads of this month, the cap is {cap}",
    }


def fairness(assigned_this_month: int, ahead: int) -> Words:
    """How many more leads than the one with the fewest."""
    if ahead == 0:
        return {
            "zh": f"本月分配 {assigned_this_month} 条，为候选人中最少",
            "en": f"{assigned_this_month} leads this month, the fewest of all candidates",
        }
    return {
        "zh": f"本月分配 {assigned_this_month} 条，比最少者多 {ahead} 条",
        "en": f"{assigned_this_month} leads this month, {ahead} more than the one with the fewest",
    }


def same_region(region: str) -> Words:
    """The person works in the lead's region."""
    return {"zh": f"负责区域 {region}", "en": f"works in region {region}"}


def any_region(region: str) -> Words:
    """The person works in every region."""
    return {"zh": f"负责全部区域，含 {region}", "en": f"works in every region, {region} included"}


def region_unknown() -> Words:
    """The lead has no region."""
    return {"zh": "线索没有区域", "en": "the lead names no region"}


def chosen_by_score(name: str, score_milli: int, parts: Sequence[Words]) -> Words:
    """Why number 1 is number 1."""
    return {
        "zh": f"{name} 得分最高（{score_milli / 1000:.3f}）：{'；'.join(words['zh'] for words in parts)}",
        "en": f"{name} has the highest score ({score_milli / 1000:.3f}): " + "; ".join(words["en"] for words in parts),
    }


def known_account(company: str) -> Words:
    """The lead's company already has an owner."""
    return {"zh": f"{company} 已有负责人", "en": f"{company} already has this owner"}


def confirmed(decider: str, why: str) -> Words:
    """A supervisor chose."""
    return {
        "zh": f"由 {decider} 确认" + (f"：{why}" if why else ""),
        "en": f"confirmed by {decider}" + (f": {why}" if why else ""),
    }


def confirmation_lapsed(words: Words) -> Words:
    """Nobody confirmed within the limit."""
    return {"zh": f"确认时限已过；{words['zh']}", "en": f"nobody confirmed in time; {words['en']}"}


def retried(words: Words) -> Words:
    """Nobody could take it before."""
    return {"zh": f"此前无人可接；{words['zh']}", "en": f"nobody could take it before; {words['en']}"}


def _percent(share_bp: int) -> str:
    return f"{share_bp / 100:.0f} %"
