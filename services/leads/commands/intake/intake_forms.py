"""Public forms as data: make and change them."""

from collections.abc import Collection
from dataclasses import replace

from chassis.clocks import clock
from chassis.documents import VersionConflict
from services.leads.commands.intake.versions import require_version
from services.leads.documents import IntakeForm
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.form import FormDefinition, checked_form


def create_intake_form(definition: FormDefinition) -> IntakeForm:
    """The form; making the same one again changes nothing. Raises FieldProblem, also for a key that is taken."""
    checked = checked_form(definition)
    form = IntakeForm(id=checked.key, create_time=clock.now())
    form.take_over(checked)
    try:
        form.commit()
    except VersionConflict:
        earlier = IntakeForm.load(checked.key)
        if earlier.definition != checked:
            raise FieldProblem("intake_form.key", "TAKEN", "该标识已被使用", "another form has this key") from None
        return earlier
    return form


def update_intake_form(definition: FormDefinition, *, paths: Collection[str], expected_version: int) -> IntakeForm:
    """The form with the named fields changed. Raises FormNotFound, ChangedMeanwhile, FieldProblem."""
    form = IntakeForm.load(definition.key)
    require_version(form, expected_version)
    known = set(vars(definition)) - {"key"}
    changes = {path: getattr(definition, path) for path in paths if path in known}
    form.take_over(checked_form(replace(form.definition, **changes)))
    form.commit()
    return form
