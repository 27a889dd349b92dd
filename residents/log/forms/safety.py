"""What is filled in about what keeps a house safe."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from residents.houses.scoped_forms import ScopedForm, ScopedModelForm
from residents.log.models import SafetyItem
from residents.stays.forms import date_field, reason_field
from soberhouse.forms import DateInput, Segmented

GOOD_UNTIL = _("The day that stands on it, if any. The last day of a month, where only that is said.")


class ItemForm(ScopedForm):
    """One more thing to look after; and, as whoever writes it down stands before it, whether it is in order."""

    kind = forms.ChoiceField(label=_("what it is"))
    place = forms.CharField(label=_("where"), max_length=120, help_text=_("So that a guest finds it at night."))
    every_days = forms.IntegerField(label=_("looked at every (days)"), min_value=1, max_value=1100, initial=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(value, capfirst(label)) for value, label in SafetyItem.Kind.choices]


class ItemChangeForm(ScopedModelForm):
    class Meta:
        model = SafetyItem
        fields = ("place", "every_days", "retired_on")
        widgets: ClassVar = {"retired_on": DateInput()}
        help_texts: ClassVar = {"retired_on": _("Its record stays. Nobody is asked to look at it any more.")}


class CheckForm(ScopedForm):
    """What somebody saw who looked at it."""

    in_order = forms.TypedChoiceField(
        label=_("is it in order?"),
        choices=[("yes", _("in order")), ("no", _("not in order"))],
        coerce=lambda value: value == "yes",
        widget=Segmented,
        initial="yes",
    )
    checked_on = date_field(_("day"))
    expires_on = date_field(_("good until"), required=False, help_text=GOOD_UNTIL)
    note = forms.CharField(
        label=_("what was seen"), max_length=500, required=False, help_text=_("Needed where it is not in order.")
    )


class CheckCorrectForm(CheckForm):
    reason = reason_field(_("what was wrong"))
