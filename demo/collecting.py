"""The distributor's second half: contract, delivery, invoices, payments, one of them late, customer success."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

from demo.api import Json, Refused, Session
from demo.business_time import BusinessTime, parse
from demo.people import Company
from demo.story import FigureDiffers, Story, yuan

_DAY = timedelta(days=1)


class Collecting:
    """Plays owner, finance, legal and customer success around one contract at a time."""

    def __init__(self, story: Story, company: Company, time: BusinessTime) -> None:
        self.story, self.company, self.time = story, company, time
        self.finance = company["finance"]

    def contract_of(self, quote: Json) -> Json:
        """The contract that the signature started; its instalments add up to the quote's total."""

        def started() -> Json | None:
            found = self.finance.get("/v1/contracts", quote_id=quote["id"]).get("contracts", [])
            return found[0] if found else None

        contract = self.story.wait_for(f"the contract of {quote['number']}", started)
        amounts = [int(each["amount"]["amount_minor"]) for each in contract["instalments"]]
        self.story.check("the instalments add up to the total", sum(amounts), int(quote["total"]["amount_minor"]))
        plan = ", ".join(
            f"{yuan(amount)} due {_day(each)}" for amount, each in zip(amounts, contract["instalments"], strict=True)
        )
        self.story.say(f"{contract['number']} for {contract['account_name']}: {plan}")
        return contract

    def deliver(self, contract: Json) -> Json:
        """The owner ships and delivers; the customer accepts with a document. A jump is refused."""
        owner, path = self.company.by_id(contract["owner_id"]), f"/v1/contracts/{contract['id']}/order"
        self._refused("an acceptance before delivery", owner, f"{path}:accept", {"acceptance_document": "x"})
        owner.post(f"{path}:ship", {"tracking_reference": "SF1399000271828"})
        owner.post(f"{path}:deliver")
        document = f"验收单-{contract['number']}.pdf"
        done: Json = owner.post(f"{path}:accept", {"acceptance_document": document})["contract"]
        self.story.say(f"{contract['number']}: shipped, delivered, accepted with {document}")
        return done

    def invoice(self, contract: Json) -> None:
        """Finance invoices every instalment; one fen too much is refused with the difference."""
        for each in contract["instalments"]:
            amount = int(each["amount"]["amount_minor"])
            body = {
                "contract_id": contract["id"],
                "instalment_number": each["number"],
                "number": f"FP-{contract['number'][2:]}-{each['number']}",
            }
            refusal = self._refused(
                "an invoice above the instalment", self.finance, "/v1/invoices", {**body, "amount": _cny(amount + 1)}
            )
            self.story.check("the difference it was refused with", refusal.problem["metadata"]["difference_minor"], "1")
            self.finance.post("/v1/invoices", {**body, "amount": _cny(amount)})
        self.story.say(f"{contract['number']}: {len(contract['instalments'])} invoices")

    def pay(self, contract: Json, amount_minor: int, text: str) -> Json:
        """Finance books a transfer; booking it twice changes nothing."""
        body = {
            "account_id": contract["account_id"],
            "amount": _cny(amount_minor),
            "bank_reference": f"ICBC{uuid4().hex[:12].upper()}",
            "remittance_text": text,
        }
        payment: Json = self.finance.post("/v1/payments", body)["payment"]
        self.story.check("the same transfer booked again", self.finance.post("/v1/payments", body)["payment"], payment)
        parts = ", ".join(
            f"{yuan(int(part['amount']['amount_minor']))} to instalment {part['instalment_number']} by {part['rule']}"
            for part in payment["allocations"]
        )
        rest = int(payment["unapplied"].get("amount_minor", 0))
        self.story.say(
            f"{yuan(amount_minor)} from {contract['account_name']} ({text}): {parts}; unapplied {yuan(rest)}"
        )
        return payment

    def let_it_be_late(self, contract: Json, days: int, state: str) -> None:
        """Move the business clock until the first instalment is so many days overdue, and look at the radar."""
        first = contract["instalments"][0]
        steps = self.time.move_to(parse(first["due_time"]) + days * _DAY)
        radar = self.finance.get("/v1/radar", account_id=contract["account_id"])
        late = next(each for each in radar["receivables"] if each["contract_id"] == contract["id"])
        self.story.check(f"state on day {days}", late["radar_state"], f"RADAR_STATE_{state}")
        self.story.check(f"days overdue on day {days}", late.get("days_overdue", 0), days)
        self.story.check("what is outstanding", late["outstanding"], first["amount"])
        in_buckets = sum(int(each["outstanding"].get("amount_minor", 0)) for each in radar["buckets"])
        self.story.check("the ageing buckets add up", in_buckets, int(radar["outstanding"]["amount_minor"]))
        self.story.say(f"{steps} steps of the clock later: {late['contract_number']} is {state} on day {days}")

    def cards_of_the_three(self, contract: Json, state: str) -> None:
        """Owner, finance and legal each see the receivable's task card."""
        owner = self.company.by_id(contract["owner_id"])
        for session in (owner, self.finance, self.company["legal"]):
            look = partial(self._card, session, contract, state)
            card = self.story.wait_for(f"the card of {session.username} being {state}", look)
            self.story.say(f"{self.company.names[session.username]} sees: {card['title']} [{state.lower()}]")

    def success_tasks(self, contract: Json, *kinds: str) -> list[Json]:
        """The contract's tasks, once customer success has all of these kinds."""
        success = self.company["success"]

        def opened() -> list[Json] | None:
            rows = success.get_all("/v1/successTasks", "success_tasks", account_id=contract["account_id"])
            mine = [row for row in rows if row["contract_id"] == contract["id"]]
            return mine if {row["kind"] for row in mine} >= set(kinds) else None

        tasks = self.story.wait_for(f"the tasks {', '.join(kinds)} of {contract['number']}", opened)
        self.story.say(f"customer success has for {contract['number']}: {', '.join(each['kind'] for each in tasks)}")
        return tasks

    def complete(self, task: Json) -> None:
        """Customer success calls and leaves evidence; without evidence it is not done."""
        success, path = self.company["success"], f"/v1/successTasks/{task['id']}:complete"
        self._refused("completing a task without evidence", success, path, {"evidence": ""})
        done = success.post(path, {"evidence": "电话回访：客户满意，计划第二季度增购"})["success_task"]
        self.story.check("the task is done", done["state"], "SUCCESS_TASK_STATE_DONE")

    def check_matched(self, contract: Json) -> None:
        """Contract, invoices and payments agree, and the contract is fulfilled."""
        match = self.finance.get(f"/v1/contracts/{contract['id']}/match")
        self.story.check("the three-way match", match["state"], "MATCH_STATE_MATCHED")
        state = self.finance.get(f"/v1/contracts/{contract['id']}")["contract"]["state"]
        self.story.check("the contract's state", state, "CONTRACT_STATE_FULFILLED")
        self.story.say(f"{contract['number']}: contract, invoices and payments match; fulfilled")

    def _card(self, session: Session, contract: Json, state: str) -> Json | None:
        cards = session.get_all("/v1/taskCards", "task_cards")
        wanted = (
            each for each in cards if contract["id"] in each["subject"] and each["state"] == f"TASK_CARD_STATE_{state}"
        )
        return next(wanted, None)

    def _refused(self, what: str, session: Session, path: str, body: Json) -> Refused:
        try:
            session.post(path, body)
        except Refused as refusal:
            self.story.say(f"{what} is refused: {refusal.reason}")
            return refusal
        raise FigureDiffers(f"{what} was not refused")


def _cny(amount_minor: int) -> Json:
    return {"currency_code": "CNY", "amount_minor": str(amount_minor)}


def _day(instalment: Json) -> str:
    return str(instalment["due_time"])[:10] if instalment.get("due_time") else "on delivery"
