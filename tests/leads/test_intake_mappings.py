"""Saved column mappings: used again by id, and versioned."""

import pytest

from saleloop.leads.v1 import intake_service_pb2 as pb
from tests.leads.intake_room import (
    ask,
    csv_bytes,
    good_row,
    imported,
    look,
    refusal,
)
from tests.leads.room import MARKETING, Room


def mapping(room: Room, name: str = "ERP", **columns: str) -> pb.ColumnMapping:
    request = pb.CreateColumnMappingRequest(column_mapping=pb.ColumnMapping(name=name, columns=columns))
    answer: pb.CreateColumnMappingResponse = ask(room, "CreateColumnMapping", request, MARKETING)
    return answer.column_mapping


def test_a_saved_mapping_is_used_again_in_the_version_that_it_has(room: Room) -> None:
    content = csv_bytes([["ACME", "13800138001"]], ("Kunde", "Nummer"))
    saved = mapping(room, company="Kunde", phone="Nummer")
    first = imported(room, content, mapping_id=saved.id)
    assert (first.created, first.mapping_id, first.mapping_version) == (1, saved.id, 1)
    change = pb.UpdateColumnMappingRequest(
        column_mapping=pb.ColumnMapping(id=saved.id, version=1, columns={"phone": "x"})
    )
    change.update_mask.paths.append("columns")
    assert ask(room, "UpdateColumnMapping", change, MARKETING).column_mapping.version == 2
    assert refusal(room, "UpdateColumnMapping", change, MARKETING).reason == "CHANGED_MEANWHILE"
    assert dict(look(room, first.id).columns) == {"company": "Kunde", "phone": "Nummer"}
    refused = refusal(room, "StartImport", pb.StartImportRequest(content=content, mapping_id=saved.id), MARKETING)
    assert refused.reason == "IMPORT_MISSING_COLUMN"


def test_a_deleted_mapping_is_not_found(room: Room) -> None:
    saved = mapping(room, company="Kunde")
    for _ in range(2):
        ask(room, "DeleteColumnMapping", pb.DeleteColumnMappingRequest(mapping_id=saved.id), MARKETING)
    assert ask(room, "ListColumnMappings", pb.ListColumnMappingsRequest(), MARKETING).column_mappings == []
    request = pb.GetColumnMappingRequest(mapping_id=saved.id)
    assert refusal(room, "GetColumnMapping", request, MARKETING).reason == "MAPPING_NOT_FOUND"
    wanted = pb.StartImportRequest(content=csv_bytes([good_row(1)]), mapping_id=saved.id)
    assert refusal(room, "StartImport", wanted, MARKETING).reason == "MAPPING_NOT_FOUND"


@pytest.mark.parametrize("columns", [{}, {"shoe_size": "x"}, {"company": " "}, {"company": "x" * 101}])
def test_a_mapping_that_means_nothing_is_refused(room: Room, columns: dict[str, str]) -> None:
    request = pb.CreateColumnMappingRequest(column_mapping=pb.ColumnMapping(name="ERP", columns=columns))
    assert refusal(room, "CreateColumnMapping", request, MARKETING).reason == "INVALID_FIELD"
