"""A process that starts while its database comes and goes waits for it, and for nothing else."""

import pytest
from pymongo.errors import AutoReconnect, OperationFailure

from chassis.documents import patiently


def test_a_database_that_goes_away_during_a_start_is_waited_for() -> None:
    failures: list[Exception] = [AutoReconnect("reset by peer"), AutoReconnect("refused")]

    def work() -> str:
        if failures:
            raise failures.pop()
        return "made"

    assert patiently(work) == "made"


def test_what_no_patience_heals_is_raised_at_once() -> None:
    calls = []

    def work() -> None:
        calls.append(1)
        raise OperationFailure("an index of that name is there with other keys")

    with pytest.raises(OperationFailure):
        patiently(work)
    assert calls == [1]
