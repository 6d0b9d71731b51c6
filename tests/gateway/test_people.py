"""People, teams and leave over HTTP, and what the services are told."""

import subprocess
import sys
from typing import Any

import pytest

from gateway.identity.documents import Person
from tests.gateway.running import Gateway

Headers = dict[str, str]


@pytest.fixture(scope="module")
def admin(gateway: Gateway) -> Headers:
    return gateway.as_user()


def told(person_id: str) -> list[dict[str, Any]]:
    """Outbox entries of a person (no relay runs in these tests)."""
    found = Person.collection().find_one({"_id": person_id})
    assert found is not None
    entries: list[dict[str, Any]] = found["outbox"]
    return entries


def test_a_new_person_is_told_to_the_services(gateway: Gateway, admin: Headers) -> None:
    team = gateway.client.post("/v1/teams", json={"name": "East 1", "region": "east"}, headers=admin).json()["team"]
    person = gateway.person(admin, "li.lei", "salesperson", team_id=team["id"], region="east", tags=["pump"])
    assert person["active"] is True
    assert "password" not in str(person)
    types = [entry["type"] for entry in told(person["id"])]
    assert types == ["person_changed.v1", "change_recorded.v1"]
    assert "password-of" not in str(told(person["id"]))


def test_a_patch_changes_only_what_it_names(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "han.mei", "salesperson", tags=["a", "b"], region="west")
    answer = gateway.client.patch(f"/v1/people/{person['id']}", json={"region": "east", "tags": []}, headers=admin)
    changed = answer.json()["person"]
    assert (changed["region"], changed["tags"], changed["roles"]) == ("east", [], ["salesperson"])
    assert changed["version"] == "2"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "x", "name": "x"}, "username"),
        ({"username": "abc", "name": ""}, "name"),
        ({"username": "abc", "name": "a", "roles": ["emperor"]}, "roles"),
        ({"username": "abc", "name": "a", "roles": ["gateway"]}, "roles"),
        ({"username": "abc", "name": "a", "password": "short"}, "password"),
        ({"username": "abc", "name": "a", "email": "nobody"}, "email"),
        ({"username": "abc", "name": "a", "language": "fr"}, "language"),
        ({"username": "abc", "name": "a", "tags": list("abcdef")}, "tags"),
        ({"username": "abc", "name": "a", "phone": "abc"}, "phone"),
        ({"username": "abc", "name": "a", "supervisor_id": "nobody"}, "supervisor_id"),
    ],
)
def test_wrong_values_are_named(gateway: Gateway, admin: Headers, body: dict[str, Any], field: str) -> None:
    answer = gateway.client.post("/v1/people", json=body, headers=admin)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_user_name_belongs_to_one_person(gateway: Gateway, admin: Headers) -> None:
    gateway.person(admin, "twice")
    answer = gateway.client.post("/v1/people", json={"username": "Twice", "name": "b"}, headers=admin)
    assert (answer.status_code, answer.json()["reason"]) == (409, "USERNAME_TAKEN")


def test_the_same_request_id_makes_one_person(gateway: Gateway, admin: Headers) -> None:
    body = {"username": "once", "name": "Once", "request_id": "r-1"}
    first, second = (gateway.client.post("/v1/people", json=body, headers=admin).json() for _ in range(2))
    assert first == second


def test_a_new_supervisor_of_the_team_is_told_for_every_member(gateway: Gateway, admin: Headers) -> None:
    boss = gateway.person(admin, "boss", "supervisor")
    team = gateway.client.post("/v1/teams", json={"name": "North"}, headers=admin).json()["team"]
    member = gateway.person(admin, "member", "salesperson", team_id=team["id"])
    gateway.client.patch(f"/v1/people/{boss['id']}", json={"team_id": team["id"]}, headers=admin)
    answer = gateway.client.patch(f"/v1/teams/{team['id']}", json={"supervisor_id": boss["id"]}, headers=admin)
    assert answer.status_code == 200, answer.text
    last = [entry for entry in told(member["id"]) if entry["type"] == "person_changed.v1"][-1]
    assert f'"supervisor_id":"{boss["id"]}"' in last["body"]
    assert Person.load(boss["id"]).resolved_supervisor_id == "", "nobody supervises themselves"


