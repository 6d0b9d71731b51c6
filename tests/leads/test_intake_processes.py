"""An import by the real processes: it survives the death of both workers."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from saleloop.leads.v1 import intake_service_pb2 as pb
from tests.leads.intake_room import csv_bytes, good_row, look, start
from tests.leads.processes import Processes
from tests.stack import Database, Vhost

ROWS = 3_000


@pytest.fixture
def processes(fresh_database: Callable[[str], Database], fresh_vhost: Vhost, tmp_path: Path) -> Iterator[Processes]:
    started = Processes(fresh_database("leads"), fresh_vhost, tmp_path)
    try:
        yield started
    finally:
        started.stop()


def test_an_import_goes_on_where_a_killed_worker_left_it(processes: Processes) -> None:
    room, workers = processes.room, processes.children[1:]
    started = start(room, csv_bytes([good_row(number) for number in range(ROWS)]))
    processes.wait_for(lambda: processes.database["leads"].count_documents({}), "the first chunk")
    for worker in workers:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
    left = look(room, started.id)
    for worker in workers:
        processes.wait_for(lambda worker=worker: not worker.is_running, "the end of a worker")  # type: ignore[misc]  # a default binds it
        worker.start()
    processes.wait_for(lambda: look(room, started.id).state == pb.IMPORT_STATE_DONE, "the rest", seconds=90)
    done = look(room, started.id)
    assert left.rows_read < ROWS
    assert (done.rows_read, done.created, done.unchanged, done.bad) == (ROWS, ROWS, 0, 0)
    assert processes.database["leads"].count_documents({}) == ROWS
