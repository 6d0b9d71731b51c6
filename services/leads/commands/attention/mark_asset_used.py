"""Somebody used an asset with a customer."""

from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import transaction
from services.leads.documents import Asset, AssetUse
from services.leads.documents.asset import use_id
from services.leads.queries.attention.subjects import Subject


def mark_asset_used(asset_id: str, subject: Subject, *, by: str, at: datetime) -> Asset:
    """The asset, used by the person `by` at `at` (UTC); counted once for each account or opportunity.

    Raises AssetNotFound.
    """
    account_id = subject.account["_id"]

    def work(session: ClientSession) -> Asset:
        asset = Asset.load(asset_id, session=session)
        use = AssetUse(
            id=use_id(asset_id, account_id, subject.opportunity_id, by),
            asset_id=asset_id,
            account_id=account_id,
            opportunity_id=subject.opportunity_id,
            used_by=by,
            use_time=at,
        )
        if AssetUse.find(use.id, session=session) is None:
            use.commit(why="asset used", session=session)
            asset.use_count += 1
            asset.reuse_count += int(by != asset.author_id)
            asset.commit(why="used", session=session)
        return asset

    return transaction(work)
