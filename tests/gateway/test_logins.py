"""Logins: passwords, tokens that rotate, and the lock."""

from datetime import timedelta

import pytest

from chassis import database
from chassis.clocks import real_clock
from gateway.identity.documents import Person
from gateway.identity.domain.rules import lock_after
from tests.gateway.running import ADMIN_PASSWORD, Gateway

Headers = dict[str, str]


@pytest.fixture(scope="module")
def admin(gateway: Gateway) -> Headers:
    return gateway.as_user()


def refresh(gateway: Gateway, token: str) -> tuple[int, dict[str, str]]:
    answer = gateway.client.post("/v1/auth:refresh", json={"refresh_token": token})
    return answer.status_code, answer.json().get("tokens", {})


def test_the_first_administrator_can_log_in(gateway: Gateway) -> None:
    found = gateway.login("Admin", ADMIN_PASSWORD)
    assert found["person"]["roles"] == ["admin"]
    assert found["tokens"]["expires_in_seconds"] == 600


def test_unknown_user_and_wrong_password_look_the_same(gateway: Gateway, admin: Headers) -> None:
    gateway.person(admin, "known")
    answers = []
    for username in ("known", "unknown"):
        body = {"username": username, "password": "wrong-password"}
        problem = gateway.client.post("/v1/auth:login", json=body)
        answers.append((problem.status_code, {k: v for k, v in problem.json().items() if k != "trace_id"}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_repeated_failures_lock_the_name_whether_it_exists_or_not(gateway: Gateway, admin: Headers) -> None:
    gateway.person(admin, "guessed")
    for username in ("guessed", "no.such.user"):
        body = {"username": username, "password": "wrong-password"}
        statuses = [gateway.client.post("/v1/auth:login", json=body).status_code for _ in range(6)]
        assert statuses == [401, 401, 401, 401, 401, 429]
    body = {"username": "guessed", "password": "password-of-guessed"}
    locked = gateway.client.post("/v1/auth:login", json=body)
    assert locked.json()["reason"] == "LOGIN_LOCKED"
    assert 20 <= int(locked.headers["retry-after"]) <= 31
    past = real_clock.now() - timedelta(seconds=1)
    database.current()["login_failures"].update_many({}, {"$set": {"locked_until": past}})
    assert gateway.client.post("/v1/auth:login", json=body).status_code == 200


def test_locks_grow_to_a_quarter_of_an_hour() -> None:
    assert lock_after(4) == timedelta()
    assert lock_after(5) == timedelta(seconds=30)
    assert lock_after(500) == timedelta(minutes=15)


def test_a_refresh_token_works_once(gateway: Gateway) -> None:
    first = gateway.login()["tokens"]["refresh_token"]
    status, second = refresh(gateway, first)
    assert status == 200
    status, third = refresh(gateway, second["refresh_token"])
    assert status == 200
    assert refresh(gateway, first)[0] == 401, "a copy of an old token"
    assert refresh(gateway, third["refresh_token"])[0] == 401, "and with it the whole login ends"


def test_a_made_up_secret_does_not_end_somebodys_login(gateway: Gateway) -> None:
    token = gateway.login()["tokens"]["refresh_token"]
    login_id = token.split(".")[0]
    assert refresh(gateway, f"{login_id}.guess")[0] == 401
    assert refresh(gateway, token)[0] == 200


def test_logout_ends_the_login(gateway: Gateway) -> None:
    token = gateway.login()["tokens"]["refresh_token"]
    for _ in range(2):
        assert gateway.client.post("/v1/auth:logout", json={"refresh_token": token}).status_code == 200
    assert refresh(gateway, token)[0] == 401


def test_tokens_are_stored_as_hashes_only(gateway: Gateway) -> None:
    token = gateway.login()["tokens"]["refresh_token"]
    login = database.current()["logins"].find_one({"_id": token.split(".")[0]})
    assert token.split(".")[1] not in str(login)


def test_a_deactivated_person_is_out(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "leaver")
    token = gateway.login("leaver", "password-of-leaver")["tokens"]["refresh_token"]
    gateway.client.patch(f"/v1/people/{person['id']}", json={"active": False}, headers=admin)
    assert refresh(gateway, token)[0] == 401
    body = {"username": "leaver", "password": "password-of-leaver"}
    assert gateway.client.post("/v1/auth:login", json=body).status_code == 401


def test_a_login_that_outlived_its_person_is_not_renewed(gateway: Gateway, admin: Headers) -> None:
    person = gateway.person(admin, "outlived")
    token = gateway.login("outlived", "password-of-outlived")["tokens"]["refresh_token"]
    Person.collection().update_one({"_id": person["id"]}, {"$set": {"active": False}})  # as a login made meanwhile
    assert refresh(gateway, token)[0] == 401


def test_a_new_password_ends_all_logins(gateway: Gateway, admin: Headers) -> None:
    gateway.person(admin, "changer", "salesperson")
    found = gateway.login("changer", "password-of-changer")["tokens"]
    headers = {"authorization": f"Bearer {found['access_token']}"}
    wrong = {"old_password": "guessed-password", "new_password": "another-long-one"}
    refused = gateway.client.post("/v1/me:changePassword", json=wrong, headers=headers)
    assert (refused.status_code, refused.json()["reason"]) == (400, "OLD_PASSWORD_WRONG")
    body = {"old_password": "password-of-changer", "new_password": "another-long-one"}
    assert gateway.client.post("/v1/me:changePassword", json=body, headers=headers).status_code == 200
    assert refresh(gateway, found["refresh_token"])[0] == 401
    assert gateway.login("changer", "another-long-one")["person"]["username"] == "changer"
