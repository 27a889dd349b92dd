"""Forms about houses and those who run them. They check what a field can hold; the services judge what may be."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses.models import Bed, House, Organization, Role, Room, Tablet
from residents.houses.permissions import RoleKind
from residents.houses.queries import people_of
from residents.houses.scoped_forms import ScopedForm, ScopedModelForm
from soberhouse.accounts.forms import PinInput
from soberhouse.accounts.models import Partner, User
from soberhouse.accounts.scopes import Scope
from soberhouse.forms import ChangeForm, DateInput, PhoneInput, TimeInput

# First what houses here are in, then the rest of the world.
AMERICAN = [
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
]


def time_zones() -> list[tuple[str, Any]]:
    others = sorted(name for name in available_timezones() - set(AMERICAN) if "/" in name and name[:4] != "Etc/")
    return [
        (_("United States"), [(name, name.replace("_", " ")) for name in AMERICAN]),
        (_("elsewhere"), [(name, name.replace("_", " ")) for name in [*others, "UTC"]]),
    ]


class TimeZoneField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        super().__init__(choices=time_zones, **kwargs)


class LocalTimeInput(forms.DateTimeInput):
    """A day and an hour, by the browser's own pickers."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class LocalTimeField(forms.DateTimeField):
    """An instant, typed and shown as clocks in `zone` have it."""

    widget = LocalTimeInput
    zone: ZoneInfo

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)


def why(help_text: str = "") -> forms.CharField:
    """The reason that history keeps."""
    return forms.CharField(label=_("Reason"), max_length=500, help_text=help_text)


class OrganizationForm(ChangeForm):
    time_zone = TimeZoneField(label=_("Time zone"))

    class Meta:
        model = Organization
        fields = ["name", "time_zone", "phone", "oversight"]
        widgets = {"phone": PhoneInput, "oversight": forms.Textarea(attrs={"rows": 3})}


class HouseForm(forms.ModelForm):
    """What is true of the house. `sections` says how the page groups it."""

    time_zone = TimeZoneField(label=_("Time zone"), help_text=_("Days, curfews and weeks follow the clock there."))

    class Meta:
        model = House
        fields = [
            *("name", "phone", "time_zone", "street", "city", "state", "postal_code", "address_confidential"),
            *("serves", "lgbtq_affirming", "parents_with_children", "narr_level"),
            *("supports_buprenorphine", "supports_methadone", "supports_naltrexone"),
            *("fee", "fee_period", "curfew_weeknights", "curfew_weekends"),
            *("curfew_grace", "absent_after", "orientation_hours"),
        ]
        widgets = {"phone": PhoneInput, "curfew_weeknights": TimeInput, "curfew_weekends": TimeInput}

    groups = [
        (_("The house"), ["name", "phone", "time_zone"]),
        (_("Where it is"), ["street", "city", "state", "postal_code", "address_confidential"]),
        (_("Whom it serves"), ["serves", "lgbtq_affirming", "parents_with_children", "narr_level"]),
        (
            _("Medications for opioid use disorder it supports"),
            ["supports_buprenorphine", "supports_methadone", "supports_naltrexone"],
        ),
        (_("What it asks"), ["fee", "fee_period", "orientation_hours"]),
        (_("Nights"), ["curfew_weeknights", "curfew_weekends", "curfew_grace", "absent_after"]),
    ]

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.groups]


class HouseChangeForm(ChangeForm, HouseForm):
    class Meta(HouseForm.Meta):
        pass


class RoomForm(forms.ModelForm):
    class Meta:
        model = Room
        fields = ["name"]


class RoomChangeForm(ChangeForm, RoomForm):
    class Meta(RoomForm.Meta):
        pass


class BedForm(forms.ModelForm):
    class Meta:
        model = Bed
        fields = ["name", "opened_on"]
        widgets = {"opened_on": DateInput}
        help_texts = {"opened_on": _("Empty if it was always there. Counts of beds in the past follow it.")}


class BedChangeForm(ScopedModelForm):
    class Meta:
        model = Bed
        fields = ["name", "room"]


class BedCloseForm(forms.Form):
    closed_on = forms.DateField(
        label=_("First day without the bed"), widget=DateInput, help_text=_("It counts up to the day before.")
    )
    reason = why()


class ReasonForm(forms.Form):
    reason = why()


class RoleFields(ScopedForm):
    """A role, where, and from when until when by the clocks of the organization, whose houses alone are offered."""

    kind = forms.ChoiceField(
        label=_("Role"),
        choices=RoleKind.choices,
        initial=RoleKind.MANAGER,
        help_text=_("An operator runs everything, a manager one house; an auditor sees all and changes nothing."),
    )
    house = forms.ModelChoiceField(
        label=_("House"), queryset=House.objects.all(), required=False, help_text=_("For a manager.")
    )
    starts_at = LocalTimeField(label=_("From"))
    ends_at = LocalTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: until further notice. A relief manager's role has an end."),
    )

    def __init__(self, *args: Any, organization: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization or self.house.organization
        self.fields["house"].queryset = self.fields["house"].queryset.filter(organization=self.organization)
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = ZoneInfo(self.organization.time_zone)
        self.fields["starts_at"].initial = timezone.now


class RoleForm(RoleFields):
    """A role for somebody who has an account."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.all())
    field_order = ["person", "kind", "house", "starts_at", "ends_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        person.queryset = people_of(self.organization).filter(pk__in=person.queryset.values("pk"), is_active=True)


class PersonForm(RoleFields):
    """Somebody new: the account and its first role."""

    name = forms.CharField(label=_("Name"), max_length=120)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("To sign in with. Letters, digits and @ . + - _ only."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, help_text=_("A link to a new password can be sent there.")
    )
    field_order = ["name", "username", "email", "kind", "house", "starts_at", "ends_at"]


class AccountForm(ChangeForm):
    class Meta:
        model = User
        fields = ["name", "username", "email"]


class RoleEndForm(forms.Form):
    ends_at = LocalTimeField(label=_("Until"))
    reason = why()

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_at"].zone = ZoneInfo(role.organization.time_zone)
        self.fields["ends_at"].initial = timezone.now


class TabletForm(forms.ModelForm):
    class Meta:
        model = Tablet
        fields = ["name"]
        help_texts = {"name": _("Where it stands, such as kitchen.")}


class TabletPinForm(forms.Form):
    pin = forms.CharField(label=_("PIN"), max_length=20, widget=PinInput({"autofocus": True}))


class PartnerForm(forms.ModelForm):
    class Meta:
        model = Partner
        fields = ["name", "email"]


class PartnerChangeForm(ChangeForm, PartnerForm):
    class Meta(PartnerForm.Meta):
        pass


class KeyForm(forms.Form):
    """A new key of a person or of a partner, up to a midnight by the clocks of the organization."""

    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("The program or the place that shows it.")
    )
    scopes = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    expires_at = forms.DateField(
        label=_("Stops working on"), widget=DateInput, help_text=_("It works up to the day before. Two years at most.")
    )

    def __init__(self, *args: Any, scopes: Collection[Scope], organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in Scope if scope in scopes]
        self.fields["scopes"].initial = [Scope.OCCUPANCY]
        self.fields["expires_at"].initial = organization.today() + timedelta(days=365)
        self.zone = ZoneInfo(organization.time_zone)

    def clean_expires_at(self) -> datetime:
        return datetime.combine(self.cleaned_data["expires_at"], time(), self.zone)
