"""The distributor's whole loop over HTTP, as `make demo` plays it, on a platform of its own (it moves the clock)."""

from collections.abc import Callable

import pytest

from demo import distributor
from demo.chat import open_groups
from demo.people import Company
from demo.story import FigureDiffers, Story
from devstack.supervisor import Platform


@pytest.mark.slow
def test_the_loop_runs_from_a_lead_to_customer_success(make_platform: Callable[..., Platform]) -> None:
    platform = make_platform()
    company = Company(platform.http_url, platform.admin_password)
    with Story(distributor.STEPS) as story:
        groups = open_groups(story, company.admin, platform.servers.run_dir)
        company.found()
        distributor.play(story, company)
        story.wait_for("a message in each chat group", lambda: all(group.received for group in groups))
    for group in groups:
        group.process.terminate()
        group.process.wait(10)
    assert story.checks > 40


def test_a_figure_that_differs_ends_the_demo() -> None:
    with pytest.raises(FigureDiffers, match="receipts: 1 instead of 2"):
        Story(1).check("receipts", 1, 2)
