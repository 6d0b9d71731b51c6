"""Part 1: a chain of stores. Real receipts reach the platform from 457 tills, and its figures equal the data's."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from demo import stores_check, stores_data
from demo.api import Json, Session
from demo.people import Company
from demo.story import FigureDiffers, Story
from demo.till_replay import Replay, replay

STEPS = 3
LAST_WEEK = stores_data.LAST_WEEK
# Ran from 28 December 2016 to 19 February 2017, so the first week has its products at work.
_CAMPAIGN = 26
_AT_ONCE = 1_000
_SHOWN = 5
_PART = "stores"


def play(story: Story, company: Company, pos_address: str, weeks: int) -> None:
    """Create the chain, replay the weeks, and compare every figure. Raises FigureDiffers."""
    director, marketing = company["director"], company["marketing"]
    story.step("Stores, products and members of a real chain")
    stores = stores_data.stores()
    _put_all(story, director, "stores", stores)
    _put_all(story, marketing, "skus", stores_data.skus())
    _put_all(story, marketing, "members", stores_data.members())

    story.step(f"{len(stores)} tills enrol, connect and sell: {weeks} of {LAST_WEEK} weeks")
    expected = stores_check.totals(weeks)
    done = _replay(story, director, pos_address, [store["id"] for store in stores], weeks)
    story.check("tills that enrolled and connected", (done.enrolled, done.connected), (len(stores), len(stores)))
    story.check("receipts handed over", done.handed_over, expected["receipts"])
    story.say(f"{done.repeating_tills} tills repeated {done.repeated} receipts, {done.offline_tills} were offline")

    story.step("The platform's figures against the data's")
    _check_figures(story, director, weeks, expected)


def _put_all(story: Story, session: Session, kind: str, rows: Sequence[Json]) -> None:
    move = story.expect(kind, len(rows))
    for start in range(0, len(rows), _AT_ONCE):
        part = list(rows[start : start + _AT_ONCE])
        session.post(f"/v1/{kind}:batchPut", {kind: part})
        move(len(part))
    story.say(f"{len(rows):,} {kind}")
    story.fact(_PART, kind, f"{len(rows):,}")


def _replay(story: Story, director: Session, pos_address: str, stores: Sequence[str], weeks: int) -> Replay:
    receipts = dict(stores_data.receipts(weeks))
    move = story.expect("receipts handed over", sum(map(len, receipts.values())))
    with tempfile.TemporaryDirectory(prefix="saleloop-tills-") as folder:
        return asyncio.run(
            replay(
                http_url=director.base_url,
                pos_address=pos_address,
                access_token=director.access_token,
                stores=stores,
                receipts=receipts,
                folder=Path(folder),
                progress=_follow(story, move),
            )
        )


def _follow(story: Story, move: Callable[[int], None]) -> Callable[[Replay], None]:
    """Move the bar, and tell once when all tills are enrolled and once when all are connected."""
    seen = {"handed_over": 0, "enrolled": 0, "connected": 0}

    def progress(state: Replay) -> None:
        move(state.handed_over - seen["handed_over"])
        seen["handed_over"] = state.handed_over
        for name in ("enrolled", "connected"):
            count = getattr(state, name)
            if count == state.tills > seen[name]:
                story.say(f"all {count} tills {name}")
            seen[name] = count

    return progress


def _check_figures(story: Story, director: Session, weeks: int, expected: Json) -> None:
    first_day, last_day = stores_check.period(weeks)
    days = {"first_day": first_day, "last_day": last_day}

    def counted() -> Json | None:
        answer = director.get("/v1/figures/ranking", page_size=1, **days)
        return answer if int(answer.get("total_receipts", 0)) >= expected["receipts"] else None

    total = story.wait_for("the counting of all receipts", counted)
    story.check("receipts counted", int(total["total_receipts"]), expected["receipts"])
    story.check("revenue in cents", int(total["total_revenue_minor"]), expected["revenue_minor"])

    ranked = director.get_all("/v1/figures/ranking", "stores", page_size=_AT_ONCE, **days)
    _require_equal(story, "ranking of stores", stores_check.ranking_differences(weeks, ranked))
    for store in ranked[:_SHOWN]:
        revenue, place = _dollars(int(store["revenue_minor"])), f"{store['store_id']} {store['region']}"
        story.say(f"  {store['rank']:>3}. {place:15} {revenue:>12} from {store['receipts']} receipts")
    silent = sum(1 for store in ranked if not int(store.get("receipts", 0)))
    story.say(f"  {silent} stores were silent and show zero")

    hourly = director.get("/v1/figures/hourly", **days)["figures"]
    _require_equal(story, "hour by weekday", stores_check.hourly_differences(weeks, hourly))
    busiest = max(hourly, key=lambda each: int(each.get("receipts", 0)))
    story.say(f"busiest hour: weekday {busiest['weekday']}, {busiest['hour']}:00, {busiest['receipts']} receipts")

    query = {**days, "skus": stores_data.campaign_skus(_CAMPAIGN)}
    shares = director.post("/v1/figures/productPenetration:query", query)["stores"]
    _require_equal(
        story,
        f"penetration of campaign {_CAMPAIGN}",
        stores_check.penetration_differences(weeks, _CAMPAIGN, shares),
    )
    buying = sum(int(share.get("receipts_with_product", 0)) for share in shares)
    story.say(f"campaign {_CAMPAIGN}: {len(query['skus'])} products are in {buying} receipts")

    story.fact(_PART, "receipts / lines", f"{expected['receipts']:,} / {expected['lines']:,}")
    story.fact(_PART, "stores with sales / silent", f"{expected['stores']} / {silent}")
    story.fact(_PART, "revenue", _dollars(expected["revenue_minor"]))
    story.fact(_PART, f"receipts with products of campaign {_CAMPAIGN}", f"{buying:,}")


def _require_equal(story: Story, what: str, differences: Sequence[str]) -> None:
    story.checks += 1
    if differences:
        raise FigureDiffers(f"{what}: {len(differences)} differ, for example {differences[0]}")
    story.say(f"{what}: equal to the cent")


def _dollars(amount_minor: int) -> str:
    return f"${amount_minor / 100:,.2f}"
