"""Nurture packages and runs."""

from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.documents.nurture_package import NurturePackage
from services.leads.documents.nurture_run import STEP
from services.leads.domain.attention.nurture import Package, Step
from services.leads.translate.attention.words import run_state_number, step_kind_from, step_kind_number
from services.leads.translate.values import Row, timestamp


def package_from(message: pb.NurturePackage) -> Package:
    """Raises FieldProblem for a kind that is none."""
    steps = tuple(
        Step(
            step_kind_from(step.kind, f"nurture_package.steps[{place}].kind"),
            step.offset_days,
            step.asset_id,
            dict(step.texts),
        )
        for place, step in enumerate(message.steps)
    )
    return Package(dict(message.names), steps)


def package_to_proto(package: NurturePackage) -> pb.NurturePackage:
    """The package with its version (0: it holds without being stored)."""
    return pb.NurturePackage(
        id=package.id, names=package.names, steps=map(_step_to_proto, package.steps), version=package.version
    )


def run_to_proto(row: Row) -> pb.NurtureRun:
    """A run from its stored row."""
    due = next((each["due_time"] for each in row.get("deadlines", ()) if each["kind"] == STEP), None)
    return pb.NurtureRun(
        id=row["_id"],
        account_id=row["account_id"],
        lead_id=row["lead_id"],
        opportunity_id=row["opportunity_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        package_id=row["package_id"],
        package_version=row["package_version"],
        steps=map(_step_to_proto, row["steps"]),
        state=run_state_number(row["state"]),
        steps_due=row["steps_due"],
        next_step_time=timestamp(due),
        start_time=timestamp(row["start_time"]),
        end_time=timestamp(row.get("end_time")),
        stop_cause=row["stop_cause"],
        why=row["why"],
    )


def _step_to_proto(step: Row) -> pb.NurtureStep:
    return pb.NurtureStep(
        kind=step_kind_number(step["kind"]),
        offset_days=step["offset_days"],
        asset_id=step["asset_id"],
        texts=step["texts"],
    )
