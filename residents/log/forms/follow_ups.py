"""What is filled in about what is still to be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.log.models import FollowUpDone
from residents.log.services.follow_ups import Due
from residents.stays.forms import date_field
from soberhouse.forms import Segmented


class FollowUpForm(forms.Form):
    what = forms.CharField(label=_("what is to be done"), max_length=300)
    who = forms.CharField(label=_("by whom"), max_length=120, required=False)
    due_on = date_field(_("by when"))

    @property
    def due(self) -> Due:
        return Due(**self.cleaned_data)


class FollowUpDoneForm(forms.Form):
    outcome = forms.ChoiceField(label=_("what became of it?"), choices=FollowUpDone.Outcome.choices, widget=Segmented)
    note = forms.CharField(
        label=_("how"), max_length=500, required=False, help_text=_("Needed where it is no longer needed: say why.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("outcome", FollowUpDone.Outcome.DONE.value)
