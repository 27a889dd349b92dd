"""Forms about one person. They check what a field can hold; what may be said is the services' to judge."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.people.models import Alert, Contact, Officer, Resident, SobrietyDate, WeeklyHours
from residents.people.services import KEPT_BY_STAFF
from soberhouse.forms import ChangeForm, DateInput, PhoneInput, Segmented, TimeInput


def why(*, required: bool = True, help_text: str = "") -> forms.CharField:
    """The reason that history keeps."""
    return forms.CharField(label=_("Reason"), max_length=500, required=required, help_text=help_text)


class PersonForm(ChangeForm):
    reason = why(
        required=False,
        help_text=_("Needed where the legal name or the date of birth on record was wrong."),
    )

    class Meta:
        model = Resident
        fields = [
            "preferred_name",
            "legal_first_name",
            "legal_last_name",
            "pronouns",
            "gender",
            "birth_date",
            "phone",
        ]
        widgets = {"birth_date": DateInput, "phone": PhoneInput}


class SobrietyForm(forms.ModelForm):
    class Meta:
        model = SobrietyDate
        fields = ["since", "reason"]
        widgets = {"since": DateInput}


class SobrietyCorrectionForm(forms.Form):
    since = forms.DateField(label=_("Sober since"), widget=DateInput)
    reason = why(help_text=_("The day written down before stays on record, struck out, with this reason."))


class AlertForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Alert.Kind.choices, widget=Segmented, initial=Alert.Kind.ALLERGY)

    class Meta:
        model = Alert
        fields = ["kind", "text"]


class AlertChangeForm(ChangeForm, AlertForm):
    reason = why()

    class Meta(AlertForm.Meta):
        fields = [*AlertForm.Meta.fields, "is_current"]


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["kind", "name", "relationship", "phone", "email", "note"]
        widgets = {"phone": PhoneInput}


class ContactChangeForm(ChangeForm, ContactForm):
    reason = why(required=False)

    class Meta(ContactForm.Meta):
        fields = [*ContactForm.Meta.fields, "is_current"]


class OwnContactForm(forms.ModelForm):
    """What a resident writes down themselves: the kinds that staff keep are not offered."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[choice for choice in Contact.Kind.choices if choice[0] not in KEPT_BY_STAFF]
    )

    class Meta(ContactForm.Meta):
        pass


class OwnContactChangeForm(ChangeForm, OwnContactForm):
    class Meta(ContactForm.Meta):
        fields = [*ContactForm.Meta.fields, "is_current"]


class HoursForm(forms.ModelForm):
    """The same hours on several days at once."""

    kind = forms.ChoiceField(
        label=_("What"), choices=WeeklyHours.Kind.choices, widget=Segmented, initial=WeeklyHours.Kind.WORK
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        coerce=int,
        choices=WeeklyHours.Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["kind", "where", "weekdays", "starts", "ends", "starts_on", "ends_on"]

    class Meta:
        model = WeeklyHours
        fields = ["kind", "where", "starts", "ends", "starts_on", "ends_on"]
        widgets = {"starts": TimeInput, "ends": TimeInput, "starts_on": DateInput, "ends_on": DateInput}


class HoursChangeForm(ChangeForm):
    reason = why()

    class Meta:
        model = WeeklyHours
        fields = ["kind", "where", "weekday", "starts", "ends", "starts_on", "ends_on"]
        widgets = HoursForm.Meta.widgets


class HoursEndForm(forms.Form):
    ends_on = forms.DateField(
        label=_("Until"), widget=DateInput, help_text=_("The first day on which they no longer count.")
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPEG, PNG or WebP, up to 10 MB. Where and with what it was taken is not kept."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class PhotoRemoveForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=500, required=False)


class OfficerForm(forms.ModelForm):
    class Meta:
        model = Officer
        fields = ["duty", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}


class OfficerEndForm(forms.Form):
    ends_on = forms.DateField(label=_("Until"), widget=DateInput)
    reason = why()
