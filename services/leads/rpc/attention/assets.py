"""Assets: recorded by one, found and reused by others."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody

from chassis import access
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import attention_service_pb2 as pb
from saleloop.leads.v1.attention_service_pb2_grpc import AttentionServiceServicer
from services.leads.commands import attention as commands
from services.leads.commands.attention import AssetUpload
from services.leads.queries import attention as queries
from services.leads.rpc.callers import caller
from services.leads.translate.attention.staff import asset_content_from, asset_to_proto
from services.leads.translate.attention.words import asset_kind_from, asset_kind_required
from services.leads.words import cut_words


def _upload(request: "pb.CreateAssetRequest | pb.UpdateAssetRequest") -> AssetUpload | None:
    if not request.HasField("file"):
        return None
    return AssetUpload(request.file.name, request.file.media_type, request.file.content)


class AssetRpcs(AttentionServiceServicer):
    """Solutions, answers to objections, key actions."""

    def CreateAsset(self, request: pb.CreateAssetRequest, context: Any) -> pb.CreateAssetResponse:
        asset = commands.create_asset(
            asset_kind_required(request.kind),
            asset_content_from(request),
            _upload(request),
            request_id=request.request_id,
            by=caller(),
            at=clock.now(),
            cut=cut_words,
        )
        return pb.CreateAssetResponse(asset=asset_to_proto(asset.to_mongo()))

    def UpdateAsset(self, request: pb.UpdateAssetRequest, context: Any) -> pb.UpdateAssetResponse:
        asset = commands.update_asset(
            request.asset_id,
            asset_content_from(request),
            _upload(request),
            expected_edition=request.edition,
            by=caller(),
            at=clock.now(),
            cut=cut_words,
        )
        return pb.UpdateAssetResponse(asset=asset_to_proto(asset.to_mongo()))

    def GetAsset(self, request: pb.GetAssetRequest, context: Any) -> pb.GetAssetResponse:
        return pb.GetAssetResponse(asset=asset_to_proto(queries.get_asset(request.asset_id, request.edition)))

    def GetAssetFile(self, request: pb.GetAssetFileRequest, context: Any) -> HttpBody:
        file, content = queries.read_asset_file(request.asset_id, request.edition)
        return HttpBody(content_type=file.media_type, data=content)

    def SearchAssets(self, request: pb.SearchAssetsRequest, context: Any) -> pb.SearchAssetsResponse:
        rows, token = queries.search_assets(
            open_page(request),
            cut_words,
            text=request.text,
            kind=asset_kind_from(request.kind),
            tag=request.tag,
            segment=request.segment,
            language=request.language,
        )
        return pb.SearchAssetsResponse(assets=map(asset_to_proto, rows), next_page_token=token)

    def MarkAssetUsed(self, request: pb.MarkAssetUsedRequest, context: Any) -> pb.MarkAssetUsedResponse:
        subject = queries.find_subject(
            caller(), access.scope(), account_id=request.account_id, opportunity_id=request.opportunity_id
        )
        asset = commands.mark_asset_used(request.asset_id, subject, by=caller().subject, at=clock.now())
        return pb.MarkAssetUsedResponse(asset=asset_to_proto(asset.to_mongo()))

    def ListAssetAuthors(self, request: pb.ListAssetAuthorsRequest, context: Any) -> pb.ListAssetAuthorsResponse:
        return pb.ListAssetAuthorsResponse(
            asset_authors=[
                pb.AssetAuthor(
                    author_id=author_id,
                    solution_count=counts["solution"],
                    objection_answer_count=counts["objection_answer"],
                    key_action_count=counts["key_action"],
                    reuse_count=reused,
                )
                for author_id, counts, reused in queries.asset_authors()
            ]
        )
