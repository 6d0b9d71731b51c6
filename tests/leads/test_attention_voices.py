"""What customers say: taken in once, solved, and shown as a wall."""

from datetime import timedelta
from typing import Any

from chassis.clocks import clock
from chassis.principal import Principal
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.commands import attention as commands
from services.leads.documents import Voice
from tests.leads.attention_room import ALICE, BOB, CARE, OTHER_BOSS, ago, ask, open_account, refused, stamp
from tests.leads.room import DIRECTOR, MARKETING, REGIONAL, SUPERVISOR, Room
from tests.leads.voice_corpus import VOICES


def add(room: Room, account_id: str, sentence: str, caller: Principal = ALICE, **fields: Any) -> pb.Voice:
    request = pb.AddVoiceRequest(account_id=account_id, sentence=sentence, **fields)
    answer: pb.AddVoiceResponse = ask(room, "AddVoice", request, caller)
    return answer.voice


def wall(room: Room, caller: Principal = DIRECTOR, **fields: Any) -> pb.GetVoiceWallResponse:
    request = pb.GetVoiceWallRequest(**fields)
    answer: pb.GetVoiceWallResponse = ask(room, "GetVoiceWall", request, caller)
    return answer


def test_a_complaint_is_open_until_somebody_solves_it(room: Room) -> None:
    account_id = open_account()
    praise = add(room, account_id, "售后的小李很负责")
    complaint = add(room, account_id, "  价格太贵，\n  交货又慢 ")
    problem = add(room, account_id, "我们换了采购经理", is_problem=True)
    assert [each.state for each in (praise, complaint, problem)] == [
        pb.VOICE_STATE_HEARD,
        pb.VOICE_STATE_OPEN,
        pb.VOICE_STATE_OPEN,
    ]
    assert complaint.sentence == "价格太贵， 交货又慢"
    assert (complaint.is_negative, problem.is_negative) == (True, False)
    solve = pb.ResolveVoiceRequest(voice_id=complaint.id, answer="改成每周发货")
    solved = ask(room, "ResolveVoice", solve, CARE).voice
    again = pb.ResolveVoiceRequest(voice_id=complaint.id, answer="别的")
    assert ask(room, "ResolveVoice", again, ALICE).voice == solved
    assert (solved.state, solved.resolved_by) == (pb.VOICE_STATE_RESOLVED, "carla")
    listed = ask(room, "ListVoices", pb.ListVoicesRequest(state=pb.VOICE_STATE_OPEN), ALICE).voices
    assert [each.id for each in listed] == [problem.id]


def test_a_visit_has_one_sentence(room: Room) -> None:
    account_id = open_account()
    first = add(room, account_id, "能不能定制", visit_id="v1")
    assert add(room, account_id, "能不能定制", visit_id="v1") == first
    other = pb.AddVoiceRequest(account_id=account_id, sentence="别的", visit_id="v1")
    assert refused(room, "AddVoice", other, ALICE).failure.violations[0].field == "visit_id"
    commands.add_visit_voice(
        account_id, sentence="从事件来", visit_id="v1", voice_time=clock.now(), by="alice", at=clock.now()
    )
    for _ in range(2):
        commands.add_visit_voice(
            account_id, sentence="太慢" * 400, visit_id="v2", voice_time=clock.now(), by="alice", at=clock.now()
        )
    commands.add_visit_voice(account_id, sentence="", visit_id="v3", voice_time=clock.now(), by="a", at=clock.now())
    stored = {row["visit_id"]: row["sentence"] for row in Voice.collection().find({})}
    assert stored == {"v1": "能不能定制", "v2": "太慢" * 250}


def test_a_repeated_request_changes_nothing(room: Room) -> None:
    account_id = open_account()
    first = add(room, account_id, "Too slow", request_id="r1")
    assert add(room, account_id, "Too slow", request_id="r1") == first
    other = pb.AddVoiceRequest(account_id=account_id, sentence="Too late", request_id="r1")
    assert refused(room, "AddVoice", other, ALICE).reason == "REQUEST_ID_REUSED"
    assert Voice.collection().count_documents({}) == 1


def test_the_wall_shows_themes_with_shares_and_sentences(room: Room) -> None:
    account_id = open_account()
    for _, sentence in VOICES:
        add(room, account_id, sentence)
    shown = wall(room)
    assert (shown.voice_count, shown.is_cut) == (len(VOICES), False)
    assert sum(theme.share_bp for theme in shown.wall_themes) == 10_000
    assert sum(theme.voice_count for theme in shown.wall_themes) == len(VOICES)
    assert [theme.voice_count for theme in shown.wall_themes[:3]] == [10, 9, 9]
    price = next(theme for theme in shown.wall_themes if theme.key == "price")
    assert (price.titles["zh"], price.titles["en"], price.share_bp) == ("价格", "Price", 1_250)
    times = [voice.voice_time.ToMilliseconds() for voice in price.voices]
    assert times == sorted(times, reverse=True)


