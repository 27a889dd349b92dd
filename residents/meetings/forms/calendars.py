"""What is filled in about calendars, and about notes of one's own."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.meetings.models import CalendarLink, StepNote
from soberhouse.forms import ChangeForm, DateInput


class LinkForm(forms.ModelForm):
    class Meta:
        model = CalendarLink
        fields = ("name",)


class MyLinkForm(forms.ModelForm):
    class Meta:
        model = CalendarLink
        fields = ("name", "with_places")
        labels: ClassVar = {"with_places": _("say where each meeting is held")}
        help_texts: ClassVar = {
            "with_places": _(
                "Whoever finds the address then reads the streets too. An address that names a fellowship "
                "is left out all the same."
            )
        }


class NoteForm(ChangeForm):
    class Meta:
        model = StepNote
        fields = ("about", "text", "written_on", "shared")
        widgets: ClassVar = {"written_on": DateInput(), "text": forms.Textarea(attrs={"rows": 8})}
