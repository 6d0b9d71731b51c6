"""The distributor's first half: leads come in, get an owner, are contacted, quoted, approved and signed."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from demo.api import Json, Refused, Session
from demo.business_time import BusinessTime
from demo.people import Company
from demo.story import Story, yuan

_LEADS_FILE = Path(__file__).parent / "data" / "leads.csv"
_ROWS, _BAD_ROWS = 50, 3
_PRODUCTS = (
    ("POS-T1", "智能收银终端 T1", "台", 268_000, (1, 20, 100), (298_000, 280_000, 268_000)),
    ("WMS-S2", "仓储扫描枪 S2", "把", 118_000, (1, 10, 50), (158_000, 145_000, 135_000)),
    ("COLD-L3", "冷链温控仪 L3", "个", 75_000, (1, 10, 100), (99_000, 92_000, 85_000)),
    ("APP-Y", "门店管理系统年费", "店", 240_000, (1, 10, 50), (360_000, 320_000, 288_000)),
)


class Selling:
    """Plays the people between marketing and the customer's signature."""

    def __init__(self, story: Story, company: Company, time: BusinessTime) -> None:
        self.story, self.company, self.time = story, company, time

    def fill_catalogue(self) -> None:
        """Finance keeps products with tier prices, floor and cost."""
        for sku, name, unit, floor_minor, quantities, prices in _PRODUCTS:
            tiers = [
                {"min_quantity": quantity, "unit_price_minor": price}
                for quantity, price in zip(quantities, prices, strict=True)
            ]
            product = {"sku": sku, "name": name, "unit": unit, "category": "零售数字化", "currency_code": "CNY"}
            more = {"tiers": tiers, "floor_price_minor": floor_minor, "cost_minor": floor_minor * 8 // 10}
            self.company["finance"].put(f"/v1/products/{sku}", {**product, **more})
        self.story.say(f"{len(_PRODUCTS)} products, each with three tiers; their cost is shown to finance only")
        shown = self.company["wang.fang"].get(f"/v1/products/{_PRODUCTS[0][0]}")["product"]
        self.story.check("the cost that a salesperson sees", int(shown.get("cost_minor", 0)), 0)

    def import_leads(self) -> list[Json]:
        """Marketing imports the CSV; everything but the bad rows is taken in, routed and explained."""
        marketing = self.company["marketing"]
        report = marketing.post_csv("/v1/leads:import", _LEADS_FILE.read_bytes())
        for problem in report.get("problems", []):
            self.story.say(f"row {problem['row']}: {problem['description']['zh']} ({problem['reason']})")
        good = _ROWS - _BAD_ROWS
        self.story.check("leads taken in", report["created"], good)
        self.story.check("bad rows reported", len(report["problems"]), _BAD_ROWS)
        again = marketing.post_csv("/v1/leads:import", _LEADS_FILE.read_bytes())
        self.story.check("leads created by a second import of the file", again.get("created", 0), 0)
        director = self.company["director"]

        def routed() -> list[Json] | None:
            leads = director.get_all("/v1/leads", "leads", state="LEAD_STATE_ASSIGNED")
            return leads if len(leads) == good else None

        leads = self.story.wait_for(f"the routing of {good} leads", routed)
        self._explain(director, next(lead for lead in leads if lead["external_id"] == "L024"))
        owners = {lead["owner_id"] for lead in leads}
        self.story.say(f"{good} leads have {len(owners)} owners, nobody more than 5 untouched")
        self.story.fact("loop", "leads taken in / bad rows / salespeople with leads", f"{good} / 3 / {len(owners)}")
        return leads

    def contact(self, leads: list[Json], except_external_id: str) -> None:
        """Everybody contacts their leads, but for one that is forgotten on purpose."""
        contacted = [lead for lead in leads if lead["external_id"] != except_external_id]
        move = self.story.expect("first contacts", len(contacted))
        due = (self.time.now() + timedelta(days=2)).isoformat()
        for lead in contacted:
            body = {"summary": "电话沟通：确认需求与预算", "next_action": {"text": "发送报价", "due_time": due}}
            self.company.by_id(lead["owner_id"]).post(f"/v1/leads/{lead['id']}:contact", body)
            move(1)
        forgotten = next(lead for lead in leads if lead["external_id"] == except_external_id)
        self.story.say(f"{len(contacted)} leads contacted; {forgotten['company']} is forgotten on purpose")
        self.story.fact("loop", "first contacts in time", len(contacted))

    def quote(self, lead: Json, lines: list[Json], terms: Json) -> Json:
        """The owner drafts a quote for the lead's account."""
        draft = {"account_id": lead["account_id"], "currency_code": "CNY", "lines": lines, "payment_terms": terms}
        owner, request_id = self.company.by_id(lead["owner_id"]), uuid4().hex
        return self.story.wait_for(
            f"the copy of {lead['company']} in quotes", lambda: _draft(owner, {**draft, "request_id": request_id})
        )

    def submit(self, quote: Json) -> Json:
        """The owner submits; the answer has its number, version and steps."""
        submitted: Json = self._owner(quote).post(f"/v1/quotes/{quote['id']}:submit")["quote"]
        steps = ", ".join(f"{step['name']} {_state(step).lower()}" for step in submitted["steps"])
        version = submitted["current_version"]
        total = yuan(int(submitted["total"]["amount_minor"]))
        self.story.say(f"{submitted['number']} v{version} {submitted['account_name']} {total}: {steps}")
        return submitted

    def approve(self, quote: Json) -> Json:
        """Everybody whose step is open approves, one after the other."""
        while quote["state"] == "QUOTE_STATE_IN_APPROVAL":
            quote = self.decide(quote, "approve", "同意")
        self.story.check(f"{quote['number']} is approved", quote["state"], "QUOTE_STATE_APPROVED")
        return quote

    def decide(self, quote: Json, verb: str, comment: str) -> Json:
        """The person of the first open step approves, returns or rejects."""
        step = next(step for step in quote["steps"] if _state(step) == "OPEN")
        approver = self._approver(step)
        body = {"quote_version": quote["current_version"], "step": step["name"], "comment": comment}
        decided: Json = approver.post(f"/v1/quotes/{quote['id']}:{verb}", body)["quote"]
        name = self.company.names[approver.username]
        self.story.say(f"{quote['number']} v{quote['current_version']}: {step['name']} by {name}: {verb}, {comment}")
        return decided

    def revise(self, quote: Json, lines: list[Json]) -> Json:
        """The owner changes a returned quote."""
        revised: Json = self._owner(quote).patch(f"/v1/quotes/{quote['id']}", {"lines": lines})["quote"]
        return revised

    def sign(self, quote: Json, signer: str) -> None:
        """The customer opens the link, reads the page and the PDF, and signs; the link works once."""
        link = self._owner(quote).get(f"/v1/quotes/{quote['id']}/signLink")
        page, public = link["path"], self.company.public
        shown = public.get(page)
        self.story.check("the total on the sign page", shown["total"], quote["total"])
        self.story.check("the PDF is one", public.get_bytes(f"{page}/pdf")[:5], b"%PDF-")
        body = {"signer_name": signer, "content_hash": shown["content_hash"]}
        public.post(f"{page}:sign", body)
        try:
            public.post(f"{page}:sign", {**body, "signer_name": "别人"})
        except Refused as refusal:
            self.story.say(f"{signer} signed {quote['number']}; a second signature is refused ({refusal.reason})")
        else:
            self.story.check("a second signature is refused", False)

    def preview(self, quote: Json) -> list[str]:
        """Names of the steps that submitting would open."""
        steps = self._owner(quote).get(f"/v1/quotes/{quote['id']}:previewApproval")["steps"]
        return [step["name"] for step in steps if _state(step) != "SKIPPED"]

    def _explain(self, reader: Session, lead: Json) -> None:
        candidates = reader.get(f"/v1/leads/{lead['id']}")["lead"]["candidates"]
        self.story.say(f"{lead['company']} needs {'、'.join(lead['needs'])}; the top {len(candidates)}:")
        for candidate in candidates:
            why = "；".join(part["explanation"]["zh"] for part in candidate["parts"])
            self.story.say(f"  {candidate['name']} {candidate['score_milli'] / 1000:.3f}: {why}")
        self.story.check("its owner is the first of them", candidates[0]["salesperson_id"], lead["owner_id"])

    def _owner(self, quote: Json) -> Session:
        return self.company.by_id(quote["owner_id"])

    def _approver(self, step: Json) -> Session:
        if step.get("approver_id"):
            return self.company.by_id(step["approver_id"])
        return self.company[{"finance": "finance", "legal": "legal", "general_manager": "gm"}[step["role"]]]


def _state(step: Json) -> str:
    return str(step["state"]).removeprefix("STEP_STATE_")


def _draft(owner: Session, draft: Json) -> Json | None:
    """The draft, or None while quotes does not know the account yet."""
    try:
        made: Json = owner.post("/v1/quotes", draft)["quote"]
    except Refused as refusal:
        if refusal.reason != "ACCOUNT_NOT_FOUND":
            raise
        return None
    return made
