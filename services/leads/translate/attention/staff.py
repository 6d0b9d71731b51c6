"""Suggestions, the weekly three, assets."""

from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.documents.weekly_three import WeeklyThree
from services.leads.domain.attention.asset import AssetContent
from services.leads.translate.attention.words import asset_kind_number, suggestion_state_number, weekly_kind_number
from services.leads.translate.values import Row, timestamp


def suggestion_to_proto(row: Row, reader: str) -> pb.Suggestion:
    """A suggestion as the person with the subject `reader` sees it."""
    return pb.Suggestion(
        id=row["_id"],
        author_id=row["author_id"],
        title=row["title"],
        text=row["text"],
        state=suggestion_state_number(row["state"]),
        like_count=row["like_count"],
        liked_by_me=reader in row["liked_by"],
        answers=[
            pb.SuggestionAnswer(
                answered_by=answer["answered_by"],
                text=answer["text"],
                state=suggestion_state_number(answer["state"]),
                answer_time=timestamp(answer["answer_time"]),
            )
            for answer in row["answers"]
        ],
        create_time=timestamp(row["create_time"]),
    )


def weekly_three_to_proto(weekly: WeeklyThree) -> pb.WeeklyThree:
    """A week with its progress."""
    return pb.WeeklyThree(
        week=weekly.week,
        items=[
            pb.WeeklyItem(
                kind=weekly_kind_number(item["kind"]),
                subject_id=item["subject_id"],
                title=item["title"],
                done_by=item["done_by"],
                done_time=timestamp(item.get("done_time")),
            )
            for item in weekly.items
        ],
        done_count=weekly.done_count,
        is_done=weekly.done_count == len(weekly.items),
    )


def asset_content_from(request: "pb.CreateAssetRequest | pb.UpdateAssetRequest") -> AssetContent:
    """What the request says about the asset; without a language it is Chinese."""
    return AssetContent(request.title, request.text, tuple(request.tags), request.segment, request.language or "zh")


def asset_to_proto(row: Row) -> pb.Asset:
    """An asset from its stored row."""
    file = row.get("file") or {}
    return pb.Asset(
        id=row["_id"],
        kind=asset_kind_number(row["kind"]),
        title=row["title"],
        text=row["text"],
        tags=row["tags"],
        segment=row["segment"],
        language=row["language"],
        file_name=file.get("name", ""),
        file_size=file.get("size", 0),
        author_id=row["author_id"],
        edited_by=row["edited_by"],
        edition=row["edition"],
        use_count=row["use_count"],
        create_time=timestamp(row["create_time"]),
        edit_time=timestamp(row["edit_time"]),
    )
