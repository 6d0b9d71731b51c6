"""Imports and column mappings: protobuf to use case to protobuf, nothing else."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis import access, files
from chassis.pages import open_page
from contracts.access.leads.intake import SEES_CONTACTS
from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1.intake_service_pb2_grpc import IntakeServiceServicer
from services.leads.commands import intake as commands
from services.leads.documents import ColumnMapping
from services.leads.queries import intake as queries
from services.leads.rpc.callers import caller
from services.leads.translate.intake import changed_paths, import_state_word, import_to_proto, mapping_to_proto

_MAPPING_FIELDS = ("name", "columns")


class IntakeFiles(IntakeServiceServicer):
    """Leads in files."""

    def CreateColumnMapping(
        self, request: pb.CreateColumnMappingRequest, context: Any
    ) -> pb.CreateColumnMappingResponse:
        mapping = commands.create_column_mapping(
            request.column_mapping.name,
            dict(request.column_mapping.columns),
            request_id=request.request_id,
            by=caller().subject,
        )
        return pb.CreateColumnMappingResponse(column_mapping=mapping_to_proto(mapping.to_mongo()))

    def UpdateColumnMapping(
        self, request: pb.UpdateColumnMappingRequest, context: Any
    ) -> pb.UpdateColumnMappingResponse:
        mapping = commands.update_column_mapping(
            request.column_mapping.id,
            request.column_mapping.name,
            dict(request.column_mapping.columns),
            paths=changed_paths(request.update_mask.paths, _MAPPING_FIELDS),
            expected_version=request.column_mapping.version,
        )
        return pb.UpdateColumnMappingResponse(column_mapping=mapping_to_proto(mapping.to_mongo()))

    def GetColumnMapping(self, request: pb.GetColumnMappingRequest, context: Any) -> pb.GetColumnMappingResponse:
        mapping = ColumnMapping.load_kept(request.mapping_id)
        return pb.GetColumnMappingResponse(column_mapping=mapping_to_proto(mapping.to_mongo()))

    def ListColumnMappings(self, request: pb.ListColumnMappingsRequest, context: Any) -> pb.ListColumnMappingsResponse:
        rows, token = queries.list_column_mappings(open_page(request))
        return pb.ListColumnMappingsResponse(column_mappings=map(mapping_to_proto, rows), next_page_token=token)

    def DeleteColumnMapping(
        self, request: pb.DeleteColumnMappingRequest, context: Any
    ) -> pb.DeleteColumnMappingResponse:
        commands.delete_column_mapping(request.mapping_id)
        return pb.DeleteColumnMappingResponse()

    def StartImport(self, request: pb.StartImportRequest, context: Any) -> pb.StartImportResponse:
        lead_import = commands.start_import(
            request.content,
            file_name=request.file_name,
            columns=dict(request.columns),
            mapping_id=request.mapping_id,
            validate_only=request.validate_only,
            request_id=request.request_id,
            by=caller().subject,
        )
        return pb.StartImportResponse(lead_import=import_to_proto(lead_import.to_mongo()))

    def GetImport(self, request: pb.GetImportRequest, context: Any) -> pb.GetImportResponse:
        row = queries.get_import(request.import_id, caller(), access.scope())
        problems = queries.problems_of(request.import_id, limit=queries.PROBLEMS_SHOWN)
        return pb.GetImportResponse(lead_import=import_to_proto(row, problems))

    def ListImports(self, request: pb.ListImportsRequest, context: Any) -> pb.ListImportsResponse:
        rows, token = queries.list_imports(
            caller(), access.scope(), open_page(request), state=import_state_word(request.state)
        )
        return pb.ListImportsResponse(lead_imports=map(import_to_proto, rows), next_page_token=token)

    def CancelImport(self, request: pb.CancelImportRequest, context: Any) -> pb.CancelImportResponse:
        queries.get_import(request.import_id, caller(), access.scope())
        lead_import = commands.cancel_import(request.import_id)
        return pb.CancelImportResponse(lead_import=import_to_proto(lead_import.to_mongo()))

    def GetImportBadRows(self, request: pb.GetImportBadRowsRequest, context: Any) -> HttpBody:
        content = queries.bad_rows(
            request.import_id,
            caller(),
            access.scope(),
            language=request.language,
            sees_contacts=caller().has_role(*SEES_CONTACTS),
        )
        return HttpBody(content_type=files.XLSX, data=content)
