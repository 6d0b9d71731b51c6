"""Intake beside the single lead: forms and webhooks, files, and (here) duplicates and what is known of an account."""

from typing import Any

from chassis import access
from chassis.access import Scope
from chassis.clocks import clock
from chassis.pages import open_page
from saleloop.leads.v1 import intake_service_pb2 as pb
from services.leads.commands import intake as commands
from services.leads.queries import get_account
from services.leads.queries import intake as queries
from services.leads.rpc.callers import caller
from services.leads.rpc.intake_doors import IntakeDoors
from services.leads.rpc.intake_files import IntakeFiles
from services.leads.translate.intake import changed_paths, duplicate_to_proto, merge_to_proto
from services.leads.translate.leads import account_to_proto

_ACCOUNT_FIELDS = ("name", "level", "attributes")


class IntakeServicer(IntakeDoors, IntakeFiles):
    """Intake beside the single lead: forms, webhooks, files, duplicates."""

    def ListDuplicates(self, request: pb.ListDuplicatesRequest, context: Any) -> pb.ListDuplicatesResponse:
        found, token = queries.list_duplicates(caller(), access.scope(), open_page(request))
        return pb.ListDuplicatesResponse(duplicates=map(duplicate_to_proto, found), next_page_token=token)

    def DismissDuplicate(self, request: pb.DismissDuplicateRequest, context: Any) -> pb.DismissDuplicateResponse:
        for account_id in (request.account_id, request.other_id):
            get_account(account_id, caller(), access.scope())
        commands.dismiss_duplicate(
            request.account_id, request.other_id, why=request.why, by=caller().subject, at=clock.now()
        )
        return pb.DismissDuplicateResponse()

    def MergeAccounts(self, request: pb.MergeAccountsRequest, context: Any) -> pb.MergeAccountsResponse:
        for account_id in (request.winner_id, request.loser_id):
            get_account(account_id, caller(), access.scope())
        merge, winner = commands.merge_accounts(
            request.winner_id, request.loser_id, why=request.why, by=caller().subject, at=clock.now()
        )
        return pb.MergeAccountsResponse(
            account_merge=merge_to_proto(merge.to_mongo()), account=account_to_proto(winner.to_mongo())
        )

    def UndoMerge(self, request: pb.UndoMergeRequest, context: Any) -> pb.UndoMergeResponse:
        queries.require_merge_in_reach(request.merge_id, caller(), access.scope())
        merge, loser = commands.undo_merge(request.merge_id, why=request.why, by=caller().subject, at=clock.now())
        return pb.UndoMergeResponse(
            account_merge=merge_to_proto(merge.to_mongo()), account=account_to_proto(loser.to_mongo())
        )

    def ListAccountMerges(self, request: pb.ListAccountMergesRequest, context: Any) -> pb.ListAccountMergesResponse:
        rows, token = queries.list_account_merges(
            caller(), access.scope(), open_page(request), account_id=request.account_id
        )
        return pb.ListAccountMergesResponse(account_merges=map(merge_to_proto, rows), next_page_token=token)

    def UpdateAccount(self, request: pb.UpdateAccountRequest, context: Any) -> pb.UpdateAccountResponse:
        wanted = request.account
        get_account(wanted.id, caller(), access.scope())
        account = commands.update_account(
            wanted.id,
            name=wanted.name,
            level=wanted.level,
            attributes=dict(wanted.attributes),
            paths=changed_paths(request.update_mask.paths, _ACCOUNT_FIELDS),
            expected_version=wanted.version,
            may_change_level=access.scope() is not Scope.OWN,
        )
        return pb.UpdateAccountResponse(account=account_to_proto(account.to_mongo()))