def test_leave_is_entered_once_and_taken_back(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "away")
    path = f"/v1/people/{person['id']}/leaves"
    body = {"start_time": "2026-05-01T00:00:00Z", "end_time": "2026-05-04T00:00:00Z"}
    for _ in range(2):
        leaves = gateway.client.post(path, json=body, headers=admin).json()["person"]["leaves"]
    assert len(leaves) == 1
    answer = gateway.client.delete(f"{path}/{leaves[0]['id']}", headers=admin)
    assert answer.json()["person"]["leaves"] == []
    assert gateway.client.delete(f"{path}/{leaves[0]['id']}", headers=admin).status_code == 404


def test_a_leave_that_ends_before_it_starts_is_refused(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "backwards")
    body = {"start_time": "2026-05-04T00:00:00Z", "end_time": "2026-05-01T00:00:00Z"}
    answer = gateway.client.post(f"/v1/people/{person['id']}/leaves", json=body, headers=admin)
    assert answer.json()["errors"][0]["field"] == "end_time"


def test_the_last_administrator_stays(gateway: Gateway, admin: Headers) -> None:
    me = gateway.client.get("/v1/me", headers=admin).json()["person"]
    for body in ({"roles": ["director"]}, {"active": False}):
        answer = gateway.client.patch(f"/v1/people/{me['id']}", json=body, headers=admin)
        assert (answer.status_code, answer.json()["reason"]) == (409, "LAST_ADMIN")


def test_people_see_the_rows_of_their_role(gateway: Gateway, admin: Headers) -> None:
    team = gateway.client.post("/v1/teams", json={"name": "South", "region": "south"}, headers=admin).json()["team"]
    gateway.person(admin, "south.boss", "supervisor", team_id=team["id"])
    seller = gateway.person(admin, "south.seller", "salesperson", team_id=team["id"])
    other = gateway.person(admin, "elsewhere", "salesperson", region="elsewhere")

    def names(username: str) -> set[str]:
        people = gateway.client.get("/v1/people", headers=gateway.as_person(username)).json()["people"]
        return {person["username"] for person in people}

    assert names("south.boss") == {"south.boss", "south.seller"}
    assert names("south.seller") == {"south.seller"}
    boss = gateway.as_person("south.boss")
    assert gateway.client.get(f"/v1/people/{seller['id']}", headers=boss).status_code == 200
    assert gateway.client.get(f"/v1/people/{other['id']}", headers=boss).status_code == 404


def test_pages_follow_each_other(gateway: Gateway, admin: Headers) -> None:
    seen: list[str] = []
    token = ""
    while True:
        answer = gateway.client.get("/v1/people", params={"page_size": 3, "page_token": token}, headers=admin).json()
        seen += [person["id"] for person in answer["people"]]
        token = answer["next_page_token"]
        if not token:
            break
    assert len(seen) == len(set(seen)) == Person.collection().count_documents({})


@pytest.mark.parametrize("token", ["x", "eyJ", "AAAA", "../.."])
def test_a_made_up_page_token_is_refused(gateway: Gateway, admin: Headers, token: str) -> None:
    answer = gateway.client.get("/v1/people", params={"page_token": token}, headers=admin)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "page_token"


def test_a_page_token_of_another_list_is_refused(gateway: Gateway, admin: Headers) -> None:
    token = gateway.client.get("/v1/people", params={"page_size": 1}, headers=admin).json()["next_page_token"]
    answer = gateway.client.get("/v1/people", params={"page_token": token, "role": "admin"}, headers=admin)
    assert answer.status_code == 400


def test_everybody_can_be_told_again(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "told.again")
    command = [sys.executable, "-m", "gateway", "republish"]
    env = {
        "SALELOOP_MONGO_URL": gateway.settings.mongo_url,
        "SALELOOP_MONGO_DATABASE": gateway.settings.mongo_database,
        "PYTHONPATH": ".:gen",
    }
    subprocess.run(command, env=env, check=True, timeout=60)
    states = [entry for entry in told(person["id"]) if entry["type"] == "person_changed.v1"]
    assert [entry["sequence"] for entry in states] == [1, 2]
    assert '"version":"2"' in states[-1]["body"], "a copy takes only a higher version"


def test_a_name_may_be_padded_with_the_full_width_space(gateway: Gateway, admin: Headers) -> None:
    assert gateway.person(admin, "zhang.san", "salesperson", name="张　三")["name"] == "张　三"
