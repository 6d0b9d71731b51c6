"""Voices, the wall, accounts at risk."""

from collections.abc import Iterable, Mapping

from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.documents.voice_dictionary import VoiceDictionary
from services.leads.domain.attention.risk import Risk
from services.leads.domain.attention.themes import Theme, WallTheme
from services.leads.translate.attention.words import voice_state_number
from services.leads.translate.values import Row, timestamp


def voice_to_proto(row: Row) -> pb.Voice:
    """A voice from its stored row."""
    return pb.Voice(
        id=row["_id"],
        account_id=row["account_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        region=row["region"],
        sentence=row["sentence"],
        state=voice_state_number(row["state"]),
        is_negative=row["is_negative"],
        visit_id=row["visit_id"],
        voice_time=timestamp(row["voice_time"]),
        resolved_by=row["resolved_by"],
        resolve_time=timestamp(row.get("resolve_time")),
        answer=row["answer"],
    )


def wall_theme_to_proto(theme: WallTheme, voices: Mapping[str, Row]) -> pb.WallTheme:
    """A theme with its voices (`voices`: rows by id), the latest first."""
    rows = sorted((voices[each] for each in theme.sentence_ids), key=lambda row: row["_id"])
    rows.sort(key=lambda row: row["voice_time"], reverse=True)
    return pb.WallTheme(
        key=theme.key,
        titles=theme.titles,
        voice_count=len(rows),
        share_bp=theme.share_bp,
        voices=map(voice_to_proto, rows),
    )


def themes_from(messages: Iterable[pb.VoiceTheme]) -> list[Theme]:
    """The dictionary that the request carries."""
    return [Theme(each.key, dict(each.titles), tuple(each.keywords)) for each in messages]


def themes_to_proto(dictionary: VoiceDictionary) -> list[pb.VoiceTheme]:
    """The dictionary's themes in their order."""
    return [
        pb.VoiceTheme(key=each["key"], titles=each["titles"], keywords=each["keywords"]) for each in dictionary.entries
    ]


def account_at_risk_to_proto(risk: Risk, account: Row, scripts: Mapping[str, Mapping[str, str]]) -> pb.AccountAtRisk:
    """An account with its causes, and the script for each."""
    return pb.AccountAtRisk(
        account_id=account["_id"],
        company=account["name"],
        owner_id=account["owner_id"],
        points=risk.points,
        causes=[
            pb.RiskCause(
                cause=each.cause,
                points=each.points,
                explanation=each.explanation,
                script=scripts[each.cause],
                since=timestamp(each.since),
            )
            for each in risk.causes
        ],
    )
