"""The reasons of a routing decision in words, by language tag."""

from collections.abc import Mapping, Sequence

Words = Mapping[str, str]


def tag_match(needs: Sequence[str], matched: Sequence[str]) -> Words:
    """Which of the needs the person has a tag for."""
    if not needs:
        return {"zh": "线索没有需求标签", "en": "the lead names no needs"}
    if not matched:
        return {"zh": f"{len(needs)} 个需求标签均不匹配", "en": f"none of the {len(needs)} needs matches a tag"}
    return {
        "zh": f"匹配 {len(matched)}/{len(needs)} 个需求标签：{'、'.join(matched)}",
        "en": f"matches {len(matched)} of {len(needs)} needs: {', '.join(matched)}",
    }


def load(open_untouched: int, cap: int) -> Words:
    """How full the person is."""
    return {
        "zh": f"未联系线索 {open_untouched} 条，上限 {cap} 条",
        "en": f"{open_untouched} untouched leads, the cap is {cap}",
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
