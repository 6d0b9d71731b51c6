"""Part 2: a distributor's loop, from a CSV of leads to customer success."""

from datetime import timedelta

from demo.api import Json
from demo.business_time import BusinessTime, parse
from demo.collecting import Collecting
from demo.people import HEAD_OFFICE, SALESPEOPLE, SUPERVISORS, Company
from demo.selling import Selling
from demo.story import Story, yuan

STEPS = 9
_LATE, _ON_DELIVERY, _RETURNED, _FORGOTTEN = "L024", "L011", "L016", "L008"
_TWO_INSTALMENTS = {"instalments": [{"share_bp": 6_000, "due_days": 10}, {"share_bp": 4_000, "due_days": 40}]}
_EXCESS_MINOR = 100_000


def play(story: Story, company: Company) -> None:
    """Play it; raises FigureDiffers when a figure is not what it must be."""
    time = BusinessTime(company.admin)
    selling = Selling(story, company, time)
    collecting = Collecting(story, company, time)
    people = len(HEAD_OFFICE) + len(SUPERVISORS) + len(SALESPEOPLE)
    story.fact("loop", "people with a login / teams", f"{people} / {len(SUPERVISORS)}")

    story.step("Leads come in and find their owners")
    selling.fill_catalogue()
    leads = {lead["external_id"]: lead for lead in selling.import_leads()}
    story.step("First contacts")
    selling.contact(list(leads.values()), except_external_id=_FORGOTTEN)

    story.step("Quotes and approvals")
    late, on_delivery, returned = _quotes(story, selling, leads)
    story.step("Customers sign")
    selling.sign(late, "王建军")
    selling.sign(on_delivery, "刘志远")
    selling.sign(returned, "赵晓峰")
    story.fact("loop", "quotes approved and signed", 3)

    story.step("Contracts, delivery, invoices")
    contracts = [collecting.contract_of(quote) for quote in (late, on_delivery, returned)]
    story.check("instalments of the first contract", len(contracts[0]["instalments"]), 2)
    for contract in contracts[:2]:
        collecting.deliver(contract)
        collecting.invoice(contract)
    total = sum(int(contract["total"]["amount_minor"]) for contract in contracts)
    story.fact("loop", "contracts / signed amount", f"{len(contracts)} / {yuan(total)}")

    story.step("Cash on delivery is paid")
    cash = contracts[1]
    collecting.pay(cash, int(cash["total"]["amount_minor"]), f"货款 {cash['number']}")
    collecting.check_matched(cash)

    story.step("An instalment is late")
    _be_late(story, selling, collecting, contracts[0], leads[_LATE])
    story.step("The payment settles it")
    _settle(story, selling, collecting, contracts[0], leads[_LATE])

    story.step("What the radar and the audit say")
    _look_back(story, company, time, leads[_FORGOTTEN])


def _quotes(story: Story, selling: Selling, leads: dict[str, Json]) -> tuple[Json, Json, Json]:
    """One through supervisor, finance and legal; one that skips legal; one returned and submitted again."""
    lines = [_line("POS-T1", 30, 268_000), _line("APP-Y", 12)]
    whole = selling.submit(selling.quote(leads[_LATE], lines, _TWO_INSTALMENTS))
    story.check("its steps", [step["name"] for step in whole["steps"]], ["supervisor", "finance", "legal"])
    whole = selling.approve(whole)

    short = selling.submit(selling.quote(leads[_ON_DELIVERY], [_line("WMS-S2", 5)], {"cash_on_delivery": True}))
    skipped = next(step for step in short["steps"] if step["name"] == "legal")
    story.check("legal is skipped for cash on delivery", skipped["state"], "STEP_STATE_SKIPPED")
    story.say(f"legal is skipped, with the evidence: {skipped['why']['zh']}")
    short = selling.approve(short)

    thirds = {"instalments": [{"share_bp": 3_333, "due_days": 30}, {"share_bp": 6_667, "due_days": 60}]}
    again = selling.submit(selling.quote(leads[_RETURNED], [_line("COLD-L3", 21, 82_000)], thirds))
    again = selling.decide(again, "approve", "同意")
    again = selling.decide(again, "return", "折扣超过 10 %，请提高到 900 元")
    story.check("the returned quote's state", again["state"], "QUOTE_STATE_RETURNED")
    again = selling.submit(selling.revise(again, [_line("COLD-L3", 21, 90_000)]))
    story.check("the version that was submitted again", again["current_version"], 2)
    return whole, short, selling.approve(again)


