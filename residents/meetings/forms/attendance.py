"""What is filled in about being at a meeting. How well it is proved follows from what is given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.away.forms.passes import HouseTimeField, TimesForm
from residents.log.forms.entries import NOT_KEPT, PICTURES
from residents.meetings.models import Grade, Meeting
from residents.meetings.models.words import Venue
from residents.rules.models.signing import STROKES
from residents.stays.forms import date_field, reason_field
from residents.stays.paper_forms import IssueForm


class PhotoField(forms.FileField):
    """A photo of a slip, within the size that a request may have."""

    def __init__(self) -> None:
        super().__init__(
            label=_("photo of the slip"),
            required=False,
            help_text=NOT_KEPT,
            widget=forms.FileInput(attrs={"accept": PICTURES}),
        )


class EvidenceForm(TimesForm):
    """What proves it: nothing more than their word, a photo, the chair's initial, the meeting's code."""

    code = forms.CharField(
        label=_("code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("It hangs at the meeting, or is on the screen at the house meeting."),
    )
    signer = forms.CharField(
        label=_("first name of the chair"),
        max_length=40,
        required=False,
        help_text=_("First name, and an initial at most."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    drawing = forms.CharField(
        required=False, max_length=20_000, strip=True, validators=[STROKES], widget=forms.HiddenInput
    )
    photo = PhotoField()

    def evidence(self, *, seen: bool = False) -> dict[str, Any]:
        """What to hand to the service: the best grade that what is given asks for."""
        data = self.cleaned_data
        if seen:
            grade = Grade.SEEN
        elif data["code"]:
            grade = Grade.CODE
        elif data["signer"] or data["drawing"]:
            grade = Grade.SIGNED
        elif data["photo"]:
            grade = Grade.PHOTO
        else:
            grade = Grade.SELF
        return {
            "grade": grade,
            "code": data["code"],
            "signer": data["signer"],
            "drawing": data["drawing"],
            "photo": data["photo"].read() if data["photo"] else None,
        }


class LogForm(EvidenceForm):
    """One meeting, with when it was where it is held by appointment."""

    starts_at = HouseTimeField(label=_("began"))
    minutes = forms.IntegerField(label=_("how many minutes"), min_value=1, max_value=1440, initial=60)
    online = forms.BooleanField(label=_("online"), required=False)
    note = forms.CharField(label=_("note"), max_length=500, required=False)
    field_order = ("starts_at", "minutes", "online", "code", "signer", "photo", "note")

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if meeting.recurrence:
            del self.fields["starts_at"], self.fields["minutes"]
        if meeting.venue in (Venue.IN_PERSON, Venue.ONLINE):
            del self.fields["online"]

    def facts(self, *, starts_at: datetime | None, seen: bool = False) -> dict[str, Any]:
        """What to hand to the service, of an occurrence that began at `starts_at`."""
        data = self.cleaned_data
        return {
            "starts_at": data.get("starts_at") or starts_at,
            "minutes": data.get("minutes"),
            "online": bool(data.get("online")),
            "note": data["note"],
        } | self.evidence(seen=seen)


class CodeForm(forms.Form):
    """A meeting's code, wherever one is."""

    code = forms.CharField(
        label=_("code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("It hangs at the meeting, or is on the screen at the house meeting."),
        error_messages={"required": _("Type the code that hangs at the meeting.")},
    )


class WhyForm(forms.Form):
    """A decision about an attendance, with its reason."""

    reason = reason_field(_("why"))


class ReportForm(IssueForm):
    first_day = date_field(_("from"))
    last_day = date_field(_("until"), help_text=_("Both days are on the paper."))
    field_order = ("first_day", "last_day")


class SheetForm(IssueForm):
    day = date_field(_("day"), help_text=_("The day of the house meeting."))
    field_order = ("day",)
