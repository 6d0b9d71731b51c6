"""Business time moves for all who share the database, and only forward; real time does not."""

from datetime import timedelta

import pytest

from chassis.clocks import BusinessClock, ClockCannotMove, RealClock, real_clock
from chassis.database import current
from tests.chassis.messaging import wait_until

DAY_MS = 24 * 3600 * 1000


def test_unbound_business_time_is_real_time() -> None:
    assert abs(BusinessClock(real_clock).now() - real_clock.now()) < timedelta(seconds=1)


@pytest.mark.usefixtures("connected")
def test_a_move_is_seen_by_another_process_within_a_moment() -> None:
    ours, theirs = BusinessClock(real_clock), BusinessClock(real_clock)
    ours.bind(current(), "test")
    theirs.bind(current(), "test")
    before = theirs.now()
    ours.set_offset(DAY_MS)
    wait_until(lambda: theirs.now() - before >= timedelta(days=1), 1.0)
    assert theirs.offset_ms() == DAY_MS


@pytest.mark.usefixtures("connected")
def test_the_clock_never_goes_back() -> None:
    moved = BusinessClock(real_clock)
    moved.bind(current(), "test")
    moved.set_offset(DAY_MS)
    with pytest.raises(ClockCannotMove) as refused:
        moved.set_offset(DAY_MS - 1)
    assert refused.value.reason == "CLOCK_NEVER_GOES_BACK"
    assert moved.offset_ms() == DAY_MS


@pytest.mark.usefixtures("connected")
def test_production_refuses_and_ignores_an_offset() -> None:
    current()["clock"].insert_one({"_id": "business", "offset_ms": DAY_MS})
    fixed = BusinessClock(real_clock)
    fixed.bind(current(), "production")
    assert abs(fixed.now() - real_clock.now()) < timedelta(seconds=1)
    with pytest.raises(ClockCannotMove) as refused:
        fixed.set_offset(2 * DAY_MS)
    assert refused.value.code == "FAILED_PRECONDITION"


def test_real_time_that_jumps_back_does_not_turn_business_time_back() -> None:
    class Jumping(RealClock):
        jump = timedelta()

        def now(self):  # type: ignore[no-untyped-def]  # a fake of one line
            return super().now() - self.jump

    real = Jumping()
    business = BusinessClock(real)
    before = business.now()
    real.jump = timedelta(hours=1)
    assert business.now() >= before
