"""Files are checked at the door and come back as they were."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pymongo import MongoClient

from chassis import database, files
from chassis.settings import ServiceSettings
from devstack.servers import Servers

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(scope="module", autouse=True)
def _database(stack: Servers) -> Iterator[None]:
    name = f"test_{uuid4().hex[:10]}_files"
    settings = ServiceSettings(mongo_url=stack.mongo_url(None, name), mongo_database=name, environment="test")
    database.connect(settings, "files")
    yield
    database.disconnect()
    with MongoClient[dict[str, object]](stack.mongo_url()) as client:
        client.drop_database(name)


def test_a_file_comes_back_as_it_was() -> None:
    kept = files.keep(PNG, name="门店.png", media_type="image/png", allowed={"image/png"}, max_bytes=1_000)
    stored, content = files.read(kept.id)
    assert content == PNG
    assert (stored.name, stored.media_type, stored.size, stored.sha256) == (
        "门店.png",
        "image/png",
        len(PNG),
        kept.sha256,
    )


@pytest.mark.parametrize(
    ("content", "media_type", "max_bytes"),
    [(b"", "image/png", 9), (PNG, "image/png", 10), (PNG, "text/html", 999), (b"<script>", "image/png", 999)],
    ids=["empty", "too large", "a type that is not allowed", "another type than it says"],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(content: bytes, media_type: str, max_bytes: int) -> None:
    with pytest.raises(files.FileRefused):
        files.keep(content, name="x", media_type=media_type, allowed={"image/png"}, max_bytes=max_bytes)


def test_a_dropped_file_is_gone() -> None:
    kept = files.keep(PNG, name="x", media_type="image/png", allowed={"image/png"}, max_bytes=1_000)
    files.drop(kept.id)
    with pytest.raises(files.FileNotKept):
        files.read(kept.id)
