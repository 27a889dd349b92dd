"""What a manager fills in about applications, beds and stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from residents.houses.models import Bed, House
from residents.houses.permissions import Action
from residents.houses.scoped_forms import ScopedForm
from residents.people.services import EARLIEST
from residents.stays.models import Application, BedUse, Discharge, PhaseKind
from residents.stays.queries import free_beds
from residents.stays.steps import DISCHARGE_FACTS
from soberhouse.forms import DateInput, PhoneInput

LATEST = date(2199, 12, 31)
PERSON = ("legal_first_name", "legal_last_name", "birth_date", "phone")


class BedChoice(forms.ModelChoiceField):
    """A bed, by the name people call it; with its house where the choice spans houses, and with who has it tonight.

    A taken bed can still be chosen: the service then says who is there until when.
    """

    def __init__(self, *, across_houses: bool = False, **kwargs: Any) -> None:
        self.across_houses = across_houses
        self.tonight: dict[int, BedUse] = {}
        super().__init__(Bed.objects.select_related("room", "house"), label=_("bed"), **kwargs)

    def show_tonight(self, house: House) -> None:
        """Say beside each bed of `house` what has it tonight, and offer only beds that are in use."""
        today = house.today()
        self.queryset = self.queryset.exclude(closed_on__lte=today)
        uses = BedUse.objects.on(today, today=today).filter(house=house).order_by("kind")
        self.tonight = {use.bed_id: use for use in uses.select_related("stay__resident", "application__resident")}

    def label_from_instance(self, bed: Bed) -> str:
        label = bed.label
        if self.across_houses:
            label = f"{bed.house.name} ({bed.house.get_serves_display()}) · {label}"
        use = self.tonight.get(bed.pk)
        return f"{label} · {use.has_it}" if use else label


class ApplicantChoice(forms.ModelChoiceField):
    def label_from_instance(self, application: Application) -> str:
        return f"{application.resident.name} · {application.get_status_display()}"


def date_field(label: Any, *, required: bool = True, help_text: Any = "", bounded: bool = True) -> forms.DateField:
    """A day; a `bounded` one lies within the years that a house could mean."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DateInput(),
        validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)] if bounded else [],
    )


def reason_field(label: Any = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label or _("reason"), max_length=500, required=required)


class PersonFields(ScopedForm):
    """Somebody who may be new to us."""

    legal_first_name = forms.CharField(label=_("first name"), max_length=100)
    legal_last_name = forms.CharField(label=_("last name"), max_length=100, required=False)
    birth_date = date_field(_("date of birth"), required=False, bounded=False)
    phone = forms.CharField(label=_("phone"), max_length=40, required=False, widget=PhoneInput())

    def person(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in PERSON}


