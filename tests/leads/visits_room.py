"""Visits as their callers meet them, on the room of leads."""

import struct
import zlib
from typing import Any

import orjson

from chassis.documents import Aggregate
from chassis.principal import Principal
from chassis.rpc_client import RemoteError
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import visits_service_pb2 as pb
from saleloop.leads.v1.visits_service_pb2_grpc import VisitsServiceStub
from tests.leads.room import Room, salesperson

ALICE = salesperson("alice")
BOB = salesperson("bob")
OTHER_BOSS = Principal("boss2", frozenset({"supervisor"}), team_id="t2", region="west")
OTHER_REGIONAL = Principal("west-boss", frozenset({"regional_manager"}), region="west")


class VisitsRoom:
    """The rpcs of visits, called as one of the users."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def ask(self, rpc: str, request: Any, caller: Principal = ALICE) -> Any:
        return self.room.ask(VisitsServiceStub, rpc, request, caller)

    def refusal(self, rpc: str, request: Any, caller: Principal = ALICE) -> RemoteError:
        try:
            answer = self.ask(rpc, request, caller)
        except RemoteError as error:
            return error
        raise AssertionError(f"{rpc} was not refused but answered {answer}")

    def account_of(self, owner: str, company: str, **fields: Any) -> leads_pb.Lead:
        """The lead through which `owner` got a new account; nobody else is asked to take it."""
        self.room.hire(owner, **fields)
        lead = self.room.created_and_routed(company=company)
        assert lead.owner_id == owner
        return lead

    def visit(self, account_id: str, text: str, caller: Principal = ALICE, **fields: Any) -> pb.Visit:
        request = pb.RecordVisitRequest(account_id=account_id, text=text, **fields)
        answer: pb.RecordVisitResponse = self.ask("RecordVisit", request, caller)
        return answer.visit

    def locate(self, account_id: str, place: pb.Place, caller: Principal = ALICE) -> None:
        request = pb.SetAccountLocationRequest(account_id=account_id, place=place, address="南京路 1 号")
        self.ask("SetAccountLocation", request, caller)

    def import_stock(self, content: bytes, caller: Principal = ALICE, **fields: Any) -> pb.ImportCustomerStockResponse:
        request = pb.ImportCustomerStockRequest(content=content, **fields)
        answer: pb.ImportCustomerStockResponse = self.ask("ImportCustomerStock", request, caller)
        return answer


def place(latitude: float, longitude: float) -> pb.Place:
    """A place given in degrees."""
    return pb.Place(
        latitude_microdegrees=round(latitude * 1_000_000), longitude_microdegrees=round(longitude * 1_000_000)
    )


def emitted(document: type[Aggregate], *types: str) -> list[dict[str, Any]]:
    """Bodies of the events of these types that such documents emitted, in order."""
    entries = [entry for row in document.collection().find({}, {"outbox": 1}) for entry in row.get("outbox", ())]
    told = sorted((each for each in entries if each["type"] in types), key=lambda each: str(each["id"]))
    return [orjson.loads(each["body"]) for each in told]


def png(*extra: tuple[bytes, bytes]) -> bytes:
    """One black pixel, with further chunks."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        *extra,
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    ]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(orientation: int = 6, behind: bytes = b"") -> bytes:
    """The frame of a JPEG with a place in its Exif, a comment, and something behind its end."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 999)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 2) + entries + b"\0\0\0\0" + b"GPS 31.2304N 121.4737E"
    scan = b"\x12\xff\x00\x34\xff\xd0\x56"
    segments = [
        (0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        (0xE1, exif),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<xmp>SECRET</xmp>"),
        (0xE2, b"MPF\0SECRET"),
        (0xFE, b"SECRET camera"),
        (0xDB, bytes(65)),
        (0xDA, b"\x01\x01\0\0\x3f\0"),
    ]
    body = b"".join(bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data for kind, data in segments)
    return b"\xff\xd8" + body + scan + b"\xff\xd9" + behind
