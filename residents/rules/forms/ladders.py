"""What is filled in about a house's consequence ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.rules.models import ON_THE_LADDER, Category, Consequence, Severity
from residents.rules.queries.cases import time_words
from residents.rules.services.ladders import MOST_STEPS
from residents.stays.forms import date_field

FIELDS = 6  # steps that a new line offers


class LadderBeginForm(forms.Form):
    """Nothing is asked but whether."""


class LadderForm(forms.Form):
    """How a draft counts, and what it says in words."""

    look_back_days = forms.IntegerField(
        label=_("looks back (days)"),
        min_value=1,
        max_value=730,
        help_text=_("Only violations at most this many days apart count towards the next step."),
    )
    appeal_days = forms.IntegerField(
        label=_("time to appeal (days)"), min_value=1, max_value=60, help_text=_("After the decision.")
    )
    text = forms.CharField(
        label=_("in words"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )


class LineForm(forms.Form):
    """What follows the first, the second … time. An empty step is as the one before it; those after the last that was
    chosen are left out."""

    severity = forms.ChoiceField(label=_("how grave"), choices=Severity.choices)
    category = forms.ChoiceField(
        label=_("about"),
        choices=[("", _("everything that has no line of its own")), *Category.choices],
        required=False,
    )

    def __init__(self, *args: Any, steps: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answers = [(each, Consequence(each).label) for each in ON_THE_LADDER]
        later = [("", _("– as the step before –")), *answers]
        self.times = min(MOST_STEPS, max(FIELDS, len(steps)))
        for time in range(1, self.times + 1):
            self.fields[f"step_{time}"] = forms.ChoiceField(
                label=time_words(time), choices=answers if time == 1 else later, required=time == 1
            )

    def consequences(self) -> list[str]:
        """One for each time, up to the last that was chosen."""
        chosen = [self.cleaned_data[f"step_{time}"] for time in range(1, self.times + 1)]
        while chosen and not chosen[-1]:
            chosen.pop()
        return [next(each for each in reversed(chosen[:time]) if each) for time in range(1, len(chosen) + 1)]


class LadderPublishForm(forms.Form):
    in_force_from = date_field(
        _("in force from"), help_text=_("Leave a few days, so that everybody can read it beforehand.")
    )
