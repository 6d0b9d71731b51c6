"""Failures as problem+json."""

import pytest

from chassis import errors, problems
from chassis.errors import Failure, FieldViolation


def test_a_problem_says_what_and_where() -> None:
    failure = Failure(
        "INVALID_ARGUMENT", "PHONE_INVALID", "not a phone", {"row": "3"}, (FieldViolation("lead.phone", "too short"),),
        "leads.saleloop",
    )  # fmt: skip
    assert problems.problem(failure, instance="/v1/leads", trace_id="ab", language="zh-CN") == {
        "type": "urn:saleloop:problem:phone-invalid",
        "title": "请求内容有误",
        "status": 400,
        "detail": "not a phone",
        "code": "INVALID_ARGUMENT",
        "reason": "PHONE_INVALID",
        "instance": "/v1/leads",
        "domain": "leads.saleloop",
        "metadata": {"row": "3"},
        "trace_id": "ab",
        "errors": [{"field": "lead.phone", "description": "too short"}],
    }


@pytest.mark.parametrize("code", sorted(errors.CODES))
def test_every_code_has_a_status_and_titles(code: str) -> None:
    assert 400 <= problems.http_status(code) < 600
    assert problems.title(code, "zh") != problems.title(code, "en")


def test_an_exception_with_an_unknown_code_tells_nothing() -> None:
    class Odd(Exception):
        code = "TEAPOT"
        reason = "SHORT_AND_STOUT"

    assert errors.describe(Odd("secret")).message == "internal error"


def test_a_field_keeps_the_reason_of_the_domain() -> None:
    class PhoneInvalid(ValueError):
        code = "INVALID_ARGUMENT"
        reason = "PHONE_INVALID"

    with pytest.raises(errors.InvalidArgument) as caught, errors.field("lead.phone"):
        raise PhoneInvalid("too short")
    told = errors.describe(caught.value)
    assert (told.reason, told.violations) == ("PHONE_INVALID", (FieldViolation("lead.phone", "too short"),))