class ApplicationForm(PersonFields):
    """Somebody asks for a bed."""

    received_on = date_field(_("received"))
    wanted_on = date_field(_("wants to move in"), required=False)
    referred_by = forms.CharField(label=_("referred by"), max_length=120, required=False)
    note = forms.CharField(label=_("note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("received_on", "wanted_on", "referred_by", "note")}


class MoveInForm(PersonFields):
    """Somebody who applied, or somebody new, moves into a bed."""

    application = ApplicantChoice(
        Application.objects.live().select_related("resident"),
        label=_("who applied"),
        required=False,
        empty_label=_("Somebody new"),
    )
    sober_since = date_field(_("sober since"), required=False)
    bed = BedChoice()
    starts_on = date_field(_("moved in"))
    expected_on = date_field(_("expected to move out"), required=False)
    field_order = ("application", *PERSON, "sober_since", "bed", "starts_on", "expected_on")

    def __init__(self, *args: Any, house: House, **kwargs: Any) -> None:
        super().__init__(*args, house=house, **kwargs)
        self.fields["bed"].show_tonight(house)
        self.fields["legal_first_name"].required = False
        if not self.fields["application"].queryset.exists():
            del self.fields["application"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (
            not cleaned.get("application")
            and not cleaned.get("legal_first_name")
            and "legal_first_name" not in self.errors
        ):
            choose = _("Choose who applied, or write the name of somebody new.")
            self.add_error("legal_first_name", choose if "application" in self.fields else _("Write a name."))
        return cleaned


class BedForm(ScopedForm):
    """A form that chooses among the beds of one house."""

    def __init__(self, *args: Any, house: House, **kwargs: Any) -> None:
        super().__init__(*args, house=house, **kwargs)
        self.fields["bed"].show_tonight(house)


class HoldForm(BedForm):
    application = ApplicantChoice(Application.objects.live().select_related("resident"), label=_("for"))
    bed = BedChoice()
    starts_on = date_field(_("from the night of"))
    ends_on = date_field(_("lapses on"), help_text=_("The first night it is not held any more."))


class HoldChangeForm(ScopedForm):
    ends_on = date_field(_("lapses on"), help_text=_("The first night it is not held any more."))
    reason = reason_field(required=False)


class OutForm(ScopedForm):
    starts_on = date_field(_("from the night of"))
    ends_on = date_field(_("back in service"), required=False, help_text=_("Leave empty if nobody knows yet."))
    note = forms.CharField(label=_("what is wrong"), max_length=200)


class MoveForm(BedForm):
    """Another bed of the same house."""

    bed = BedChoice()
    on = date_field(_("on"))
    reason = reason_field(required=False)


class TransferForm(ScopedForm):
    """A bed of another house, where this person too may admit."""

    bed = BedChoice(across_houses=True)
    on = date_field(_("on"))
    reason = reason_field()
    expected_on = date_field(_("expected to move out"), required=False)

    def __init__(self, *args: Any, user: Any, leaving: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        today = leaving.today()
        others = (
            House.objects.where_may(user, Action.ADMIT)
            .filter(organization=leaving.organization_id)
            .exclude(pk=leaving.pk)
        )
        self.fields["bed"].queryset = free_beds(others, today, today=today)


class ExpectForm(ScopedForm):
    expected_on = date_field(
        _("expected to move out"), required=False, help_text=_("Leave empty if no move-out is planned.")
    )
    displace = forms.BooleanField(
        label=_("The hold on this bed gives way"),
        required=False,
        help_text=_("Only where the bed is promised to somebody: the promise then begins later, or ends."),
    )
    reason = reason_field(required=False)


class DischargeForm(forms.ModelForm):
    """The end of a stay."""

    class Meta:
        model = Discharge
        fields = DISCHARGE_FACTS
        widgets = {"left_on": DateInput(), "note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = self.fields["reason"]
        # A transfer is made by moving the resident, an unknown reason only by an import.
        reasons.choices = [
            choice
            for choice in reasons.choices
            if choice[0] not in (Discharge.Reason.TRANSFER, Discharge.Reason.UNKNOWN)
            or choice[0] == self.initial.get("reason")
        ]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in DISCHARGE_FACTS}

    def _post_clean(self) -> None:
        """Left to the service, which fills in the rest of the row before it validates it."""


class DischargeCorrectForm(DischargeForm):
    correction_reason = reason_field(_("what was wrong"))


class DischargeUndoForm(ScopedForm):
    bed = BedChoice(
        required=False, help_text=_("Only if their last bed is taken now: the free bed they have from today.")
    )
    reason = reason_field(_("what was wrong"))


class ReasonForm(ScopedForm):
    reason = reason_field()


class OptionalReasonForm(ScopedForm):
    reason = reason_field(required=False)


class StayStartForm(ScopedForm):
    starts_on = date_field(_("moved in"))
    reason = reason_field(_("what was wrong"))


class WaitlistMoveForm(ScopedForm):
    place = forms.IntegerField(label=_("new place on the waitlist"), min_value=1, max_value=10000)
    reason = reason_field(_("why"))


class PhaseForm(ScopedForm):
    kind = forms.ModelChoiceField(PhaseKind.objects.all(), label=_("phase"))
    starts_on = date_field(_("from"))
    reason = reason_field(required=False)


class PhaseKindForm(ScopedForm):
    number = forms.IntegerField(label=_("number"), min_value=1, max_value=99)
    name = forms.CharField(label=_("name"), max_length=60)
