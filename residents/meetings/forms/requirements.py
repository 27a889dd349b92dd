"""What is filled in about the meetings that are asked of residents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.houses.scoped_forms import ScopedForm
from residents.meetings.models import Grade, Kind, Requirement, WeekExcused
from residents.stays.forms import date_field, reason_field
from residents.stays.models import PhaseKind
from soberhouse.forms import Segmented

PARTS = (1, 2, 3)
MOST = 400


class OwnRequirementForm(ScopedForm):
    """What is asked of one resident."""

    per = forms.ChoiceField(
        label=_("how often"),
        choices=[("week", _("each week")), ("period", _("in a period"))],
        widget=Segmented,
        initial="week",
        help_text=_("A week is Monday to Sunday. “90 in 90” is a period."),
    )
    count = forms.IntegerField(label=_("meetings"), min_value=1, max_value=MOST)
    days = forms.IntegerField(
        label=_("days of the period"),
        min_value=2,
        max_value=MOST,
        required=False,
        help_text=_("Only for a period. It runs from the first day it is asked, or from the move-in."),
    )
    least_grade = forms.TypedChoiceField(
        label=_("least evidence that counts"),
        choices=[(value, capfirst(label)) for value, label in Grade.choices],
        coerce=int,
        initial=Grade.SELF,
    )
    besides = forms.BooleanField(
        label=_("Besides what else is asked"),
        required=False,
        help_text=_("Otherwise it comes in place of that. A meeting may count for both."),
    )
    starts_on = date_field(
        _("from"), help_text=_("A week is judged by what is asked on its Monday, or on the day of the move-in.")
    )
    ends_on = date_field(_("until"), required=False, help_text=_("The first day it is no longer asked."))
    reason = reason_field(_("why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = [name for name in ("phase", "per", "count", "days") if name in self.fields]
        for number in PARTS:
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("of them of this kind"),
                choices=[("", _("any kind")), *((value, capfirst(label)) for value, label in Kind.choices)],
                required=False,
            )
            self.fields[f"number_{number}"] = forms.IntegerField(
                label=_("how many of that kind"), min_value=1, max_value=MOST, required=False
            )
            before += [f"kind_{number}", f"number_{number}"]
        self.order_fields(before)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("per") == Requirement.Per.PERIOD and not data.get("days") and "days" not in self.errors:
            self.add_error("days", ValidationError(gettext("Say in how many days.")))
        if data.get("per") == Requirement.Per.WEEK and data.get("days"):
            self.add_error("days", ValidationError(gettext("Choose “in a period”, or leave the days empty.")))
        parts: dict[str, int] = {}
        for number in PARTS:
            kind, count = data.get(f"kind_{number}"), data.get(f"number_{number}")
            if kind and kind in parts:
                self.add_error(f"kind_{number}", gettext("This kind stands here already."))
            elif kind and count:
                parts[kind] = count
            elif kind and f"number_{number}" not in self.errors:
                self.add_error(f"number_{number}", gettext("Say how many of this kind."))
            elif count:
                self.add_error(f"kind_{number}", gettext("Choose which kind."))
        return data | {"parts": parts}

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        names = ("phase", "per", "count", "days", "least_grade", "besides", "parts", "starts_on", "ends_on", "reason")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class RequirementForm(OwnRequirementForm):
    """What is asked of everybody in the house, or of those in one phase."""

    phase = forms.ModelChoiceField(
        PhaseKind.objects.all(), label=_("of whom"), required=False, empty_label=_("Everybody who lives here")
    )
    reason = reason_field(_("why"), required=False)


class RequirementEndForm(forms.Form):
    ends_on = date_field(_("no longer from"))
    reason = reason_field(_("why"))


class WeekExcuseForm(forms.Form):
    """One of these weeks is excused."""

    week = forms.TypedChoiceField(label=_("week"))
    cause = forms.ChoiceField(label=_("why"), choices=WeekExcused.Cause.choices, widget=Segmented)
    note = forms.CharField(
        label=_("note"),
        max_length=500,
        required=False,
        help_text=_("Needed for something else. Nothing about an illness belongs here. They read it."),
    )

    def __init__(self, *args: Any, weeks: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["week"].choices = [(week.isoformat(), said) for week, said in weeks]
        by_name = {week.isoformat(): week for week, _said in weeks}
        self.fields["week"].coerce = by_name.__getitem__


class TakeBackForm(forms.Form):
    reason = reason_field(_("why"))