def _be_late(story: Story, selling: Selling, collecting: Collecting, contract: Json, lead: Json) -> None:
    """Day 3 is yellow, day 7 red: three people have a card, and the next quote needs one step more."""
    draft = selling.quote(lead, [_line("APP-Y", 1)], _TWO_INSTALMENTS)
    usual = selling.preview(draft)
    collecting.let_it_be_late(contract, 3, "YELLOW")
    collecting.cards_of_the_three(contract, "OPEN")
    story.check("the steps of the next quote while yellow", selling.preview(draft), usual)
    collecting.let_it_be_late(contract, 7, "RED")
    more = story.wait_for("the credit step", lambda: steps if "credit" in (steps := selling.preview(draft)) else None)
    story.check("the steps that red adds to the next quote", sorted(set(more) - set(usual)), ["credit"])
    story.say(f"the account is at high risk: its next quote needs {', '.join(more)}")
    story.fact("loop", "steps of the account's next quote: before / red", f"{len(usual)} / {len(more)}")


def _settle(story: Story, selling: Selling, collecting: Collecting, contract: Json, lead: Json) -> None:
    """The late payment, then the second one with a little too much."""
    first, second = (int(each["amount"]["amount_minor"]) for each in contract["instalments"])
    payment = collecting.pay(contract, first, f"补付 {contract['number']} 第一期")
    story.check("it went to the late instalment", [part["instalment_number"] for part in payment["allocations"]], [1])
    collecting.cards_of_the_three(contract, "DONE")
    draft = selling.quote(lead, [_line("APP-Y", 2)], _TWO_INSTALMENTS)
    story.wait_for("the end of the high risk", lambda: "credit" not in selling.preview(draft))
    story.say("the account has left the high-risk group; its next quote needs no credit step any more")
    tasks = collecting.success_tasks(contract, "payment_follow_up", "satisfaction_call")
    collecting.complete(next(task for task in tasks if task["kind"] == "payment_follow_up"))
    payment = collecting.pay(contract, second + _EXCESS_MINOR, f"尾款 {contract['number']}")
    story.check("what stays unapplied", int(payment["unapplied"]["amount_minor"]), _EXCESS_MINOR)
    collecting.check_matched(contract)
    story.fact("loop", "paid late and settled / unapplied cash", f"{yuan(first)} / {yuan(_EXCESS_MINOR)}")
    story.fact("loop", "customer-success tasks of the contract", ", ".join(sorted(task["kind"] for task in tasks)))


def _look_back(story: Story, company: Company, time: BusinessTime, forgotten: Json) -> None:
    """The forgotten lead is on record, the radar adds up, and every change has its audit entry."""
    director = company["director"]
    lead = director.get(f"/v1/leads/{forgotten['id']}")["lead"]
    story.check("the forgotten first contact was noticed", lead.get("is_first_contact_breached"))
    story.say(f"{lead['company']}: nobody called within the limit; owner and supervisor were told")
    radar = director.get("/v1/radar")
    buckets = {each["name"]: int(each["outstanding"].get("amount_minor", 0)) for each in radar["buckets"]}
    outstanding = int(radar["outstanding"]["amount_minor"])
    story.check("the ageing buckets add up", sum(buckets.values()), outstanding)
    for service in ("leads", "quotes", "billing", "notify", "gateway"):
        entries = director.get("/v1/audit", service=service, page_size=1).get("entries", [])
        story.check(f"{service} has audit entries", bool(entries))
        story.fact("audit", f"changes of {service} on record", entries[0]["seq"])
    story.fact("loop", "messages on record, sent or merged", len(director.get_all("/v1/deliveries", "deliveries")))
    moved = time.now() - parse(forgotten["create_time"])
    story.fact(
        "loop", "still outstanding / business days played", f"{yuan(outstanding)} / {moved // timedelta(days=1)}"
    )


def _line(sku: str, quantity: int, unit_price_minor: int = 0) -> Json:
    return {"sku": sku, "quantity": quantity, "unit_price_minor": unit_price_minor}
