"""What each figure means: the one place. `definition` is what people read; the rest is what is computed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.leads.domain.figures import of_leads, of_money, of_work
from services.leads.domain.figures.computing import Method
from services.leads.domain.figures.definition_texts import TEXTS
from services.leads.domain.figures.errors import FigureNotFound, FigureNotGroupedSo
from services.leads.domain.figures.facts import Facts, Moment, Source
from services.leads.domain.figures.members import Grouping, Member

EVERY = tuple(Grouping)
OF_PEOPLE = (Grouping.TOTAL, Grouping.PERSON, Grouping.TEAM, Grouping.REGION, Grouping.WEEK)
OF_COSTS = (Grouping.TOTAL, Grouping.CHANNEL, Grouping.WEEK)
# What marketing may tell apart: nothing that shows a person's work.
OF_CHANNELS = frozenset({Grouping.TOTAL, Grouping.CHANNEL, Grouping.REGION, Grouping.SEGMENT, Grouping.WEEK})


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what it reads, who counts, how that becomes a number, and what is aimed at (in its unit)."""

    name: str
    unit: str
    method: Method
    sources: tuple[Source, ...]
    members: Callable[[Facts, Moment], Iterator[Member]]
    groupings: tuple[Grouping, ...] = EVERY
    target: Decimal | None = None
    alert_below: Decimal | None = None
    # Marketing sees it, as long as it does not show a person's work.
    is_of_channels: bool = False
    # Its costs are the whole company's: only who sees all rows sees it.
    needs_all_rows: bool = False
    # Without days it is about the coming 30.
    looks_ahead: bool = False

    @property
    def title(self) -> Mapping[str, str]:
        """Its name in words, by language tag."""
        return {"zh": TEXTS[self.name][0], "en": TEXTS[self.name][2]}

    @property
    def definition(self) -> Mapping[str, str]:
        """What it means, by language tag."""
        return {"zh": TEXTS[self.name][1], "en": TEXTS[self.name][3]}

    def require_grouping(self, grouping: Grouping) -> None:
        """Raises FigureNotGroupedSo."""
        if grouping not in self.groupings:
            raise FigureNotGroupedSo(f"{self.name} is not told apart by {grouping.value}", grouping=grouping.value)

    def is_alert(self, value: Decimal | None) -> bool:
        """Whether this value is marked."""
        return value is not None and self.alert_below is not None and value < self.alert_below


def figure(name: str) -> Figure:
    """The figure of this name. Raises FigureNotFound."""
    if name not in FIGURES:
        raise FigureNotFound(f"there is no figure {name}", name=name)
    return FIGURES[name]


def _share(
    name: str,
    sources: tuple[Source, ...],
    members: of_leads.Members,
    *,
    groupings: tuple[Grouping, ...] = EVERY,
    target: Decimal | None = None,
    alert_below: Decimal | None = None,
    is_of_channels: bool = False,
    looks_ahead: bool = False,
) -> Figure:
    return Figure(
        name=name,
        unit="basis_points",
        method=Method.SHARE,
        sources=sources,
        members=members,
        groupings=groupings,
        target=target,
        alert_below=alert_below,
        is_of_channels=is_of_channels,
        looks_ahead=looks_ahead,
    )


def _cost(name: str, counted: of_leads.Members) -> Figure:
    return Figure(
        name=name,
        unit="minor_each",
        method=Method.EACH,
        sources=(Source.COSTS, Source.LEADS_CREATED),
        members=of_money.cost_for_each(counted),
        groupings=OF_COSTS,
        is_of_channels=True,
        needs_all_rows=True,
    )


def _seconds(name: str, method: Method, source: Source, members: of_leads.Members) -> Figure:
    return Figure(name=name, unit="seconds", method=method, sources=(source,), members=members)


_ALL = (
    _share("channel_conversion", (Source.LEADS_CREATED,), of_leads.won_of_created, is_of_channels=True),
    _cost("cost_per_lead", of_leads.created),
    _cost("cost_per_valid_lead", of_leads.valid),
    _cost("cost_per_won_lead", of_leads.won),
    _share(
        "lead_heat", (Source.LEADS_QUALIFIED,), of_leads.quoted_hot, alert_below=Decimal(6_500), is_of_channels=True
    ),
    _share(
        "first_contact_penetration",
        (Source.LEADS_DUE,),
        of_leads.contacted_by_standard,
        target=Decimal(9_000),
        alert_below=Decimal(9_000),
    ),
    _seconds("cycle_time_median", Method.MEDIAN, Source.OPPORTUNITIES_CLOSED, of_money.seconds_to_win),
    _seconds("cycle_time_p90", Method.P90, Source.OPPORTUNITIES_CLOSED, of_money.seconds_to_win),
    Figure(
        name="effective_touches",
        unit="per_day",
        method=Method.EACH,
        sources=(Source.PEOPLE, Source.TOUCHES),
        members=of_work.touches_of_work_days,
        groupings=OF_PEOPLE,
    ),
    _seconds("time_to_quote_median", Method.MEDIAN, Source.LEADS_QUALIFIED, of_leads.seconds_to_quote),
    _seconds("time_to_quote_p90", Method.P90, Source.LEADS_QUALIFIED, of_leads.seconds_to_quote),
    *(
        _share(f"funnel_{name}", (Source.LEADS_CREATED,), of_leads.step_of_funnel(step), is_of_channels=True)
        for step, name in enumerate(of_leads.FUNNEL)
        if step
    ),
    _share("win_rate", (Source.OPPORTUNITIES_CLOSED,), of_money.won_of_closed),
    _share(
        "forecast_30_days",
        (Source.OPPORTUNITIES_EXPECTED, Source.PAYMENTS),
        of_money.received_of_expected,
        looks_ahead=True,
    ),
    _share(
        "process_asset_rate",
        (Source.ASSETS, Source.TOUCHES),
        of_work.assets_of_active_accounts,
        groupings=OF_PEOPLE,
    ),
    _share(
        "active_users",
        (Source.PEOPLE, Source.ACTIONS),
        of_work.active_of_work_days,
        groupings=OF_PEOPLE,
        target=Decimal(8_500),
        alert_below=Decimal(8_500),
    ),
    _share(
        "completeness",
        (Source.LEADS_CREATED, Source.ACCOUNTS_CREATED, Source.OPPORTUNITIES_CREATED),
        of_work.filled_of_required,
        groupings=(*OF_PEOPLE, Grouping.SEGMENT),
        target=Decimal(9_500),
        alert_below=Decimal(9_500),
    ),
    Figure(
        name="supervisor_interventions",
        unit="count",
        method=Method.COUNT,
        sources=(Source.INTERVENTIONS,),
        members=of_work.interventions,
        groupings=OF_PEOPLE,
    ),
)
FIGURES: Mapping[str, Figure] = {each.name: each for each in _ALL}
