"""Assets: one records, others find and reuse."""

from typing import Any

from chassis.principal import Principal
from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.documents import Asset, AssetUse
from tests.leads.attention_room import ALICE, BOB, CARE, ask, open_account, open_opportunity, refused
from tests.leads.room import DIRECTOR, MARKETING, Room

PDF = b"%PDF-1.7 a case"
ANSWER = pb.ASSET_KIND_OBJECTION_ANSWER


def create(room: Room, title: str, caller: Principal = ALICE, **fields: Any) -> pb.Asset:
    given = {"kind": pb.ASSET_KIND_SOLUTION, "text": "见附件", **fields}
    answer: pb.CreateAssetResponse = ask(room, "CreateAsset", pb.CreateAssetRequest(title=title, **given), caller)
    return answer.asset


def found(room: Room, text: str = "", caller: Principal = BOB, **fields: Any) -> list[str]:
    """Titles, page by page."""
    titles: list[str] = []
    token = ""
    while True:
        request = pb.SearchAssetsRequest(page_size=2, page_token=token, text=text, **fields)
        answer = ask(room, "SearchAssets", request, caller)
        titles += [each.title for each in answer.assets]
        token = answer.next_page_token
        if not token:
            return titles


def use(room: Room, asset: pb.Asset, caller: Principal, **fields: Any) -> int:
    answer = ask(room, "MarkAssetUsed", pb.MarkAssetUsedRequest(asset_id=asset.id, **fields), caller)
    return int(answer.asset.use_count)


def test_others_find_what_one_recorded(room: Room) -> None:
    create(room, "客户嫌价格贵怎么回应", kind=ANSWER, tags=["价格", "Price"], segment="零售", text="拆成每天的成本")
    create(room, "冷链仓储方案", text="适合医药经销商，含温控报警", segment="医药")
    create(room, "How to answer 'too expensive'", kind=ANSWER, text="Split the price by day", language="en")
    assert found(room, "价格") == ["客户嫌价格贵怎么回应"]
    assert found(room, "格贵") == ["客户嫌价格贵怎么回应"]  # cut in another way
    assert found(room, "温控 医药经销商") == ["冷链仓储方案"]
    assert found(room, "EXPENSIVE") == ["How to answer 'too expensive'"]
    assert found(room, "price") == ["How to answer 'too expensive'", "客户嫌价格贵怎么回应"]
    assert found(room, "price 冷链") == []
    assert found(room, "？！") == []
    assert found(room, tag="PRICE") == ["客户嫌价格贵怎么回应"]
    assert found(room, segment="医药") == ["冷链仓储方案"]
    assert found(room, language="en", kind=ANSWER) == ["How to answer 'too expensive'"]
    assert len(found(room)) == len(found(room, caller=MARKETING)) == 3


def test_reuse_is_counted_once_for_each_person_and_customer(room: Room) -> None:
    asset, other = create(room, "a"), create(room, "b", BOB)
    mine = open_account()
    deal = open_opportunity(mine)
    assert use(room, asset, ALICE, account_id=mine) == 1
    assert use(room, asset, ALICE, account_id=mine) == 1
    assert use(room, asset, ALICE, opportunity_id=deal) == 2
    assert use(room, asset, CARE, account_id=mine) == 3
    assert use(room, other, ALICE, account_id=mine) == 1
    assert AssetUse.collection().count_documents({}) == 4
    assert found(room) == ["a", "b"]
    authors = ask(room, "ListAssetAuthors", pb.ListAssetAuthorsRequest()).asset_authors
    figures = {each.author_id: (each.solution_count, each.reuse_count) for each in authors}
    assert figures == {"alice": (1, 1), "bob": (1, 1)}
    foreign = pb.MarkAssetUsedRequest(asset_id=asset.id, account_id=open_account(BOB))
    assert refused(room, "MarkAssetUsed", foreign, ALICE).reason == "ACCOUNT_NOT_FOUND"
    nowhere = pb.MarkAssetUsedRequest(asset_id=asset.id)
    assert refused(room, "MarkAssetUsed", nowhere, ALICE).failure.violations[0].field == "account_id"


def test_an_edit_makes_a_new_edition_and_keeps_the_old_one(room: Room) -> None:
    asset = create(room, "旧方案", tags=["a"])
    edit = pb.UpdateAssetRequest(asset_id=asset.id, edition=1, title="新方案", text="更好", tags=["b"])
    edited = ask(room, "UpdateAsset", edit, BOB).asset
    assert (edited.edition, edited.title, edited.edited_by, edited.author_id) == (2, "新方案", "bob", "alice")
    assert refused(room, "UpdateAsset", edit, BOB).reason == "ATTENTION_DATA_CHANGED"
    edit.edition = 0
    assert ask(room, "UpdateAsset", edit, BOB).asset == edited
    first = ask(room, "GetAsset", pb.GetAssetRequest(asset_id=asset.id, edition=1), CARE).asset
    assert (first.title, list(first.tags), first.edited_by) == ("旧方案", ["a"], "alice")
    assert ask(room, "GetAsset", pb.GetAssetRequest(asset_id=asset.id), CARE).asset == edited
    assert (found(room, "旧方案"), found(room, "新方案")) == ([], ["新方案"])
    missing = pb.GetAssetRequest(asset_id=asset.id, edition=3)
    assert refused(room, "GetAsset", missing, CARE).reason == "ASSET_NOT_FOUND"


def test_a_file_comes_back_as_it_was_sent(room: Room) -> None:
    file = pb.AssetFile(name="案例.pdf", media_type="application/pdf", content=PDF)
    asset = create(room, "案例", file=file, request_id="1")
    assert (asset.file_name, asset.file_size) == ("案例.pdf", len(PDF))
    assert create(room, "案例", file=file, request_id="1") == asset
    body = ask(room, "GetAssetFile", pb.GetAssetFileRequest(asset_id=asset.id), DIRECTOR)
    assert (body.content_type, body.data) == ("application/pdf", PDF)
    edit = pb.UpdateAssetRequest(asset_id=asset.id, title="案例", text="文件不变")
    assert ask(room, "UpdateAsset", edit, ALICE).asset.file_size == len(PDF)
    plain = create(room, "无附件")
    no_file = pb.GetAssetFileRequest(asset_id=plain.id)
    assert refused(room, "GetAssetFile", no_file, DIRECTOR).reason == "ASSET_NOT_FOUND"


def test_bad_assets_are_refused_with_their_field(room: Room) -> None:
    liar = pb.AssetFile(name="x.pdf", media_type="application/pdf", content=b"MZ")
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"kind": pb.ASSET_KIND_UNSPECIFIED}, "kind"),
        ({"title": ""}, "title"),
        ({"text": "x" * 8_001}, "text"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"language": "fr"}, "language"),
        ({"file": liar}, "content"),
    )
    for fields, field in wrong:
        given = {"kind": pb.ASSET_KIND_SOLUTION, "title": "t", "text": "x", **fields}
        refusal = refused(room, "CreateAsset", pb.CreateAssetRequest(**given), ALICE)
        assert refusal.failure.violations[0].field == field
    assert Asset.collection().count_documents({}) == 0
    too_long = pb.SearchAssetsRequest(text="x" * 201)
    assert refused(room, "SearchAssets", too_long, ALICE).failure.violations[0].field == "text"
