"""Forms and webhooks: protobuf to use case to protobuf, nothing else."""

from typing import Any

from chassis.pages import open_page
from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1.intake_service_pb2_grpc import IntakeServiceServicer
from services.leads.commands import intake as commands
from services.leads.commands.intake.receive_webhook import SignedDelivery
from services.leads.config import LeadsSettings
from services.leads.documents import IntakeForm
from services.leads.domain.intake.form import ALWAYS, TRAP_FIELD
from services.leads.intake_secrets import IntakeSecrets
from services.leads.phones import phone_normaliser
from services.leads.queries import intake as queries
from services.leads.rpc.callers import caller
from services.leads.translate.intake import (
    changed_paths,
    delivery_to_proto,
    form_from,
    form_to_proto,
    source_from,
    source_to_proto,
    submission_from,
)

_FORM_FIELDS = ("title", "channel", "region", "fields", "active", "language", "address_limit", "form_limit")
_SOURCE_FIELDS = ("name", "channel", "region", "field_mapping", "active")


class IntakeDoors(IntakeServiceServicer):
    """Where leads come in from outside."""

    def __init__(self, settings: LeadsSettings) -> None:
        self._normalise_phone = phone_normaliser(settings.default_country)
        self._keys = IntakeSecrets(settings.intake_key_bytes)

    def CreateIntakeForm(self, request: pb.CreateIntakeFormRequest, context: Any) -> pb.CreateIntakeFormResponse:
        form = commands.create_intake_form(form_from(request.intake_form))
        return pb.CreateIntakeFormResponse(intake_form=form_to_proto(form.to_mongo()))

    def UpdateIntakeForm(self, request: pb.UpdateIntakeFormRequest, context: Any) -> pb.UpdateIntakeFormResponse:
        form = commands.update_intake_form(
            form_from(request.intake_form),
            paths=changed_paths(request.update_mask.paths, _FORM_FIELDS),
            expected_version=request.intake_form.version,
        )
        return pb.UpdateIntakeFormResponse(intake_form=form_to_proto(form.to_mongo()))

    def GetIntakeForm(self, request: pb.GetIntakeFormRequest, context: Any) -> pb.GetIntakeFormResponse:
        return pb.GetIntakeFormResponse(intake_form=form_to_proto(IntakeForm.load(request.key).to_mongo()))

    def ListIntakeForms(self, request: pb.ListIntakeFormsRequest, context: Any) -> pb.ListIntakeFormsResponse:
        rows, token = queries.list_intake_forms(open_page(request))
        return pb.ListIntakeFormsResponse(intake_forms=map(form_to_proto, rows), next_page_token=token)

    def GetPublicForm(self, request: pb.GetPublicFormRequest, context: Any) -> pb.GetPublicFormResponse:
        form, token = commands.open_form(request.form_key, self._keys)
        return pb.GetPublicFormResponse(
            title=form.title,
            language=form.language,
            fields=(*ALWAYS, *form.fields),
            form_token=token,
            trap_field=TRAP_FIELD,
        )

    def SubmitIntakeForm(self, request: pb.SubmitIntakeFormRequest, context: Any) -> pb.SubmitIntakeFormResponse:
        message = commands.submit_form(
            request.form_key,
            submission_from(request),
            token=request.form_token,
            trap=request.website,
            address=_metadata(context).get("x-client-address", ""),
            keys=self._keys,
            normalise_phone=self._normalise_phone,
        )
        return pb.SubmitIntakeFormResponse(message=message)

    def CreateWebhookSource(
        self, request: pb.CreateWebhookSourceRequest, context: Any
    ) -> pb.CreateWebhookSourceResponse:
        source, secret = commands.create_webhook_source(
            source_from(request.webhook_source),
            request_id=request.request_id,
            by=caller().subject,
            keys=self._keys,
        )
        return pb.CreateWebhookSourceResponse(webhook_source=source_to_proto(source.to_mongo()), secret=secret)

    def UpdateWebhookSource(
        self, request: pb.UpdateWebhookSourceRequest, context: Any
    ) -> pb.UpdateWebhookSourceResponse:
        source = commands.update_webhook_source(
            request.webhook_source.id,
            source_from(request.webhook_source),
            paths=changed_paths(request.update_mask.paths, _SOURCE_FIELDS),
            expected_version=request.webhook_source.version,
        )
        return pb.UpdateWebhookSourceResponse(webhook_source=source_to_proto(source.to_mongo()))

    def RotateWebhookSecret(
        self, request: pb.RotateWebhookSecretRequest, context: Any
    ) -> pb.RotateWebhookSecretResponse:
        source, secret = commands.rotate_webhook_secret(request.source_id, keys=self._keys)
        return pb.RotateWebhookSecretResponse(webhook_source=source_to_proto(source.to_mongo()), secret=secret)

    def ListWebhookSources(self, request: pb.ListWebhookSourcesRequest, context: Any) -> pb.ListWebhookSourcesResponse:
        rows, token = queries.list_webhook_sources(open_page(request))
        return pb.ListWebhookSourcesResponse(webhook_sources=map(source_to_proto, rows), next_page_token=token)

    def ListWebhookDeliveries(
        self, request: pb.ListWebhookDeliveriesRequest, context: Any
    ) -> pb.ListWebhookDeliveriesResponse:
        rows, token = queries.list_webhook_deliveries(request.source_id, open_page(request))
        return pb.ListWebhookDeliveriesResponse(deliveries=map(delivery_to_proto, rows), next_page_token=token)

    def ReceiveWebhook(self, request: pb.ReceiveWebhookRequest, context: Any) -> pb.ReceiveWebhookResponse:
        sent = _metadata(context)
        created = commands.receive_webhook(
            SignedDelivery(
                source_id=request.source_id,
                webhook_id=sent.get("webhook-id", ""),
                timestamp=sent.get("webhook-timestamp", ""),
                signatures=sent.get("webhook-signature", ""),
                body=request.payload.data,
                address=sent.get("x-client-address", ""),
            ),
            keys=self._keys,
            normalise_phone=self._normalise_phone,
        )
        return pb.ReceiveWebhookResponse(created=created)


def _metadata(context: Any) -> dict[str, str]:
    """What the gateway tells of the HTTP request beside its body."""
    return {str(key): str(value) for key, value in context.invocation_metadata()}