def test_the_wall_keeps_to_its_period_region_and_viewer(room: Room) -> None:
    room.hire("alice")
    room.hire("bob", team_id="t2", region="west")
    mine, theirs = open_account(), open_account(BOB)
    add(room, mine, "价格高", voice_time=stamp(ago(days=100)))
    add(room, mine, "交货慢", voice_time=stamp(ago(days=10)))
    add(room, theirs, "发票错了", BOB)

    def keys(caller: Principal, **fields: Any) -> set[str]:
        return {theme.key for theme in wall(room, caller, **fields).wall_themes}

    assert keys(DIRECTOR) == keys(CARE) == {"delivery", "payment"}
    assert keys(ALICE) == keys(SUPERVISOR) == keys(REGIONAL) == {"delivery"}
    assert keys(BOB) == keys(OTHER_BOSS) == {"payment"}
    assert keys(DIRECTOR, region="west") == {"payment"}
    assert keys(ALICE, region="west") == set()
    period = {"start_time": stamp(ago(days=101)), "end_time": stamp(ago(days=99))}
    assert keys(DIRECTOR, **period) == {"price"}
    backwards = pb.GetVoiceWallRequest(start_time=stamp(clock.now()), end_time=stamp(ago(days=1)))
    assert refused(room, "GetVoiceWall", backwards, DIRECTOR).failure.violations[0].field == "end_time"
    assert refused(room, "GetVoiceWall", pb.GetVoiceWallRequest(), MARKETING).code == "PERMISSION_DENIED"


def test_the_dictionary_is_data(room: Room) -> None:
    account_id = open_account()
    add(room, account_id, "明年要做碳排放验厂")
    assert [theme.key for theme in wall(room).wall_themes] == ["other"]
    before = ask(room, "GetVoiceThemes", pb.GetVoiceThemesRequest())
    audit = pb.VoiceTheme(key="audit", titles={"zh": "验厂", "en": "Audits"}, keywords=["验厂"])
    change = pb.UpdateVoiceThemesRequest(voice_themes=[*before.voice_themes, audit], version=before.version)
    after = ask(room, "UpdateVoiceThemes", change, MARKETING)
    assert (before.version, after.version) == (0, 1)
    (theme,) = wall(room).wall_themes
    assert (theme.key, theme.titles["en"], theme.share_bp) == ("audit", "Audits", 10_000)
    ask(room, "UpdateVoiceThemes", pb.UpdateVoiceThemesRequest(voice_themes=[audit]), DIRECTOR)
    stale = pb.UpdateVoiceThemesRequest(voice_themes=[], version=1)
    assert refused(room, "UpdateVoiceThemes", stale, DIRECTOR).reason == "ATTENTION_DATA_CHANGED"


def test_voices_out_of_reach_look_like_none(room: Room) -> None:
    room.hire("alice")
    account_id = open_account()
    voice = add(room, account_id, "太慢")
    solve = pb.ResolveVoiceRequest(voice_id=voice.id, answer="x")
    assert refused(room, "ResolveVoice", solve, BOB).reason == "VOICE_NOT_FOUND"
    foreign = pb.AddVoiceRequest(account_id=account_id, sentence="x")
    assert refused(room, "AddVoice", foreign, BOB).reason == "ACCOUNT_NOT_FOUND"
    for caller, seen in ((ALICE, 1), (SUPERVISOR, 1), (REGIONAL, 1), (CARE, 1), (BOB, 0), (OTHER_BOSS, 0)):
        assert len(ask(room, "ListVoices", pb.ListVoicesRequest(), caller).voices) == seen


def test_bad_voices_are_refused_with_their_field(room: Room) -> None:
    account_id = open_account()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"sentence": " "}, "sentence"),
        ({"sentence": "x" * 501}, "sentence"),
        ({"sentence": "x", "voice_time": stamp(clock.now() + timedelta(hours=1))}, "voice_time"),
        ({"sentence": "x", "request_id": "r" * 201}, "request_id"),
    )
    for fields, field in wrong:
        request = pb.AddVoiceRequest(account_id=account_id, **fields)
        assert refused(room, "AddVoice", request, ALICE).failure.violations[0].field == field
    assert Voice.collection().count_documents({}) == 0
