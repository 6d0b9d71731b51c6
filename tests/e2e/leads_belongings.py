"""What leads keeps of a salesperson's account, one of each, made through the gateway."""

from typing import Any

from tests.e2e.belongings_api import Api, Json, eventually

_CSV = "公司,联系人,电话,渠道,区域\n甲有限公司,王,13800138000,展会,{region}\n乙有限公司,王,不是电话,展会,{region}\n"


def leads_belongings(api: Api, mark: str, account_id: str, owner: Json) -> dict[str, str]:
    """Path variable -> id."""
    found = _deal(api, account_id, owner)
    found |= _attention(api, account_id, owner)
    found |= _import(api, mark, owner)
    found["conflict_id"] = _conflict(api, account_id, owner)
    found["merge_id"] = _merge(api, mark, account_id, owner)
    form = {"intake_form": {"key": f"form-{mark}", "channel": "website", "title": "咨询"}}
    source = {"webhook_source": {"name": mark, "channel": "website"}}
    return {
        **found,
        "key": api.done("POST", "/v1/intakeForms", form, "marketing")["intake_form"]["key"],
        "source_id": api.done("POST", "/v1/webhookSources", source, "marketing")["webhook_source"]["id"],
        "hand_over_id": _hand_over(api, mark, owner),
        "account.id": account_id,
        "winner_id": account_id,
        "from_id": owner["subject"],
    }


def _deal(api: Api, account_id: str, owner: Json) -> dict[str, str]:
    made = api.done("POST", "/v1/opportunities", {"account_id": account_id}, "salesperson", **owner)
    opportunity_id = made["opportunity"]["id"]
    body = {"title": "方案", "text": "两台泵", "recipient_name": "王", "recipient_email": "wang@example.com"}
    offer = api.done("POST", f"/v1/opportunities/{opportunity_id}/proposals", body, "salesperson", **owner)
    return {"opportunity_id": opportunity_id, "proposal_id": offer["proposal"]["id"]}


def _attention(api: Api, account_id: str, owner: Json) -> dict[str, str]:
    def made(path: str, body: Json) -> Json:
        return api.done("POST", path, body, "salesperson", **owner)

    signal = {"account_id": account_id, "kind": "SIGNAL_KIND_LINK_CLICKED", "signal_id": account_id}
    made("/v1/engagementSignals", signal)
    file = {"name": "a.pdf", "media_type": "application/pdf", "content": "JVBERi0xLjQK"}
    asset = {"kind": "ASSET_KIND_SOLUTION", "title": "泵的方案", "text": "两台泵", "file": file}
    return {
        "voice_id": made("/v1/voices", {"account_id": account_id, "sentence": "交货太慢"})["voice"]["id"],
        "nurture_run_id": made("/v1/nurtureRuns", {"account_id": account_id})["nurture_run"]["id"],
        "asset_id": made("/v1/assets", asset)["asset"]["id"],
    }


def _import(api: Api, mark: str, owner: Json) -> dict[str, str]:
    leader = {**owner, "subject": f"boss-{mark}"}
    body: Json = {"column_mapping": {"name": mark, "columns": {"company": "company"}}}
    mapping_id = api.done("POST", "/v1/columnMappings", body, "supervisor", **leader)["column_mapping"]["id"]
    headers = {
        "authorization": f"Bearer {api.tokens.token('gateway', 'supervisor', **leader)}",
        "content-type": "text/csv",
    }
    content = _CSV.format(region=owner["region"]).encode()
    started = api.client.post("/v1/leadImports", content=content, headers=headers)
    assert started.status_code == 200, started.text
    import_id = started.json()["lead_import"]["id"]

    def is_done() -> bool:
        job = api.done("GET", f"/v1/leadImports/{import_id}", None, "supervisor", **leader)["lead_import"]
        return bool(job["state"] == "IMPORT_STATE_DONE")

    eventually(is_done, "the import")
    return {"mapping_id": mapping_id, "column_mapping.id": mapping_id, "import_id": import_id}


def _conflict(api: Api, account_id: str, owner: Json) -> str:
    rival = _colleague(api, "rival", owner)
    body = {"evidence": "三月已拜访"}
    claimed = api.done("POST", f"/v1/accounts/{account_id}:claim", body, "salesperson", **{**owner, "subject": rival})
    found: str = claimed["conflict_id"]
    return found


def _merge(api: Api, mark: str, account_id: str, owner: Json) -> str:
    body = {
        "company": f"分公司{mark}",
        "contact_name": "李",
        "phone": f"+86139{int(mark, 16) % 10**8:08d}",
        "region": owner["region"],
        "needs": [mark],
    }
    lead_id = api.done("POST", "/v1/leads", body, "marketing")["lead"]["id"]

    def account() -> Any:
        return api.done("GET", f"/v1/leads/{lead_id}", None, "director")["lead"]["account_id"]

    loser_id = eventually(account, "the account of the second lead")
    merge = {"loser_id": loser_id, "why": "同一家公司"}
    merged = api.done("POST", f"/v1/accounts/{account_id}:merge", merge, "director")
    found: str = merged["account_merge"]["id"]
    return found


def _hand_over(api: Api, mark: str, owner: Json) -> str:
    """Of a colleague who has nothing."""
    leaving = _colleague(api, "leaving", owner)
    body = {"from_id": leaving, "to_ids": [owner["subject"]], "kind": "HAND_OVER_KIND_DEPARTURE", "why": mark}
    # By a director who is nobody in the tests: whoever asks for it is told of its end.
    found: str = api.done("POST", "/v1/handOvers", body, "director", subject="a-director")["hand_over"]["id"]
    return found


def _colleague(api: Api, name: str, owner: Json) -> str:
    """Another salesperson of the same team, as soon as leads knows of that person."""
    body = {
        "username": f"{name}-{owner['subject'][-8:].lower()}",
        "name": name.title(),
        "roles": ["salesperson"],
        "team_id": owner["team_id"],
        "region": owner["region"],
    }
    person_id: str = api.done("POST", "/v1/people", body, "admin")["person"]["id"]

    def is_known() -> bool:
        people = api.done("GET", "/v1/salespeople?page_size=1000", None, "director")["salespeople"]
        return any(each["id"] == person_id for each in people)

    eventually(is_known, f"the {name} in leads")
    return person_id
